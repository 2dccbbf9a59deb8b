//! The report as tables for reading.

use std::io::{self, Write};

use edgescore_record::VerdictKind;
use edgescore_score::{AgainstChance, Estimate, Measured, Missing};
use indicatif::HumanBytes;

use super::json;
use super::load::RunSummary;

/// Writes the report of one run.
pub fn write(out: &mut dyn Write, run: &RunSummary) -> io::Result<()> {
    writeln!(out)?;
    writeln!(
        out,
        "{} ({}), pack {}",
        run.model, run.quantisation, run.pack
    )?;
    if run.synthetic {
        writeln!(out, "synthetic weights: answers are chance")?;
    }
    let threads = run
        .threads
        .map_or(String::new(), |n| format!(", {n} threads"));
    writeln!(
        out,
        "mode {}, layout {}, {}{threads}",
        json::mode(run.mode),
        json::layout(run.layout),
        run.board
    )?;
    match &run.verdict {
        Some((VerdictKind::Ok, _)) => {}
        Some((kind, detail)) => writeln!(out, "verdict {}: {detail}", json::verdict(*kind))?,
        None => writeln!(out, "the result was cut off before its verdict")?,
    }
    writeln!(out)?;
    headline(out, run)?;
    writeln!(out)?;
    groups_and_tasks(out, run)
}

fn headline(out: &mut dyn Write, run: &RunSummary) -> io::Result<()> {
    let accuracy = &run.scores.accuracy;
    let latency = &run.scores.latency;
    writeln!(
        out,
        "questions      {} asked, {} answered, {} skipped, {} unparsed",
        run.questions,
        run.answered(),
        run.skipped(),
        accuracy.overall.unparsed
    )?;
    let against_chance = match accuracy.overall.proportion().value() {
        None => "",
        Some(proportion) => match proportion.against_chance() {
            AgainstChance::Above => "above chance (25 %)",
            AgainstChance::AtChance => "not told from chance (25 %)",
            AgainstChance::Below => "below chance (25 %)",
        },
    };
    writeln!(
        out,
        "pass@1         {}  {against_chance}",
        percent(accuracy.overall.accuracy())
    )?;
    writeln!(
        out,
        "latency        median {}, p90 {}",
        text(latency.median_us, |us| seconds(us)),
        match latency.p90 {
            Measured::Missing(Missing::Insufficient { have, need }) =>
                format!("insufficient ({have} of {need} questions)"),
            p90 => text(p90, |p| seconds(f64::from(p.value_us))),
        }
    )?;
    let tps = |value| text(value, |tps: f64| format!("{tps:.1} tokens/s"));
    writeln!(out, "prefill        {}", tps(run.prefill_tps))?;
    writeln!(out, "decode         {}", tps(run.decode_tps))?;
    writeln!(
        out,
        "peak memory    {}",
        text(run.peak_memory, |bytes| HumanBytes(bytes.0).to_string())
    )
}

fn groups_and_tasks(out: &mut dyn Write, run: &RunSummary) -> io::Result<()> {
    let accuracy = &run.scores.accuracy;
    for group in &accuracy.groups {
        let id = run.groups.get(usize::from(group.group));
        let id = id.map_or("", String::as_str);
        writeln!(
            out,
            "{id:<5}{:28}  mean of {} tasks",
            percent(group.accuracy),
            group.tasks
        )?;
    }
    writeln!(out)?;
    for (task, tally) in run.tasks.iter().zip(&accuracy.tasks) {
        if tally.counted + tally.skipped == 0 {
            continue;
        }
        writeln!(
            out,
            "{:<5}{:28}  {:>4} of {:<4}  {}",
            task.id,
            percent(tally.accuracy()),
            tally.correct,
            tally.counted,
            task.name
        )?;
    }
    Ok(())
}

/// `43.3 % (27.4 to 60.8)`.
fn percent(estimate: Measured<Estimate>) -> String {
    text(estimate, |estimate| match estimate.interval {
        Measured::Value(interval) => format!(
            "{:5.1} % ({:.1} to {:.1})",
            100.0 * estimate.value,
            100.0 * interval.low,
            100.0 * interval.high
        ),
        Measured::Missing(_) => format!("{:5.1} %", 100.0 * estimate.value),
    })
}

/// Microseconds as seconds or milliseconds, three digits.
fn seconds(microseconds: f64) -> String {
    match microseconds {
        us if us >= 1e7 => format!("{:.1} s", us / 1e6),
        us if us >= 1e6 => format!("{:.2} s", us / 1e6),
        us if us >= 1e5 => format!("{:.0} ms", us / 1e3),
        us if us >= 1e4 => format!("{:.1} ms", us / 1e3),
        us => format!("{:.2} ms", us / 1e3),
    }
}

fn text<T>(value: Measured<T>, show: impl FnOnce(T) -> String) -> String {
    match value {
        Measured::Value(value) => show(value),
        Measured::Missing(reason) => reason.to_string(),
    }
}
