//! `run --until-ci`, `run --gate` and `run --rotate`, on the tiny model.

use edgescore_record::{Stop, VerdictKind};
use edgescore_tests::{Sandbox, SmallTasks};

const RUN: &str = "run --pack small.pack --model tiny.gguf";

/// A pack of 200 short questions.
fn small() -> Sandbox {
    Sandbox::with_small_pack(SmallTasks {
        tasks: 8,
        questions: 25,
    })
}

#[test]
fn an_interval_that_is_narrow_enough_ends_a_run() {
    let sandbox = small();
    sandbox.done(&format!("{RUN} --until-ci 0.15 -o early.esr"));
    let rows = sandbox.rows("early.esr");
    assert_eq!(rows.stop(), Some(Stop::Decided));
    assert_eq!(rows.verdict_kind(), Some(VerdictKind::Ok));
    let asked = rows.questions.len();
    assert!((20..120).contains(&asked), "{asked}");
    assert!(!rows.asked().is_sorted(), "random order");

    let run = sandbox.report("early.esr");
    assert_eq!(run["stopped_early"], true);
    assert_eq!(run["provenance"]["order"], "shuffled");
    let end = |name: &str| run["pass_at_1"][name].as_f64().unwrap();
    let width = end("high") - end("low");
    // Wilson's would be narrower: it does not allow for stopping when it looks good.
    let n = asked as f64;
    let (p, z2) = (run["pass_at_1"]["value"].as_f64().unwrap(), 1.96f64.powi(2));
    let wilson = 2.0 * (z2 * (p * (1.0 - p) / n + z2 / (4.0 * n * n))).sqrt() / (1.0 + z2 / n);
    assert!(width <= 0.3 && width > 1.1 * wilson, "{width} {wilson}");
}

#[test]
fn a_gate_that_is_certain_ends_a_run_and_decides_the_exit_code() {
    let sandbox = small();
    sandbox.write(
        "strict.toml",
        "min_accuracy = 0.99\nmax_memory = \"4GiB\"\n",
    );
    let failed = sandbox
        .edgescore(&format!("{RUN} --gate strict.toml -o early.esr"))
        .expect(1);
    assert!(
        failed.stdout.contains("FAIL, decided after"),
        "{}",
        failed.stdout
    );
    let rows = sandbox.rows("early.esr");
    assert_eq!(rows.stop(), Some(Stop::Decided));
    assert!(rows.questions.len() < 60, "{}", rows.questions.len());
    // The result says the same to the gate command.
    let again = sandbox
        .edgescore("gate early.esr --profile strict.toml")
        .expect(1);
    assert!(
        again.stdout.contains("FAIL, decided after"),
        "{}",
        again.stdout
    );

    // Passing for certain before the end takes limits that need no end.
    sandbox.write("easy.toml", "max_latency = \"60s\"\n");
    sandbox.done(&format!("{RUN} --gate easy.toml -o quick.esr"));
    assert_eq!(sandbox.rows("quick.esr").stop(), Some(Stop::Decided));
    sandbox.write(
        "both.toml",
        "max_latency = \"60s\"\nmax_memory = \"4GiB\"\n",
    );
    sandbox.done(&format!("{RUN} --limit 12 --gate both.toml -o whole.esr"));
    let whole = sandbox.rows("whole.esr");
    assert_eq!((whole.questions.len(), whole.stop()), (12, None));

    sandbox.refused(
        2,
        "run --gate both.toml --until-ci 0.1",
        &["cannot be used with"],
    );
    sandbox.write("none.toml", "");
    sandbox.refused(2, "run --gate none.toml -o no.esr", &["no limit"]);
}

#[test]
fn four_orders_of_each_question() {
    let sandbox = small();
    sandbox.done(&format!("{RUN} --limit 3 --rotate -o rotated.esr"));
    assert_eq!(sandbox.rows("rotated.esr").questions.len(), 12);
    let run = sandbox.report("rotated.esr");
    assert_eq!(
        (&run["questions"], &run["answered"]),
        (&3.into(), &3.into())
    );
    assert_eq!(run["rotation"]["complete"], 3);
    assert!(run["rotation"]["consistency"]["value"].is_number());
    let table = sandbox.done("report --full rotated.esr");
    assert!(table.contains("option orders"), "{table}");
}
