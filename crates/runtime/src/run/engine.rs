//! What a run needs of an engine.

use std::io::Write;

use edgescore_probe::Bytes;
use edgescore_record::{Ask, Memory, Plan, PowerEnd, PowerStart};
use edgescore_taskpack::Hash;

use super::answer_rows::{AnswerRows, Counts};
use super::job::Job;
use super::memory_control::MemoryControl;
use super::report::Reports;
use crate::error::{Refusal, RunError};
use crate::inference::no_answer::NoAnswer;
use crate::measure::meter::Meter;

/// A kind of engine: what answers the questions of a run.
pub trait Engine {
    /// What the first row of a result says of it.
    fn about(&self) -> About<'_> {
        About::default()
    }

    /// Whether it can run here at all.
    ///
    /// # Errors
    /// Why it cannot.
    fn check(&self) -> Result<(), Refusal> {
        Ok(())
    }

    /// Name, size and SHA-256 of the model of `plan`; zeros where an engine cannot know them.
    ///
    /// # Errors
    /// There is no such model.
    fn identify<'p>(
        &self,
        plan: &Plan<'p>,
        memory: &MemoryControl,
    ) -> Result<(&'p str, Bytes, Hash), Refusal>;

    /// Makes the model ready, has all questions asked ([`super::ask_all`]) and judges the run. Sends all rows
    /// behind the task table.
    ///
    /// # Errors
    /// Why the run ended before its last question, or without an Ok.
    fn carry_out<W: Write>(
        &self,
        job: &Job,
        counts: &mut Counts,
        reports: &mut Reports<W>,
    ) -> Result<(), RunError>;
}

/// What the first row of a result says of an engine.
#[derive(Clone, Copy, Debug, Default)]
pub struct About<'a> {
    /// Version of llama.cpp; empty for another engine.
    pub llama: &'a str,
    /// CPU features that it was compiled with.
    pub features: &'a str,
    /// CPU features that the CPU has and it leaves unused.
    pub unused: &'a str,
}

/// A model that is ready to be asked.
pub trait Answers {
    /// Asks a question, and sends its rows now or at the latest by the end of the pass.
    ///
    /// # Errors
    /// There is no answer, or the run ends.
    fn ask<W: Write>(&mut self, ask: Ask, rows: &mut AnswerRows<W>) -> Result<(), NoAnswer>;

    /// The last question was asked: sends the rows of what waits.
    ///
    /// # Errors
    /// The run ends.
    fn end_pass<W: Write>(&mut self, _rows: &mut AnswerRows<W>) -> Result<(), RunError> {
        Ok(())
    }

    /// The first question comes now.
    fn first_question(&mut self);

    /// What measures power.
    fn meter(&mut self) -> &mut Meter;

    /// The row that says how power is measured and what the budget is.
    fn power_row(&mut self) -> PowerStart<'_>;

    /// The last question has been answered: ends the measurements.
    ///
    /// # Errors
    /// The supervisor cannot be reached.
    fn finish<W: Write>(self, reports: &mut Reports<W>) -> Result<(Memory, PowerEnd), RunError>;
}
