//! `edgescore plan` and `report --plan` through the real programs.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::os::unix::fs::MetadataExt;

use edgescore_tests::{Outcome, Sandbox, SmallTasks, Sshd, aligned, split_in_two};
use serde_json::Value;

/// Twelve layers, of which plans measure one and two.
const SHAPE: &str = "synth --shape arch=llama,embd=128,layers=12,heads=4,ff=384 -o m.gguf";
const MODEL: &str = "--model m.gguf --pack small.pack";

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::with_small_pack(SmallTasks {
        tasks: 4,
        questions: 5,
    });
    sandbox.done(SHAPE);
    sandbox
}

fn plan(sandbox: &Sandbox, name: &str) -> Value {
    serde_json::from_slice(&sandbox.read(name)).unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value}"))
}

#[test]
fn a_plan_is_held_against_its_run() {
    let sandbox = sandbox();
    let printed = sandbox.done(&format!(
        "plan {MODEL} --layout shared-prefix --power-source simulated -o plan.json"
    ));
    assert!(
        printed.contains("measured with 1 (") && printed.contains("of 12 layers"),
        "{printed}"
    );
    let plan = plan(&sandbox, "plan.json");
    assert_eq!(plan["fits"], true);
    assert_eq!(plan["questions"], 20);
    let seconds = number(&plan["seconds_per_question"]);
    assert!((number(&plan["seconds"]) / (20.0 * seconds) - 1.0).abs() < 1e-9);
    let joules = number(&plan["power"]["active_w"]) * seconds;
    assert!((number(&plan["joules_per_question"]) / joules - 1.0).abs() < 1e-9);

    sandbox.done(&format!(
        "run {MODEL} --layout shared-prefix --power-source simulated -o run.esr"
    ));
    // What the copies say of memory is what the whole model says.
    let run = sandbox.report("run.esr");
    for part in ["file", "repacked", "kv", "compute", "runtime", "total"] {
        let name = format!("{part}_bytes");
        let (planned, estimated) = (&plan["memory"][&name], &run["memory"]["estimate"][&name]);
        let apart = number(planned) - number(estimated);
        // The program's own share differs by some pages, and the header by its layers.
        assert!(apart.abs() < 1e6, "{part}: {planned}, {estimated}");
    }
    let check = sandbox.done("report run.esr --plan plan.json --format json");
    let check = &serde_json::from_str::<Value>(&check).unwrap()["plan"];
    for figure in ["memory", "prefill", "a_question", "energy"] {
        let figure = &check[figure];
        let error = number(&figure["planned"]) / number(&figure["measured"]) - 1.0;
        assert!((number(&figure["error"]) - error).abs() < 1e-9, "{check}");
    }
    assert!(number(&check["memory"]["error"]).abs() < 0.05, "{check}");
    let table = sandbox.done("report run.esr --plan plan.json");
    for word in ["planned", "measured", "error", "a question"] {
        assert!(table.contains(word), "{table}");
    }
}

#[test]
fn what_does_not_fit_its_budget_is_said_and_is_the_exit_code() {
    let sandbox = sandbox();
    // Weights that memory has twice when they are repacked.
    sandbox.done("synth --shape arch=llama,embd=768,layers=12,heads=12,ff=3072 --force -o m.gguf");
    let plan_with = |options: &str, code: i32| {
        let command = format!("plan {MODEL} --limit 1 {options} --force -o plan.json");
        let printed = sandbox.edgescore(&command).expect(code).stdout;
        (printed, plan(&sandbox, "plan.json"))
    };
    let (_, plenty) = plan_with("--memory 8GiB", 0);
    assert_eq!(plenty["weights"], "repacked");
    let total = number(&plenty["memory"]["total_bytes"]);
    let (printed, no) = plan_with("--memory 64MiB", 1);
    assert_eq!(no["fits"], false);
    assert!(printed.contains("of the budget of 64.0 MiB"), "{printed}");
    // A run would keep the weights as they are in the file.
    let between = total - number(&plenty["memory"]["repacked_bytes"]) / 2.0;
    let limit = format!("--memory {:.0}MiB", between / f64::from(1 << 20));
    let (_, mapped) = plan_with(&limit, 0);
    assert_eq!(mapped["weights"], "mapped");
    assert!(number(&mapped["memory"]["total_bytes"]) < between);

    let simulated = "--power-source simulated:idle=2W,active=6W";
    let (_, paced) = plan_with(&format!("--power 3W {simulated}"), 0);
    let power = &paced["power"];
    let duty =
        (3.0 - number(&power["idle_w"])) / (number(&power["active_w"]) - number(&power["idle_w"]));
    assert!((number(&power["duty"]) - duty.min(1.0)).abs() < 1e-9);
    let (printed, none) = plan_with(&format!("--power 1W {simulated}"), 1);
    assert!(
        printed.contains("not above the idle board's power"),
        "{printed}"
    );
    assert_eq!(none["fits"], false);
}

