//! The page of one run.

use edgescore_record::VerdictKind;
use edgescore_score::{
    Delta5, EdgeScore, Faults, GUESSER_PASS_5, LetterBias, PassAtK, Reading, RotationReport,
};

use super::load::RunSummary;
use super::ranked::Entry;
use crate::render::page::{Block, Table};
use crate::render::words;

/// What, where, the figures, then groups and tasks.
pub fn page(entry: &Entry) -> Vec<Block> {
    let run = &entry.run;
    let mut blocks = vec![Block::Title(format!("{}, pack {}", run.name(), run.pack))];
    blocks.extend(words::about_origin(run.origin).map(|about| Block::Line(about.into())));
    blocks.push(Block::Line(setting(run)));
    blocks.extend(ending(run).map(Block::Line));
    blocks.extend(slow_build(run).map(Block::Line));
    blocks.extend(run.power.waited.clone().map(Block::Line));
    blocks.push(Block::Facts(headline(entry)));
    blocks.push(groups(run));
    blocks.push(tasks(run));
    blocks
}

/// Mode, layout, board and threads.
pub fn setting(run: &RunSummary) -> String {
    let threads = run
        .threads
        .map_or(String::new(), |n| format!(", {n} threads"));
    format!(
        "mode {}, layout {}, {}{threads}",
        words::label(run.mode),
        words::label(run.layout),
        run.board
    )
}

/// How the run ended, if not with its last question and all well.
pub fn ending(run: &RunSummary) -> Option<String> {
    match &run.verdict {
        Some((VerdictKind::Ok, _)) if run.stopped_early => Some(format!(
            "stopped after {} of {} questions, as soon as the answer was certain; the interval \
             of pass@1 allows for that, the others do not",
            run.answered() + run.skipped(),
            run.questions
        )),
        Some((VerdictKind::Ok, _)) => None,
        Some((kind, detail)) => Some(format!("verdict {}: {detail}", words::label(*kind))),
        None => Some("the result was cut off before its verdict".into()),
    }
}

/// What a build for another CPU level cost, if it was one.
pub fn slow_build(run: &RunSummary) -> Option<String> {
    let unused = run.facts.get("cpu_features_unused")?.as_str()?;
    (!unused.is_empty()).then(|| {
        format!(
            "warning: edgescore-rt was built for an older CPU and left {} unused: this board can \
             be faster (build for it: scripts/cross BOARD)",
            unused.replace(' ', ", ")
        )
    })
}

/// The figures with labels, one screen at most. Intervals are 95 %.
pub fn headline(entry: &Entry) -> Vec<(&'static str, String)> {
    let run = &entry.run;
    let scores = &run.scores;
    let mut facts = vec![
        (
            "questions",
            format!(
                "{} asked, {} answered, {} skipped, {} unparsed",
                run.questions,
                run.answered(),
                run.skipped(),
                scores.accuracy.overall.unparsed
            ),
        ),
        ("pass@1", {
            let chance = run.pass_at_1.value();
            let chance = chance.as_ref().map_or("", words::against_chance);
            format!("{}  {chance}", words::percent(run.pass_at_1))
        }),
        ("pass@3", pass_at_k(&scores.pass_3)),
        (
            "pass@5",
            match scores.pass_5.mean {
                Reading::Value(_) => format!(
                    "{}, a guesser has {:.1} %",
                    pass_at_k(&scores.pass_5),
                    100.0 * GUESSER_PASS_5
                ),
                Reading::Missing(_) => pass_at_k(&scores.pass_5),
            },
        ),
    ];
    facts.extend(delta_5(&scores.delta_5));
    facts.extend(
        run.faults
            .value()
            .map(|faults| ("faults", faults_of(&faults))),
    );
    facts.extend(letters(&scores.bias));
    if let Reading::Value(mass) = scores.parsing.mass {
        facts.push((
            "format mass",
            format!(
                "{} of the probability is on the four letters",
                words::percent(Reading::Value(mass))
            ),
        ));
    }
    if let Reading::Value(report) = scores.rotation {
        facts.push(("option orders", rotation(&report)));
    }
    facts.push((
        "latency",
        format!(
            "median {}, p90 {}, p99 {}",
            words::or_reason(run.latency_s(), words::seconds),
            words::percentile(scores.latency.p90),
            words::percentile(scores.latency.p99)
        ),
    ));
    let speed = |value| words::or_reason(value, |tps: f64| format!("{tps:.1} tokens/s"));
    let roofline = &run.roofline;
    facts.push((
        "prefill",
        speed(run.prefill_tps) + &share(roofline.prefill, roofline.peak, "peak"),
    ));
    facts.push((
        "decode",
        match run.decode_tps {
            Reading::Value(_) => {
                speed(run.decode_tps) + &share(roofline.decode, "read", "bandwidth")
            }
            Reading::Missing(_) => "no tokens were generated".into(),
        },
    ));
    facts.push(("peak memory", run.memory_text.clone()));
    facts.push((
        "energy",
        words::or_reason(run.energy, |energy| {
            format!("{} J a question", words::score(energy.joules))
        }),
    ));
    facts.extend(power(run));
    facts.push(("Edge Score", edge_score(&entry.literal)));
    facts.push(("  less chance", edge_score(&entry.skill)));
    facts.push(("  per joule", edge_score(&entry.per_joule)));
    facts
}

