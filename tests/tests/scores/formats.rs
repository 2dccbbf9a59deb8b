//! The report in every format, read by what is to read it.

use std::process::{Command, Stdio};

use serde_json::Value;

use super::made::Made;
use super::report::three;
use edgescore_record::{Mode, VerdictKind};
use edgescore_tests::Sandbox;

#[test]
fn json_keeps_to_its_schema() {
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/report.schema.json");
    let schema: Value = serde_json::from_slice(&std::fs::read(schema).unwrap()).unwrap();
    let schema = jsonschema::draft202012::new(&schema).unwrap();
    let sandbox = three();
    sandbox.write(
        "text.esr",
        Made {
            mode: Mode::Generate,
            ..Made::default()
        }
        .file(),
    );
    sandbox.write("cut.esr", {
        let mut bytes = Made {
            verdict: VerdictKind::Aborted,
            ..Made::default()
        }
        .file();
        bytes.truncate(bytes.len() / 2);
        bytes
    });
    // A real run of each mode as well, with few questions and rotated options.
    sandbox.done("run --limit 2 --rotate -o real.esr");
    sandbox.done("run --limit 2 --mode generate --draws 2 -o drawn.esr");
    for arguments in [
        "good.esr",
        "cut.esr",
        "good.esr poor.esr guess.esr text.esr cut.esr --against published",
        "real.esr drawn.esr",
    ] {
        let printed = sandbox.done(&format!("report --format json {arguments}"));
        let report: Value = serde_json::from_str(&printed).unwrap();
        let errors: Vec<String> = schema
            .iter_errors(&report)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{arguments}: {errors:#?}");
        // The schema is no empty one: it notices what is missing or unknown.
        let mut spoilt = report.clone();
        spoilt["runs"][0]
            .as_object_mut()
            .unwrap()
            .remove("pass_at_1");
        assert!(!schema.is_valid(&spoilt));
        let mut spoilt = report;
        spoilt["runs"][0]["prefill_tps"] = Value::Null;
        assert!(!schema.is_valid(&spoilt));
    }
}

#[test]
fn flat_formats_have_a_row_a_run_or_a_row_a_question() {
    let sandbox = three();
    let csv = sandbox.done("report --format csv good.esr poor.esr");
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[0].starts_with("run,file,model,"));
    let width = lines[0].split(',').count();
    assert!(lines[1].contains(",good-3b,"));
    // The board's comma is quoted, nothing else is.
    assert_eq!(lines[1].split(',').count(), width + 1, "{}", lines[1]);

    let jsonl = sandbox.done("report --format jsonl good.esr poor.esr");
    let runs: Vec<Value> = jsonl
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(runs[1]["model"], "poor-350m");

    let rows = sandbox.done("report --format jsonl --questions good.esr");
    let rows: Vec<Value> = rows
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(rows.len(), 3722);
    let right = rows.iter().filter(|row| row["correct"] == true).count();
    let report = sandbox.report("good.esr");
    let counted: u64 = report["tasks"]
        .as_object()
        .unwrap()
        .values()
        .map(|task| task["correct"].as_u64().unwrap())
        .sum();
    assert_eq!(right as u64, counted);
    assert_eq!(
        sandbox
            .done("report --format csv --questions good.esr")
            .lines()
            .count(),
        3723
    );

    let markdown = sandbox.done("report --full --format md good.esr");
    assert!(
        markdown.starts_with("## good-3b (Q4\\_0), pack 6g-bench\n"),
        "{markdown}"
    );
    assert!(
        markdown
            .contains("\n| task | accuracy (95 % interval) | right | name |\n|---|---|---|---|\n")
    );
}

#[test]
fn the_ending_of_the_file_says_the_format() {
    let sandbox = three();
    assert_eq!(sandbox.done("report good.esr -o good.json"), "");
    let report: Value = serde_json::from_slice(&sandbox.read("good.json")).unwrap();
    assert_eq!(report["runs"][0]["model"], "good-3b");
    sandbox.done("report good.esr -o good.parquet");
    let parquet = sandbox.read("good.parquet");
    assert_eq!(
        (&parquet[..4], &parquet[parquet.len() - 4..]),
        (&b"PAR1"[..], &b"PAR1"[..])
    );
    // Typed and compressed: 3,722 rows.
    assert!(parquet.len() < 150_000, "{}", parquet.len());
    sandbox.done("report good.esr --format table --force -o good.json");
    assert!(sandbox.read("good.json").starts_with(b"\ngood-3b"));
}

#[test]
fn sqlite_loads_the_sql() {
    if Command::new("sqlite3")
        .arg("-version")
        .stdout(Stdio::null())
        .status()
        .is_err()
    {
        println!("skipped: the program sqlite3 is not installed (apt-get install sqlite3)");
        return;
    }
    let sandbox = three();
    sandbox.done("report good.esr poor.esr -o report.sql");
    sandbox.done("report guess.esr -o more.sql");
    let load = |file: &str| {
        let mut sqlite = Command::new("sqlite3");
        sandbox.inside(sqlite.args(["-bail", "runs.db", &format!(".read {file}")]));
        edgescore_tests::Outcome::of(&mut sqlite).expect(0);
    };
    load("report.sql");
    load("more.sql");
    // Again: what is there is replaced.
    load("report.sql");
    let query = "SELECT model, count(*), sum(questions.correct), round(avg(p_a + p_b + p_c + p_d), 6) \
                 FROM questions JOIN runs USING (run, model) GROUP BY model ORDER BY pass_at_1";
    let mut sqlite = Command::new("sqlite3");
    sandbox.inside(sqlite.args(["-csv", "runs.db", query]));
    let found = edgescore_tests::Outcome::of(&mut sqlite).expect(0).stdout;
    let right = |file: &str| {
        let share = sandbox.report(file)["pass_at_1"]["value"].as_f64().unwrap();
        (share * 3722.0).round()
    };
    let expected = [
        ("guess-135m", "guess.esr"),
        ("poor-350m", "poor.esr"),
        ("good-3b", "good.esr"),
    ]
    .map(|(model, file)| format!("{model},3722,{},1.0", right(file)));
    assert_eq!(found.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn what_cannot_be_written_is_said() {
    let sandbox = Sandbox::default();
    sandbox.write("good.esr", Made::default().file());
    sandbox.refused(4, "report good.esr -o no/such/folder.html", &["folder"]);
    sandbox.refused(4, "report absent.esr", &["absent.esr"]);
    sandbox.write("bad.esr", b"EDGESCOX\x01\x00");
    sandbox.refused(
        4,
        "report --format parquet bad.esr",
        &["bad.esr", "not a result file"],
    );
}
