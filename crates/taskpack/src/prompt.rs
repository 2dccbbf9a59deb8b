//! From a question to the chat messages a model reads.

use core::fmt::{self, Write};

use serde::{Deserialize, Serialize};

use crate::{Fault, Letter, Question};

/// The order of the parts of a user message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Layout {
    /// The order of 6G-Bench's reference builder, byte for byte: task, episode, question,
    /// options, instruction (arXiv:2602.08675, reference notebook).
    Reference,
    /// The episode first, then task, question, options, instruction: questions of one episode
    /// share everything up to the task, so their prefill too.
    SharedPrefix,
}

/// The cyclic order of the options: at rotation r, letter i shows the pack's option i + r
/// (modulo 4). Rotation 0 is the pack's own order. Asking all four tells a preference for a
/// letter from knowledge of the answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rotation(u8);

impl Rotation {
    /// The four rotations.
    pub const ALL: [Rotation; 4] = [Rotation(0), Rotation(1), Rotation(2), Rotation(3)];

    /// The rotation by `steps` modulo 4.
    pub const fn new(steps: u8) -> Rotation {
        Rotation(steps % 4)
    }

    /// Steps, 0 to 3.
    pub const fn steps(self) -> u8 {
        self.0
    }

    /// The pack's letter of the option that a model sees under `shown`.
    pub fn original(self, shown: Letter) -> Letter {
        turn(shown, self.0 as usize)
    }

    /// The letter under which a model sees the pack's option `original`.
    pub fn shown(self, original: Letter) -> Letter {
        turn(original, 4 - self.0 as usize)
    }
}

fn turn(letter: Letter, steps: usize) -> Letter {
    match (letter.index() + steps) % 4 {
        0 => Letter::A,
        1 => Letter::B,
        2 => Letter::C,
        _ => Letter::D,
    }
}

impl<'a> Question<'a> {
    /// The text of the option shown under `letter` at `rotation`.
    pub fn option(&self, letter: Letter, rotation: Rotation) -> &'a str {
        let [a, b, c, d] = self.options;
        match rotation.original(letter) {
            Letter::A => a,
            Letter::B => b,
            Letter::C => c,
            Letter::D => d,
        }
    }

    /// The fault of the option shown under `letter` at `rotation`.
    pub fn fault(&self, letter: Letter, rotation: Rotation) -> Option<Fault> {
        let fault = self.faults.get(rotation.original(letter).index());
        fault.copied().flatten()
    }

    /// Writes the user message of this question. `instruction` is [`crate::Pack::instruction`].
    ///
    /// # Errors
    /// Only those of `out`.
    pub fn write_user_message(
        &self,
        layout: Layout,
        rotation: Rotation,
        instruction: &str,
        out: &mut impl Write,
    ) -> fmt::Result {
        self.write_shared(layout, out)?;
        self.write_own(layout, out)?;
        self.write_options(rotation, instruction, out)
    }

    /// Writes the first part of the user message: what all questions of the episode share.
    /// Layout reference begins with the task, so nothing.
    ///
    /// # Errors
    /// Only those of `out`.
    pub fn write_shared(&self, layout: Layout, out: &mut impl Write) -> fmt::Result {
        match layout {
            Layout::SharedPrefix => self.write_episode(out),
            Layout::Reference => Ok(()),
        }
    }

    /// Writes the second part of the user message: what all rotations of the question share.
    ///
    /// # Errors
    /// Only those of `out`.
    pub fn write_own(&self, layout: Layout, out: &mut impl Write) -> fmt::Result {
        let task = self.task;
        writeln!(
            out,
            "TARGET TASK\nTASK_ID: {}\nTASK_NAME: {}\nDEFINITION: {}\n",
            task.id, task.name, task.definition
        )?;
        if layout == Layout::Reference {
            self.write_episode(out)?;
        }
        writeln!(out, "QUESTION\n{}\n\nOPTIONS", self.text)
    }

    /// Writes the last part of the user message.
    ///
    /// # Errors
    /// Only those of `out`.
    pub fn write_options(
        &self,
        rotation: Rotation,
        instruction: &str,
        out: &mut impl Write,
    ) -> fmt::Result {
        for letter in Letter::ALL {
            writeln!(out, "{letter}: {}", self.option(letter, rotation))?;
        }
        write!(out, "\n{instruction}")
    }

    fn write_episode(&self, out: &mut impl Write) -> fmt::Result {
        writeln!(out, "EPISODE SUMMARY\n{}\n", self.episode.summary)
    }
}
