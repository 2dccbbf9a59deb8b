//! How the functions of a question are written: names, units, JSON Schema.

use serde_json::{Map, Value, json};

use super::unit::{Span, Unit};
use super::vocabulary::{Content, Function, Parameter};

/// What all functions of a question have in common.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    /// `createSlice` instead of `create_slice`.
    pub camel: bool,
    /// Parameters in the unit below that of their span.
    pub finer: bool,
    /// Whether optional parameters are offered.
    pub optional: bool,
}

impl Style {
    /// The unit of a parameter.
    pub(super) fn unit(self, span: &Span) -> &'static Unit {
        match self.finer {
            true => span.unit.finer(),
            false => span.unit,
        }
    }

    /// A name of words with `_` between them, in this style.
    pub(super) fn name(self, words: &str) -> String {
        if !self.camel {
            return words.to_owned();
        }
        let mut name = String::new();
        let mut starts = false;
        for letter in words.chars() {
            match letter {
                '_' => starts = true,
                _ if starts => {
                    name.extend(letter.to_uppercase());
                    starts = false;
                }
                _ => name.push(letter),
            }
        }
        name
    }

    /// The name of a parameter, its unit behind it.
    pub(super) fn parameter_name(self, parameter: &Parameter) -> String {
        match &parameter.content {
            Content::Subject | Content::Target => self.name(&format!("{}_id", parameter.name)),
            Content::Choice(_) => self.name(&parameter.name),
            Content::Quantity(span) => {
                let suffix = self.unit(span).suffix;
                self.name(&format!("{}_{suffix}", parameter.name))
            }
        }
    }

    /// A function as JSON: `name`, `description`, and `parameters`, a JSON Schema.
    pub(super) fn function(self, function: &Function) -> String {
        let optional = function.optional.iter().filter(|_| self.optional);
        let all = function.parameters.iter().chain(optional);
        let properties: Map<String, Value> = all
            .map(|parameter| (self.parameter_name(parameter), self.schema(parameter)))
            .collect();
        let required = function.parameters.iter();
        let required: Vec<String> = required
            .map(|parameter| self.parameter_name(parameter))
            .collect();
        json!({
            "name": self.name(&function.name),
            "description": function.about,
            "parameters": {"type": "object", "properties": properties, "required": required},
        })
        .to_string()
    }

    fn schema(self, parameter: &Parameter) -> Value {
        let title = &parameter.title;
        match &parameter.content {
            Content::Subject | Content::Target => {
                json!({"type": "string", "description": format!("{title}, by its id.")})
            }
            Content::Choice(words) => {
                json!({"type": "string", "enum": words, "description": format!("{title}.")})
            }
            Content::Quantity(span) => {
                let unit = self.unit(span);
                let whole = |count: i64| unit.whole(span.unit.of(count));
                json!({
                    "type": "integer",
                    "minimum": whole(span.low),
                    "maximum": whole(span.high),
                    "description": format!("{title}, in {}.", unit.name),
                })
            }
        }
    }
}
