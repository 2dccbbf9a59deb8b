//! How messages become prompts: made on the host from a chat template, followed on the board, kept
//! in the result.

use edgescore_taskpack::Hash;
use serde::{Deserialize, Serialize};

/// A message that the board fills in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Slot {
    /// The pack's system message.
    System,
    /// The question.
    User,
}

/// White space that a template takes off a message, as Python's `str.strip` does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trim {
    /// Before it.
    pub start: bool,
    /// Behind it.
    pub end: bool,
}

impl Trim {
    /// `text` without the white space.
    pub fn apply(self, mut text: &str) -> &str {
        if self.start {
            text = text.trim_start();
        }
        if self.end {
            text = text.trim_end();
        }
        text
    }
}

/// A part of a prompt. All parts in order are the prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PromptPart<'a> {
    /// Text of the template: names of control tokens in it are these tokens.
    Template(&'a str),
    /// Text of a message: names of control tokens in it are text.
    Text(&'a str),
    /// A message that is filled in, as text.
    Slot(Slot, Trim),
}

/// Where a chat template comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TemplateOrigin {
    /// `tokenizer.chat_template` of the model file.
    Model,
    /// A named one of the model file, `tokenizer.chat_template.NAME`.
    Variant,
    /// A file that was given.
    File,
    /// One that comes with the program, by its name.
    BuiltIn,
    /// None: the prompt is plain text that the model continues.
    None,
    /// The server's own, which it applies to the messages.
    Server,
}

/// What a grammar lets a model write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Constrain {
    /// The JSON object that the question asks for.
    Json,
    /// A JSON array of calls of the functions that are offered, by their schemas; empty for none.
    Tools,
}

/// Where the functions that may be called stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ToolsPlace {
    /// Where the chat template puts them, in its own form.
    Template,
    /// In the system message, in words: the template knows nothing of functions.
    System,
}

/// Where the system message stands in a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SystemPlace {
    /// There is none.
    Nowhere,
    /// In a message of its own.
    Own,
    /// At the head of the first user message, since the template refuses a system message or
    /// leaves it out.
    User,
}

/// Whether a model thinks before it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Think {
    /// As the template has it where nothing is asked.
    Auto,
    /// No: by the template's switch, or by a trace that is closed before it begins.
    Off,
    /// At most this many tokens; then the trace is closed.
    Tokens(u16),
}

/// What stands around a trace, the text in which a model thinks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceMarkers<'a> {
    /// Begins it.
    pub open: &'a str,
    /// Ends it; the answer follows.
    pub close: &'a str,
    /// What is written in the model's place to end it: `close` and what leads to an answer.
    pub closing: &'a str,
}

/// How the prompts of a run are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateRow<'a> {
    /// Where the template comes from.
    pub origin: TemplateOrigin,
    /// Name of the variant, the file or the built-in template; else empty.
    pub name: &'a str,
    /// SHA-256 of its text.
    pub hash: Hash,
    /// The arguments that it was rendered with besides the messages, as a JSON object.
    pub arguments: &'a str,
    /// The day that it was rendered for, YYYY-MM-DD; empty where the template asks for none.
    pub date: &'a str,
    /// Where the system message stands.
    pub system: SystemPlace,
    /// Questions with answers that come before each question.
    pub shots: u8,
    /// Whether all prompts are the same parts. If not, each was rendered on the host.
    pub linear: bool,
    /// Whether the model is to think.
    pub think: Think,
    /// The marks of a trace, where the template or the vocabulary has any.
    #[serde(borrow)]
    pub markers: Option<TraceMarkers<'a>>,
    /// Whether prompts end inside a trace.
    pub in_trace: bool,
    /// What llama.cpp's own matcher of phrases makes of the model's template, where it is not
    /// the same prompt; empty where it is, and in a prompt file.
    pub llama_cpp: &'a str,
}
