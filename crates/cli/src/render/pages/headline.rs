//! The figures of a run with labels: one screen at most. Intervals are 95 %.

use edgescore_record::{
    Labels, MemoryLimiter, Mode, Parser, Scenario, SystemPlace, TemplateOrigin, ToolsPlace,
};
use edgescore_score::{
    CHANCE, Delta5, EdgeScore, Estimate, Faults, GUESSER_PASS_5, LetterBias, PassAtK, PriorFrom,
    Reading, RotationReport, Summary,
};
use edgescore_summary::{
    AnswersView, Figure, MemorySummary, Provenance, RankedRun, RunSummary, ServerFacts,
    TemplateFacts, TracesView,
};
use edgescore_taskpack::Letter;

use super::notes;
use crate::render::{labels, values};

/// Questions asked and what became of them.
fn questions(run: &RunSummary) -> String {
    let overall = &run.scores.accuracy.overall;
    let mut text = format!(
        "{} asked, {} answered, {} skipped, {} unparsed",
        run.start.questions,
        run.answered(),
        run.skipped(),
        overall.unparsed
    );
    if overall.incomplete > 0 {
        text.push_str(&format!(
            ", {} incomplete (the trace did not end)",
            overall.incomplete
        ));
    }
    text
}

/// Which other engine than llama.cpp ran the model, if one did.
fn ran_by(provenance: &Provenance, mode: Mode) -> Option<(&'static str, String)> {
    if let Some(server) = &provenance.server {
        return Some(("server", answered_by(server, mode)));
    }
    let facts = &provenance.engine;
    // It runs on nothing else.
    (!facts.engine_on.is_empty()).then(|| {
        let name = [facts.engine.as_str(), &facts.engine_version].join(" ");
        ("engine", format!("{} on {}", name.trim(), facts.engine_on))
    })
}

/// Which server answered, and what there is to know of that.
fn answered_by(server: &ServerFacts, mode: Mode) -> String {
    let mut text = match server.server_software.as_str() {
        "" => server.server_url.clone(),
        software => format!("{software} at {}", server.server_url),
    };
    if !server.server_process.is_empty() {
        text.push_str(&format!(", process {}", server.server_process));
    }
    match server.server_retries {
        0 => {}
        1 => text.push_str("; asked again once"),
        retries => text.push_str(&format!("; asked again {retries} times")),
    }
    if server.letters_by_text > 0 {
        let count = server.letters_by_text;
        text.push_str(&match mode {
            Mode::Letter => format!(
                "; {count} letters were read in texts, for it gave no probabilities of all letters"
            ),
            Mode::Generate => format!(
                "; calls of {count} answers were read in texts, for it could not read them itself"
            ),
        });
    }
    if !server.server_unmeasured.is_empty() {
        text.push_str(&format!(
            "; memory and energy are not measured: {}",
            server.server_unmeasured
        ));
    }
    text
}

/// How prompts were made.
fn prompt(facts: &TemplateFacts) -> String {
    let mut text = match facts.template_origin.0 {
        TemplateOrigin::Model => "the model's chat template".to_owned(),
        TemplateOrigin::Variant => format!("the model's chat template {}", facts.template_name),
        TemplateOrigin::File => format!("chat template of {}", facts.template_name),
        TemplateOrigin::BuiltIn => format!("built-in chat template {}", facts.template_name),
        TemplateOrigin::None => "plain text, no chat template".to_owned(),
        TemplateOrigin::Server => "the server's chat template".to_owned(),
    };
    if facts.template_arguments != "{}" {
        text.push_str(&format!(", {}", facts.template_arguments));
    }
    if !facts.template_date.is_empty() {
        text.push_str(&format!(", dated {}", facts.template_date));
    }
    if facts.system_message.0 == SystemPlace::User {
        text.push_str(", system message at the head of the user's");
    }
    if facts.shots > 0 {
        text.push_str(&format!(", {} shots", facts.shots));
    }
    if facts
        .functions
        .as_ref()
        .is_some_and(|place| place.0 == ToolsPlace::System)
    {
        text.push_str(", functions in words: the template knows none");
    }
    if let Some(constrained) = &facts.constrained {
        text.push_str(&format!(
            ", answers held to a grammar ({})",
            constrained.0.label()
        ));
    }
    match facts.think.as_str() {
        "auto" => {}
        "off" => text.push_str(", thinking off"),
        tokens => text.push_str(&format!(", traces of at most {tokens} tokens")),
    }
    text
}

