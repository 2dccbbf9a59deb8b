//! A model that an engine runs in this process, with its prompts: how it is asked.

use std::io::Write;

use edgescore_record::{
    Ask, Memory, Mode, Plan, PowerEnd, PowerStart, Question, Sample, Scenario, Think, WhySkipped,
};

use super::answer_rows::{AnswerRows, Written};
use super::asking::draws;
use super::conversation::{with_drawn_step, with_step};
use super::engine::Answers;
use super::report::Reports;
use crate::decoder::Decoder;
use crate::error::RunError;
use crate::inference::answering::Answerer;
use crate::inference::answering::gathered::Gathered;
use crate::inference::no_answer::NoAnswer;
use crate::inference::prompt::{PromptError, Prompter};
use crate::inference::writing::Writing;
use crate::measure::memory::MemoryMonitor;
use crate::measure::meter::Meter;

/// What answers.
pub struct ModelAnswers<'r, 'a, S> {
    /// How to ask.
    pub plan: &'r Plan<'r>,
    /// Makes the prompts.
    pub prompter: Prompter<'a>,
    /// Answers them.
    pub answerer: Answerer<'a, S>,
    /// Watches the memory of this process.
    pub memory: MemoryMonitor,
}

impl<S: Decoder> Answers for ModelAnswers<'_, '_, S> {
    fn ask<W: Write>(&mut self, ask: Ask, rows: &mut AnswerRows<W>) -> Result<(), NoAnswer> {
        match (self.plan.mode, self.plan.scenario) {
            (Mode::Letter, _) => self.letter(ask, rows),
            (Mode::Generate, Scenario::SingleStream) => self.generate(ask, rows),
            (Mode::Generate, Scenario::Offline) => self.gather(ask, rows),
        }
    }

    fn end_pass<W: Write>(&mut self, rows: &mut AnswerRows<W>) -> Result<(), RunError> {
        write_gathered(&mut self.answerer, rows)
    }

    fn first_question(&mut self) {
        self.memory.first_question();
    }

    fn meter(&mut self) -> &mut Meter {
        self.answerer.meter()
    }

    fn power_row(&mut self) -> PowerStart<'_> {
        self.answerer.power_row()
    }

    fn finish<W: Write>(self, _: &mut Reports<W>) -> Result<(Memory, PowerEnd), RunError> {
        let memory = self.memory.finish();
        Ok((memory, self.answerer.finish()))
    }
}

impl<S: Decoder> ModelAnswers<'_, '_, S> {
    fn letter<W: Write>(&mut self, ask: Ask, rows: &mut AnswerRows<W>) -> Result<(), NoAnswer> {
        if self.prompter.options(ask)? == 0 {
            return Err(NoAnswer::Skip(WhySkipped::AsksForText));
        }
        if matches!(self.prompter.template().think, Think::Tokens(_)) {
            return self.letter_behind_trace(ask, rows);
        }
        let (question, prompt, letters) = match self.prompter.forced(ask) {
            Err(PromptError::LettersNotSeparable) => {
                return Err(NoAnswer::Skip(WhySkipped::LettersNotSeparable));
            }
            other => other?,
        };
        let row = self.answerer.letter(ask, &question, prompt, letters)?;
        rows.note(written(self.answerer.written()), ask, None)?;
        Ok(rows.answered(row)?)
    }

    fn letter_behind_trace<W: Write>(
        &mut self,
        ask: Ask,
        rows: &mut AnswerRows<W>,
    ) -> Result<(), NoAnswer> {
        let (question, prompt) = self.prompter.open(ask)?;
        let row = self.answerer.letter_behind_trace(ask, &question, prompt)?;
        rows.note(written(self.answerer.written()), ask, None)?;
        Ok(rows.answered(row)?)
    }

