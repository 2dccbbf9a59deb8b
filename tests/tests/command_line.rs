//! What people expect of a command line.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;

use edgescore_tests::{Outcome, Running, Sandbox, SmallTasks};
use serde_json::Value;

fn sandbox() -> Sandbox {
    Sandbox::with_small_pack(SmallTasks {
        tasks: 2,
        questions: 2,
    })
}

const RUN: &str = "run tiny.gguf --pack small.pack -t 1";

fn results(sandbox: &Sandbox) -> Vec<String> {
    let files = sandbox.files().into_keys();
    files
        .filter(|path| path.extension().is_some_and(|ending| ending == "esr"))
        .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_model_needs_no_option() {
    let sandbox = sandbox();
    for (model, output) in [
        ("tiny.gguf", "a"),
        ("-m tiny.gguf", "b"),
        ("--model tiny.gguf", "c"),
    ] {
        sandbox.done(&format!(
            "run {model} --pack small.pack -t 1 -o {output}.esr"
        ));
        assert_eq!(sandbox.report(&format!("{output}.esr"))["model"], "tiny");
    }
    for text in ["prompt tiny.gguf", "prompt -m tiny.gguf"] {
        sandbox.done(&format!("{text} --pack small.pack --text"));
    }
    sandbox.done("plan tiny.gguf --pack small.pack --limit 1");
    assert!(sandbox.done("doctor -m tiny.gguf").contains("Prompts"));
    sandbox.refused(4, "image none.gguf --board pi5 -o card.img", &["none.gguf"]);
    sandbox.refused(2, &format!("{RUN} -m tiny.gguf"), &["cannot be used with"]);
}

#[test]
fn several_models_run_one_after_another() {
    let sandbox = sandbox();
    sandbox.done("synth --seed 1 -o other.gguf");
    let run = "run tiny.gguf other.gguf --pack small.pack -t 1";
    let outcome = sandbox.edgescore(run).expect(0);
    assert!(
        outcome.stderr.contains("model 2 of 2: "),
        "{}",
        outcome.stderr
    );
    assert!(outcome.stdout.contains("2 runs"), "{}", outcome.stdout);
    let made = results(&sandbox);
    assert_eq!(made.len(), 2, "{made:?}");
    for name in &made {
        assert!(outcome.stdout.contains(&format!("result: {name}")));
    }
    sandbox.done("run -m tiny.gguf -m other.gguf --pack small.pack -t 1");
    assert_eq!(results(&sandbox).len(), 4);

    // One model that is missing is found before the first one runs.
    let missing = "run tiny.gguf othre.gguf --pack small.pack -t 1";
    sandbox.refused(4, missing, &["othre.gguf", "did you mean other.gguf?"]);
    sandbox.refused(2, &format!("{run} -o one.esr"), &["-o", "2 models"]);
    sandbox.refused(2, &format!("{run} --detach"), &["one model"]);
    sandbox.write("gate.toml", "min_accuracy = 1.0");
    let gated = sandbox
        .edgescore(&format!("{run} --gate gate.toml"))
        .expect(1);
    assert_eq!(
        gated.stdout.matches("gate on ").count(),
        2,
        "{}",
        gated.stdout
    );
}

#[test]
fn results_of_the_same_second_have_different_names() {
    let sandbox = sandbox();
    fs::create_dir(sandbox.path("below")).unwrap();
    fs::copy(sandbox.path("tiny.gguf"), sandbox.path("below/tiny.gguf")).unwrap();
    let run = "run tiny.gguf below/tiny.gguf --pack small.pack -t 1";
    let both = [0, 1].map(|_| Running::start(&mut sandbox.command(run)));
    for running in both {
        running.end().expect(0);
    }
    assert_eq!(results(&sandbox).len(), 4);
}

#[test]
fn misspelt_words_have_a_suggestion() {
    let sandbox = sandbox();
    for (code, arguments, meant) in [
        (2, "run --modle tiny.gguf", "'--model'"),
        (2, "run --memroy 2GiB", "'--memory'"),
        (2, "rnu", "'run'"),
        (2, "reprot a.esr", "'report'"),
        (2, "pack shwo small.pack", "'show'"),
        (2, "run --mode lettr", "'letter'"),
        (2, "report a.esr --format jsn", "'json'"),
        (2, "run --power-source fnb85", "did you mean fnb58?"),
        (2, "run --power-scope ralis", "did you mean rails?"),
        (2, "image --board pi55 -o card.img", "did you mean pi5?"),
        (4, "run tyni.gguf", "did you mean tiny.gguf?"),
        (4, "pack info smal.pack", "did you mean small.pack?"),
        (4, "report smal.pack", "did you mean small.pack?"),
    ] {
        sandbox.refused(code, arguments, &[meant]);
    }
    // What is near nothing has none.
    let far = sandbox.edgescore("run --frobnicate").expect(2);
    assert!(!far.stderr.contains("similar"), "{}", far.stderr);
}

#[test]
fn defaults_come_from_the_file_of_the_folder() {
    let sandbox = sandbox();
    let toml = "model = \"tiny.gguf\"\npack = \"small.pack\"\nthreads = 1\nlimit = 3\n\
                power_source = \"simulated\"\nno_calibrate = true\nmax_power = \"4W\"\n";
    sandbox.write("edgescore.toml", toml);
    let outcome = sandbox.edgescore("run -o a.esr").expect(0);
    let said = "defaults from edgescore.toml: ";
    let line = outcome.stderr.lines().find(|line| line.starts_with(said));
    let line = line.unwrap_or_else(|| panic!("{}", outcome.stderr));
    for default in ["--model=tiny.gguf", "--limit=3", "--no-calibrate"] {
        assert!(line.contains(default), "{line}");
    }
    assert!(
        !line.contains("--max-power"),
        "not an option of run: {line}"
    );
    assert_eq!(sandbox.rows("a.esr").questions.len(), 3);

    // What is given comes first, also by another name.
    sandbox.done("run ./tiny.gguf --limit 1 -o b.esr");
    assert_eq!(sandbox.rows("b.esr").questions.len(), 1);
    let quiet = sandbox.edgescore("-q run --limit 1 -o c.esr").expect(0);
    assert_eq!(quiet.stderr, "", "no progress");
    sandbox.done("--no-config run tiny.gguf --pack small.pack -t 1 -o d.esr");
    assert_eq!(sandbox.rows("d.esr").questions.len(), 4);
    // The file of another folder is not looked for.
    sandbox.write("below/x", "");
    let mut below = sandbox.command("run ../tiny.gguf --pack ../small.pack -t 1 -o e.esr");
    Outcome::of(below.current_dir(sandbox.path("below"))).expect(0);
    assert_eq!(sandbox.rows("below/e.esr").questions.len(), 4);

    // Limits of a profile are all of the gate's.
    let gate = sandbox.edgescore("gate a.esr").expect(1);
    assert!(gate.stdout.contains("mean power"), "{}", gate.stdout);
    sandbox.write("gate.toml", "min_accuracy = 0.0");
    sandbox.done("gate a.esr --profile gate.toml");
}

#[test]
fn a_wrong_file_of_defaults_is_refused() {
    let sandbox = sandbox();
    for (toml, words) in [
        ("limt = 3", ["limt", "did you mean limit?"]),
        ("board", ["edgescore.toml", "--no-config"]),
        ("limit = 0", ["'0'", "--limit"]),
        ("force = true", ["force", "no option with a default"]),
        ("no_calibrate = 1", ["no_calibrate", "true or false"]),
        ("[run]\nlimit = 3", ["run", "no option"]),
    ] {
        sandbox.write("edgescore.toml", toml);
        sandbox.refused(2, "run -o a.esr", &words);
        sandbox.refused(2, "run -o a.esr", &["edgescore.toml", "--no-config"]);
    }
    sandbox.done(&format!("{RUN} --no-config -o a.esr"));
}

#[test]
fn nothing_is_replaced_unasked() {
    let sandbox = sandbox();
    sandbox.done(&format!("{RUN} -o a.esr"));
    sandbox.done(&format!("{RUN} --seed 1 --limit 3 -o b.esr"));
    sandbox.done("pack build --worked -o w.pack");
    for (command, file) in [
        ("report a.esr -o", "x.html"),
        ("compare a.esr b.esr -o", "x.md"),
        ("published -o", "x.csv"),
        ("gate a.esr --min-accuracy 0 -o", "x.json"),
        ("plan tiny.gguf --pack small.pack --limit 1 -o", "x.json"),
        ("run tiny.gguf --pack small.pack -t 1 -o", "x.esr"),
        (
            "run tiny.gguf --pack small.pack --sweep threads -o",
            "x-sweep.json",
        ),
        ("pack build --worked -o", "x.pack"),
        ("synth -o", "x.gguf"),
        ("image --board qemu-virt -o", "x.img"),
    ] {
        sandbox.write(file, "a night's work");
        let output = file.replace("-sweep.json", ".esr");
        let refused = format!("{command} {output}");
        sandbox.refused(4, &refused, &[&format!("{file} exists"), "--force"]);
        if !command.starts_with("image") && !command.contains("--sweep") {
            sandbox.done(&format!("{command} {output} --force"));
            assert_ne!(sandbox.read(file), b"a night's work", "{command}");
        }
        fs::remove_file(sandbox.path(file)).unwrap();
    }
}

#[test]
fn an_unknown_ending_is_refused() {
    let sandbox = sandbox();
    sandbox.done(&format!("{RUN} -o a.esr"));
    sandbox.done(&format!("{RUN} --seed 1 --limit 3 -o b.esr"));
    for (command, formats) in [
        ("report a.esr", ".html"),
        ("compare a.esr b.esr", ".md"),
        ("published", ".parquet"),
        ("gate a.esr --min-accuracy 0", ".json"),
        ("plan tiny.gguf", ".json"),
    ] {
        for ending in ["pdf", "xlsx"] {
            let refused = format!("{command} -o x.{ending}");
            sandbox.refused(2, &refused, &[&format!(".{ending}"), formats]);
        }
    }
    sandbox.refused(2, "compare a.esr b.esr -o x.csv", &[".txt, .json, .md"]);
    sandbox.refused(2, "report a.esr -o x.jsn", &["did you mean json?"]);
    sandbox.done("compare a.esr b.esr -o x.json");
    serde_json::from_slice::<Value>(&sandbox.read("x.json")).unwrap();
    sandbox.done("report a.esr --format md -o x.pdf");
}

#[test]
fn an_output_that_cannot_be_written_is_refused_before_the_run() {
    let sandbox = sandbox();
    // Nobody can make a file there, not even root.
    for output in ["/proc/run.esr", "nowhere/run.esr"] {
        sandbox.refused(4, &format!("{RUN} -o {output}"), &["cannot write", output]);
    }
    let journals = sandbox.path("../cache/edgescore/runs");
    assert!(!journals.exists(), "the board was not asked");
}

#[test]
fn a_run_counts_once() {
    let sandbox = sandbox();
    sandbox.done(&format!("{RUN} -o a.esr"));
    fs::copy(sandbox.path("a.esr"), sandbox.path("copy.esr")).unwrap();
    for again in ["a.esr", "./a.esr", "copy.esr"] {
        let outcome = sandbox.edgescore(&format!("report a.esr {again} --format json"));
        let outcome = outcome.expect(0);
        let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
        assert_eq!(report["runs"].as_array().unwrap().len(), 1);
        let said = format!("{again} is the run of a.esr: it counts once");
        assert!(outcome.stderr.contains(&said), "{}", outcome.stderr);
        let compared = format!("compare a.esr {again}");
        sandbox.refused(2, &compared, &["a.esr", "cannot be compared with itself"]);
    }
}

#[test]
fn a_gate_takes_several_results() {
    let sandbox = sandbox();
    let simulated = "--power-source simulated";
    sandbox.done(&format!("{RUN} -o a.esr"));
    sandbox.done(&format!("{RUN} --seed 1 --limit 3 {simulated} -o b.esr"));
    let pass = sandbox.done("gate a.esr b.esr --min-accuracy 0");
    assert_eq!(pass.matches("The gate is passed.").count(), 2, "{pass}");
    let json = sandbox.done("gate a.esr b.esr --min-accuracy 0 --format json");
    let views: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(views[1]["file"], "b.esr");
    let one = sandbox
        .edgescore("gate a.esr b.esr --max-power 1000W")
        .expect(1);
    assert_eq!(one.stdout.matches("The gate is not passed").count(), 2);

    // A simulation is no measurement, of power as of energy.
    for limit in ["--max-power 1000W", "--max-joules 1000J"] {
        let gate = sandbox.edgescore(&format!("gate b.esr {limit}")).expect(1);
        assert!(
            gate.stdout.contains("simulated, not measured"),
            "{}",
            gate.stdout
        );
    }
}

#[test]
fn a_strict_gate_fails_what_is_not_certain() {
    let sandbox = sandbox();
    sandbox.done("run --limit 5 -t 1 --no-calibrate -o a.esr");
    // Five of five are right: 56.6 to 100 %.
    for (limit, easy, strict) in [("0.5", 0, 0), ("0.8", 0, 1)] {
        let gate = format!("gate a.esr --min-accuracy {limit}");
        sandbox.edgescore(&gate).expect(easy);
        let said = sandbox
            .edgescore(&format!("{gate} --strict"))
            .expect(strict);
        let since = said.stdout.contains("FAIL, since the limit lies inside");
        assert_eq!(since, strict == 1, "{}", said.stdout);
    }
}

#[test]
fn a_small_limit_asks_every_group() {
    let sandbox = Sandbox::default();
    sandbox.done("run --limit 5 -t 1 --no-calibrate -o a.esr");
    let groups = sandbox.report("a.esr")["groups"].clone();
    let groups = groups.as_object().unwrap();
    assert_eq!(groups.len(), 5, "{groups:?}");
}

#[test]
fn verbose_shows_the_log_and_quiet_no_progress() {
    let sandbox = sandbox();
    let progress = "T1 Admission 1";
    let usual = sandbox
        .edgescore(&format!("{RUN} -o a.esr"))
        .expect(0)
        .stderr;
    assert!(
        usual.contains(progress) && !usual.contains("llama.cpp"),
        "{usual}"
    );
    let verbose = sandbox
        .edgescore(&format!("{RUN} -v -o b.esr"))
        .expect(0)
        .stderr;
    assert!(verbose.contains("llama.cpp"), "{verbose}");
    let quiet = sandbox
        .edgescore(&format!("{RUN} -q -o c.esr"))
        .expect(0)
        .stderr;
    assert_eq!(quiet, "");
    sandbox.refused(2, "-q -v doctor", &["cannot be used with"]);
}

#[test]
fn help_is_grouped_and_commands_are_in_the_order_of_use() {
    let sandbox = Sandbox::default();
    let help = sandbox.done("--help");
    let at = |command: &str| {
        let line = format!("\n  {command} ");
        help.find(&line)
            .unwrap_or_else(|| panic!("{command}: {help}"))
    };
    let commands = [
        "run", "report", "compare", "gate", "plan", "doctor", "synth",
    ];
    assert!(commands.map(at).is_sorted(), "{help}");
    assert!(help.contains("edgescore.toml"));
    for command in ["run", "plan", "image"] {
        let help = sandbox.done(&format!("{command} --help"));
        let of = |option: &str| {
            let lines: Vec<&str> = help.lines().collect();
            let at = lines.iter().position(|line| {
                let line = line.trim_start();
                line.starts_with('-') && line.contains(&format!("--{option}"))
            });
            let mut before = lines[..at.unwrap()].iter().rev();
            let heading = before.find(|line| line.starts_with(|c: char| c.is_alphabetic()));
            heading.unwrap().to_string()
        };
        for (option, heading) in [
            ("limit", "Questions:"),
            ("template ", "Prompts:"),
            ("max-tokens", "Generate mode:"),
            ("memory", "Budgets and power:"),
            ("threads", "Speed and memory:"),
            ("output", "Output:"),
        ] {
            assert_eq!(of(option), heading, "{command} {option}");
        }
    }
}

#[test]
fn completions_and_manual_pages() {
    let sandbox = Sandbox::default();
    for shell in ["bash", "zsh", "fish"] {
        let script = sandbox.done(&format!("completions {shell}"));
        assert!(script.contains("no-calibrate"), "{shell}");
    }
    sandbox.refused(2, "completions bsah", &["'bash'"]);
    sandbox.done("man pages/man1");
    let page = String::from_utf8(sandbox.read("pages/man1/edgescore-run.1")).unwrap();
    assert!(
        page.contains(".TH") && page.contains("until\\-ci"),
        "{page}"
    );
    sandbox.refused(4, "man /proc/man1", &["name a folder"]);
}

#[test]
fn an_option_with_a_value_that_may_be_left_out_takes_no_model() {
    let sandbox = sandbox();
    let run = "run --mode generate --max-tokens 4 --draws 0 --pack small.pack -o run.esr";
    sandbox.done(&format!("{run} --keep-text tiny.gguf"));
    assert_eq!(sandbox.report("run.esr")["model"], "tiny");
    let wrong = format!("{run} --force --keep-text=tiny.gguf");
    sandbox.refused(2, &wrong, &["give yes or no"]);
}
