//! QEMU boots the images. Its CPU is emulated, so nothing here is a measurement.

use std::fs;
use std::path::Path;

use edgescore_record::{Command, Control, Question};
use edgescore_tests::{Outcome, Sandbox, wait_until};

use super::machine::{Bench, Machine};
use super::{Workshop, copy_out, made_up_firmware};

/// The default pack's thirty questions, one of each task, on a reference model: power on, a host
/// at the serial port, the same rows there and on the card, power off. The answers are this
/// computer's: its kernels round differently, so probabilities agree within 5e-3, and the letter
/// is the same unless two are closer than 0.02.
#[test]
fn a_card_runs_its_plan_and_answers_as_this_computer_does() {
    let Some(workshop) = Workshop::find() else {
        return;
    };
    let sandbox = Sandbox::default();
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tasks/models/reference-0.3m.gguf");
    fs::copy(model, sandbox.path("M.gguf")).unwrap();
    sandbox.done("run --model M.gguf --limit 30 -o here.esr");
    workshop.qemu_card(&sandbox, "--model M.gguf --limit 30");

    let bench = Bench::boot(&workshop, &sandbox, true);
    println!("power-on to first frame: {:.1?}", bench.first_frame());
    // Not before: QEMU's PL011 (7.2) raises no interrupt any more when more than its driver
    // drains, 32 bytes, wait for it at the start.
    let doctor = format!("doctor --board serial:{} --wait 300", bench.port);
    let busy = sandbox.edgescore(&doctor).expect(3).stderr;
    assert!(busy.contains("the board is busy with run"), "{busy}");
    let collect = format!("collect serial:{} --wait 300 -o there.esr", bench.port);
    let collected = Outcome::of(&mut sandbox.command(&collect)).expect(0);
    assert!(collected.stdout.contains("30 answered"), "{collected:?}");
    // Nobody needs the board any more: it turns itself off.
    let said = bench.end();
    let watchdog = said.controls.iter().find(|said| said.contains("watchdog"));
    assert!(watchdog.is_some(), "{:?}", said.controls);

    let there = sandbox.read("there.esr");
    let on_card = copy_out(&sandbox, 2, "runs/*.esr", "card.esr");
    assert!(there == on_card, "line and card differ");
    // What QEMU noted down holds the run too.
    sandbox.done("collect file:uart.log -o noted.esr");
    assert!(sandbox.read("noted.esr") == on_card);
    let (here, there) = (sandbox.rows("here.esr"), sandbox.rows("there.esr"));
    assert_eq!((here.questions.len(), there.questions.len()), (30, 30));
    let mut farthest = 0.0_f64;
    for (here, there) in here.questions.iter().zip(&there.questions) {
        farthest = farthest.max(compare(here, there));
    }
    println!("farthest probability: {farthest:.5}");
}

fn compare(here: &Question, there: &Question) -> f64 {
    assert_eq!(
        (here.ask, here.prompt_tokens),
        (there.ask, there.prompt_tokens)
    );
    let letters =
        |question: &Question| -> Vec<f64> { question.probabilities.unwrap().letters().collect() };
    let (ours, theirs) = (letters(here), letters(there));
    let differences = ours.iter().zip(&theirs).map(|(a, b)| (a - b).abs());
    let farthest = differences.fold(0.0, f64::max);
    assert!(farthest <= 5e-3, "{:?}: {ours:?}, {theirs:?}", here.ask);
    let mut sorted = ours;
    sorted.sort_by(f64::total_cmp);
    if sorted[3] - sorted[2] > 0.02 {
        assert_eq!(here.answer, there.answer);
    }
    farthest
}

/// The Pi's initramfs, under a kernel that is not the Pi's and without its card: it says what
/// is missing, and serves a host all the same.
#[test]
fn the_pi5_initramfs_boots_and_serves_a_host() {
    let Some((workshop, sandbox)) = Workshop::with_model() else {
        return;
    };
    let firmware = made_up_firmware(&sandbox);
    let arguments = "--board pi5 --model tiny.gguf";
    Outcome::of(&mut workshop.image(&sandbox, arguments, &firmware)).expect(0);
    let words = "console=ttyAMA0 edgescore.uart=/dev/ttyAMA0@115200";
    let mut machine = Machine::boot(&workshop, &sandbox, false, words);
    let received = machine.listen(|control| match control {
        Control::Log { text, .. } => text.contains("waiting for a host"),
        _ => false,
    });
    let said = received.controls.join("\n");
    assert!(
        said.contains("no partition is labelled EDGESCOREDA"),
        "{said}"
    );
    machine.send(&Command::Hello { version: 1 });
    let received = machine.listen(|control| matches!(control, Control::Identity { .. }));
    assert!(
        received
            .controls
            .last()
            .unwrap()
            .contains("linux,dummy-virt"),
        "{received:?}"
    );
}

/// Process 1 without a card: a host asks what the machine can measure.
#[test]
fn a_board_without_a_card_says_what_it_can_measure() {
    let Some((workshop, sandbox)) = Workshop::with_model() else {
        return;
    };
    workshop.qemu_card(&sandbox, "--model tiny.gguf");
    let bench = Bench::boot(&workshop, &sandbox, false);
    wait_until("the machine waits for a host", || {
        let said = bench.said().controls;
        said.iter().any(|said| said.contains("waiting for a host"))
    });
    let spec = format!("serial:{}@115200", bench.port);
    let printed = sandbox.done(&format!("doctor --json --wait 300 --board {spec}"));
    let survey: serde_json::Value = serde_json::from_str(&printed).unwrap();
    let board = serde_json::json!({ "at": spec, "name": "linux,dummy-virt" });
    assert_eq!(survey["board"], board);
    let findings = survey["findings"].as_array().unwrap();
    let of = |subject: &str| {
        findings
            .iter()
            .find(|finding| finding["subject"] == subject)
    };
    // It is root, and has its file systems.
    assert_eq!(
        of("cgroup limit").unwrap()["value"],
        "can be set",
        "{survey:#}"
    );
    assert!(of("process").unwrap()["value"].is_number(), "{survey:#}");
    assert_eq!(of("rapl").unwrap()["missing"], "unsupported");
}

/// A kernel whose process 1 dies says so on a console that nobody reads, and stands still.
#[test]
fn a_panic_of_process_1_is_reported_and_ends_in_a_power_off() {
    let Some((workshop, sandbox)) = Workshop::with_model() else {
        return;
    };
    workshop.qemu_card(&sandbox, "--model tiny.gguf --append edgescore.panic");
    let received = Machine::boot(&workshop, &sandbox, true, "").listen_to_the_end();
    let said = received.controls.join("\n");
    assert!(said.contains("process 1 failed, powering off"), "{said}");
    assert!(
        said.contains("asked for on the kernel's command line"),
        "{said}"
    );
}
