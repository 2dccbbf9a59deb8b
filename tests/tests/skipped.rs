//! Questions that do not fit the context: recorded with the reason, and the run goes on.
#![allow(clippy::unwrap_used, clippy::panic)]

use edgescore_record::{VerdictKind, WhySkipped};
use edgescore_tests::{Outcome, Sandbox, SmallTasks};

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
    let page = sandbox.done("report run.esr");
    assert!(page.contains("3 answered, 1 skipped"), "{page}");
    assert!(page.contains("1 skipped: prompt and answer need"), "{page}");
    assert!(page.contains("give a larger --context"), "{page}");
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
    sandbox.done(
        "synth --force --shape embd=64,layers=1,heads=2,ff=64,ctx=768 --quant f16 -o tiny.gguf",
    );
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
    sandbox.refused(
        4,
        &format!("{RUN} --force --mode generate --max-tokens 690 --draws 0 --context 700"),
        &[
            "no question fits a context of 700 tokens",
            "--max-tokens",
            "--context",
        ],
    );
}

#[test]
fn a_run_that_can_ask_nothing_is_refused() {
    let sandbox = sandbox();
    let words = [
        "no question fits a context of 60 tokens",
        "the shortest prompt has",
        "larger --context",
    ];
    sandbox.refused(4, &format!("{RUN} --context 60"), &words);
    sandbox.refused(
        4,
        "plan --pack small.pack --model tiny.gguf -t 1 --context 60",
        &words[..1],
    );
    // What is asked for is not what a model is made for: the refusal names it.
    sandbox.write("think.jinja", "{{ messages[-1].content }}</think><a>");
    let words = [
        "no question fits a context of 32768 tokens",
        "its trace up to 65535",
        "--think",
    ];
    let thinks =
        format!("{RUN} --template think.jinja --mode generate --think 65535 --context 32768");
    sandbox.refused(2, &thinks, &["closes the trace"]);
    sandbox.write(
        "think.jinja",
        "{% if x %}</think>{% endif %}{{ messages[-1].content }}<a>",
    );
    sandbox.refused(4, &thinks, &words);
}

/// A run that skips all it was to ask is no success: here each prompt fits, but not with the forced
/// start of an answer behind its trace.
#[test]
fn a_run_that_skips_everything_is_no_success() {
    let sandbox = sandbox();
    sandbox.write(
        "think.jinja",
        "{% if x %}</think>{% endif %}{{ messages[-1].content }}<a>",
    );
    let run = format!("{RUN} --template think.jinja --think 8 --limit 1");
    sandbox.done(&run);
    let tokens = sandbox.rows("run.esr").questions[0].prompt_tokens;
    let run = format!("{run} --force --context {}", tokens + 8);
    let outcome = Outcome::of(&mut sandbox.command(&run)).expect(1);
    let words = "all 1 questions were skipped: prompt and answer need";
    assert!(outcome.stdout.contains(words), "{outcome:?}");
    let report = sandbox.report("run.esr");
    assert_eq!(
        (&report["answered"], &report["skipped"]),
        (&0.into(), &1.into())
    );
    for value in [
        &report["pass_at_1"],
        &report["latency_ms"]["p50"],
        &report["prefill_tps"],
        &report["tasks"]["T1"],
    ] {
        assert!(value["missing"].is_string(), "{value}");
    }
    assert!(sandbox.done("report run.esr").contains("1 skipped: "));
}
