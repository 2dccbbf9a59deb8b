//! Chat templates: from a list of messages to the prompt a model was trained on.
//!
//! llama.cpp's library runs no Jinja. It recognises a template by phrases in its text and
//! applies its own code for it, so a template that it has never seen is an error here,
//! never a guess: a wrong prompt format costs accuracy in silence.

use std::ffi::{CStr, CString};
use std::fmt;

use crate::ffi;
use crate::model::Model;

/// Names that [`Model::template`] takes as an override, sorted.
pub fn known_templates() -> Vec<&'static str> {
    ffi::builtin_templates()
}

/// Where a template comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TemplateSource {
    /// `tokenizer.chat_template` of the model file.
    File,
    /// The caller named a built-in one.
    Override,
}

/// A template that llama.cpp can apply.
#[derive(Debug, Clone)]
pub struct ChatTemplate {
    text: CString,
    source: TemplateSource,
}

impl Model {
    /// The template called `name`, or the file's own.
    pub fn template(&self, name: Option<&str>) -> Result<ChatTemplate, TemplateError> {
        let (text, source) = match name {
            Some(name) => {
                let known = known_templates();
                if !known.contains(&name) {
                    let name = name.to_owned();
                    return Err(TemplateError::UnknownName { name, known });
                }
                let text = CString::new(name).map_err(|_| TemplateError::Nul)?;
                (text, TemplateSource::Override)
            }
            None => {
                let text = self.file_template().ok_or_else(|| TemplateError::None {
                    known: known_templates(),
                })?;
                (text.to_owned(), TemplateSource::File)
            }
        };
        if !ffi::apply_template(&text, &[], false, &mut Vec::new()) {
            return Err(TemplateError::Unrecognised {
                known: known_templates(),
            });
        }
        Ok(ChatTemplate { text, source })
    }
}

impl ChatTemplate {
    /// The template's text, for its hash: Jinja from the file, or the name of a built-in.
    pub fn text(&self) -> &CStr {
        &self.text
    }

    /// Where the template comes from.
    pub fn source(&self) -> TemplateSource {
        self.source
    }

    /// Replaces `out` by the prompt of `messages` (role, content). `add_assistant` ends it
    /// with the opening of the assistant's turn.
    pub fn apply(
        &self,
        messages: &[(&str, &str)],
        add_assistant: bool,
        out: &mut String,
    ) -> Result<(), TemplateError> {
        let messages = messages
            .iter()
            .map(|(role, content)| Ok((CString::new(*role)?, CString::new(*content)?)))
            .collect::<Result<Vec<_>, std::ffi::NulError>>()
            .map_err(|_| TemplateError::Nul)?;
        let mut prompt = std::mem::take(out).into_bytes();
        prompt.clear();
        ffi::apply_template(&self.text, &messages, add_assistant, &mut prompt);
        *out = String::from_utf8(prompt).map_err(|_| TemplateError::NotUtf8)?;
        Ok(())
    }
}

/// Why there is no prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplateError {
    /// The file has no template.
    None {
        /// The built-in templates' names.
        known: Vec<&'static str>,
    },
    /// llama.cpp does not recognise the file's template.
    Unrecognised {
        /// The built-in templates' names.
        known: Vec<&'static str>,
    },
    /// There is no built-in template of this name.
    UnknownName {
        /// The name asked for.
        name: String,
        /// The built-in templates' names.
        known: Vec<&'static str>,
    },
    /// A role or a content has a NUL character in it, which llama.cpp would end at.
    Nul,
    /// The prompt is not UTF-8: the template cut a character.
    NotUtf8,
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None { known } => write!(
                f,
                "the model file has no chat template: name the one it was trained with, out of {}",
                known.join(", ")
            ),
            Self::Unrecognised { known } => write!(
                f,
                "llama.cpp does not recognise the model's chat template: name the one that is \
                 equal to it, out of {}",
                known.join(", ")
            ),
            Self::UnknownName { name, known } => write!(
                f,
                "there is no chat template called {name:?}: the names are {}",
                known.join(", ")
            ),
            Self::Nul => write!(f, "a message has a NUL character in it: remove it"),
            Self::NotUtf8 => write!(f, "the chat template gives a prompt that is not UTF-8"),
        }
    }
}

impl std::error::Error for TemplateError {}
