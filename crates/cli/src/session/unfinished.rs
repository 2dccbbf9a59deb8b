//! A run that ended too early, and goes on in its own result.

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use edgescore_record::file::{self, ResultFile};
use edgescore_record::frame::Encoder;
use edgescore_record::{
    Chain, FlashAttention, Labels, Leg, Mode, Plan, Scenario, Stop, VerdictKind,
};
use edgescore_summary::{Decoder, decode};

use crate::failure::Failure;
use crate::files;

/// The result of a run that ended too early.
pub struct Unfinished {
    /// The file.
    pub path: PathBuf,
    /// Header and rows up to the verdict.
    pub kept: Vec<u8>,
    /// How many rows these are.
    pub rows: u32,
    /// The hash over them.
    pub chain: Chain,
    /// What they say.
    pub records: Decoder,
    /// The questions that are left.
    leg: Leg,
}

impl Unfinished {
    /// Reads the result at `path`.
    ///
    /// # Errors
    /// It is no result, rows of it are missing, nothing is left to ask, or it cannot be told what is.
    pub fn read(path: &Path) -> Result<Unfinished, Failure> {
        let refuse = |why: &str| Err(Failure::Data(anyhow!("{}: {why}", path.display())));
        let bytes = files::read(path)?;
        let parsed = match ResultFile::parse(&bytes) {
            Ok(parsed) => parsed,
            Err(error) => return refuse(&error.to_string()),
        };
        let records = decode(&bytes).map_err(Failure::data)?.records;
        let Some(rows) = parsed.unended() else {
            return refuse(&format!(
                "{}: a run goes on from whole rows alone, so collect it again or begin again",
                parsed.damage()
            ));
        };
        if records.leg.is_some() {
            return refuse("is a round of a race: the same `edgescore choose` goes on with it");
        }
        if records.load.planned.is_some() {
            return refuse("was run for --minutes, which cannot be cut in two: begin again");
        }
        if records.scenario() == Scenario::Offline {
            return refuse(
                "was run offline, where questions are not answered in order: begin again",
            );
        }
        let start = records.started().map_err(Failure::data)?;
        let mut questions: Vec<u32> = records
            .asked
            .iter()
            .map(|asked| asked.ask.question())
            .collect();
        questions.dedup();
        let answered = questions.len() as u32;
        let ended = |kind| {
            records
                .verdict
                .as_ref()
                .is_some_and(|ending| ending.kind == kind)
        };
        let stop = records.end.as_ref().and_then(|end| end.stop);
        if stop.is_some_and(|stop| stop.0 == Stop::Decided) {
            return refuse("was ended by what it showed: nothing is left to ask");
        }
        if answered >= start.questions && (ended(VerdictKind::Ok) || ended(VerdictKind::Throttled))
        {
            return refuse("is whole: nothing is left to ask");
        }
        // Of the last question draws or orders may be missing.
        let first = answered.saturating_sub(1);
        let leg = Leg {
            first,
            questions: start.questions.saturating_sub(first),
        };
        let (mut kept, mut chain, mut encoder) = (
            file::header().to_vec(),
            Chain::default(),
            Box::<Encoder>::default(),
        );
        for content in &rows {
            let encoded = encoder.reframe(content).map_err(Failure::data)?;
            kept.extend_from_slice(encoded.frame);
            chain.add(encoded.content);
        }
        Ok(Unfinished {
            path: path.to_owned(),
            kept,
            rows: rows.len() as u32,
            chain,
            records,
            leg,
        })
    }

    /// `plan` for the questions that are left, with the settings that the run had where none are given, so
    /// that answers round as they would have.
    pub fn plan<'p>(&self, plan: Plan<'p>) -> Plan<'p> {
        let plan = Plan {
            leg: Some(self.leg),
            ..plan
        };
        let Some(model) = &self.records.model else {
            return plan;
        };
        let facts = &model.facts;
        let or = |given: u32, had: u64| match given {
            0 => u32::try_from(had).unwrap_or(0),
            given => given,
        };
        let texts = self.records.asked.iter();
        let has_texts = texts.filter(|asked| asked.notes.text.is_some()).count() > 0;
        let plan = Plan {
            threads: match plan.threads {
                0 => model.threads,
                given => given,
            },
            context: or(plan.context, facts.context),
            keep_text: plan
                .keep_text
                .or((plan.mode == Mode::Generate).then_some(has_texts)),
            ..plan
        };
        if self.records.engine.is_some() {
            return plan;
        }
        Plan {
            ubatch: or(plan.ubatch, facts.ubatch),
            weights: plan.weights.or(Some(facts.weights.0)),
            flash: match plan.flash {
                FlashAttention::Auto => facts.flash_attention_used.0,
                given => given,
            },
            parallel: match plan.parallel {
                0 => u8::try_from(facts.texts_at_once).unwrap_or(0),
                given => given,
            },
            ..plan
        }
    }

    /// Holds the rows of the session that goes on, up to its model, against this run.
    ///
    /// # Errors
    /// They are of another run.
    pub fn check(&self, next: &Decoder) -> Result<(), Failure> {
        self.records.continues(next).map_err(|what| {
            Failure::Data(anyhow!(
                "{} cannot go on: {what} is not what it was: give what the run was given, or begin again in another file",
                self.path.display()
            ))
        })
    }

    /// What is about to happen, for a person.
    pub fn describe(&self) -> String {
        let verdict = self.records.verdict.as_ref();
        let ended = verdict.map_or("cut off", |ending| ending.kind.label());
        format!(
            "{}: {ended}; it goes on with {} of its questions",
            self.path.display(),
            self.leg.questions
        )
    }
}
