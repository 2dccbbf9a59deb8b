//! What was found of a model's chat template, for people.

use edgescore_record::{SystemPlace, TemplateOrigin, ToolsPlace};

use super::compose::Prompts;

impl Prompts {
    /// What a person should know before a run of these prompts.
    pub fn warning(&self) -> Option<String> {
        (!self.no_tokens.is_empty()).then(|| {
            format!(
                "{} in the template: this vocabulary has no such token, so the template may be another model's; the model's own is the default, without --template",
                self.no_tokens.join(" ")
            )
        })
    }

    /// What was found, line by line.
    pub fn describe(&self) -> Vec<(&'static str, String)> {
        let source = &self.source;
        let hash = source.hash().to_string();
        let hash = hash.get(..12).unwrap_or(&hash);
        let mut facts = vec![(
            "chat template",
            match source.origin {
                TemplateOrigin::Model => format!("the model's own ({hash})"),
                TemplateOrigin::Variant => format!("the model's {} ({hash})", source.name),
                TemplateOrigin::File => format!("{} ({hash})", source.name),
                TemplateOrigin::BuiltIn => format!("built-in {} ({hash})", source.name),
                TemplateOrigin::None => "none: plain text to continue".to_owned(),
                TemplateOrigin::Server => "the server's own".to_owned(),
            },
        )];
        if !source.variants.is_empty() {
            facts.push(("also in the model", source.variants.join(", ")));
        }
        let arguments: Vec<String> = self
            .arguments
            .named
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        if !arguments.is_empty() {
            facts.push(("arguments", arguments.join(" ")));
        }
        if !self.date.is_empty() {
            facts.push(("date", self.date.clone()));
        }
        let system = match self.system {
            SystemPlace::Nowhere => "none",
            SystemPlace::Own => "in a message of its own",
            SystemPlace::User => {
                "at the head of the first user message: the template takes no system message"
            }
        };
        facts.push(("system message", system.to_owned()));
        if let Some(place) = self.tools {
            let place = match place {
                ToolsPlace::Template => "where the template puts them",
                ToolsPlace::System => {
                    "in the system message, in words: the template knows nothing of functions"
                }
            };
            facts.push(("functions", place.to_owned()));
        } else if self.parts.is_err() {
            let why = "rendered one by one: the template changes what messages say";
            facts.push(("prompts", why.to_owned()));
        }
        if let Some(markers) = &self.markers {
            let ends = match self.in_trace {
                true => "; prompts end inside one",
                false => "",
            };
            facts.push((
                "trace",
                format!("{:?} to {:?}{ends}", markers.open, markers.close),
            ));
        } else {
            let none = "none: neither the template nor the vocabulary has marks of one";
            facts.push(("trace", none.to_owned()));
        }
        facts.push((
            "switch of thinking",
            match self.switches.as_slice() {
                [] => "none".to_owned(),
                names => names.join(", "),
            },
        ));
        if let Some(warning) = self.warning() {
            facts.push(("warning", warning));
        }
        if !source.user_defined.is_empty() {
            let names = source.user_defined.join(" ");
            facts.push((
                "tokens in messages too",
                format!("{names}: user-defined in this vocabulary"),
            ));
        }
        facts
    }
}