/// How answers were read.
fn read_by(parser: Parser, answers: &AnswersView) -> String {
    let other = match parser {
        Parser::Strict => "the reference parser",
        Parser::Reference => "the strict parser",
    };
    let count = answers.read_otherwise;
    let s = if count == 1 { "" } else { "s" };
    format!(
        "{}; {other} reads {count} answer{s} otherwise",
        parser.label()
    )
}

/// What was thought before answers.
fn traces_of(traces: &TracesView) -> String {
    let joules = match &traces.joules {
        Figure::Value(joules) => format!(", {joules:.3} J"),
        Figure::Missing(_) => String::new(),
    };
    format!(
        "{}: {} ended by the model, {} closed at the limit, {} not ended; {:.1} tokens, {:.3} s{joules} each, part of the answers' figures",
        traces.count, traces.by_model, traces.at_limit, traces.never, traces.tokens, traces.seconds
    )
}

/// The four figures that decide, and what to do next.
pub fn answer(ranked: &RankedRun) -> Vec<(&'static str, String)> {
    let run = &ranked.run;
    let mut facts = vec![("questions", questions(run)), ("pass@1", pass_at_1(run))];
    facts.extend(ran_by(&run.provenance, run.start.mode));
    facts.extend(calls(&run.scores));
    facts.extend([
        ("latency", latency(run)),
        ("peak memory", memory(&run.memory)),
        ("energy", energy(run)),
    ]);
    facts.extend(power(run));
    facts.push(("Edge Score", edge_score(&ranked.chance_corrected)));
    facts.extend(notes::next(run).map(|next| ("next", next)));
    let file = &run.file;
    facts.push(("all figures", format!("edgescore report --full {file}")));
    facts
}

fn pass_at_1(run: &RunSummary) -> String {
    let accuracy = run.pass_at_1.value();
    let chance = accuracy
        .and_then(|accuracy| labels::against_chance(&accuracy, run.chance(), run.answered()));
    let percent = values::percent(run.pass_at_1);
    match chance {
        Some(chance) => format!("{percent}  {chance}"),
        None => percent,
    }
}

/// Accuracy without the liking for letters, where there are probabilities.
fn debiased(run: &RunSummary) -> Option<(&'static str, String)> {
    let Reading::Value(debiased) = &run.scores.debiased else {
        return None;
    };
    let prior = Letter::ALL.iter().zip(&debiased.prior);
    let prior: Vec<String> = prior
        .map(|(letter, share)| format!("{letter} {:.0} %", 100.0 * share))
        .collect();
    let from = match debiased.from {
        PriorFrom::Rotations => "estimated over the orders",
        PriorFrom::Questions => "estimated over the questions",
    };
    Some((
        "  debiased",
        format!(
            "{}  its liking for letters, {}, taken out ({from})",
            values::percent(Reading::Value(debiased.accuracy)),
            prior.join(", ")
        ),
    ))
}

/// With a power budget what the board sustains comes first: single answers come in two heaps.
fn latency(run: &RunSummary) -> String {
    let latency = &run.scores.latency;
    if run.scenario == Scenario::Offline {
        let hourly = values::or_reason(run.questions_per_hour(), |n| format!("{n:.0}"));
        return format!(
            "none: questions were answered several at once (--scenario offline), {hourly} an hour"
        );
    }
    let computing = format!(
        "median {}, p90 {}, p99 {}",
        values::or_reason(run.median_s(), values::seconds),
        values::percentile(latency.p90),
        values::percentile(latency.p99)
    );
    match run.power.budget_w() {
        None => computing,
        Some(_) => format!(
            "{} an answer, rests for the power budget included; computing: {computing}",
            values::or_reason(run.sustained_s(), values::seconds)
        ),
    }
}

