//! Reading a pack where it lies.

use heapless::Vec;

use crate::format::{
    CONTENT_AT, CURRENT_VERSION, EpisodeEntry, FourOptions, FramedHeader, HASH_AT, Header,
    KindEntry, MAGIC, MIN_VERSION, QuestionEntry, TaskEntry, TextId, VERSION_AT,
};
use crate::frame::{Frame, SIX_G_FRAME};
use crate::section::Section;
use crate::{
    Choice, Episode, Hash, Kind, Number, Opt, PackError, Question, Step, Task, ToolUse, Turns,
    Wording,
};

/// An opened pack. Cloning it copies a few slices; the texts stay in the pack's bytes.
///
/// ```
/// use edgescore_taskpack::{
///     Draft, DraftEpisode, DraftKind, DraftQuestion, DraftTask, Kind, Layout, Letter, Pack,
///     Rotation,
/// };
///
/// // The writer (feature `std`) makes the bytes of a pack.
/// let draft = Draft {
///     name: "example".into(),
///     instruction: "Reply with JSON only.".into(),
///     tasks: vec![DraftTask {
///         id: "T9".into(),
///         name: "Trust-Aware Offloading".into(),
///         definition: "Decide where the job runs.".into(),
///         ..DraftTask::default()
///     }],
///     episodes: vec![DraftEpisode {
///         id: "e1".into(),
///         summary: "Two edges answer; one of them is not attested.".into(),
///     }],
///     questions: vec![DraftQuestion {
///         episode: Some(0),
///         task: 0,
///         text: "Where does the job run?".into(),
///         instruction: None,
///         reason: "Edge 1 is attested.".into(),
///         kind: DraftKind::choice(["On the device", "On edge 1", "On edge 2"], Letter::B),
///     }],
///     ..Draft::default()
/// };
/// let bytes = draft.to_bytes()?;
///
/// // A reader takes them as they are: all texts borrow from `bytes`.
/// let pack = Pack::open(&bytes)?;
/// pack.verify()?;
/// let question = pack.question(0)?;
/// assert_eq!(question.task.id, "T9");
/// let Kind::Choice(choice) = &question.kind else {
///     panic!("it has options");
/// };
/// assert_eq!(choice.option(Letter::A, Rotation::new(1)), "On edge 1");
///
/// let mut prompt = String::new();
/// question.write_user_message(Layout::Reference, Rotation::default(), &mut prompt)?;
/// assert!(prompt.ends_with("C: On edge 2\n\nReply with JSON only."));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Pack<'a> {
    version: u16,
    hash: Hash,
    content: &'a [u8],
    name: &'a str,
    origin: &'a str,
    system: &'a str,
    instruction: &'a str,
    frame: Frame<'a>,
    strings: Section<'a>,
    tasks: Section<'a>,
    episodes: Section<'a>,
    questions: Section<'a>,
}

