//! What a reader must know before the figures of a run.

use edgescore_probe::Reading;
use edgescore_record::{Labels, Tuning, VerdictKind};

use crate::conditions::{Shortage, long_waits};
use crate::run::RunSummary;

/// Models from this size on are calibrated before a run (ARCHITECTURE.md).
const CALIBRATED_FROM: u64 = 64 << 20;

/// Something about a run that its figures do not show.
#[derive(Clone, Debug, PartialEq)]
pub enum Warning {
    /// The result has no verdict.
    CutOff,
    /// So many rows of the file are missing, or bytes of it cannot be read.
    Damaged(u32),
    /// The result has its verdict and not its closing record.
    Unclosed,
    /// Bits of the file were put right by its checksums.
    Mended,
    /// The run ended too early, and went on so many times.
    Resumed(usize),
    /// The verdict is not Ok.
    Verdict(VerdictKind),
    /// A sustained load ended before each question was asked once: the first of these were asked of so
    /// many, and its accuracy is over a part of the pack.
    PartOfPack(u32, u32),
    /// So many answers of so many, none of them right or with a letter, have all tokens that they may
    /// have: they were most likely cut off.
    AnswersCutOff(u32, u32),
    /// Tasks of the board waited for something during this share of the questions' time.
    Waited(Shortage, f64),
    /// The firmware held the clock down.
    Throttled,
    /// The build leaves CPU features unused.
    SlowBuild,
    /// Threads and batch were not measured; whether that is because the prompts are too short.
    NotCalibrated(bool),
    /// Power comes from a model of the board.
    SimulatedPower,
}

impl Warning {
    /// A word for programs and for narrow tables.
    pub fn label(&self) -> &'static str {
        match self {
            Warning::CutOff => "cut_off",
            Warning::Damaged(_) => "damaged",
            Warning::Unclosed => "unclosed",
            Warning::Mended => "mended",
            Warning::Resumed(_) => "resumed",
            Warning::Verdict(kind) => kind.label(),
            Warning::PartOfPack(..) => "part_of_pack",
            Warning::AnswersCutOff(..) => "answers_cut_off",
            Warning::Waited(Shortage::Cpu, _) => "waited_for_cpu",
            Warning::Waited(Shortage::Memory, _) => "waited_for_memory",
            Warning::Waited(Shortage::Disk, _) => "waited_for_disk",
            Warning::Throttled => "throttled",
            Warning::SlowBuild => "slow_build",
            Warning::NotCalibrated(_) => "not_calibrated",
            Warning::SimulatedPower => "simulated_power",
        }
    }
}

impl RunSummary {
    /// All warnings, the gravest first.
    pub fn warnings(&self) -> Vec<Warning> {
        let mut warnings = Vec::new();
        let damage = &self.damage;
        if !damage.missing.is_empty() || damage.at.is_some() {
            warnings.push(Warning::Damaged(damage.missing_rows()));
        }
        if !damage.mended.is_empty() || damage.header {
            warnings.push(Warning::Mended);
        }
        match self.verdict.as_ref().map(|ending| ending.kind) {
            None => warnings.push(Warning::CutOff),
            Some(VerdictKind::Ok) => {}
            Some(kind) => warnings.push(Warning::Verdict(kind)),
        }
        if damage.unclosed && self.verdict.is_some() {
            warnings.push(Warning::Unclosed);
        }
        if !self.resumed.is_empty() {
            warnings.push(Warning::Resumed(self.resumed.len()));
        }
        let asked = self.rows.len() as u32;
        if self.sustained.is_some() && asked < self.start.asks {
            warnings.push(Warning::PartOfPack(asked, self.start.asks));
        }
        if self.answers.cut_off > 0 {
            warnings.push(Warning::AnswersCutOff(self.answers.cut_off, asked));
        }
        if let Some(conditions) = &self.conditions {
            let throttled = matches!(conditions.throttled, Reading::Value(flags) if flags.0 != 0);
            if throttled && !warnings.contains(&Warning::Verdict(VerdictKind::Throttled)) {
                warnings.push(Warning::Throttled);
            }
            let waits = long_waits(conditions).into_iter();
            warnings.extend(waits.map(|(what, share)| Warning::Waited(what, share)));
        }
        if !self.provenance.start.cpu_features_unused.is_empty() {
            warnings.push(Warning::SlowBuild);
        }
        let tuning = self.provenance.model.as_ref().map(|model| model.tuning.0);
        let short = tuning == Some(Tuning::ShortPrompts);
        if short || tuning == Some(Tuning::Default) && self.memory.model.0 >= CALIBRATED_FROM {
            warnings.push(Warning::NotCalibrated(short));
        }
        if self.power.is_simulated() {
            warnings.push(Warning::SimulatedPower);
        }
        warnings
    }
}
