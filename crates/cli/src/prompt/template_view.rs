//! What was found of a model's chat template, for programs.

use edgescore_record::Labels;
use serde::Serialize;
use serde_json::{Map, Value};

use super::compose::Prompts;

/// A chat template and what it is rendered with.
#[derive(Serialize)]
pub struct TemplateView<'p> {
    origin: &'static str,
    name: &'p str,
    hash: String,
    /// Named templates that the model has besides.
    variants: &'p [String],
    arguments: Map<String, Value>,
    date: &'p str,
    system: &'static str,
    /// Whether every prompt of the pack is made of the same parts.
    linear: bool,
    /// The variables by which it switches thinking.
    switches: &'p [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    trace: Option<TraceView<'p>>,
}

#[derive(Serialize)]
struct TraceView<'p> {
    open: &'p str,
    close: &'p str,
    /// Whether the prompt ends inside a trace.
    in_trace: bool,
}

impl Prompts {
    /// The template, for programs.
    pub fn template_view(&self) -> TemplateView<'_> {
        let source = &self.source;
        TemplateView {
            origin: source.origin.label(),
            name: &source.name,
            hash: source.hash().to_string(),
            variants: &source.variants,
            arguments: self.arguments.named.clone().into_iter().collect(),
            date: &self.date,
            system: self.system.label(),
            linear: self.parts.is_ok(),
            switches: &self.switches,
            trace: self.markers.as_ref().map(|markers| TraceView {
                open: &markers.open,
                close: &markers.close,
                in_trace: self.in_trace,
            }),
        }
    }
}