impl<'a> Pack<'a> {
    /// Opens a pack: magic, version and the bounds of every table, O(tables). The content is
    /// not hashed here, so a flipped bit inside a text passes; [`Pack::verify`] finds it.
    /// No read afterwards can go out of bounds or panic, whatever the bytes hold.
    pub fn open(bytes: &'a [u8]) -> Result<Pack<'a>, PackError> {
        let magic = bytes.get(..MAGIC.len()).ok_or(PackError::NotAPack)?;
        if magic != MAGIC {
            return Err(PackError::NotAPack);
        }
        let version = u16::from_le_bytes(array_at(bytes, VERSION_AT)?);
        if version > CURRENT_VERSION {
            return Err(PackError::TooNew(version));
        }
        if version < MIN_VERSION {
            return Err(PackError::TooOld(version));
        }
        let hash = Hash(array_at(bytes, HASH_AT)?);
        let content = bytes.get(CONTENT_AT..).ok_or(PackError::Truncated)?;
        let header_len = u32::from_le_bytes(array_at(content, 0)?) as usize;
        let (header, rest) = content
            .get(4..)
            .and_then(|rest| rest.split_at_checked(header_len))
            .ok_or(PackError::Truncated)?;
        let (header, blocks) = match version {
            1 => (fill::<Header>(header)?, None),
            _ => {
                let framed = fill::<FramedHeader>(header)?;
                (framed.header, Some(framed.frame))
            }
        };
        let (strings, rest) = Section::take("strings", header.strings, rest)?;
        let (tasks, rest) = Section::take("task table", header.tasks, rest)?;
        let (episodes, rest) = Section::take("episode table", header.episodes, rest)?;
        let (questions, rest) = Section::take("question table", header.questions, rest)?;
        if !rest.is_empty() {
            return Err(PackError::Corrupt("end"));
        }
        let frame = match blocks {
            None => Frame {
                blocks: SIX_G_FRAME.into_iter().collect(),
                leaves_out: false,
            },
            Some(blocks) => Frame {
                blocks: texts(&strings, &blocks)?,
                leaves_out: true,
            },
        };
        Ok(Pack {
            version,
            hash,
            content,
            name: strings.text(header.name)?,
            origin: strings.text(header.origin)?,
            system: strings.text(header.system)?,
            instruction: strings.text(header.instruction)?,
            frame,
            strings,
            tasks,
            episodes,
            questions,
        })
    }

    /// Checks the whole content: its SHA-256, then every task, episode and question. O(bytes).
    pub fn verify(&self) -> Result<(), PackError> {
        if Hash::of(self.content) != self.hash {
            return Err(PackError::HashMismatch);
        }
        for index in 0..self.task_count() {
            self.task(index)?;
        }
        for index in 0..self.episode_count() {
            self.episode(index)?;
        }
        for index in 0..self.question_count() {
            self.question(index)?;
        }
        Ok(())
    }

    /// SHA-256 of the content as the pack states it: the pack's identity.
    pub fn hash(&self) -> Hash {
        self.hash
    }

    /// Name shown in reports.
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// Source and licence of the questions.
    pub fn origin(&self) -> &'a str {
        self.origin
    }

