//! `run --resume`: a run that ended too early goes on in its own result.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;
use std::fs;

use edgescore_record::{Stop, VerdictKind};
use edgescore_taskpack::Rotation;
use edgescore_tests::{Dice, Outcome, Rows, Running, Sandbox, SmallTasks, Sshd, wait_until};
use nix::sys::signal::Signal;

fn sandbox() -> Sandbox {
    Sandbox::with_small_pack(SmallTasks {
        tasks: 4,
        questions: 10,
    })
}

fn answers(sandbox: &Sandbox, result: &str) -> Rows {
    sandbox.rows(result).timeless().uncached()
}

/// The text of each answer and draw; of one that was asked again the later one.
fn texts(sandbox: &Sandbox, result: &str) -> BTreeMap<(u32, Rotation, Option<u8>), String> {
    let texts = sandbox.texts(result).into_iter();
    let texts = texts.map(|(ask, draw, text)| ((ask.question(), ask.rotation(), draw), text));
    texts.collect()
}

/// Cut at any byte, a run goes on to the rows that it would have had, draws and orders included.
#[test]
fn a_run_that_was_cut_anywhere_ends_as_an_undisturbed_one() {
    let sandbox = sandbox();
    let mut dice = Dice::new(20);
    for (name, how) in [
        (
            "draws",
            "--mode generate --max-tokens 6 --draws 3 --keep-text=yes",
        ),
        ("turned", "--rotate"),
    ] {
        let run = format!("run --model tiny.gguf --pack small.pack -t 1 --limit 20 {how}");
        sandbox.done(&format!("{run} -o {name}.esr"));
        let whole = sandbox.read(&format!("{name}.esr"));
        let expected = answers(&sandbox, &format!("{name}.esr"));
        let expected_texts = texts(&sandbox, &format!("{name}.esr"));
        let accuracy = sandbox.report(&format!("{name}.esr"))["pass_at_1"].clone();
        let rows = |bytes: &[u8]| Rows::parse(bytes).map_or(0, |rows| rows.questions.len());
        let mut before = 0;
        // Where rows end depends on how many bytes their times take: a cut may leave none.
        for _ in 0..100 {
            if before == 5 {
                break;
            }
            let mut cut = whole
                .get(..dice.below(whole.len() as u64 - 1) as usize)
                .unwrap_or_default()
                .to_vec();
            if rows(&cut) == 0 {
                continue;
            }
            // As a torn write leaves it.
            cut.extend_from_slice(
                whole
                    .get(9..9 + dice.below(40) as usize)
                    .unwrap_or_default(),
            );
            if rows(&cut) == 0 {
                continue;
            }
            before += 1;
            sandbox.write("cut.esr", &cut);
            let said = sandbox
                .edgescore(&format!("{run} --resume cut.esr"))
                .expect(0);
            assert!(said.stderr.contains("cut off; it goes on with"), "{said:?}");
            assert_eq!(
                answers(&sandbox, "cut.esr"),
                expected,
                "cut at {}",
                cut.len()
            );
            assert_eq!(texts(&sandbox, "cut.esr"), expected_texts);
            let report = sandbox.report("cut.esr");
            assert_eq!(report["pass_at_1"], accuracy);
            assert!(
                report["warnings"].to_string().contains("resumed"),
                "{report}"
            );
            sandbox.done("verify cut.esr");
        }
        assert!(before >= 4, "{before} cuts left answers");
    }
}