/// How close that is to what the machine can do, if that was measured.
fn share(share: Reading<f64>, kind: &str, roof: &str) -> String {
    let say = |share: f64| format!(", {:.0} % of the machine's {kind} {roof}", 100.0 * share);
    share.value().map_or(String::new(), say)
}

/// Mean and worst window, and the budget where there is one.
fn power(run: &RunSummary) -> Option<(&'static str, String)> {
    let watts = |value| words::or_reason(value, |watts: f64| format!("{watts:.3} W"));
    run.power.mean_w.value()?;
    let mut text = format!(
        "mean {}, worst window {}, idle {}",
        watts(run.power.mean_w),
        watts(run.power.worst_window_w),
        watts(run.power.idle_w)
    );
    if let Some(budget) = run.power.budget_w {
        text += &format!("; budget {budget} W");
    }
    if run.power.metered == Some(false) {
        text += "  (simulated)";
    }
    Some(("power", text))
}

fn pass_at_k(pass: &PassAtK) -> String {
    match pass.mean {
        Reading::Value(_) => format!(
            "{}  on the {} questions of the pass@k tasks",
            words::percent(pass.mean),
            pass.questions
        ),
        Reading::Missing(reason) => reason.to_string(),
    }
}

fn delta_5(delta: &Delta5) -> [(&'static str, String); 2] {
    [
        (
            "Delta_5",
            match delta.published {
                Reading::Value(_) => format!(
                    "{}  pass@5 less pass@1 of all questions; a guesser has {:.3}",
                    words::number(delta.published),
                    delta.guesser
                ),
                Reading::Missing(reason) => reason.to_string(),
            },
        ),
        (
            "  same questions",
            match delta.like_for_like {
                Reading::Value(_) => format!(
                    "{}  both on the pass@k tasks",
                    words::number(delta.like_for_like)
                ),
                Reading::Missing(reason) => reason.to_string(),
            },
        ),
    ]
}

fn faults_of(faults: &Faults) -> String {
    let unknown = match faults.unknown {
        0 => String::new(),
        unknown => format!(", {unknown} unknown"),
    };
    format!(
        "of the wrong answers {} myopic, {} average-case, {} policy-blind{unknown}",
        faults.myopic, faults.average_case, faults.policy_blind
    )
}

fn letters(bias: &LetterBias) -> Vec<(&'static str, String)> {
    let counts = |[a, b, c, d]: [u32; 4]| format!("A {a}  B {b}  C {c}  D {d}");
    let mut facts = vec![
        ("right letters", counts(bias.key)),
        ("given letters", counts(bias.chosen)),
    ];
    if let Reading::Value(constant) = bias.constant {
        facts.push((
            "constant letter",
            format!(
                "always {} has {}",
                constant.letter,
                words::percent(Reading::Value(constant.accuracy))
            ),
        ));
    }
    facts
}

fn rotation(report: &RotationReport) -> String {
    format!(
        "accuracy {} over all four; same option in all four {} of {} questions",
        words::percent(report.mean_accuracy),
        words::percent(report.consistency),
        report.complete
    )
}

/// `2.24 1/(s*GiB) = accuracy / (median_latency * peak_memory)`, or why there is none.
fn edge_score(score: &EdgeScore) -> String {
    match score.value {
        Err(_) => words::score_or_refusal(score.value),
        Ok(value) => {
            let caveat = words::not_ranked(score.standing);
            format!(
                "{} {} = {}{}",
                words::score(value),
                score.unit,
                score.expression,
                caveat.map_or(String::new(), |why| format!("  (not ranked: {why})"))
            )
        }
    }
}

fn groups(run: &RunSummary) -> Block {
    let accuracy = &run.scores.accuracy;
    let rows = accuracy.groups.iter().map(|group| {
        let id = run.groups.get(usize::from(group.group));
        vec![
            id.cloned().unwrap_or_default(),
            words::percent(group.accuracy),
            format!("mean of {} tasks", group.tasks),
        ]
    });
    Block::Table(Table {
        head: vec!["group", "accuracy (95 % interval)", ""],
        rows: rows.collect(),
    })
}

fn tasks(run: &RunSummary) -> Block {
    let tallies = run.tasks.iter().zip(&run.scores.accuracy.tasks);
    let rows = tallies
        .filter(|(_, tally)| tally.counted + tally.skipped > 0)
        .map(|(task, tally)| {
            vec![
                task.id.clone(),
                words::percent(tally.accuracy()),
                format!("{} of {}", tally.correct, tally.counted),
                task.name.clone(),
            ]
        });
    Block::Table(Table {
        head: vec!["task", "accuracy (95 % interval)", "right", "name"],
        rows: rows.collect(),
    })
}