#[test]
fn generated_answers_are_planned_at_their_longest() {
    let sandbox = sandbox();
    let run = |draws: u32| {
        let name = format!("{draws}.json");
        sandbox.done(&format!(
            "plan {MODEL} --mode generate --max-tokens 30 --draws {draws} -o {name}"
        ));
        let plan = plan(&sandbox, &name);
        let text = 29.0 / number(&plan["decode_tokens_per_s"]);
        let answers = 20.0 * number(&plan["seconds_per_question"]);
        assert!(number(&plan["seconds_per_question"]) > text);
        (number(&plan["seconds"]) - answers) / text
    };
    assert!(run(0).abs() < 1e-6);
    // Of twenty questions at most; decoded together where a question that was tried had draws, which takes
    // another time a token than decoding alone.
    let drawn = run(3);
    assert!(drawn > 0.0 && drawn < 2.0 * 60.0, "{drawn}");
}

#[test]
fn a_board_gets_the_header_alone() {
    let (sandbox, sshd) = (sandbox(), Sshd::start());
    sandbox.done("synth --like smollm2-135m --quant f16 --force -o m.gguf");
    let command = format!("plan {MODEL} --limit 1 --board ssh:board -o plan.json");
    Outcome::of(&mut sshd.command(&sandbox, &command)).expect(0);
    let copies: Vec<_> = sshd
        .copied()
        .into_iter()
        .filter(|(path, ..)| path.extension().is_some_and(|ending| ending == "gguf"))
        .collect();
    assert_eq!(copies.len(), 2, "{copies:?}");
    for (path, size, _) in copies {
        let on_disk = fs::metadata(&path).unwrap().blocks() * 512;
        // The layers and the embedding, of which nothing is written.
        assert!(size > 50 << 20, "{path:?}: {size}");
        assert!(on_disk < 8 << 20, "{path:?}: {on_disk}");
    }
}

#[test]
fn every_kind_of_model_has_a_plan() {
    let sandbox = sandbox();
    for shape in [
        "--like mamba-130m --quant q8_0",
        "--like lfm2-350m --quant q4_0",
    ] {
        sandbox.done(&format!("synth {shape} --force -o m.gguf"));
        sandbox.done(&format!("plan {MODEL} --limit 1 --force -o plan.json"));
        sandbox.done(&format!(
            "run {MODEL} --limit 1 --no-calibrate --force -o run.esr"
        ));
        let planned = number(&plan(&sandbox, "plan.json")["memory"]["total_bytes"]);
        let run = sandbox.report("run.esr");
        let estimated = number(&run["memory"]["estimate"]["total_bytes"]);
        let apart = planned / estimated - 1.0;
        assert!(apart.abs() < 0.05, "{shape}: {planned}, {estimated}");
    }
    // A split one, by its first file.
    sandbox.done(&format!("{SHAPE} --force"));
    let [first, second] = split_in_two(&sandbox.read("m.gguf"));
    sandbox.write("m-00001-of-00002.gguf", first);
    sandbox.write("m-00002-of-00002.gguf", second);
    sandbox.done("plan --model m-00001-of-00002.gguf --pack small.pack --limit 2 -o split.json");
    sandbox.done(&format!("plan {MODEL} --limit 2 -o whole.json"));
    let memory = |name| plan(&sandbox, name)["memory"]["kv_bytes"].clone();
    assert_eq!(memory("split.json"), memory("whole.json"));
}

#[test]
fn wrong_plans_are_refused() {
    let sandbox = sandbox();
    sandbox.done(&format!("plan {MODEL} --limit 1 -o plan.json"));
    sandbox.done("run --model tiny.gguf --pack small.pack --limit 1 -o tiny.esr");
    sandbox.done(&format!("run {MODEL} --limit 1 -o m.esr"));
    sandbox.done(&format!(
        "run {MODEL} --limit 1 --layout shared-prefix -o other.esr"
    ));
    let of = "the plan is for";
    sandbox.refused(
        2,
        "report tiny.esr --plan plan.json",
        &[of, "m.gguf", "tiny"],
    );
    sandbox.refused(2, "report other.esr --plan plan.json", &[of, "layout"]);
    sandbox.refused(2, "report m.esr tiny.esr --plan plan.json", &["one result"]);
    sandbox.refused(2, "report m.esr --plan plan.json --format csv", &["--plan"]);
    sandbox.refused(4, "report m.esr --plan small.pack", &["is no plan"]);
    sandbox.refused(4, "report m.esr --plan none.json", &["none.json", "path"]);
    sandbox.refused(4, "plan --model small.pack", &["not a GGUF file"]);
    sandbox.refused(4, "plan --model none.gguf", &["none.gguf"]);
    sandbox.refused(4, "plan -o none/plan.json", &["no folder"]);
    sandbox.refused(2, "plan --board file:x", &["a capture cannot run"]);
    let broken = sandbox.read("m.gguf");
    sandbox.write("cut.gguf", &broken[..broken.len() - 100]);
    sandbox.refused(
        4,
        "plan --model cut.gguf --pack small.pack",
        &["cut.gguf cannot be planned", "copy the file again"],
    );
}

/// What llama.cpp loads is planned, too: other alignments, and thousands of keys.
#[test]
fn what_a_run_takes_is_planned() {
    let sandbox = sandbox();
    let model = sandbox.read("m.gguf");
    for (alignment, keys) in [(64, 0), (256, 0), (4096, 5000)] {
        sandbox.write("a.gguf", aligned(&model, alignment, keys));
        sandbox.done("run --model a.gguf --pack small.pack --limit 2 -o a.esr --force");
        sandbox.done("plan --model a.gguf --pack small.pack");
    }
}
