//! What `edgescore prompt` shows.

use edgescore_chat::{Markers, Part};
use edgescore_record::Labels;
use edgescore_summary::{PromptPartView, PromptParts};
use serde::Serialize;
use serde_json::{Map, Value};

use super::tokens::{ShownToken, Tokens};
use crate::prompt::{BehindTrace, Prompts};
use crate::render::blocks::{Block, Table};

/// A prompt and how it came about.
#[derive(Serialize)]
pub struct View<'p> {
    /// For people.
    #[serde(skip)]
    facts: Vec<(&'static str, String)>,
    template: TemplateView<'p>,
    parts: PromptParts,
    text: &'p str,
    /// What follows the prompt, where the letter is read behind a trace.
    #[serde(skip_serializing_if = "Option::is_none")]
    behind: Option<BehindTrace>,
    tokens: Vec<ShownToken>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    letters: Vec<ShownToken>,
    /// Where the tokens of the text as a whole part from these: a message names a control token.
    parts_from_whole_text_at: Option<usize>,
}

#[derive(Serialize)]
struct TemplateView<'p> {
    origin: &'static str,
    name: &'p str,
    hash: String,
    /// Named templates that the model has besides.
    variants: &'p [String],
    arguments: Map<String, Value>,
    date: &'p str,
    system: &'static str,
    /// Whether every prompt of the pack is made of these parts.
    linear: bool,
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

impl<'p> View<'p> {
    /// The prompt `text` of `parts`.
    pub fn new(
        prompts: &'p Prompts,
        parts: &'p [Part],
        text: &'p str,
        tokens: Tokens,
        behind: Option<BehindTrace>,
    ) -> View<'p> {
        let source = &prompts.source;
        let mut shown = PromptParts::default();
        for part in parts {
            shown.take(&part.borrowed());
        }
        let trace = |markers: &'p Markers| TraceView {
            open: &markers.open,
            close: &markers.close,
            in_trace: prompts.in_trace,
        };
        View {
            facts: prompts.describe(),
            template: TemplateView {
                origin: source.origin.label(),
                name: &source.name,
                hash: source.hash().to_string(),
                variants: &source.variants,
                arguments: prompts.arguments.named.clone().into_iter().collect(),
                date: &prompts.date,
                system: prompts.system.label(),
                linear: prompts.parts.is_ok(),
                trace: prompts.markers.as_ref().map(trace),
            },
            parts: shown,
            text,
            behind,
            tokens: tokens.prompt,
            letters: tokens.letters,
            parts_from_whole_text_at: tokens.parts_at,
        }
    }

    /// As a page.
    pub fn page(&self) -> Vec<Block> {
        let row = |part: &PromptPartView| match part {
            PromptPartView::Template(text) => vec!["template".to_owned(), format!("{text:?}")],
            PromptPartView::Text(text) => vec!["text".to_owned(), format!("{text:?}")],
            PromptPartView::System(trim) => vec!["system".to_owned(), trimmed(trim)],
            PromptPartView::User(trim) => vec!["user".to_owned(), trimmed(trim)],
        };
        let token = |token: &ShownToken| vec![token.id.to_string(), format!("{:?}", token.text)];
        let mut blocks = vec![
            Block::Facts(self.facts.clone()),
            Block::Title("Parts".to_owned()),
            Block::Table(Table {
                head: vec!["part", "text"],
                rows: self.parts.0.iter().map(row).collect(),
            }),
            Block::Title(format!("Prompt, {} tokens", self.tokens.len())),
            Block::Line(match &self.behind {
                None => self.text.to_owned(),
                Some(behind) => format!(
                    "{}[trace, at most {} tokens]{}",
                    self.text, behind.trace_tokens, behind.then
                ),
            }),
            Block::Title("Tokens".to_owned()),
            Block::Line(match self.parts_from_whole_text_at {
                None => "the same as those of the text as a whole".to_owned(),
                Some(at) => format!(
                    "a message names a control token, which is text here: tokenized as a whole, the text would part from these at token {at}"
                ),
            }),
            Block::Table(Table {
                head: vec!["id", "text"],
                rows: self.tokens.iter().map(token).collect(),
            }),
        ];
        if !self.letters.is_empty() {
            blocks.push(Block::Title("One of these comes next".to_owned()));
            blocks.push(Block::Table(Table {
                head: vec!["id", "text"],
                rows: self.letters.iter().map(token).collect(),
            }));
        }
        blocks
    }
}

/// What is trimmed off a message.
fn trimmed(trim: &str) -> String {
    match trim {
        "none" => String::new(),
        "both" => "trimmed".to_owned(),
        end => format!("trimmed at the {end}"),
    }
}