    /// The system message.
    pub fn system(&self) -> &'a str {
        self.system
    }

    /// Version of its format.
    pub fn version(&self) -> u16 {
        self.version
    }

    /// The words around every question.
    pub fn frame(&self) -> &Frame<'a> {
        &self.frame
    }

    /// How to answer, of questions that do not say it themselves.
    pub fn instruction(&self) -> &'a str {
        self.instruction
    }

    /// Number of tasks.
    pub fn task_count(&self) -> u32 {
        self.tasks.count()
    }

    /// Number of episodes.
    pub fn episode_count(&self) -> u32 {
        self.episodes.count()
    }

    /// Number of questions.
    pub fn question_count(&self) -> u32 {
        self.questions.count()
    }

    /// Task `index`.
    pub fn task(&self, index: u32) -> Result<Task<'a>, PackError> {
        let entry: TaskEntry = self.tasks.value(index)?;
        Ok(Task {
            index,
            id: self.strings.text(entry.id)?,
            name: self.strings.text(entry.name)?,
            group: self.strings.text(entry.group)?,
            definition: self.strings.text(entry.definition)?,
            pass_at_k: entry.pass_at_k,
        })
    }

    /// Episode `index`.
    pub fn episode(&self, index: u32) -> Result<Episode<'a>, PackError> {
        let entry: EpisodeEntry = self.episodes.value(index)?;
        Ok(Episode {
            index,
            id: self.strings.text(entry.id)?,
            summary: self.strings.text(entry.summary)?,
        })
    }

    /// Question `index`, 0-based in the order of asking.
    pub fn question(&self, index: u32) -> Result<Question<'a>, PackError> {
        let entry = self.entry(index)?;
        let text = |id| self.strings.text(id);
        Ok(Question {
            index,
            task: self.task(entry.task)?,
            episode: entry.episode.map(|at| self.episode(at)).transpose()?,
            text: text(entry.text)?,
            instruction: entry.instruction.map_or(Ok(self.instruction), text)?,
            reason: text(entry.reason)?,
            kind: self.kind(entry.kind)?,
            frame: self.frame.clone(),
        })
    }

    /// Index of the task of question `index`, without reading its texts.
    pub fn task_of(&self, index: u32) -> Result<u32, PackError> {
        Ok(self.entry(index)?.task)
    }

    /// How many options question `index` has, without reading its texts; none where a letter is not
    /// what it asks for.
    pub fn options_of(&self, index: u32) -> Result<u8, PackError> {
        Ok(match self.entry(index)?.kind {
            KindEntry::Choice { options, .. } => options.len() as u8,
            _ => 0,
        })
    }

    /// How many steps question `index` has as a conversation, without reading its texts; none where it
    /// is none.
    pub fn steps_of(&self, index: u32) -> Result<u8, PackError> {
        Ok(match self.entry(index)?.kind {
            KindEntry::Turns { steps, .. } => steps.len() as u8,
            _ => 0,
        })
    }

    /// How many prompts question `index` leads to: one for each step of a conversation, and with
    /// `rotate` one for each order of its options.
    pub fn prompts_of(&self, index: u32, rotate: bool) -> Result<u8, PackError> {
        let orders = match rotate {
            true => self.options_of(index)?,
            false => 0,
        };
        Ok(self.steps_of(index)?.max(orders).max(1))
    }

    fn entry(&self, index: u32) -> Result<QuestionEntry, PackError> {
        if index >= self.question_count() {
            return Err(PackError::NoSuchQuestion(index, self.question_count()));
        }
        match self.version {
            1 => Ok(self.questions.value::<FourOptions>(index)?.into()),
            _ => self.questions.value(index),
        }
    }

    fn kind(&self, entry: KindEntry) -> Result<Kind<'a>, PackError> {
        let text = |id| self.strings.text(id);
        Ok(match entry {
            KindEntry::Choice { key, options } => {
                if !(2..=options.capacity()).contains(&options.len())
                    || key.index() >= options.len()
                {
                    return Err(PackError::Corrupt("options"));
                }
                let options = options.into_iter().map(|option| {
                    Ok(Opt {
                        text: text(option.text)?,
                        fault: option.fault,
                    })
                });
                Kind::Choice(Choice {
                    key,
                    options: options.collect::<Result<_, PackError>>()?,
                })
            }
            KindEntry::Number {
                value,
                tolerance,
                unit,
            } => Kind::Number(Number {
                value,
                tolerance,
                unit: text(unit)?,
            }),
            KindEntry::Text { matching, accepted } => Kind::Text(Wording {
                matching,
                accepted: texts(&self.strings, &accepted)?,
            }),
            KindEntry::Tool { functions, calls } => Kind::Tool(ToolUse {
                functions: texts(&self.strings, &functions)?,
                calls: text(calls)?,
            }),
            KindEntry::Turns { functions, steps } => {
                let steps = steps.into_iter().map(|step| {
                    Ok(Step {
                        calls: text(step.calls)?,
                        result: text(step.result)?,
                    })
                });
                Kind::Turns(Turns {
                    functions: texts(&self.strings, &functions)?,
                    steps: steps.collect::<Result<_, PackError>>()?,
                })
            }
        })
    }
}

fn texts<'a, const N: usize>(
    strings: &Section<'a>,
    ids: &Vec<TextId, N>,
) -> Result<Vec<&'a str, N>, PackError> {
    ids.iter().map(|id| strings.text(*id)).collect()
}

/// A postcard value that fills `bytes` exactly.
fn fill<'a, T: serde::Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, PackError> {
    match postcard::take_from_bytes(bytes) {
        Ok((value, [])) => Ok(value),
        _ => Err(PackError::Corrupt("header")),
    }
}

fn array_at<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N], PackError> {
    bytes
        .get(at..)
        .and_then(|rest| rest.first_chunk())
        .copied()
        .ok_or(PackError::Truncated)
}
