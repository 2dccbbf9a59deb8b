//! A template, and what it makes of messages.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error as _;

use minijinja::{Environment, Error, ErrorKind, Value};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::arguments::Arguments;
use crate::environment::{Raised, environment};
use crate::{python_none, source, strftime};

/// One message of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// `system`, `user`, `assistant`, or another that the template knows.
    pub role: String,
    /// What it says.
    pub content: String,
    /// What else it has, such as `tool_calls`, or `name` and `tool_call_id` of a result.
    #[serde(flatten)]
    pub more: serde_json::Map<String, Json>,
}

/// Messages, and the functions that may be called in them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conversation {
    /// The messages.
    pub messages: Vec<Message>,
    /// `tools`, as Transformers passes them: a list of objects with `type` and `function`.
    pub tools: Option<Json>,
}

impl Message {
    fn value(&self) -> Value {
        let both = [
            ("role", Value::from(self.role.as_str())),
            ("content", Value::from(self.content.as_str())),
        ];
        let more = self
            .more
            .iter()
            .map(|(name, value)| (name.as_str(), of_json(value)));
        Value::from_pairs(both.into_iter().chain(more))
    }

    /// A message.
    pub fn new(role: impl Into<String>, content: impl Into<String>) -> Message {
        Message {
            role: role.into(),
            content: content.into(),
            more: serde_json::Map::new(),
        }
    }
}

impl From<Vec<Message>> for Conversation {
    fn from(messages: Vec<Message>) -> Conversation {
        Conversation {
            messages,
            tools: None,
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
    /// It needs a variable that it was not given.
    #[error("the chat template fails: {0}")]
    Undefined(String),
    /// It fails while it is rendered.
    #[error("the chat template fails: {0}")]
    Fails(String),
}

/// The name of the one template of an environment.
const NAME: &str = "chat";
/// Stack of the thread that reads and renders: expressions are read recursively, and the longest tag
/// is 32 KiB.
const STACK: usize = 64 << 20;

/// A chat template.
#[derive(Clone, Debug)]
pub struct Template {
    environment: Environment<'static>,
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// [`TemplateError::Syntax`]
    pub fn parse(text: &str) -> Result<Template, TemplateError> {
        let source =
            source::readable(text).map_err(|why| TemplateError::Syntax(why.to_string()))?;
        on_a_stack(move || {
            let mut environment = environment();
            environment
                .add_template_owned(NAME, source)
                .map_err(|error| failure(&error))?;
            Ok(Template { environment })
        })
    }

    /// Whether the template reads the variable `name`.
    pub fn reads(&self, name: &str) -> bool {
        self.variables().contains(name)
    }

    /// The variables that are read and that the template does not set everywhere before.
    pub fn variables(&self) -> BTreeSet<String> {
        let variables = on_a_stack(|| {
            let template = self.environment.get_template(NAME);
            let template = template.map_err(|error| failure(&error))?;
            Ok(template.undeclared_variables(false).into_iter().collect())
        });
        variables.unwrap_or_default()
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
        let mut prompts = self.render_each([messages.to_vec().into()], arguments)?;
        prompts
            .pop()
            .unwrap_or_else(|| Err(TemplateError::Fails("it gave no prompt".to_owned())))
    }

    /// The prompts of several conversations, in their order. One that fails has its error.
    ///
    /// # Errors
    /// Where none can be rendered.
    pub fn render_each(
        &self,
        conversations: impl IntoIterator<Item = Conversation> + Send,
        arguments: &Arguments,
    ) -> Result<Vec<Result<String, TemplateError>>, TemplateError> {
        on_a_stack(|| {
            let template = self.environment.get_template(NAME);
            let template = template.map_err(|error| failure(&error))?;
            let render = |conversation: Conversation| {
                template
                    .render(context(&conversation, arguments))
                    .map_err(|error| failure(&error))
            };
            Ok(conversations.into_iter().map(render).collect())
        })
    }
}

/// Does `work` in a thread with a stack for any template that is read, and where a panic of the
/// template engine is an error.
fn on_a_stack<T: Send>(
    work: impl FnOnce() -> Result<T, TemplateError> + Send,
) -> Result<T, TemplateError> {
    let stopped = || TemplateError::Fails("the template engine stopped".to_owned());
    std::thread::scope(|scope| {
        let builder = std::thread::Builder::new().stack_size(STACK);
        let thread = builder.spawn_scoped(scope, work).map_err(|_| stopped())?;
        thread.join().unwrap_or_else(|_| Err(stopped()))
    })
}

/// What a template is rendered with, as Transformers passes it; None where there is nothing.
fn context(conversation: &Conversation, arguments: &Arguments) -> Value {
    let messages = &conversation.messages;
    let tools = conversation.tools.as_ref();
    let now = arguments.now;
    let time = move |format: String| strftime::strftime(now, &format);
    let mut context = BTreeMap::from([
        (
            "messages",
            messages.iter().map(Message::value).collect::<Value>(),
        ),
        ("add_generation_prompt", Value::from(arguments.open)),
        ("bos_token", Value::from(arguments.bos.as_str())),
        ("eos_token", Value::from(arguments.eos.as_str())),
        ("tools", tools.map_or_else(python_none::value, of_json)),
        ("documents", python_none::value()),
        ("strftime_now", Value::from_function(time)),
    ]);
    for (name, value) in &arguments.named {
        context.insert(name, of_json(value));
    }
    Value::from_pairs(context)
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
            "it takes more steps, or writes more text, than any template needs: it may be endless"
                .to_owned(),
        ),
        ErrorKind::UndefinedError => TemplateError::Undefined(said),
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
            (
                "a\r\n{% if tools == none and none == none %}b{% endif %}\r\n",
                "a\nb",
            ),
            (
                "{{ 'a-b-c'.partition('-')[2] }}{{ 'a-b-c'.rpartition('-')[0] }}{{ 'éa'.index('a') }}{{ '%s:%02d' | format('x', 3) }}",
                "b-ca-b1x:03",
            ),
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
        let grows = "{% set ns = namespace(x='0123456789') %}{% for a in range(99) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}{{ ns.x }}";
        assert!(says(grows).contains("may be endless"));
        assert!(says("{{ tojson }}{{ 'x' | tojson(indent=65) }}").contains("spaces of indent"));
        assert!(says("{{ '{:>12345}'.format('x') }}").contains("a width of more than"));
        let holds_itself = "{% set ns = namespace() %}{% set ns.a = [ns] %}";
        for printed in ["{{ ns }}", "{{ ns | string }}", "{{ ns | tojson }}"] {
            let said = says(&format!("{holds_itself}{printed}"));
            assert!(said.contains("holds itself"), "{said}");
        }
        let deep = format!("{{{{ {}1 }}}}", "1+".repeat(8000));
        assert_eq!(render(&deep).as_deref(), Ok("8001"));
    }
}
