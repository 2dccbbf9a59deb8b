//! `edgescore gate`.

use edgescore_record::VerdictKind;
use edgescore_tests::Sandbox;
use serde_json::Value;

use super::made::Made;

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::default();
    sandbox.write("a.esr", Made::default().file());
    sandbox
}

#[test]
fn every_limit_holds_or_is_named() {
    let sandbox = sandbox();
    let passed = sandbox.edgescore(
        "gate a.esr --min-accuracy 50% --max-latency 2s --max-memory 1GiB --max-delta5 0.5",
    );
    let table = passed.expect(0).stdout;
    assert!(table.contains("The gate is passed."), "{table}");

    let failed =
        sandbox.edgescore("gate a.esr --min-accuracy 0.9 --max-latency 500ms --max-memory 2GiB");
    let table = failed.expect(1).stdout;
    assert!(table.contains("not passed: accuracy, latency."), "{table}");
}

#[test]
fn what_was_not_measured_fails_and_says_so() {
    let sandbox = sandbox();
    let failed = sandbox.edgescore("gate a.esr --max-power 4W --max-joules 3J --format json");
    let report: Value = serde_json::from_str(&failed.expect(1).stdout).unwrap();
    assert_eq!(report["pass"], false);
    for line in report["lines"].as_array().unwrap() {
        assert_eq!(line["pass"], false);
        assert!(line["measured"]["missing"].is_string());
    }
    let table = sandbox
        .edgescore("gate a.esr --max-power 4W")
        .expect(1)
        .stdout;
    assert!(table.contains("FAIL, not measured"), "{table}");
}

#[test]
fn a_profile_is_a_file_and_options_come_first() {
    let sandbox = sandbox();
    sandbox.write("edge.toml", "min_accuracy = 0.9\nmax_latency = \"2s\"\n");
    sandbox
        .edgescore("gate a.esr --profile edge.toml")
        .expect(1);
    sandbox
        .edgescore("gate a.esr --profile edge.toml --min-accuracy 0.5")
        .expect(0);
    sandbox.write("bad.toml", "min_acuracy = 0.9\n");
    sandbox.refused(
        4,
        "gate a.esr --profile bad.toml",
        &["bad.toml", "min_acuracy"],
    );
    sandbox.refused(2, "gate a.esr", &["no limit", "--min-accuracy 0.5"]);
    sandbox.refused(
        2,
        "gate a.esr --max-latency 2",
        &["write it as 2s or 500ms"],
    );
}

#[test]
fn a_run_that_failed_passes_no_gate() {
    let sandbox = Sandbox::default();
    sandbox.write(
        "killed.esr",
        Made {
            verdict: VerdictKind::OverMemory,
            ..Made::default()
        }
        .file(),
    );
    let table = sandbox
        .edgescore("gate killed.esr --min-accuracy 0.1")
        .expect(1)
        .stdout;
    assert!(table.contains("not passed: end of the run."), "{table}");
}
