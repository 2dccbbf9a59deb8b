//! The report as JSON. A value that was not measured is `{"missing": "reason"}`.
//! Schema: `docs/report.schema.json`.

use edgescore_score::{
    ConstantLetter, Delta5, EdgeScore, Estimate, Latency, LetterBias, PassAtK, Percentile, Place,
    Reading, RotationReport, Tally,
};
use serde_json::{Map, Value, json};

use super::load::RunSummary;
use super::modes::Modes;
use super::ranked::{self, Entry};
use crate::render::words;

/// `{"runs": […], "ranking": […], "pareto_front": […], "agreement": […]}`; files name the
/// runs in all but the first.
pub fn of(entries: &[Entry], modes: &[Modes]) -> Value {
    let file = |index: &usize| entries.get(*index).map(|entry| entry.run.file.as_str());
    let order = ranked::order(entries);
    let ranked = order
        .iter()
        .filter(|&&index| entries.get(index).is_some_and(|e| e.rank.is_some()));
    let front = entries.iter().filter(|entry| entry.place == Place::Front);
    json!({
        "runs": entries.iter().map(|entry| run(entry, entries)).collect::<Vec<_>>(),
        "ranking": ranked.map(file).collect::<Vec<_>>(),
        "pareto_front": front.map(|entry| entry.run.file.as_str()).collect::<Vec<_>>(),
        "agreement": modes.iter().map(|modes| agreement(modes, entries)).collect::<Vec<_>>(),
    })
}

/// One run; `entries` names the run that beats it.
pub fn run(entry: &Entry, entries: &[Entry]) -> Value {
    let run = &entry.run;
    let accuracy = &run.scores.accuracy;
    let groups: Map<_, _> = accuracy
        .groups
        .iter()
        .filter_map(|group| {
            let id = run.groups.get(usize::from(group.group))?;
            Some((id.clone(), measured(group.accuracy, estimate)))
        })
        .collect();
    let tasks: Map<_, _> = run
        .tasks
        .iter()
        .zip(&accuracy.tasks)
        .map(|(task, tally)| (task.id.clone(), tally_of(tally)))
        .collect();
    json!({
        "file": run.file,
        "id": run.id,
        "model": run.model,
        "quantisation": run.quantisation,
        "origin": words::label(run.origin),
        "pack": run.pack,
        "mode": words::label(run.mode),
        "layout": words::label(run.layout),
        "board": run.board,
        "threads": run.threads,
        "questions": run.questions,
        "answered": run.answered(),
        "skipped": run.skipped(),
        "stopped_early": run.stopped_early,
        "pass_at_1": measured(run.pass_at_1, estimate),
        "pass_at_3": pass_at_k(&run.scores.pass_3),
        "pass_at_5": pass_at_k(&run.scores.pass_5),
        "delta_5": delta_5(&run.scores.delta_5),
        "groups": groups,
        "tasks": tasks,
        "parse_failures": measured(run.scores.parsing.failures, estimate),
        "format_mass": measured(run.scores.parsing.mass, estimate),
        "faults": measured(run.faults, |faults| json!(faults)),
        "letters": letters(&run.scores.bias),
        "rotation": measured(run.scores.rotation, rotation),
        "latency_ms": latency_ms(&run.scores.latency),
        "prefill_tps": measured(run.prefill_tps, |tps| json!(tps)),
        "decode_tps": measured(run.decode_tps, |tps| json!(tps)),
        "roofline": run.roofline.json,
        "peak_memory_bytes": measured(run.peak_memory, |bytes| json!(bytes.0)),
        "memory": run.memory_json,
        "energy_per_question_j": measured(run.energy, |energy| json!(energy.joules)),
        "mean_power_w": measured(run.power_w, |watts| json!(watts)),
        "energy": run.energy_json,
        "power": run.power.power,
        "conditions": run.power.conditions,
        "edge_score": {
            "literal": edge_score(&entry.literal),
            "chance_corrected": edge_score(&entry.skill),
            "per_joule": edge_score(&entry.per_joule),
        },
        "rank": entry.rank,
        "pareto": place(entry.place, entries),
        "verdict": verdict(run),
        "provenance": run.facts,
    })
}

fn latency_ms(latency: &Latency) -> Value {
    let milliseconds = |percentile: Percentile| json!(f64::from(percentile.value_us) / 1e3);
    json!({
        "p50": measured(latency.median_us, |us| json!(us / 1e3)),
        "p90": measured(latency.p90, milliseconds),
        "p99": measured(latency.p99, milliseconds),
    })
}