fn energy(run: &RunSummary) -> String {
    values::or_reason(run.energy(), |energy| {
        let simulated = if energy.simulated {
            "  (simulated)"
        } else {
            ""
        };
        format!("{} J a question{simulated}", values::score(energy.joules))
    })
}

/// All figures.
pub fn headline(ranked: &RankedRun) -> Vec<(&'static str, String)> {
    let run = &ranked.run;
    let scores = &run.scores;
    let mut facts = vec![("questions", questions(run)), ("pass@1", pass_at_1(run))];
    facts.extend(ran_by(&run.provenance, run.start.mode));
    facts.extend(debiased(run));
    facts.extend([
        ("pass@3", pass_at_k(&scores.pass_3)),
        (
            "pass@5",
            match scores.pass_5.mean {
                Reading::Value(_) if scores.accuracy.chance == CHANCE => format!(
                    "{}, a guesser has {:.1} %",
                    pass_at_k(&scores.pass_5),
                    100.0 * GUESSER_PASS_5
                ),
                _ => pass_at_k(&scores.pass_5),
            },
        ),
    ]);
    facts.extend(
        run.provenance
            .template
            .as_ref()
            .map(|facts| ("prompt", prompt(facts))),
    );
    if let Some(answers) = run.answers.view() {
        facts.extend(
            answers
                .parser
                .map(|parser| ("parser", read_by(parser.0, &answers))),
        );
        facts.extend(answers.traces.map(|traces| ("traces", traces_of(&traces))));
    }
    facts.extend(calls(scores));
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
                "{} of the probability is on the letters",
                values::percent(Reading::Value(mass))
            ),
        ));
    }
    if let Reading::Value(report) = &scores.rotation {
        facts.push(("option orders", rotation(report)));
    }
    facts.push(("latency", latency(run)));
    let speed = |value| values::or_reason(value, |tps: f64| format!("{tps:.1} tokens/s"));
    let roofline = &run.roofline;
    facts.push((
        "prefill",
        speed(run.prefill_tps) + &share(roofline.prefill, roofline.peak.label(), "peak"),
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
    facts.push(("peak memory", memory(&run.memory)));
    facts.push(("energy", energy(run)));
    facts.extend(power(run));
    facts.push(("Edge Score", edge_score(&ranked.literal)));
    facts.push(("  chance-corrected", edge_score(&ranked.chance_corrected)));
    facts.push(("  per joule", edge_score(&ranked.per_joule)));
    facts
}

/// How close that is to what the machine can do, if that was measured.
fn share(share: Reading<f64>, kind: &str, roof: &str) -> String {
    let say = |share: f64| format!(", {:.0} % of the machine's {kind} {roof}", 100.0 * share);
    share.value().map_or(String::new(), say)
}

/// Peak, estimate and budget.
fn memory(memory: &MemorySummary) -> String {
    let mut text = values::or_reason(memory.peak(), |peak| peak.to_string());
    let Some(before) = &memory.before else {
        return text;
    };
    if let Some(estimate) = before.estimate {
        text += &format!(", {} expected", estimate.total());
    }
    if let Reading::Value(error) = memory.error() {
        text += &format!(" ({:+.1} %)", 100.0 * error);
    }
    if let Some(limit) = before.limit {
        text += &match before.limiter {
            MemoryLimiter::CgroupV1 | MemoryLimiter::CgroupV2 => {
                format!("; a cgroup held it to {limit}")
            }
            MemoryLimiter::Watchdog => format!("; watched, not to pass {limit}"),
            MemoryLimiter::Process => format!("; nothing held it to {limit}"),
        };
    }
    if let Reading::Value(refaults @ 1..) = memory.refaults() {
        text += &format!("; it did not fit: {refaults} pages were read again while answering");
    }
    text
}

/// Mean and worst window, and the budget where there is one.
fn power(run: &RunSummary) -> Option<(&'static str, String)> {
    let watts = |value| values::or_reason(value, |watts: f64| format!("{watts:.3} W"));
    let power = &run.power;
    power.mean_w().value()?;
    let mut text = format!(
        "mean {}, worst window {}, idle {}",
        watts(power.mean_w()),
        watts(power.worst_window_w()),
        watts(power.idle_w())
    );
    if let Some(budget) = power.budget_w() {
        text += &format!("; budget {budget} W");
    }
    if power.is_simulated() {
        text += "  (simulated)";
    }
    Some(("power", text))
}

fn pass_at_k(pass: &PassAtK) -> String {
    match pass.mean {
        Reading::Value(_) => format!(
            "{}  on the {} questions of the pass@k tasks",
            values::percent(pass.mean),
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
                    values::number(delta.published),
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
                    values::number(delta.like_for_like)
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
        "of the wrong answers {} myopic (ignored what may come), {} average-case (optimised for the \
         average), {} policy-blind (chose a forbidden option){unknown}",
        faults.myopic, faults.average_case, faults.policy_blind
    )
}

fn letters(bias: &LetterBias) -> Vec<(&'static str, String)> {
    let counts = |counts: &[u32]| {
        let each = Letter::ALL.iter().zip(counts);
        let each: Vec<String> = each
            .map(|(letter, count)| format!("{letter} {count}"))
            .collect();
        each.join("  ")
    };
    if bias.key.is_empty() {
        return Vec::new();
    }
    let mut facts = vec![
        ("answer key", counts(&bias.key)),
        ("model chose", counts(&bias.chosen)),
    ];
    if let Reading::Value(constant) = bias.constant {
        facts.push((
            "constant letter",
            format!(
                "always {} has {}",
                constant.letter,
                values::percent(Reading::Value(constant.accuracy))
            ),
        ));
    }
    facts
}

/// Calls of functions, each axis apart, and how reliable they are.
fn calls(scores: &Summary) -> Vec<(&'static str, String)> {
    let Some(calls) = &scores.calls else {
        return Vec::new();
    };
    let mut facts = vec![
        ("calls", format!("of {} questions", calls.questions)),
        ("  well-formed", counted(calls.well_formed, calls.questions)),
        ("  right function", counted(calls.function, calls.expected)),
        (
            "  right arguments",
            counted(calls.arguments, calls.expected),
        ),
        ("  wrongly none", counted(calls.held_back, calls.expected)),
        (
            "  rightly none",
            counted(calls.abstained, calls.questions - calls.expected),
        ),
    ];
    if let Reading::Value(_) = scores.all_of_5.mean {
        facts.push((
            "pass^5",
            format!("{}, all of five draws right", pass_at_k(&scores.all_of_5)),
        ));
    }
    facts
}

/// `8 of 11, 72.7 % (43.4 to 90.3)`.
fn counted(share: Reading<Estimate>, of: u32) -> String {
    let count = |estimate: Estimate| (estimate.value * f64::from(of)).round();
    match share {
        Reading::Value(estimate) => {
            format!("{} of {of}, {}", count(estimate), values::percent(share))
        }
        Reading::Missing(_) => values::percent(share),
    }
}

fn rotation(report: &RotationReport) -> String {
    format!(
        "accuracy {} over all orders; same option in all of them {} of {} questions",
        values::percent(report.mean_accuracy),
        values::percent(report.consistency),
        report.complete
    )
}

/// `2.24 1/(s*GiB) = accuracy / (median_latency * peak_memory)`, or why there is none.
fn edge_score(score: &EdgeScore) -> String {
    match score.value {
        Err(_) => values::score_or_refusal(score.value),
        Ok(value) => format!(
            "{} {} = {}",
            values::score(value),
            score.unit,
            score.expression
        ),
    }
}
