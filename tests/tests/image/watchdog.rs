//! What becomes of a card whose kernel hangs.

use edgescore_record::VerdictKind;
use edgescore_tests::{Outcome, Sandbox, SmallTasks, wait_until};

use super::machine::Bench;
use super::{Workshop, copy_out};

/// In the middle of a run the kernel stops for ever. Nobody feeds the watchdog then, which resets
/// the board; that starts again, says what its card has kept, and turns itself off.
#[test]
fn a_kernel_that_hangs_is_reset_and_loses_no_answer() {
    let Some(workshop) = Workshop::find() else {
        return;
    };
    let sandbox = Sandbox::with_small_pack(SmallTasks {
        tasks: 4,
        questions: 500,
    });
    let arguments = "--board qemu-virt --model tiny.gguf --pack small.pack";
    let mut image = workshop.image(&sandbox, arguments, &workshop.kernel);
    // With these words a kernel can be made to panic, and hangs then instead of starting again.
    Outcome::of(image.args(["--append", "panic=0 sysrq_always_enabled"])).expect(0);
    let bench = Bench::boot(&workshop, &sandbox, true);
    wait_until("five answers are said", || bench.said().questions >= 5);

    assert_eq!(bench.hang(), "reset");
    let said_before = bench.said().questions;
    let said = bench.end();
    let count = |words: &str| {
        said.controls
            .iter()
            .filter(|line| line.contains(words))
            .count()
    };
    assert_eq!(count("the watchdog ("), 2, "{:?}", said.controls);
    assert!(count("phase: CutOff") > 0, "{:?}", said.controls);

    copy_out(&sandbox, 2, "runs/*.journal", "card.esr");
    let kept = sandbox.rows("card.esr").questions;
    assert!(
        (said_before..2000).contains(&kept.len()),
        "{} of {said_before} are kept",
        kept.len()
    );
    // The line too has all of it.
    sandbox
        .edgescore("collect file:uart.log -o noted.esr")
        .expect(1);
    let noted = sandbox.rows("noted.esr");
    assert_eq!(noted.questions, kept);
    let (verdict, detail) = noted.verdict.unwrap();
    assert_eq!(verdict, VerdictKind::EngineFailed);
    assert!(detail.contains("the board was restarted"), "{detail}");
}