    fn generate<W: Write>(&mut self, ask: Ask, rows: &mut AnswerRows<W>) -> Result<(), NoAnswer> {
        let steps = self.prompter.steps(ask)?;
        self.answerer.follow(self.prompter.grammar(ask));
        if steps > 1 {
            return self.converse(ask, steps, rows);
        }
        let (question, prompt) = self.prompter.open(ask)?;
        let row = self.answerer.generate(ask, &question, prompt)?;
        rows.note(written(self.answerer.written()), ask, None)?;
        rows.answered(row)?;
        let count = draws(self.plan, rows, &question);
        let drawn = self.answerer.draw(ask, &question, prompt, count)?;
        // The question itself is answered; a draw without a row is lost alone.
        for row in drawn.into_iter().flatten() {
            if let Some(text) = self.answerer.together(row.draw.into()) {
                rows.note(written(text), ask, Some(row.draw))?;
            }
            rows.drawn(row)?;
        }
        Ok(())
    }

    /// Keeps a question until its text is written with those of others; before that, those for which
    /// it would be one too many are written. The steps of a conversation wait for each other, so it is
    /// alone.
    fn gather<W: Write>(&mut self, ask: Ask, rows: &mut AnswerRows<W>) -> Result<(), NoAnswer> {
        if self.prompter.steps(ask)? > 1 {
            write_gathered(&mut self.answerer, rows)?;
            return self.generate(ask, rows);
        }
        let grammar = self.prompter.grammar(ask);
        let (question, prompt) = self.prompter.open(ask)?;
        let count = draws(self.plan, rows, &question);
        if !self.answerer.has_room(count) {
            write_gathered(&mut self.answerer, rows)?;
        }
        self.answerer.follow(grammar);
        self.answerer.gather(ask, question, prompt, count)
    }

    /// Asks every step of a conversation, each behind the right calls of those before it. The draws of
    /// a step start from its prompt, so that they are made before the next one; their texts are not
    /// kept.
    fn converse<W: Write>(
        &mut self,
        ask: Ask,
        steps: u8,
        rows: &mut AnswerRows<W>,
    ) -> Result<(), NoAnswer> {
        let mut whole = None;
        let mut drawn: Vec<Option<Sample>> = Vec::new();
        for step in 0..steps {
            let at = Ask::of_step(ask.question(), step);
            let (question, prompt) = self.prompter.open(at)?;
            let row = self.answerer.generate(at, &question, prompt)?;
            rows.note(written(self.answerer.written()), at, None)?;
            whole = Some(with_step(whole, Question { ask, ..row }));
            let count = draws(self.plan, rows, &question);
            let of_step = self.answerer.draw(at, &question, prompt, count)?;
            let of_step = of_step
                .into_iter()
                .map(|row| row.map(|row| Sample { ask, ..row }));
            drawn = match step {
                0 => of_step.collect(),
                // A draw that was lost in a step is lost.
                _ => drawn
                    .into_iter()
                    .zip(of_step)
                    .map(|(before, row)| before.zip(row))
                    .map(|both| both.map(|(before, row)| with_drawn_step(before, row)))
                    .collect(),
            };
        }
        if let Some(row) = whole {
            rows.answered(row)?;
        }
        for row in drawn.into_iter().flatten() {
            rows.drawn(row)?;
        }
        Ok(())
    }
}

/// Writes the texts of the questions that were gathered, and sends their rows.
fn write_gathered<S: Decoder, W: Write>(
    answerer: &mut Answerer<S>,
    rows: &mut AnswerRows<W>,
) -> Result<(), RunError> {
    for gathered in answerer.write_gathered()? {
        let Gathered { ask, place, .. } = gathered;
        let row = match gathered.row {
            Ok(row) => row,
            Err(why) => {
                rows.skipped(ask, gathered.task, why)?;
                continue;
            }
        };
        if let Some(text) = answerer.together(place) {
            rows.note(written(text), ask, None)?;
        }
        rows.answered(row)?;
        for row in gathered.drawn {
            if let Some(text) = answerer.together(place + 1 + usize::from(row.draw)) {
                rows.note(written(text), ask, Some(row.draw))?;
            }
            rows.drawn(row)?;
        }
    }
    Ok(())
}

fn written<'t>(writing: &'t Writing) -> Written<'t> {
    let (text, answer) = writing.text();
    Written {
        notes: writing.notes,
        text,
        answer,
    }
}
