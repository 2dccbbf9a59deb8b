//! Questions that do not fit the context: recorded with the reason, and the run goes on.
#![allow(clippy::unwrap_used, clippy::panic)]

use edgescore_record::{VerdictKind, WhySkipped};
use edgescore_tests::{Sandbox, SmallTasks};

/// Three short questions and a long one in the middle, number 1 of the pack.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::default();
    let tasks = SmallTasks {
        tasks: 2,
        questions: 1,
    };
    tasks.write(&sandbox.path("tasks"));
    let long = SmallTasks::question(1, &"Of many cells, which ".repeat(50));
    sandbox.write(
        "tasks/T01.toml",
        tasks.task(1) + &long + &SmallTasks::question(2, "Which"),
    );
    sandbox.done("pack build --tasks tasks -o small.pack");
    sandbox.done("synth -o tiny.gguf");
    sandbox
}

const RUN: &str = "run --pack small.pack --model tiny.gguf -t 1 -o run.esr";

fn assert_one_skipped(sandbox: &Sandbox) {
    let rows = sandbox.rows("run.esr");
    assert_eq!(rows.asked(), [0, 2, 3]);
    let [skipped] = rows.skipped[..] else {
        panic!("{:?}", rows.skipped);
    };
    assert_eq!((skipped.ask.question(), skipped.task), (1, 0));
    let WhySkipped::PromptTooLong { needed, context } = skipped.why else {
        panic!("{skipped:?}");
    };
    assert!(context >= 700 && needed > context, "{skipped:?}");
    assert!(rows.questions.iter().all(|q| q.prompt_tokens <= context));
    assert_eq!(rows.verdict_kind(), Some(VerdictKind::Ok));
    let end = rows.end.unwrap();
    assert_eq!((end.answered, end.skipped), (3, 1));

    let report = sandbox.report("run.esr");
    assert_eq!(report["questions"], 4);
    assert_eq!(report["answered"], 3);
    assert_eq!(report["skipped"], 1);
    assert_eq!(report["tasks"]["T1"]["skipped"], 1);
    assert_eq!(report["tasks"]["T2"]["skipped"], 0);
    assert!(
        sandbox
            .done("report run.esr")
            .contains("3 answered, 1 skipped")
    );
}

#[test]
fn a_prompt_longer_than_the_context_asked_for() {
    let sandbox = sandbox();
    sandbox.done(&format!("{RUN} --context 700"));
    assert_one_skipped(&sandbox);
}

#[test]
fn a_prompt_longer_than_the_model_was_trained_for() {
    let sandbox = sandbox();
    sandbox.done("synth --shape embd=64,layers=1,heads=2,ff=64,ctx=768 --quant f16 -o tiny.gguf");
    sandbox.done(RUN);
    assert_one_skipped(&sandbox);
}

#[test]
fn in_generate_mode_the_answer_needs_room_too() {
    let sandbox = sandbox();
    sandbox.done(&format!(
        "{RUN} --mode generate --max-tokens 4 --draws 0 --context 700"
    ));
    assert_one_skipped(&sandbox);
    // The short prompts fit, but no longer with so long an answer behind them.
    sandbox.done(&format!(
        "{RUN} --force --mode generate --max-tokens 690 --draws 0 --context 700"
    ));
    let rows = sandbox.rows("run.esr");
    assert_eq!((rows.questions.len(), rows.skipped.len()), (0, 4));
}

#[test]
fn a_run_that_can_ask_nothing_is_still_a_result() {
    let sandbox = sandbox();
    sandbox.done(&format!("{RUN} --context 60"));
    let report = sandbox.report("run.esr");
    assert_eq!(report["answered"], 0);
    assert_eq!(report["skipped"], 4);
    for value in [
        &report["pass_at_1"],
        &report["latency_ms"]["p50"],
        &report["prefill_tps"],
        &report["tasks"]["T1"],
    ] {
        assert!(value["missing"].is_string(), "{value}");
    }
    sandbox.done("report run.esr");
}
