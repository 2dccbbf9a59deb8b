//! Messages that are rendered as they are.

use std::path::Path;

use anyhow::anyhow;
use edgescore_chat::{Message, Template};
use edgescore_record::TemplateOrigin;

use crate::failure::Failure;
use crate::files;
use crate::prompt::{PromptOptions, find};

/// The prompt of the messages in the file at `path`.
pub fn render(model: &Path, options: &PromptOptions, path: &Path) -> Result<String, Failure> {
    let source = find(model, options.template.as_ref())?;
    if source.origin == TemplateOrigin::None {
        return Err(Failure::Usage(anyhow!(
            "--messages needs a chat template: leave --template none out"
        )));
    }
    let messages: Vec<Message> = serde_json::from_slice(&files::read(path)?).map_err(|error| {
        Failure::Data(anyhow!(
            "{}: {error}; give a JSON array of objects with role and content",
            path.display()
        ))
    })?;
    let arguments = options.arguments(&source)?;
    Template::parse(&source.text)
        .and_then(|template| template.render(&messages, &arguments))
        .map_err(Failure::data)
}
