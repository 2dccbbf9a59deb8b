//! What `edgescore prompt` shows.

use edgescore_chat::Part;
use edgescore_summary::{PromptPartView, PromptParts};
use serde::Serialize;

use super::room::Room;
use super::tokens::{ShownToken, Tokens};
use crate::prompt::{BehindTrace, Prompts, TemplateView};
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
    room: Room,
}

impl<'p> View<'p> {
    /// The prompt `text` of `parts`.
    pub fn new(
        prompts: &'p Prompts,
        parts: &'p [Part],
        text: &'p str,
        tokens: Tokens,
        behind: Option<BehindTrace>,
        room: Room,
    ) -> View<'p> {
        let mut shown = PromptParts::default();
        for part in parts {
            shown.take(&part.borrowed());
        }
        let mut facts = prompts.describe();
        facts.extend(room.too_little().map(|why| ("does not fit", why)));
        View {
            facts,
            template: prompts.template_view(),
            parts: shown,
            text,
            behind,
            tokens: tokens.prompt,
            letters: tokens.letters,
            parts_from_whole_text_at: tokens.parts_at,
            room,
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