fn verdict(run: &RunSummary) -> Value {
    match &run.verdict {
        Some((kind, detail)) => json!({ "kind": words::label(*kind), "detail": detail }),
        None => json!({ "missing": "the result was cut off before its verdict" }),
    }
}

fn agreement(modes: &Modes, entries: &[Entry]) -> Value {
    let file = |index: usize| entries.get(index).map(|entry| entry.run.file.as_str());
    json!({
        "letter": file(modes.letter),
        "generate": file(modes.generate),
        "questions": modes.agreement.questions,
        "unpaired": modes.agreement.unpaired,
        "unparsed": modes.agreement.unparsed,
        "same": measured(modes.agreement.same, estimate),
        "same_if_parsed": measured(modes.agreement.same_if_parsed, estimate),
    })
}

fn pass_at_k(pass: &PassAtK) -> Value {
    let mut value = measured(pass.mean, estimate);
    value["questions"] = json!(pass.questions);
    value["without_evidence"] = json!(pass.without_evidence);
    value
}

fn delta_5(delta: &Delta5) -> Value {
    json!({
        "published": measured(delta.published, estimate),
        "like_for_like": measured(delta.like_for_like, estimate),
        "guesser": delta.guesser,
    })
}

fn letters(bias: &LetterBias) -> Value {
    json!({
        "right": by_letter(bias.key),
        "answered": by_letter(bias.chosen),
        "unparsed": bias.unparsed,
        "best_constant": measured(bias.constant, |ConstantLetter { letter, accuracy }| {
            json!({ "letter": letter.to_string(), "accuracy": estimate(accuracy) })
        }),
        "distance": measured(bias.distance, |distance| json!(distance)),
    })
}

fn by_letter([a, b, c, d]: [u32; 4]) -> Value {
    json!({ "A": a, "B": b, "C": c, "D": d })
}

fn rotation(report: RotationReport) -> Value {
    json!({
        "complete": report.complete,
        "incomplete": report.incomplete,
        "accuracy": report.accuracy.map(|accuracy| measured(accuracy, estimate)),
        "mean_accuracy": measured(report.mean_accuracy, estimate),
        "consistency": measured(report.consistency, estimate),
        "always_right": measured(report.always_right, estimate),
    })
}

fn edge_score(score: &EdgeScore) -> Value {
    let components: Vec<Value> = score
        .components
        .iter()
        .map(|component| {
            json!({
                "name": component.name,
                "unit": component.unit,
                "exponent": component.exponent,
                "value": measured(component.measured, |value| json!(value)),
            })
        })
        .collect();
    json!({
        "value": match score.value {
            Ok(value) => json!(value),
            Err(refusal) => json!({
                "missing": format!("{}: {}", refusal.component, refusal.reason),
            }),
        },
        "formula": score.expression,
        "unit": score.unit,
        "components": components,
        "ranked": words::not_ranked(score.standing).is_none(),
        "not_ranked_because": words::not_ranked(score.standing),
    })
}

fn place(place: Place, entries: &[Entry]) -> Value {
    let beaten_by = match place {
        Place::Dominated { by } => entries.get(by).map(|entry| entry.run.file.as_str()),
        _ => None,
    };
    let kind = match place {
        Place::Front => "front",
        Place::Dominated { .. } => "beaten",
        Place::Excluded(_) => "left_out",
    };
    json!({ "place": kind, "beaten_by": beaten_by })
}

fn tally_of(tally: &Tally) -> Value {
    let mut value = measured(tally.accuracy(), estimate);
    value["correct"] = json!(tally.correct);
    value["questions"] = json!(tally.counted);
    value["unparsed"] = json!(tally.unparsed);
    value["skipped"] = json!(tally.skipped);
    value
}

/// A value with the ends of its 95 % interval.
pub fn estimate(estimate: Estimate) -> Value {
    match estimate.interval {
        Reading::Value(interval) => json!({
            "value": estimate.value,
            "low": interval.low,
            "high": interval.high,
        }),
        Reading::Missing(reason) => json!({
            "value": estimate.value,
            "interval": { "missing": reason.to_string() },
        }),
    }
}

/// A value, or `{"missing": "reason"}`.
pub fn measured<T>(value: Reading<T>, to_json: impl FnOnce(T) -> Value) -> Value {
    match value {
        Reading::Value(value) => to_json(value),
        Reading::Missing(reason) => json!({ "missing": reason.to_string() }),
    }
}
