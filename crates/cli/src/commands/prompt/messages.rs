//! Messages that are rendered as they are.

use std::path::Path;

use anyhow::anyhow;
use edgescore_chat::{Message, Template, switches};
use edgescore_record::{TemplateOrigin, Think};

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
    if options.shots > 0 {
        return Err(Failure::Usage(anyhow!(
            "--messages are rendered as they are: leave --shots out, or write the shots into the file"
        )));
    }
    let mut arguments = options.arguments(&source)?;
    let template = Template::parse(&source.text).map_err(Failure::data)?;
    options.check_arguments(&template)?;
    options.switch(&template, &mut arguments)?;
    if options.think != Think::Auto && switches(&template).is_empty() {
        return Err(Failure::Usage(anyhow!(
            "--think: with --messages only a switch of the template can be turned, and this one has none; leave --think out"
        )));
    }
    template
        .render(&messages, &arguments)
        .map_err(Failure::data)
}
