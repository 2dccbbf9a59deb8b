//! From a draft to the bytes of a pack.

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use serde::Serialize;

use crate::format::{
    CURRENT_VERSION, EpisodeEntry, Header, MAGIC, QuestionEntry, SectionShape, TaskEntry, TextId,
};
use crate::{Draft, Hash, Letter};

/// Why a draft is not a pack. The message names the place and the rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DraftError {
    /// Two tasks have this id.
    DuplicateTask(String),
    /// No question is about the episode with this id.
    EpisodeWithoutQuestions(String),
    /// The draft holds no question.
    Empty,
    /// A question (0-based) points at an episode or a task that is not there.
    DanglingQuestion(usize),
    /// A question (0-based) lacks its text or the text of this option.
    EmptyText(usize, Option<Letter>),
    /// The content is larger than the format's 4 GiB.
    TooLarge,
}

impl fmt::Display for DraftError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DraftError::DuplicateTask(id) => {
                write!(f, "two tasks have the id {id}: give each task its own")
            }
            DraftError::EpisodeWithoutQuestions(id) => write!(
                f,
                "episode {id} has no questions: add one or take the episode out"
            ),
            DraftError::Empty => f.write_str("there are no questions to pack"),
            DraftError::DanglingQuestion(index) => {
                write!(
                    f,
                    "question {index} names an episode or task that is not there"
                )
            }
            DraftError::EmptyText(index, None) => write!(f, "question {index} has no text"),
            DraftError::EmptyText(index, Some(letter)) => write!(
                f,
                "question {index} has no option {letter}: four options A to D are needed"
            ),
            DraftError::TooLarge => {
                f.write_str("the pack would exceed 4 GiB: split the questions over several packs")
            }
        }
    }
}

impl core::error::Error for DraftError {}

impl Draft {
    /// Checks the draft and writes it in the current format. The same draft gives the same
    /// bytes on every machine.
    ///
    /// # Errors
    /// The first rule the draft breaks.
    pub fn to_bytes(&self) -> Result<Vec<u8>, DraftError> {
        self.check()?;
        let mut texts = Texts::default();
        let mut tasks = SectionBytes::default();
        for task in &self.tasks {
            tasks.push_value(&TaskEntry {
                id: texts.id(&task.id)?,
                name: texts.id(&task.name)?,
                group: texts.id(&task.group)?,
                definition: texts.id(&task.definition)?,
                pass_at_k: task.pass_at_k,
            })?;
        }
        let mut episodes = SectionBytes::default();
        for episode in &self.episodes {
            episodes.push_value(&EpisodeEntry {
                id: texts.id(&episode.id)?,
                summary: texts.id(&episode.summary)?,
            })?;
        }
        let mut questions = SectionBytes::default();
        for question in &self.questions {
            let [a, b, c, d] = &question.options;
            questions.push_value(&QuestionEntry {
                episode: to_u32(question.episode)?,
                task: to_u32(question.task)?,
                key: question.key,
                text: texts.id(&question.text)?,
                options: [texts.id(a)?, texts.id(b)?, texts.id(c)?, texts.id(d)?],
                reason: texts.id(&question.reason)?,
                faults: question.faults,
            })?;
        }
        let (name, origin) = (texts.id(&self.name)?, texts.id(&self.origin)?);
        let (system, instruction) = (texts.id(&self.system)?, texts.id(&self.instruction)?);
        let header = encode(&Header {
            name,
            origin,
            system,
            instruction,
            strings: texts.section.shape()?,
            tasks: tasks.shape()?,
            episodes: episodes.shape()?,
            questions: questions.shape()?,
        })?;

        let mut content = Vec::new();
        content.extend_from_slice(&to_u32(header.len())?.to_le_bytes());
        content.extend_from_slice(&header);
        for section in [&texts.section, &tasks, &episodes, &questions] {
            section.write(&mut content)?;
        }
        let mut pack = Vec::with_capacity(content.len() + 42);
        pack.extend_from_slice(&MAGIC);
        pack.extend_from_slice(&CURRENT_VERSION.to_le_bytes());
        pack.extend_from_slice(&Hash::of(&content).0);
        pack.extend_from_slice(&content);
        Ok(pack)
    }

    fn check(&self) -> Result<(), DraftError> {
        if self.questions.is_empty() {
            return Err(DraftError::Empty);
        }
        let mut ids = BTreeMap::new();
        for task in &self.tasks {
            if ids.insert(task.id.as_str(), ()).is_some() {
                return Err(DraftError::DuplicateTask(task.id.clone()));
            }
        }
        let mut asked = alloc::vec![false; self.episodes.len()];
        for (index, question) in self.questions.iter().enumerate() {
            match asked.get_mut(question.episode) {
                Some(seen) if question.task < self.tasks.len() => *seen = true,
                _ => return Err(DraftError::DanglingQuestion(index)),
            }
            if question.text.trim().is_empty() {
                return Err(DraftError::EmptyText(index, None));
            }
            for (letter, option) in Letter::ALL.into_iter().zip(&question.options) {
                if option.trim().is_empty() {
                    return Err(DraftError::EmptyText(index, Some(letter)));
                }
            }
        }
        match self.episodes.iter().zip(asked).find(|(_, asked)| !asked) {
            Some((episode, _)) => Err(DraftError::EpisodeWithoutQuestions(episode.id.clone())),
            None => Ok(()),
        }
    }
}

/// The string section with every text once.
#[derive(Default)]
struct Texts {
    section: SectionBytes,
    known: BTreeMap<String, TextId>,
}

impl Texts {
    fn id(&mut self, text: &str) -> Result<TextId, DraftError> {
        if let Some(id) = self.known.get(text) {
            return Ok(*id);
        }
        let id = to_u32(self.known.len())?;
        self.section.push(text.as_bytes())?;
        self.known.insert(text.to_string(), id);
        Ok(id)
    }
}

#[derive(Default)]
struct SectionBytes {
    ends: Vec<u32>,
    entries: Vec<u8>,
}

impl SectionBytes {
    fn push(&mut self, entry: &[u8]) -> Result<(), DraftError> {
        self.entries.extend_from_slice(entry);
        self.ends.push(to_u32(self.entries.len())?);
        Ok(())
    }

    fn push_value(&mut self, value: &impl Serialize) -> Result<(), DraftError> {
        self.push(&encode(value)?)
    }

    fn shape(&self) -> Result<SectionShape, DraftError> {
        Ok(SectionShape {
            count: to_u32(self.ends.len())?,
            bytes: to_u32(self.entries.len())?,
        })
    }

    fn write(&self, out: &mut Vec<u8>) -> Result<(), DraftError> {
        out.extend_from_slice(&0u32.to_le_bytes());
        for end in &self.ends {
            out.extend_from_slice(&end.to_le_bytes());
        }
        out.extend_from_slice(&self.entries);
        to_u32(out.len()).map(|_| ())
    }
}

/// postcard into a `Vec` fails only when the value has no known length; ours all have one.
fn encode(value: &impl Serialize) -> Result<Vec<u8>, DraftError> {
    postcard::to_allocvec(value).map_err(|_| DraftError::TooLarge)
}

fn to_u32(n: usize) -> Result<u32, DraftError> {
    u32::try_from(n).map_err(|_| DraftError::TooLarge)
}
