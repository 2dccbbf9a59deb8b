//! The report as a flat table: one row a run.

use edgescore_record::Labels;
use edgescore_score::{
    EdgeScore, Estimate, Interval, NoDrift, Percentile, Reading, Reason, RotationReport,
};
use edgescore_summary::{RankedRun, SustainedSummary, Warning, describe_indecision};

use super::table::{Cell, Column, Kind, Table, column};
use crate::failure::Failure;

/// The columns of the table `runs`.
const COLUMNS: [Column; 62] = [
    column("run", Kind::Text),
    column("file", Kind::Text),
    column("model", Kind::Text),
    column("quantisation", Kind::Text),
    column("engine", Kind::Text),
    column("origin", Kind::Text),
    column("pack", Kind::Text),
    column("mode", Kind::Text),
    column("layout", Kind::Text),
    column("board", Kind::Text),
    column("threads", Kind::Int),
    column("verdict", Kind::Text),
    column("warnings", Kind::Text),
    column("did_not_decide", Kind::Text),
    column("stopped_early", Kind::Bool),
    column("questions", Kind::Int),
    column("answered", Kind::Int),
    column("skipped", Kind::Int),
    column("unparsed", Kind::Int),
    column("correct", Kind::Int),
    column("pass_at_1", Kind::Real),
    column("pass_at_1_low", Kind::Real),
    column("pass_at_1_high", Kind::Real),
    column("debiased", Kind::Real),
    column("pass_at_3", Kind::Real),
    column("pass_at_3_low", Kind::Real),
    column("pass_at_3_high", Kind::Real),
    column("pass_at_5", Kind::Real),
    column("pass_at_5_low", Kind::Real),
    column("pass_at_5_high", Kind::Real),
    column("delta_5", Kind::Real),
    column("delta_5_like_for_like", Kind::Real),
    column("format_mass", Kind::Real),
    column("faults_myopic", Kind::Int),
    column("faults_average_case", Kind::Int),
    column("faults_policy_blind", Kind::Int),
    column("constant_letter_accuracy", Kind::Real),
    column("rotation_accuracy", Kind::Real),
    column("rotation_consistency", Kind::Real),
    column("latency_p50_ms", Kind::Real),
    column("latency_p90_ms", Kind::Real),
    column("latency_p99_ms", Kind::Real),
    column("sustained_s", Kind::Real),
    column("prefill_tps", Kind::Real),
    column("decode_tps", Kind::Real),
    column("prefill_arithmetic_utilisation", Kind::Real),
    column("decode_bandwidth_utilisation", Kind::Real),
    column("peak_memory_bytes", Kind::Int),
    column("energy_per_question_j", Kind::Real),
    column("edge_score", Kind::Real),
    column("edge_score_chance_corrected", Kind::Real),
    column("edge_score_per_joule", Kind::Real),
    column("sustained_s_first_minute", Kind::Real),
    column("sustained_s_steady_state", Kind::Real),
    column("time_drift", Kind::Real),
    column("time_drift_low", Kind::Real),
    column("time_drift_high", Kind::Real),
    column("energy_drift", Kind::Real),
    column("throttled_after_s", Kind::Real),
    column("rank", Kind::Int),
    column("not_ranked_because", Kind::Text),
    column("missing", Kind::Text),
];

/// Hands `runs` on as a table.
pub fn with(
    runs: &[RankedRun],
    write: impl FnOnce(Table) -> Result<(), Failure>,
) -> Result<(), Failure> {
    write(Table {
        name: "runs",
        columns: &COLUMNS,
        rows: &mut runs.iter().map(|ranked| Ok(row(ranked))),
    })
}

