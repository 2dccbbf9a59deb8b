//! Sentences about a run that more than one page says.

use edgescore_record::{Labels, VerdictKind};
use edgescore_summary::{Ending, RunSummary, Shortage, long_waits};

/// What a reader must know before the figures: an early or bad end, a slow build, a busy board.
pub fn warnings(run: &RunSummary) -> Vec<String> {
    let warnings = [ending(run), slow_build(run), waits(run)];
    warnings.into_iter().flatten().collect()
}

/// What the run says first: which model on which pack, and whether it gave one letter throughout.
pub fn title(run: &RunSummary) -> String {
    let title = format!("{}, pack {}", run.name(), run.start.pack);
    match run.scores.bias.habit() {
        Some(habit) => format!(
            "{title}: answered {} {} of {} times{}",
            habit.letter,
            habit.count,
            habit.letters,
            match run.scores.bias.unparsed {
                0 => String::new(),
                unparsed => format!(", {unparsed} answers have no letter"),
            }
        ),
        None => title,
    }
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

/// How the run ended, if not with its last question and all well.
fn ending(run: &RunSummary) -> Option<String> {
    let Some(Ending { kind, detail }) = &run.verdict else {
        return Some("the result was cut off before its verdict".into());
    };
    match kind {
        VerdictKind::Ok if run.stopped_early => Some(format!(
            "stopped after {} of {} questions, as soon as the answer was certain; the interval \
             of pass@1 allows for that, the others do not",
            run.answered() + run.skipped(),
            run.start.questions
        )),
        VerdictKind::Ok => None,
        kind => Some(format!("verdict {}: {detail}", kind.label())),
    }
}

/// What a build for another CPU level cost, if it was one.
fn slow_build(run: &RunSummary) -> Option<String> {
    let unused = &run.provenance.start.cpu_features_unused;
    (!unused.is_empty()).then(|| {
        format!(
            "warning: edgescore-rt was built for an older CPU and left {} unused: this board can \
             be faster (build for it: scripts/cross BOARD)",
            unused.replace(' ', ", ")
        )
    })
}

/// What tasks of the board waited for, if that was much of the time.
fn waits(run: &RunSummary) -> Option<String> {
    let waits = long_waits(run.conditions.as_ref()?).into_iter();
    let waits = waits.map(|(what, share)| {
        let what = match what {
            Shortage::Cpu => "a CPU",
            Shortage::Memory => "memory",
            Shortage::Disk => "a disk",
        };
        format!("for {what} {:.0} %", 100.0 * share)
    });
    let waits = waits.collect::<Vec<_>>().join(", ");
    (!waits.is_empty()).then(|| {
        format!(
            "warning: tasks of the board waited {waits} of the questions' time: others used it, or \
             there were more threads than CPUs; timings are not those of a quiet board"
        )
    })
}
