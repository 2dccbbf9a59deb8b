//! From a draft to the bytes of a pack.

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::Serialize;

use crate::format::{
    EpisodeEntry, FourOptions, FramedHeader, Header, KindEntry, MAGIC, OptionEntry, QuestionEntry,
    SectionShape, StepEntry, TaskEntry, TextId,
};
use crate::{Draft, DraftError, DraftKind, DraftQuestion, Hash, SIX_G_FRAME};

impl Draft {
    /// Checks the draft and writes it in the oldest version of the format that holds it. The same
    /// draft gives the same bytes on every machine.
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
        let version = self.version();
        let mut questions = SectionBytes::default();
        for question in &self.questions {
            let entry = question_entry(question, &mut texts)?;
            match four_options(&entry).filter(|_| version == 1) {
                Some(entry) => questions.push_value(&entry)?,
                None => questions.push_value(&entry)?,
            }
        }
        let frame = match (version, self.frame.as_slice()) {
            (1, _) => None,
            (_, []) => Some(ids(&SIX_G_FRAME, &mut texts)?),
            (_, blocks) => Some(ids(blocks, &mut texts)?),
        };
        let (name, origin) = (texts.id(&self.name)?, texts.id(&self.origin)?);
        let (system, instruction) = (texts.id(&self.system)?, texts.id(&self.instruction)?);
        let header = Header {
            name,
            origin,
            system,
            instruction,
            strings: texts.section.shape()?,
            tasks: tasks.shape()?,
            episodes: episodes.shape()?,
            questions: questions.shape()?,
        };
        let header = match version {
            1 => encode(&header)?,
            _ => encode(&FramedHeader {
                frame: frame.unwrap_or_default(),
                header,
            })?,
        };

        let mut content = Vec::new();
        content.extend_from_slice(&to_u32(header.len())?.to_le_bytes());
        content.extend_from_slice(&header);
        for section in [&texts.section, &tasks, &episodes, &questions] {
            section.write(&mut content)?;
        }
        let mut pack = Vec::with_capacity(content.len() + 42);
        pack.extend_from_slice(&MAGIC);
        pack.extend_from_slice(&version.to_le_bytes());
        pack.extend_from_slice(&Hash::of(&content).0);
        pack.extend_from_slice(&content);
        Ok(pack)
    }
}

impl Draft {
    /// The oldest version that holds this.
    fn version(&self) -> u16 {
        let four = |question: &DraftQuestion| match &question.kind {
            DraftKind::Choice { options, .. } => {
                options.len() == 4 && question.episode.is_some() && question.instruction.is_none()
            }
            _ => false,
        };
        match self.frame.is_empty() && self.questions.iter().all(four) {
            true => 1,
            false => 2,
        }
    }
}

fn question_entry(
    question: &DraftQuestion,
    texts: &mut Texts,
) -> Result<QuestionEntry, DraftError> {
    let text = texts.id(&question.text)?;
    let kind = match &question.kind {
        DraftKind::Choice { key, options } => KindEntry::Choice {
            key: *key,
            options: collected(options.iter().map(|option| {
                Ok(OptionEntry {
                    text: texts.id(&option.text)?,
                    fault: option.fault,
                })
            }))?,
        },
        DraftKind::Number {
            value,
            tolerance,
            unit,
        } => KindEntry::Number {
            value: *value,
            tolerance: *tolerance,
            unit: texts.id(unit)?,
        },
        DraftKind::Text { matching, accepted } => KindEntry::Text {
            matching: *matching,
            accepted: ids(accepted, texts)?,
        },
        DraftKind::Tool { functions, calls } => KindEntry::Tool {
            functions: ids(functions, texts)?,
            calls: texts.id(calls)?,
        },
        DraftKind::Turns { functions, steps } => KindEntry::Turns {
            functions: ids(functions, texts)?,
            steps: collected(steps.iter().map(|step| {
                Ok(StepEntry {
                    calls: texts.id(&step.calls)?,
                    result: texts.id(&step.result)?,
                })
            }))?,
        },
    };
    Ok(QuestionEntry {
        episode: question.episode.map(to_u32).transpose()?,
        task: to_u32(question.task)?,
        text,
        kind,
        reason: texts.id(&question.reason)?,
        instruction: match &question.instruction {
            Some(instruction) => Some(texts.id(instruction)?),
            None => None,
        },
    })
}

/// The same in version 1.
fn four_options(entry: &QuestionEntry) -> Option<FourOptions> {
    let KindEntry::Choice { key, options } = &entry.kind else {
        return None;
    };
    let [a, b, c, d] = options.as_slice() else {
        return None;
    };
    Some(FourOptions {
        episode: entry.episode?,
        task: entry.task,
        key: *key,
        text: entry.text,
        options: [a.text, b.text, c.text, d.text],
        reason: entry.reason,
        faults: [a.fault, b.fault, c.fault, d.fault],
    })
}

fn ids<const N: usize>(
    list: &[impl AsRef<str>],
    texts: &mut Texts,
) -> Result<heapless::Vec<TextId, N>, DraftError> {
    collected(list.iter().map(|text| texts.id(text.as_ref())))
}

/// A list of at most `N` entries, which [`Draft::check`] has seen to.
fn collected<T, const N: usize>(
    entries: impl Iterator<Item = Result<T, DraftError>>,
) -> Result<heapless::Vec<T, N>, DraftError> {
    let mut list = heapless::Vec::new();
    for entry in entries {
        list.push(entry?).map_err(|_| DraftError::TooLarge)?;
    }
    Ok(list)
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
