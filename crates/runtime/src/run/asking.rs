//! The loop over the questions.

use std::io::Write;
use std::time::Instant;

use edgescore_record::{
    Ask, Mode, Plan, Question, Record, Sample, Scenario, Think, VerdictKind, WhySkipped,
};
use edgescore_taskpack as taskpack;

use super::answer_rows::AnswerRows;
use super::conversation::{with_drawn_step, with_step};
use crate::error::RunError;
use crate::inference::answering::Answerer;
use crate::inference::answering::gathered::Gathered;
use crate::inference::no_answer::NoAnswer;
use crate::inference::prompt::{PromptError, Prompter};
use crate::stop;

/// What the loop works with.
pub struct Asking<'r, 'a, W> {
    /// How to ask.
    pub plan: &'r Plan<'r>,
    /// Makes the prompts.
    pub prompter: &'r mut Prompter<'a>,
    /// Answers them.
    pub answerer: &'r mut Answerer<'a>,
    /// When time is up.
    pub deadline: Option<Instant>,
    /// Sends the rows.
    pub rows: AnswerRows<'r, W>,
}

impl<W: Write> Asking<'_, '_, W> {
    /// Asks every question and sends its rows; again and again under sustained load.
    pub fn all(&mut self, asks: &[Ask]) -> Result<(), RunError> {
        self.rows.vitals()?;
        self.pass(asks)?;
        while self.rows.begins_again() {
            self.pass(asks)?;
        }
        Ok(())
    }

    /// Asks every question, or as many as a sustained load has time for.
    fn pass(&mut self, asks: &[Ask]) -> Result<(), RunError> {
        for ask in asks {
            if self.rows.is_over() {
                break;
            }
            if let Some(why) = stop::requested() {
                return Err(RunError::Stopped(why));
            }
            if self
                .deadline
                .is_some_and(|deadline| Instant::now() >= deadline)
            {
                let detail = format!("time was up after {}", self.rows.counts.of(asks.len()));
                return Err(RunError::Failed(VerdictKind::TimedOut, detail));
            }
            let answered = match (self.plan.mode, self.plan.scenario) {
                (Mode::Letter, _) => self.letter(*ask),
                (Mode::Generate, Scenario::SingleStream) => self.generate(*ask),
                (Mode::Generate, Scenario::Offline) => self.gather(*ask),
            };
            match answered {
                Ok(()) => {}
                Err(NoAnswer::Skip(why)) => {
                    let task = self.prompter.task_of(*ask)?;
                    self.rows.skipped(*ask, task, why)?;
                }
                Err(NoAnswer::Run(error)) => return Err(error),
            }
            if let Some(point) = self.answerer.meter().trace() {
                self.rows.reports.record(&Record::Power(point))?;
            }
            self.rows.vitals()?;
        }
        write_gathered(self.answerer, &mut self.rows)
    }

    fn letter(&mut self, ask: Ask) -> Result<(), NoAnswer> {
        if self.prompter.options(ask)? == 0 {
            return Err(NoAnswer::Skip(WhySkipped::AsksForText));
        }
        if matches!(self.prompter.template().think, Think::Tokens(_)) {
            return self.letter_behind_trace(ask);
        }
        let (question, prompt, letters) = match self.prompter.forced(ask) {
            Err(PromptError::LettersNotSeparable) => {
                return Err(NoAnswer::Skip(WhySkipped::LettersNotSeparable));
            }
            other => other?,
        };
        let row = self.answerer.letter(ask, &question, prompt, letters)?;
        self.rows.note(self.answerer.written(), ask, None)?;
        Ok(self.rows.answered(row)?)
    }

    fn letter_behind_trace(&mut self, ask: Ask) -> Result<(), NoAnswer> {
        let (question, prompt) = self.prompter.open(ask)?;
        let row = self.answerer.letter_behind_trace(ask, &question, prompt)?;
        self.rows.note(self.answerer.written(), ask, None)?;
        Ok(self.rows.answered(row)?)
    }

    fn generate(&mut self, ask: Ask) -> Result<(), NoAnswer> {
        let steps = self.prompter.steps(ask)?;
        self.answerer.follow(self.prompter.grammar(ask));
        if steps > 1 {
            return self.converse(ask, steps);
        }
        let (question, prompt) = self.prompter.open(ask)?;
        let row = self.answerer.generate(ask, &question, prompt)?;
        self.rows.note(self.answerer.written(), ask, None)?;
        self.rows.answered(row)?;
        let count = draws(self.plan, &self.rows, &question);
        let drawn = self.answerer.draw(ask, &question, prompt, count)?;
        // The question itself is answered; a draw without a row is lost alone.
        for row in drawn.into_iter().flatten() {
            if let Some(text) = self.answerer.together(row.draw.into()) {
                self.rows.note(text, ask, Some(row.draw))?;
            }
            self.rows.drawn(row)?;
        }
        Ok(())
    }

    /// Keeps a question until its text is written with those of others; before that, those for which
    /// it would be one too many are written. The steps of a conversation wait for each other, so it is
    /// alone.
    fn gather(&mut self, ask: Ask) -> Result<(), NoAnswer> {
        if self.prompter.steps(ask)? > 1 {
            write_gathered(self.answerer, &mut self.rows)?;
            return self.generate(ask);
        }
        let grammar = self.prompter.grammar(ask);
        let (question, prompt) = self.prompter.open(ask)?;
        let count = draws(self.plan, &self.rows, &question);
        if !self.answerer.has_room(count) {
            write_gathered(self.answerer, &mut self.rows)?;
        }
        self.answerer.follow(grammar);
        self.answerer.gather(ask, question, prompt, count)
    }

    /// Asks every step of a conversation, each behind the right calls of those before it. The draws of
    /// a step start from its prompt, so that they are made before the next one; their texts are not
    /// kept.
    fn converse(&mut self, ask: Ask, steps: u8) -> Result<(), NoAnswer> {
        let mut whole = None;
        let mut drawn: Vec<Option<Sample>> = Vec::new();
        for step in 0..steps {
            let at = Ask::of_step(ask.question(), step);
            let (question, prompt) = self.prompter.open(at)?;
            let row = self.answerer.generate(at, &question, prompt)?;
            self.rows.note(self.answerer.written(), at, None)?;
            whole = Some(with_step(whole, Question { ask, ..row }));
            let count = draws(self.plan, &self.rows, &question);
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
            self.rows.answered(row)?;
        }
        for row in drawn.into_iter().flatten() {
            self.rows.drawn(row)?;
        }
        Ok(())
    }
}

/// Writes the texts of the questions that were gathered, and sends their rows.
fn write_gathered<W: Write>(
    answerer: &mut Answerer,
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
            rows.note(text, ask, None)?;
        }
        rows.answered(row)?;
        for row in gathered.drawn {
            if let Some(text) = answerer.together(place + 1 + usize::from(row.draw)) {
                rows.note(text, ask, Some(row.draw))?;
            }
            rows.drawn(row)?;
        }
    }
    Ok(())
}

/// Draws for a question.
fn draws<W: Write>(plan: &Plan, rows: &AnswerRows<W>, question: &taskpack::Question) -> u8 {
    match question.task.pass_at_k && rows.is_first_pass() {
        true => plan.draws,
        false => 0,
    }
}
