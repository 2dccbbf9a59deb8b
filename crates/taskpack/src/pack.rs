//! Reading a pack where it lies.

use crate::format::{
    CONTENT_AT, CURRENT_VERSION, EpisodeEntry, HASH_AT, Header, MAGIC, MIN_VERSION, QuestionEntry,
    TaskEntry, VERSION_AT,
};
use crate::section::Section;
use crate::{Fault, Hash, Letter, PackError};

/// An opened pack. Copying it copies a few slices; the texts stay in the pack's bytes.
///
/// ```
/// use edgescore_taskpack::{
///     Draft, DraftEpisode, DraftQuestion, DraftTask, Layout, Letter, Pack, Rotation,
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
///         episode: 0,
///         task: 0,
///         text: "Where does the job run?".into(),
///         options: ["On the device", "On edge 1", "On edge 2", "In the cloud"].map(Into::into),
///         key: Letter::B,
///         reason: "Edge 1 is attested.".into(),
///         faults: [None; 4],
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
/// assert_eq!(question.option(Letter::A, Rotation::new(1)), "On edge 1");
///
/// let mut prompt = String::new();
/// question.write_user_message(
///     Layout::Reference,
///     Rotation::default(),
///     pack.instruction(),
///     &mut prompt,
/// )?;
/// assert!(prompt.ends_with("D: In the cloud\n\nReply with JSON only."));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Pack<'a> {
    hash: Hash,
    content: &'a [u8],
    name: &'a str,
    origin: &'a str,
    system: &'a str,
    instruction: &'a str,
    strings: Section<'a>,
    tasks: Section<'a>,
    episodes: Section<'a>,
    questions: Section<'a>,
}

/// A kind of decision, such as T9, Trust-Aware Offloading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Task<'a> {
    /// Position in the task table.
    pub index: u32,
    /// Short id, `T1` to `T30` in the thirty tasks of 6G-Bench.
    pub id: &'a str,
    /// Name as shown to people and models.
    pub name: &'a str,
    /// Group id, `G1` to `G5` in 6G-Bench.
    pub group: &'a str,
    /// What the model is asked to decide.
    pub definition: &'a str,
    /// Whether pass@k is measured on this task.
    pub pass_at_k: bool,
}

/// A situation that one or more questions are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Episode<'a> {
    /// Position in the episode table.
    pub index: u32,
    /// Id as in the source.
    pub id: &'a str,
    /// The text a model reads.
    pub summary: &'a str,
}

/// One multiple-choice question with its task and episode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question<'a> {
    /// Position in the pack.
    pub index: u32,
    /// The task it belongs to.
    pub task: Task<'a>,
    /// The episode it is about.
    pub episode: Episode<'a>,
    /// The question.
    pub text: &'a str,
    /// Options A to D.
    pub options: [&'a str; 4],
    /// The correct option.
    pub key: Letter,
    /// Why it is correct; may be empty.
    pub reason: &'a str,
    /// The fault of each wrong option, where it is known.
    pub faults: [Option<Fault>; 4],
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
        let Ok((header, [])) = postcard::take_from_bytes::<Header>(header) else {
            return Err(PackError::Corrupt("header"));
        };
        let (strings, rest) = Section::take("strings", header.strings, rest)?;
        let (tasks, rest) = Section::take("task table", header.tasks, rest)?;
        let (episodes, rest) = Section::take("episode table", header.episodes, rest)?;
        let (questions, rest) = Section::take("question table", header.questions, rest)?;
        if !rest.is_empty() {
            return Err(PackError::Corrupt("end"));
        }
        Ok(Pack {
            hash,
            content,
            name: strings.text(header.name)?,
            origin: strings.text(header.origin)?,
            system: strings.text(header.system)?,
            instruction: strings.text(header.instruction)?,
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

    /// The instruction that ends every user message.
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
        if index >= self.question_count() {
            return Err(PackError::NoSuchQuestion(index, self.question_count()));
        }
        let entry: QuestionEntry = self.questions.value(index)?;
        let [a, b, c, d] = entry.options;
        Ok(Question {
            index,
            task: self.task(entry.task)?,
            episode: self.episode(entry.episode)?,
            text: self.strings.text(entry.text)?,
            options: [
                self.strings.text(a)?,
                self.strings.text(b)?,
                self.strings.text(c)?,
                self.strings.text(d)?,
            ],
            key: entry.key,
            reason: self.strings.text(entry.reason)?,
            faults: entry.faults,
        })
    }

    /// Index of the task of question `index`, without reading its texts.
    pub fn task_of(&self, index: u32) -> Result<u32, PackError> {
        if index >= self.question_count() {
            return Err(PackError::NoSuchQuestion(index, self.question_count()));
        }
        Ok(self.questions.value::<QuestionEntry>(index)?.task)
    }
}

fn array_at<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N], PackError> {
    bytes
        .get(at..)
        .and_then(|rest| rest.first_chunk())
        .copied()
        .ok_or(PackError::Truncated)
}