/// The row of one run. Empty cells have their reasons in the last one.
fn row(ranked: &RankedRun) -> Vec<Cell> {
    let run = &ranked.run;
    let scores = &run.scores;
    let latency = &scores.latency;
    let milliseconds = |percentile: Percentile| f64::from(percentile.value_us) / 1e3;
    let rotation = |value: fn(RotationReport) -> Reading<Estimate>| {
        scores
            .rotation
            .clone()
            .and_then(value)
            .map(|estimate| estimate.value)
    };
    let warnings: Vec<&str> = run.warnings().iter().map(Warning::label).collect();
    let did_not_decide = run.indecision.as_ref().map(describe_indecision);
    let cells = vec![
        (&run.id).into(),
        (&run.file).into(),
        run.model().into(),
        run.quantisation().into(),
        (&run.provenance.engine.engine).into(),
        run.origin().label().into(),
        (&run.start.pack).into(),
        run.start.mode.label().into(),
        run.start.layout.label().into(),
        (&run.start.board).into(),
        run.threads().map(u32::from).into(),
        run.verdict
            .as_ref()
            .map(|ending| ending.kind.label())
            .into(),
        or_empty(&warnings.join("; ")),
        or_empty(&did_not_decide.unwrap_or_default()),
        run.stopped_early.into(),
        run.start.questions.into(),
        run.answered().into(),
        run.skipped().into(),
        scores.accuracy.overall.unparsed.into(),
        scores.accuracy.overall.correct.into(),
    ];
    let mut row = Row {
        cells,
        ..Row::default()
    };
    row.estimate(run.pass_at_1);
    row.value(
        scores
            .debiased
            .clone()
            .map(|debiased| debiased.accuracy.value),
    );
    row.estimate(scores.pass_3.mean);
    row.estimate(scores.pass_5.mean);
    row.value(scores.delta_5.published.map(|estimate| estimate.value));
    row.value(scores.delta_5.like_for_like.map(|estimate| estimate.value));
    row.value(scores.parsing.mass.map(|estimate| estimate.value));
    row.value(run.faults.map(|faults| faults.myopic));
    row.value(run.faults.map(|faults| faults.average_case));
    row.value(run.faults.map(|faults| faults.policy_blind));
    row.value(scores.bias.constant.map(|constant| constant.accuracy.value));
    row.value(rotation(|report| report.mean_accuracy));
    row.value(rotation(|report| report.consistency));
    row.value(latency.median_us.map(|us| us / 1e3));
    row.value(latency.p90.map(milliseconds));
    row.value(latency.p99.map(milliseconds));
    row.value(run.sustained_s());
    row.value(run.prefill_tps);
    row.value(run.decode_tps);
    row.value(run.roofline.prefill);
    row.value(run.roofline.decode);
    row.value(run.peak_memory().map(|bytes| bytes.0));
    row.value(run.energy.per_question_j());
    row.score(&ranked.literal);
    row.score(&ranked.chance_corrected);
    row.score(&ranked.per_joule);
    row.sustained(run.sustained.as_ref());
    let because = ranked.rank.err().map(|why| why.to_string());
    row.cells
        .push(ranked.rank.ok().map(|rank| rank as u64).into());
    row.cells.push(or_empty(&because.unwrap_or_default()));
    let missing = row.missing.join("; ");
    row.cells.push(or_empty(&missing));
    row.cells
}

fn or_empty(text: &str) -> Cell {
    match text {
        "" => Cell::Empty,
        text => text.into(),
    }
}

#[derive(Default)]
struct Row {
    cells: Vec<Cell>,
    missing: Vec<String>,
}

impl Row {
    fn push(&mut self, cell: Result<Cell, String>) {
        let name = COLUMNS.get(self.cells.len()).map_or("", |c| c.name);
        let cell = cell.unwrap_or_else(|reason| {
            self.missing.push(format!("{name}: {reason}"));
            Cell::Empty
        });
        self.cells.push(cell);
    }

    fn value<T: Into<Cell>>(&mut self, value: Reading<T>) {
        self.push(match value {
            Reading::Value(value) => Ok(value.into()),
            Reading::Missing(reason) => Err(reason.to_string()),
        });
    }

    /// Value and both ends.
    fn estimate(&mut self, estimate: Reading<Estimate>) {
        self.value(estimate.map(|estimate| estimate.value));
        let end =
            |pick: fn(Interval) -> f64| estimate.value().and_then(|e| e.interval.map(pick).value());
        self.cells.push(end(|interval| interval.low).into());
        self.cells.push(end(|interval| interval.high).into());
    }

    /// Drift of time and energy, and the time to throttle, which is empty where it did not come.
    fn sustained(&mut self, load: Option<&SustainedSummary>) {
        const NONE: Reason = Reason::Off;
        let reason = |drift: NoDrift| drift.to_string();
        let none = || Err(NONE.to_string());
        let seconds = load.map_or_else(none, |load| load.seconds.map_err(reason));
        self.push(seconds.clone().map(|drift| drift.means.first.into()));
        self.push(seconds.clone().map(|drift| drift.means.steady.into()));
        self.push(seconds.clone().map(|drift| drift.change.value.into()));
        let interval = seconds.ok().and_then(|drift| drift.change.interval.value());
        self.cells
            .push(interval.map(|interval| interval.low).into());
        self.cells
            .push(interval.map(|interval| interval.high).into());
        let joules = load.map_or_else(none, |load| load.joules.map_err(reason));
        self.push(joules.map(|drift| drift.change.value.into()));
        let throttling = load.map_or(Reading::Missing(NONE), |load| load.throttling);
        self.value(throttling.map(|throttling| throttling.map(|began| began.after_s)));
    }

    fn score(&mut self, score: &EdgeScore) {
        self.push(match score.value {
            Ok(value) => Ok(value.into()),
            Err(refusal) => Err(format!("{}: {}", refusal.component, refusal.reason)),
        });
    }
}
