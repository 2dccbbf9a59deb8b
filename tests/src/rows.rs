//! The rows of a result, sorted by kind.

use edgescore_probe::{Reading, Reason};
use edgescore_record::file::{FileError, ResultFile};
use edgescore_record::{
    Generated, Question, Record, Sample, SessionEnd, Skipped, Stop, VerdictKind,
};

/// What a result says, without what only reports need.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    /// Answered questions.
    pub questions: Vec<Question>,
    /// Skipped questions.
    pub skipped: Vec<Skipped>,
    /// Draws.
    pub samples: Vec<Sample>,
    /// How it ended, with the detail.
    pub verdict: Option<(VerdictKind, String)>,
    /// The last row.
    pub end: Option<SessionEnd>,
}

impl Rows {
    /// Parses a result file.
    pub fn parse(bytes: &[u8]) -> Result<Rows, FileError> {
        let file = ResultFile::parse(bytes)?;
        let mut all = Rows::default();
        let mut rows = Rows::default();
        for record in file.records() {
            match record {
                // A run that went on in its file.
                Record::SessionStart(_) => all.go_on(std::mem::take(&mut rows)),
                Record::Question(row) => rows.questions.push(row),
                Record::Skipped(row) => rows.skipped.push(row),
                Record::Sample(row) => rows.samples.push(row),
                Record::Verdict(row) => rows.verdict = Some((row.kind, row.detail.to_owned())),
                _ => {}
            }
        }
        rows.end = file.end();
        all.go_on(rows);
        Ok(all)
    }

    /// Adds the rows of a session that went on. What it asked again counts once.
    fn go_on(&mut self, next: Rows) {
        let again = next.asked();
        let is_new = |question: u32| !again.contains(&question);
        self.questions.retain(|row| is_new(row.ask.question()));
        self.samples.retain(|row| is_new(row.ask.question()));
        self.questions.extend(next.questions);
        self.skipped.extend(next.skipped);
        self.samples.extend(next.samples);
        (self.verdict, self.end) = (next.verdict, next.end);
    }

    /// Positions in the pack of the answered questions.
    pub fn asked(&self) -> Vec<u32> {
        let questions = self.questions.iter();
        questions.map(|row| row.ask.question()).collect()
    }

    /// How it ended.
    pub fn verdict_kind(&self) -> Option<VerdictKind> {
        self.verdict.as_ref().map(|(kind, _)| *kind)
    }

    /// Why it ended early.
    pub fn stop(&self) -> Option<Stop> {
        self.end.and_then(|end| end.stop)
    }

    /// The answers with everything that was measured by a clock or a meter taken out: what
    /// must be the same in each repetition.
    pub fn timeless(mut self) -> Rows {
        fn without_time(generated: Generated) -> Generated {
            Generated {
                decode: Default::default(),
                ..generated
            }
        }
        for row in &mut self.questions {
            row.prefill = Default::default();
            row.energy = Reading::Missing(Reason::Off);
            row.generated = row.generated.map(without_time);
        }
        for row in &mut self.samples {
            row.generated = without_time(row.generated);
        }
        self.end = None;
        self
    }

    /// The answers without what the KV cache had of the prompt before, which depends on the order of questions.
    pub fn uncached(mut self) -> Rows {
        for row in &mut self.questions {
            row.cached_tokens = 0;
        }
        self
    }
}
