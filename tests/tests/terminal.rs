//! What a person sees in a terminal.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::Path;

use edgescore_tests::{Sandbox, SmallTasks, Terminal, copy_folder, wait_until};

/// Captured /proc, /sys and /dev.
const BOARDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/boards");

fn sandbox() -> Sandbox {
    Sandbox::with_small_pack(SmallTasks {
        tasks: 4,
        questions: 100,
    })
}

/// Characters of spinners and bars.
fn is_bar(line: &str) -> bool {
    line.contains([
        '█', '░', '⠁', '⠉', '⠙', '⠚', '⠒', '⠂', '⠲', '⠴', '⠤', '⠄', '⠠', '⠦', '⠖',
    ]) || line.contains("starting edgescore-rt")
        || line.contains("loading ")
}

/// Starts a run of some seconds and waits for its bar.
fn start(sandbox: &Sandbox) -> Terminal {
    // Slow enough to be interrupted while it computes.
    sandbox.done("synth --shape embd=512,layers=10,heads=8,ff=2048 -o slow.gguf");
    let run = "run slow.gguf --pack small.pack -t 1 --no-calibrate -o run.esr";
    let terminal = Terminal::start(sandbox, 80, "", run);
    wait_until("the bar counts", || {
        terminal
            .shown()
            .iter()
            .any(|line| line.contains("accuracy"))
    });
    terminal
}

#[test]
fn one_bar_is_shown_and_ctrl_c_leaves_none() {
    let sandbox = sandbox();
    let mut terminal = start(&sandbox);
    let shown = terminal.shown();
    let bars = shown.iter().filter(|line| is_bar(line));
    assert_eq!(bars.count(), 1, "{shown:#?}");
    terminal.press_ctrl_c();
    assert_eq!(terminal.wait(), Some(1));
    let shown = terminal.shown();
    assert!(!shown.iter().any(|line| is_bar(line)), "{shown:#?}");
    assert!(!shown.iter().any(|line| line.contains("^C")), "{shown:#?}");
    assert!(
        !shown.iter().any(|line| line.contains("llama")),
        "{shown:#?}"
    );
    assert!(shown.iter().any(|line| line.contains("verdict aborted")));
    let end = [
        "result: run.esr",
        "to go on: the same command with --resume run.esr in place of -o",
    ];
    assert_eq!(shown[shown.len() - 2..], end);
}

#[test]
fn a_second_ctrl_c_leaves_no_bar_either() {
    let sandbox = sandbox();
    let mut terminal = start(&sandbox);
    terminal.press_ctrl_c();
    terminal.press_ctrl_c();
    let code = terminal.wait();
    assert!(matches!(code, Some(1 | 130)), "{code:?}");
    let shown = terminal.shown();
    assert!(!shown.iter().any(|line| is_bar(line)), "{shown:#?}");
    assert!(!shown.iter().any(|line| line.contains("^C")), "{shown:#?}");
}

#[test]
fn quiet_shows_no_bar() {
    let sandbox = sandbox();
    let run = "-q run tiny.gguf --pack small.pack --limit 4 -t 1 -o run.esr";
    let mut terminal = Terminal::start(&sandbox, 80, "", run);
    assert_eq!(terminal.wait(), Some(0));
    assert!(
        !terminal.written().contains("starting"),
        "{}",
        terminal.written()
    );
    assert!(!terminal.written().contains('░'), "{}", terminal.written());
}

#[test]
fn every_page_fits_the_terminal_and_breaks_no_word() {
    let sandbox = sandbox();
    for name in ["a", "b"] {
        sandbox.done(&format!(
            "run tiny.gguf --pack small.pack --limit 40 --seed {} -t 1 --power-source simulated -o {name}.esr",
            name.len()
        ));
    }
    sandbox.done("run --pack small.pack --limit 40 -t 1 -o c.esr");
    copy_folder(&Path::new(BOARDS).join("pi5"), &sandbox.path("board"));
    let pages = [
        "report a.esr",
        "report a.esr b.esr c.esr",
        "compare a.esr c.esr",
        "compare a.esr c.esr --allow-different",
        "doctor --sysfs-root board",
        "pack show small.pack --question 0",
        "gate a.esr --min-accuracy 0.3 --max-power 4W",
        "published",
    ];
    for page in pages {
        let plain = sandbox.edgescore(page);
        let plain = plain.stdout + &plain.stderr;
        // A path may be longer than the room beside the name of its subject.
        let longest = plain.split_whitespace().map(str::len).max().unwrap();
        for columns in [60, 80, 120, 200] {
            let mut terminal = Terminal::start(&sandbox, columns, "NO_COLOR=1", page);
            terminal.wait();
            let written = terminal.written().replace('\r', "");
            assert!(!written.contains('\x1b'), "{page}: NO_COLOR");
            for line in written.lines() {
                let width = line.chars().count();
                assert!(width <= columns.into(), "{page}, {columns}: {line:?}");
            }
            let words = |text: &str| {
                // The doctor looks anew each time, and the simulated board's power follows the CPU.
                let text = match page.starts_with("doctor") {
                    true => text.replace(|c: char| c.is_ascii_digit(), "0"),
                    false => text.to_owned(),
                };
                let mut words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
                words.sort();
                words.dedup();
                words
            };
            if longest + 20 <= columns.into() {
                assert_eq!(words(&written), words(&plain), "{page} at {columns}");
            }
        }
    }
}

#[test]
fn colours_are_for_terminals_that_have_them() {
    let sandbox = sandbox();
    sandbox.done("run tiny.gguf --pack small.pack --limit 4 -t 1 -o a.esr");
    let written = |environment: &str| {
        let mut terminal = Terminal::start(&sandbox, 80, environment, "report a.esr");
        terminal.wait();
        terminal.written()
    };
    assert!(written("").contains("\x1b[1m"));
    assert!(!written("NO_COLOR=1").contains('\x1b'));
    assert!(!written("TERM=dumb").contains('\x1b'));
    assert!(!sandbox.done("report a.esr").contains('\x1b'), "a pipe");
}

#[test]
fn synth_shows_its_bar_unless_it_is_to_be_quiet() {
    let sandbox = Sandbox::default();
    // 60 MB: long enough for a bar to be drawn.
    let synth = "synth --shape embd=512,layers=10,heads=8,ff=2048 --force -o m.gguf";
    let written = |arguments: &str| {
        let mut terminal = Terminal::start(&sandbox, 80, "", arguments);
        assert_eq!(terminal.wait(), Some(0));
        terminal.written()
    };
    assert!(written(synth).lines().any(is_bar));
    assert!(!written(&format!("-q {synth}")).lines().any(is_bar));
}