#[test]
fn an_interrupted_run_goes_on_as_often_as_it_takes() {
    let sandbox = Sandbox::with_small_pack(SmallTasks {
        tasks: 4,
        questions: 100,
    });
    let run = "run --model tiny.gguf --pack small.pack -t 1";
    sandbox.done(&format!("{run} -o whole.esr"));
    let answered = || {
        let bytes = fs::read(sandbox.path("run.esr")).unwrap_or_default();
        Rows::parse(&bytes).map_or(0, |rows| rows.questions.len())
    };
    for (number, signal) in [Signal::SIGINT, Signal::SIGKILL, Signal::SIGINT]
        .into_iter()
        .enumerate()
    {
        let before = answered();
        let how = match number {
            0 => "-o run.esr",
            _ => "--resume run.esr",
        };
        let running = Running::start(&mut sandbox.command(&format!("{run} {how}")));
        wait_until("some more questions are answered", || {
            answered() > before + 20
        });
        running.signal(signal);
        let outcome = running.end();
        if signal == Signal::SIGINT {
            let outcome = outcome.expect(1);
            assert!(
                outcome
                    .stdout
                    .contains("with --resume run.esr in place of -o"),
                "{outcome:?}"
            );
        }
    }
    let page = sandbox.done(&format!("{run} --resume run.esr"));
    assert!(page.contains("went on 3 times (after "), "{page}");
    assert_eq!(answers(&sandbox, "run.esr"), answers(&sandbox, "whole.esr"));
    let rows = sandbox.rows("run.esr");
    assert_eq!(
        (rows.verdict_kind(), rows.stop()),
        (Some(VerdictKind::Ok), None::<Stop>)
    );
}

#[test]
fn what_cannot_go_on_is_refused_and_stays_as_it_is() {
    let sandbox = sandbox();
    sandbox.done("synth --seed 9 -o other.gguf");
    let run = "run --model tiny.gguf --pack small.pack -t 1";
    sandbox.done(&format!("{run} -o whole.esr"));
    let whole = sandbox.read("whole.esr");
    sandbox.refused(
        4,
        &format!("{run} --resume whole.esr"),
        &["is whole: nothing is left to ask"],
    );
    let cut = whole.get(..whole.len() * 3 / 4).unwrap_or_default();
    sandbox.write("cut.esr", cut);
    for (other, what) in [
        (
            "run --model other.gguf --pack small.pack -t 1",
            "the model is not what it was",
        ),
        (
            "run --model tiny.gguf --pack small.pack -t 2",
            "--threads is not what it was",
        ),
        (
            "run --model tiny.gguf --pack small.pack -t 1 --seed 4",
            "--seed is not",
        ),
        (
            "run --model tiny.gguf --pack small.pack -t 1 --mode generate",
            "--mode is not",
        ),
        (
            "run --model tiny.gguf --pack small.pack -t 1 --template chatml",
            "--template and the options",
        ),
    ] {
        sandbox.refused(
            4,
            &format!("{other} --resume cut.esr"),
            &[what, "begin again in another file"],
        );
        assert!(
            sandbox.read("cut.esr") == cut,
            "{other}: the file was changed"
        );
    }
    // A row is missing in the middle.
    let mut bad = cut.to_vec();
    let middle = bad.len() / 2;
    bad.iter_mut()
        .skip(middle)
        .take(90)
        .for_each(|byte| *byte = 0x55);
    sandbox.write("bad.esr", &bad);
    sandbox.refused(
        4,
        &format!("{run} --resume bad.esr"),
        &["goes on from whole rows alone"],
    );
    sandbox.refused(
        4,
        &format!("{run} --resume none.esr"),
        &["none.esr", "check the path"],
    );
    sandbox.refused(
        2,
        &format!("{run} --resume cut.esr -o new.esr"),
        &["--resume", "cannot be used with"],
    );
    sandbox.refused(
        2,
        "run tiny.gguf other.gguf --pack small.pack --resume cut.esr",
        &["name one result"],
    );
}

#[test]
fn a_run_behind_ssh_goes_on() {
    let (sandbox, sshd) = (sandbox(), Sshd::start());
    let run = "run --model tiny.gguf --pack small.pack -t 1";
    sandbox.done(&format!("{run} -o whole.esr"));
    let remote = format!("{run} --board ssh:board");
    Outcome::of(&mut sshd.command(&sandbox, &format!("{remote} -o run.esr"))).expect(0);
    let there = sandbox.read("run.esr");
    sandbox.write(
        "run.esr",
        there.get(..there.len() * 2 / 3).unwrap_or_default(),
    );
    Outcome::of(&mut sshd.command(&sandbox, &format!("{remote} --resume run.esr"))).expect(0);
    assert_eq!(answers(&sandbox, "run.esr"), answers(&sandbox, "whole.esr"));
}
