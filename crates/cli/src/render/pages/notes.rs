//! Sentences about a run that more than one page says.

use edgescore_record::{Labels, WhySkipped};
use edgescore_summary::{
    HALF_WIDTH, RunSummary, Shortage, Warning, describe_indecision, more_for_half_width,
};

/// What a reader must know before the figures: an early or bad end, a slow build, a busy board.
pub fn warnings(run: &RunSummary) -> Vec<String> {
    let mut sentences: Vec<String> = stopped_early(run).into_iter().chain(skips(run)).collect();
    let warnings = run.warnings();
    // One sentence for all that was waited for.
    let waits = warnings.iter().filter_map(|warning| match warning {
        Warning::Waited(Shortage::Cpu, share) => Some(format!("for a CPU {:.0} %", 100.0 * share)),
        Warning::Waited(Shortage::Memory, share) => {
            Some(format!("for memory {:.0} %", 100.0 * share))
        }
        Warning::Waited(Shortage::Disk, share) => {
            Some(format!("for a disk {:.0} %", 100.0 * share))
        }
        _ => None,
    });
    let waits = waits.collect::<Vec<_>>().join(", ");
    sentences.extend(warnings.iter().filter_map(|warning| sentence(run, warning)));
    if !waits.is_empty() {
        sentences.push(format!(
            "warning: tasks of the board waited {waits} of the questions' time: others used it, or \
             there were more threads than CPUs; timings are not those of a quiet board"
        ));
    }
    sentences
}

fn sentence(run: &RunSummary, warning: &Warning) -> Option<String> {
    Some(match warning {
        Warning::CutOff => "the result was cut off before its verdict".to_owned(),
        Warning::Damaged(_) => format!(
            "warning: the file is damaged: {}; the figures are those of the rows that are left, so collect it \
             again from the board if it is there, or repeat the run",
            run.damage
        ),
        Warning::Mended => match run.damage.missing_rows() {
            0 => format!("warning: the file was damaged: {}", run.damage),
            _ => return None,
        },
        Warning::Unclosed => "warning: the closing record of the result is missing, so rows at its end may be, too, and \
                              where it comes from cannot be checked: collect it again, or repeat the run"
            .to_owned(),
        Warning::Resumed(times) => {
            let at: Vec<String> = run.resumed.iter().map(u32::to_string).collect();
            format!(
                "the run ended too early and went on {} (after {} questions): peak memory, power windows and what else \
                 used the board are those of the sessions that came to their end",
                match times {
                    1 => "once".to_owned(),
                    times => format!("{times} times"),
                },
                at.join(", ")
            )
        }
        Warning::Verdict(kind) => {
            let detail = run.verdict.as_ref().map_or("", |ending| &ending.detail);
            format!("verdict {}: {detail}", kind.label())
        }
        Warning::PartOfPack(asked, all) => format!(
            "warning: the sustained load ended after {asked} of {all} questions: the accuracy is over \
             these alone, and is not that of the pack; give --minutes more time, or ask fewer \
             questions (--limit)"
        ),
        Warning::Throttled => "warning: the firmware held the clock down during the run; let the \
                               board cool (--cool-below), and check its power supply"
            .to_owned(),
        Warning::SlowBuild => format!(
            "warning: edgescore-rt was built for an older CPU and left {} unused: this board can \
             be faster (build for it: scripts/cross BOARD)",
            run.provenance.start.cpu_features_unused.replace(' ', ", ")
        ),
        Warning::NotCalibrated(false) => {
            "warning: threads and batch were not measured (--no-calibrate): this board may be faster"
                .to_owned()
        }
        Warning::NotCalibrated(true) => {
            "warning: the prompts are too short to measure threads and batch on: this board may be \
             faster (try --threads and --ubatch)"
                .to_owned()
        }
        Warning::AnswersCutOff(count, answers) => format!(
            "warning: {count} of {answers} answers have all of the {} tokens that --max-tokens allows and \
             no answer that could be read as right: they may have been cut off, give more",
            run.provenance.start.max_tokens
        ),
        // The figures say so themselves.
        Warning::SimulatedPower | Warning::Waited(..) => return None,
    })
}

/// What the run says first: which model on which pack, and whether it decided.
pub fn title(run: &RunSummary) -> String {
    let title = format!("{}, pack {}", run.name(), run.start.pack);
    match did_not_decide(run) {
        Some(why) => format!("{title}: {why}"),
        None => title,
    }
}

/// That the model did not decide.
pub fn did_not_decide(run: &RunSummary) -> Option<String> {
    let why = describe_indecision(run.indecision.as_ref()?);
    Some(match run.scores.bias.unparsed {
        0 => why,
        unparsed => format!("{why}; {unparsed} answers have no letter"),
    })
}

/// Mode, layout, board and threads.
pub fn setting(run: &RunSummary) -> String {
    let threads = run
        .threads()
        .map_or(String::new(), |n| format!(", {n} threads"));
    format!(
        "mode {}, layout {}, {}{threads}",
        run.start.mode.label(),
        run.start.layout.label(),
        run.start.board
    )
}

/// What more questions would show, if there are too few.
pub fn next(run: &RunSummary) -> Option<String> {
    if run.indecision.is_some() {
        return Some(
            "look at its answers with `edgescore report --wrong`, and at its prompt with `edgescore \
             prompt`; groups, tasks and faults are withheld, for they would say nothing"
                .to_owned(),
        );
    }
    let more = more_for_half_width(run)?;
    Some(format!(
        "{more} more questions would bring the interval of pass@1 to {:.0} points on both sides",
        100.0 * HALF_WIDTH
    ))
}

/// Why questions were skipped.
fn skips(run: &RunSummary) -> Option<String> {
    let reason = |(why, count): &(WhySkipped, u32)| format!("{count} skipped: {why}");
    let reasons: Vec<String> = run.skips.iter().map(reason).collect();
    (!reasons.is_empty()).then(|| reasons.join("; "))
}

/// That the run was ended by what it showed.
fn stopped_early(run: &RunSummary) -> Option<String> {
    run.stopped_early.then(|| {
        format!(
            "stopped after {} of {} questions, as soon as the answer was certain; the interval \
             of pass@1 allows for that, the others do not",
            run.answered() + run.skipped(),
            run.start.questions
        )
    })
}
