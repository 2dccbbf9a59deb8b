//! A template, and what it makes of messages.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error as _;

use minijinja::{Error, ErrorKind, Value};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::arguments::Arguments;
use crate::environment::{Raised, environment};
use crate::{generation, python_none};

/// One message of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// `system`, `user`, `assistant`, or another that the template knows.
    pub role: String,
    /// What it says.
    pub content: String,
}

impl Message {
    fn value(&self) -> Value {
        Value::from_pairs([
            ("role", self.role.as_str()),
            ("content", self.content.as_str()),
        ])
    }

    /// A message.
    pub fn new(role: impl Into<String>, content: impl Into<String>) -> Message {
        Message {
            role: role.into(),
            content: content.into(),
        }
    }
}

/// Why there is no prompt.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// It is no Jinja that can be read.
    #[error("the chat template cannot be read: {0}")]
    Syntax(String),
    /// The template refuses these messages or arguments, in its own words.
    #[error("the chat template refuses: {0}")]
    Refused(String),
    /// It fails while it is rendered.
    #[error("the chat template fails: {0}")]
    Fails(String),
}

/// A chat template.
#[derive(Clone, Debug)]
pub struct Template {
    /// As minijinja reads it.
    source: String,
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// [`TemplateError::Syntax`]
    pub fn parse(text: &str) -> Result<Template, TemplateError> {
        let template = Template {
            source: generation::without(text),
        };
        let environment = environment(Arguments::default().now);
        environment
            .template_from_str(&template.source)
            .map_err(|error| failure(&error))?;
        Ok(template)
    }

    /// Whether the template reads the variable `name`.
    pub fn reads(&self, name: &str) -> bool {
        self.variables().contains(name)
    }

    /// The variables that are read and that the template does not set everywhere before.
    pub fn variables(&self) -> BTreeSet<String> {
        let environment = environment(Arguments::default().now);
        match environment.template_from_str(&self.source) {
            Ok(template) => template.undeclared_variables(false).into_iter().collect(),
            Err(_) => BTreeSet::new(),
        }
    }

    /// The prompt of `messages`.
    ///
    /// # Errors
    /// [`TemplateError`]
    pub fn render(
        &self,
        messages: &[Message],
        arguments: &Arguments,
    ) -> Result<String, TemplateError> {
        let environment = environment(arguments.now);
        // As Transformers passes them; None where there are none.
        let mut context = BTreeMap::from([
            (
                "messages",
                messages.iter().map(Message::value).collect::<Value>(),
            ),
            ("add_generation_prompt", Value::from(arguments.open)),
            ("bos_token", Value::from(arguments.bos.as_str())),
            ("eos_token", Value::from(arguments.eos.as_str())),
            ("tools", python_none::value()),
            ("documents", python_none::value()),
        ]);
        for (name, value) in &arguments.named {
            context.insert(name, of_json(value));
        }
        environment
            .template_from_str(&self.source)
            .and_then(|template| template.render(Value::from_pairs(context)))
            .map_err(|error| failure(&error))
    }
}

/// A JSON value as Jinja has it.
fn of_json(value: &Json) -> Value {
    match value {
        Json::Null => Value::from(()),
        Json::Bool(flag) => Value::from(*flag),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Value::from(whole),
            (None, float) => float.map_or(Value::UNDEFINED, Value::from),
        },
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(items) => items.iter().map(of_json).collect(),
        Json::Object(map) => Value::from_pairs(
            map.iter()
                .map(|(key, value)| (key.as_str(), of_json(value))),
        ),
    }
}

fn failure(error: &Error) -> TemplateError {
    let mut source = error.source();
    while let Some(inner) = source {
        if let Some(Raised(message)) = inner.downcast_ref() {
            return TemplateError::Refused(message.clone());
        }
        source = inner.source();
    }
    let detail = error
        .detail()
        .map_or_else(|| error.kind().to_string(), str::to_owned);
    let said = match error.line() {
        Some(line) => format!("line {line}: {detail}"),
        None => detail,
    };
    match error.kind() {
        ErrorKind::SyntaxError => TemplateError::Syntax(said),
        ErrorKind::OutOfFuel => TemplateError::Fails(
            "it takes more steps than any template needs: it may be endless".to_owned(),
        ),
        _ => TemplateError::Fails(said),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn render(template: &str) -> Result<String, TemplateError> {
        let mut arguments = Arguments {
            bos: "<s>".into(),
            now: Arguments::day("2026-11-27").unwrap(),
            ..Arguments::default()
        };
        arguments.set("effort=low").unwrap();
        let messages = [
            Message::new("system", " be brief "),
            Message::new("user", "A < B?"),
        ];
        Template::parse(template)?.render(&messages, &arguments)
    }

    #[test]
    fn what_transformers_gives_a_template_is_there() {
        let cases = [
            (
                "{{ bos_token }}{{ messages[0].content.strip() }}|{{ messages[1]['content'] }}",
                "<s>be brief|A < B?",
            ),
            (
                "{{ strftime_now('%d %b %Y') }} {{ effort }}",
                "27 Nov 2026 low",
            ),
            (
                "{{ messages[1] | tojson }}",
                r#"{"role": "user", "content": "A < B?"}"#,
            ),
            (
                "{% if not tools and documents is none and tools is not iterable %}{{ tools }}{{ tools | tojson }}{% endif %}",
                "Nonenull",
            ),
            (
                "{% for m in messages %}{% if loop.last %}{% break %}{% endif %}{{ m.role }}{% endfor %}",
                "system",
            ),
            ("{% generation %}x{% endgeneration %}", "x"),
            ("{% if true %}\n  a\n{% endif %}\nb\n", "  a\nb"),
            (
                "{% if add_generation_prompt %}{{ none }}{{ true }}{% endif %}",
                "NoneTrue",
            ),
        ];
        for (template, expected) in cases {
            assert_eq!(render(template).as_deref(), Ok(expected), "{template}");
        }
    }

    #[test]
    fn a_template_that_gives_no_prompt_says_why() {
        let says = |template: &str| render(template).unwrap_err().to_string();
        assert_eq!(
            says("{{ raise_exception('System role not supported') }}"),
            "the chat template refuses: System role not supported"
        );
        assert!(says("a\n{% for %}").starts_with("the chat template cannot be read: line 2"));
        assert!(says("{{ strftime_now('%!') }}").contains("does not know the format"));
        assert!(says("{{ nothing.at.all }}").starts_with("the chat template fails: line 1"));
        assert!(says("{{ nothing | tojson }}").contains("undefined"));
        assert!(
            says("{% for t in tools %}{% endfor %}").starts_with("the chat template fails: line 1")
        );
        let endless =
            "{% for a in range(9999) %}{% for b in range(9999) %}{{ b }}{% endfor %}{% endfor %}";
        assert!(says(endless).contains("may be endless"));
    }
}
