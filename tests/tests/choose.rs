//! `edgescore choose`: several models on the same questions, round by round, until one is left.

use std::fs;
use std::path::Path;

use edgescore_record::{Stop, VerdictKind};
use edgescore_tests::{
    Behaviour, FakeServer, Outcome, Rows, Running, Sandbox, SmallTasks, Sshd, copy_folder, is_gone,
    wait_until,
};
use nix::sys::signal::Signal;
use serde_json::{Value, json};

const REFERENCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tasks/models/reference");

/// 240 generated questions, which tell the reference models apart.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::default();
    sandbox.done("pack build --seed 5 --per-task 8 --level 1 --split test -o test.pack");
    sandbox
}

fn choice(sandbox: &Sandbox, folder: &str) -> Value {
    let bytes = sandbox.read(&format!("{folder}/choice.json"));
    serde_json::from_slice(&bytes).unwrap()
}

fn model<'v>(choice: &'v Value, name: &str) -> &'v Value {
    let models = choice["models"].as_array().unwrap();
    models.iter().find(|model| model["model"] == name).unwrap()
}

#[test]
fn the_accurate_one_is_chosen_and_the_others_leave_with_their_reasons() {
    let sandbox = sandbox();
    sandbox.write("broken.gguf", "GGUF, but not for long");
    let command = format!(
        "choose {REFERENCE}-0.3m.gguf broken.gguf {REFERENCE}-1m.gguf {REFERENCE}-0.1m.gguf \
         --pack test.pack -t 1 -o race"
    );
    let printed = sandbox.done(&command);
    assert!(printed.contains("Take reference-1m: "), "{printed}");
    for words in [
        "llama-server --jinja -m ",
        "edgescore gate check.esr",
        "race/*.esr",
        "board time",
    ] {
        assert!(printed.contains(words), "{words}: {printed}");
    }
    let found = choice(&sandbox, "race");
    assert_eq!(found["chosen"], "reference-1m");
    assert_eq!(model(&found, "reference-1m")["left"], Value::Null);
    let left = |name: &str| model(&found, name)["left"].as_str().unwrap().to_owned();
    assert_eq!(
        left("reference-0.3m"),
        "answers fewer questions than reference-1m"
    );
    // It says B to everything.
    assert!(left("reference-0.1m").contains("did not decide"), "{found}");
    assert!(left("broken").contains("broken.gguf"), "{found}");
    // Those that left were asked less, and all were asked the same questions in the same order.
    let asked = |name: &str| model(&found, name)["asked"].as_u64().unwrap();
    assert_eq!((asked("broken"), asked("reference-0.1m")), (0, 24));
    assert!(asked("reference-0.3m") < 240, "{found}");
    let order = |name: &str| sandbox.rows(&format!("race/{name}-01.esr")).asked();
    assert_eq!(order("reference-1m"), order("reference-0.3m"));
    assert!(!order("reference-1m").is_sorted(), "random order");

    // The same command again asks nothing more.
    let files = || sandbox.files();
    let before = files();
    let again = sandbox.done(&command);
    assert_eq!(again, printed);
    assert!(before == files(), "nothing was asked or written again");

    // The rounds of a model are one run.
    let legs: Vec<&str> = model(&found, "reference-0.3m")["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| file.as_str().unwrap())
        .collect();
    let report = sandbox.done(&format!("report --format json {}", legs.join(" ")));
    let report: Value = serde_json::from_str(&report).unwrap();
    let runs = report["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 1);
    assert_eq!(runs[0]["questions"], asked("reference-0.3m"));
    assert_eq!(
        runs[0]["pass_at_1"],
        model(&found, "reference-0.3m")["accuracy"]
    );
    if legs.len() > 2 {
        let gap = format!("report {} {}", legs[0], legs[2]);
        sandbox.refused(4, &gap, &["are in no file", "give all legs"]);
    }

    // Another question is another race.
    let other = command.replace("-o race", "--margin 0.2 -o race");
    sandbox.refused(
        4,
        &other,
        &["other models or options", "-o another folder", "--force"],
    );
    sandbox.done(&format!("{other} --force"));
}

/// A fake server answers B to everything; of two models of one server each is a model of its own.
#[test]
fn servers_race_against_files() {
    let (sandbox, server) = (sandbox(), FakeServer::start(Behaviour::Good));
    let absent = FakeServer::absent().url;
    let url = &server.url;
    let models = format!("{REFERENCE}-1m.gguf {url}#served {absent}");
    let command = format!("choose {models} --pack test.pack -t 1,2 -o race");
    let printed = sandbox.done(&command);
    assert!(printed.contains("Take reference-1m, "), "{printed}");
    assert!(printed.contains("the engines differ"), "{printed}");
    let found = choice(&sandbox, "race");
    let left = |name: &str| model(&found, name)["left"].as_str().unwrap().to_owned();
    assert!(left("served").contains("did not decide"), "{found}");
    assert!(left("server").contains(&absent), "{found}");
    // A server has threads of its own, so it has one operating point.
    assert_eq!(model(&found, "served")["other_points"], json!([]));
    assert!(model(&found, "served")["asked"].as_u64().unwrap() >= 24);
    let engines = found["across_engines"].as_array().unwrap();
    let of = |name: &str| {
        let mut all = engines.iter();
        all.find(|one| one["model"].as_str().unwrap().starts_with(name))
    };
    let (gguf, served) = (of("reference-1m").unwrap(), of("served").unwrap());
    assert_eq!(
        (&gguf["engine"], &served["engine"]),
        (&json!("llama.cpp"), &json!("server"))
    );
    assert_eq!(served["prompt_tokens"], json!(240.0));
    assert_eq!(
        (&gguf["quantisation"], &served["quantisation"]),
        (&json!("F16"), &json!(""))
    );
    assert!(of("server").is_none_or(|one| one == served), "{engines:?}");

    // What a server cannot do puts it out.
    let alone = format!("choose {url}#served --pack test.pack");
    let none = sandbox
        .edgescore(&format!("{alone} --power 4W -o held"))
        .expect(1);
    assert!(
        none.stdout.contains("cannot be held: leave it out"),
        "{}",
        none.stdout
    );
    let slow = sandbox
        .edgescore(&format!("{alone} --latency 1us -o slow"))
        .expect(1);
    assert!(
        slow.stdout.contains("and 0.000001 s are allowed"),
        "{}",
        slow.stdout
    );
    let key = "choose http://user:secret@127.0.0.1/v1 --pack test.pack";
    sandbox.refused(2, key, &["set EDGESCORE_API_KEY"]);
}

#[test]
fn a_race_that_was_stopped_goes_on() {
    let (sandbox, race) = (sandbox(), long_race());
    let command = |folder: &str| format!("{race} -o {folder}");
    sandbox.done(&command("whole"));
    sandbox.done(&command("cut"));
    // As a kill between two rounds, and inside one, leaves it.
    let legs = |folder: &str| {
        let entries = fs::read_dir(sandbox.path(folder)).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.filter(|name| name.ends_with(".esr")).collect();
        names.sort();
        names
    };
    let all = legs("whole");
    assert!(all.len() >= 3, "{all:?}");
    let last = sandbox.path("cut").join(all.last().unwrap());
    fs::remove_file(&last).unwrap();
    let torn = sandbox.path("cut").join("reference-1m-01.esr");
    let bytes = fs::read(&torn).unwrap();
    fs::write(&torn, &bytes[..bytes.len() / 2]).unwrap();
    fs::remove_file(sandbox.path("cut/choice.json")).unwrap();
    sandbox.done(&command("cut"));
    assert_eq!(legs("cut"), all);
    for leg in &all {
        let rows = |folder: &str| sandbox.rows(&format!("{folder}/{leg}")).timeless();
        assert_eq!(rows("cut").questions, rows("whole").questions, "{leg}");
    }
    assert_eq!(
        choice(&sandbox, "cut")["chosen"],
        choice(&sandbox, "whole")["chosen"]
    );
}

#[test]
fn limits_put_models_out_before_and_in_the_race() {
    let sandbox = Sandbox::with_small_pack(SmallTasks {
        tasks: 3,
        questions: 10,
    });
    sandbox.done("synth --seed 3 -o other.gguf");
    let command = "choose tiny.gguf other.gguf --pack small.pack -t 1";
    // By the plan: nothing was asked.
    let none = sandbox
        .edgescore(&format!("{command} --latency 1us -o slow"))
        .expect(1);
    assert!(
        none.stdout.contains("No model keeps the limits"),
        "{}",
        none.stdout
    );
    let found = choice(&sandbox, "slow");
    assert_eq!(found["chosen"], Value::Null);
    let tiny = model(&found, "tiny");
    assert!(
        tiny["left"]
            .as_str()
            .unwrap()
            .starts_with("plan: an answer takes about"),
        "{found}"
    );
    assert_eq!(
        (&tiny["asked"], &tiny["seconds_planned"]),
        (&json!(0), &json!(true))
    );
    // In the race: random weights are no better than chance.
    let none = sandbox
        .edgescore(&format!("{command} --min-accuracy 0.95 -o poor"))
        .expect(1);
    assert!(
        none.stdout.contains("its accuracy is below the limit"),
        "{}",
        none.stdout
    );

    sandbox.refused(
        4,
        "choose tiny.gguf missing.gguf --pack small.pack",
        &["missing.gguf", "check the path"],
    );
    sandbox.write("full/night.txt", "of work");
    sandbox.refused(
        4,
        &format!("{command} -o full"),
        &["holds other files", "-o another folder"],
    );
    sandbox.refused(
        2,
        &format!("{command} --error-rate 1"),
        &["between 0 and 0.5"],
    );
}

#[test]
fn the_operating_points_of_the_chosen_one_are_told_apart() {
    let sandbox = sandbox();
    let command = format!(
        "choose {REFERENCE}-1m.gguf {REFERENCE}-0.3m.gguf --pack test.pack --threads 1,2 -o race"
    );
    let printed = sandbox.done(&command);
    let found = choice(&sandbox, "race");
    // The race itself has half of the error rate, the points the other half.
    assert!(
        printed.contains("With at most 2.5 % probability another"),
        "{printed}"
    );
    assert_eq!(found["error_rate"], 0.05);
    assert_eq!(found["points"]["error_rate"], 0.025);
    let chosen = found["chosen"].as_str().unwrap();
    assert!(chosen.starts_with("reference-1m, "), "{chosen}");
    assert_eq!(
        model(&found, chosen)["other_points"][0]["refused"],
        json!(null)
    );
    // Both points answered the same questions, and the ratio is that of their seconds.
    let points = found["points"]["points"].as_array().unwrap();
    assert_eq!(
        (points.len(), &found["points"]["by"]),
        (2, &json!("seconds"))
    );
    let best = points.iter().find(|point| point["best"] == true).unwrap();
    let other = points.iter().find(|point| point["best"] == false).unwrap();
    let ratio = other["ratio"]["value"].as_f64().unwrap();
    assert!(ratio >= 1.0, "{found}");
    assert_eq!(
        other["settled"].as_bool().unwrap(),
        other["ratio"]["low"].as_f64().unwrap() > 1.0
    );
    let legs = |point: &Value| -> Vec<Vec<u32>> {
        let results = point["results"].as_array().unwrap();
        let asked = results
            .iter()
            .map(|file| sandbox.rows(file.as_str().unwrap()).asked());
        asked.collect()
    };
    assert_eq!(legs(best), legs(other));
    assert_eq!(legs(best).concat().len(), 60);
    // What is to be run has the point.
    let threads = found["point"]["threads"].as_u64().unwrap();
    let plural = if threads == 1 { "" } else { "s" };
    assert_eq!(best["point"], format!("{threads} thread{plural}"));
    for words in [
        format!("Take reference-1m, {threads} thread{plural}: "),
        format!(" -t {threads} -c "),
        format!("--pack test.pack --threads {threads} -o check.esr"),
        "Operating points of reference-1m".to_owned(),
    ] {
        assert!(printed.contains(&words), "{words}: {printed}");
    }
    // Neither run is taken for a part of the other.
    let runs = |files: &str| {
        let names: Vec<String> = sandbox
            .files()
            .keys()
            .map(|path| path.display().to_string())
            .filter(|path| path.contains(files) && path.ends_with(".esr"))
            .collect();
        let report = sandbox.done(&format!("report --format json {}", names.join(" ")));
        let report: Value = serde_json::from_str(&report).unwrap();
        report["runs"].as_array().unwrap().len()
    };
    assert_eq!((runs("race/reference"), runs("race/points/")), (2, 2));

    // Nothing is asked again; what is missing is.
    let before = sandbox.files();
    assert_eq!(sandbox.done(&command), printed);
    assert!(
        before == sandbox.files(),
        "nothing was asked or written again"
    );
    let leg = best["results"][1].as_str().unwrap();
    let asked = sandbox.rows(leg).asked();
    fs::remove_file(sandbox.path(leg)).unwrap();
    sandbox.done(&command);
    assert_eq!(sandbox.rows(leg).asked(), asked);
}

#[test]
fn operating_points_of_a_board_whose_clocks_can_be_set() {
    let sandbox = sandbox();
    let board = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/boards/pi5");
    copy_folder(Path::new(board), &sandbox.path("board"));
    let max = "board/sys/devices/system/cpu/cpufreq/policy0/scaling_max_freq";
    sandbox.write(max, "2400000\n");
    let command = format!(
        "choose {REFERENCE}-0.3m.gguf --pack test.pack -t 1 --sysfs-root board \
         --power-source simulated"
    );
    let clocks = format!("{command} --max-clock 1.5GHz,2400MHz");
    let printed = sandbox.done(&format!("{clocks} -o race"));
    let found = choice(&sandbox, "race");
    let clock = found["point"]["max_clock_hz"].as_u64().unwrap();
    assert!([1_500_000_000, 2_400_000_000].contains(&clock), "{found}");
    assert_eq!(found["point"]["threads"], 1);
    // Simulated joules tell nothing apart.
    assert_eq!(found["points"]["by"], "seconds");
    for point in found["points"]["points"].as_array().unwrap() {
        let file = point["results"][0].as_str().unwrap();
        let at = sandbox.report(file)["provenance"]["max_clock_hz"]
            .as_u64()
            .unwrap();
        assert_eq!(point["point"], format!("1 thread, {} MHz", at / 1_000_000));
    }
    for words in [
        format!(
            "echo {} | sudo tee /sys/devices/system/cpu/cpufreq",
            clock / 1000
        ),
        format!(
            "--threads 1 --max-clock {}MHz -o check.esr",
            clock / 1_000_000
        ),
    ] {
        assert!(printed.contains(&words), "{words}: {printed}");
    }
    assert_eq!(sandbox.read(max), b"2400000\n");

    let twice = format!("{command} --max-clock 1.5GHz,1500MHz");
    sandbox.refused(2, &twice, &["--max-clock 1500MHz is given twice"]);
    sandbox.refused(
        2,
        &command.replace("-t 1", "-t 2,2"),
        &["--threads 2 is given twice"],
    );
    sandbox.refused(
        2,
        &command.replace("-t 1", "-t 1,0"),
        &["0 is not in 1..=512"],
    );
    fs::remove_dir_all(sandbox.path("board/sys/devices")).unwrap();
    let fixed = sandbox.edgescore(&format!("{clocks} -o fixed")).expect(3);
    for words in ["no policy below", "leave it out"] {
        assert!(fixed.stderr.contains(words), "{}", fixed.stderr);
    }
}

#[test]
fn points_are_told_apart_by_joules_where_a_meter_measures_them() {
    let sandbox = sandbox();
    // A fake: the meter of a captured Jetson, which shows the same power all the time.
    let board = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/fixtures/boards/jetson-orin-nano"
    );
    copy_folder(Path::new(board), &sandbox.path("board"));
    let printed = sandbox.done(&format!(
        "choose {REFERENCE}-1m.gguf --pack test.pack --threads 1,2 --sysfs-root board -o race"
    ));
    let found = choice(&sandbox, "race");
    assert_eq!(found["points"]["by"], "joules");
    assert!(
        printed.contains("Told apart by the joules of an answer: "),
        "{printed}"
    );
    for point in found["points"]["points"].as_array().unwrap() {
        assert!(point["joules"].as_f64().unwrap() > 0.0, "{found}");
        assert_eq!(point["joules_simulated"], false);
    }
}

/// A race whose two models are not told apart before the end of the pack: no evidence is enough.
fn long_race() -> String {
    format!(
        "choose {REFERENCE}-1m.gguf {REFERENCE}-0.3m.gguf --pack test.pack -t 1 --margin 0 \
         --error-rate 1e-9"
    )
}

/// What a race found, without times, energy and memory.
fn timeless(found: &Value) -> Value {
    let models = found["models"].as_array().unwrap().iter();
    let models: Vec<Value> = models
        .map(|model| {
            json!([
                model["model"],
                model["asked"],
                model["accuracy"],
                model["left"]
            ])
        })
        .collect();
    json!([found["chosen"], found["beside"], models])
}

#[test]
fn a_race_on_a_board_behind_ssh_ends_as_here() {
    let (sandbox, sshd, race) = (sandbox(), Sshd::start(), long_race());
    sandbox.done(&format!("{race} -o here"));
    let there = format!("{race} --board ssh:board -o there");
    Outcome::of(&mut sshd.command(&sandbox, &there)).expect(0);
    let [here, there] = ["here", "there"].map(|folder| choice(&sandbox, folder));
    assert_eq!(timeless(&there), timeless(&here));
    assert!(
        there["models"][0]["results"].as_array().unwrap().len() >= 2,
        "rounds"
    );
    // Whole models went over once, whatever the number of rounds.
    for name in ["reference-1m.gguf", "reference-0.3m.gguf", "test.pack"] {
        let copied = sshd.copied().into_iter();
        let copies = copied.filter(|(path, ..)| path.ends_with(name)).count();
        assert_eq!(copies, 1, "{name}");
    }
    assert_eq!(sshd.runs("journal"), [] as [std::path::PathBuf; 0]);
}

#[test]
fn a_race_that_is_interrupted_while_it_asks_ends_as_an_undisturbed_one() {
    let (sandbox, race) = (sandbox(), long_race());
    sandbox.done(&format!("{race} -o whole"));
    for (signal, folder) in [(Signal::SIGINT, "stopped"), (Signal::SIGKILL, "killed")] {
        let command = format!("{race} -o {folder}");
        let running = Running::start(&mut sandbox.command(&command));
        // In the longest round.
        let whole = choice(&sandbox, "whole");
        let legs = model(&whole, "reference-1m")["results"]
            .as_array()
            .unwrap()
            .iter();
        let legs = legs.map(|leg| leg.as_str().unwrap().to_owned());
        let longest = legs.max_by_key(|leg| sandbox.rows(leg).questions.len());
        let leg = longest.unwrap().replace("whole/", &format!("{folder}/"));
        wait_until("some answers of the longest round", || {
            let bytes = fs::read(sandbox.path(&leg)).unwrap_or_default();
            Rows::parse(&bytes).is_ok_and(|rows| rows.questions.len() >= 3)
        });
        let (runtime, worker) = (running.runtime(), running.worker());
        running.signal(signal);
        let outcome = running.end();
        if signal == Signal::SIGINT {
            let outcome = outcome.expect(1);
            assert!(
                outcome
                    .stderr
                    .contains("stopped; what was answered is in stopped")
            );
            assert_eq!(outcome.stdout, "");
            let rows = sandbox.rows(&leg);
            assert_eq!(rows.verdict_kind(), Some(VerdictKind::Aborted));
            assert_eq!(rows.stop(), Some(Stop::Interrupted));
        }
        wait_until("edgescore-rt is gone", || {
            is_gone(runtime) && is_gone(worker)
        });
        assert!(!sandbox.path(format!("{folder}/choice.json")).exists());
        sandbox.done(&command);
        assert_eq!(timeless(&choice(&sandbox, folder)), timeless(&whole));
    }
}

#[test]
fn ctrl_c_between_two_legs_stops_the_race() {
    let (sandbox, race) = (sandbox(), long_race());
    // In a plan or in the first round.
    let script = sandbox.interrupts_its_parent_at(5);
    let command = format!("{race} --runtime {script} -o race");
    let stopped = sandbox.edgescore(&command).expect(1);
    assert!(stopped.stderr.contains("stopped; "), "{}", stopped.stderr);
    let starts = sandbox.read("starts");
    assert_eq!(starts.len(), 5, "nothing was started after Ctrl-C");
}
