//! Threads, batch and weights: chosen by the board, kept, or asked for.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::fs;
use std::thread::available_parallelism;

use edgescore_tests::{Busy, Sandbox, SmallTasks};
use serde_json::Value;

/// A model that is large enough to be measured (64 MiB), whose layers are quick all the same:
/// nearly all of it is vocabulary.
const SHAPE: &str = "arch=llama,embd=512,layers=1,heads=8,kv=2,ff=256,vocab=140000,ctx=4096";

/// Of a run on a board of which nothing is known: whatever other tests do, nobody else is seen to use
/// the CPUs.
fn provenance(sandbox: &Sandbox, options: &str) -> Value {
    fs::create_dir_all(sandbox.path("unknown")).unwrap();
    of_run(sandbox, &format!("--sysfs-root unknown {options}"))
}

fn of_run(sandbox: &Sandbox, options: &str) -> Value {
    sandbox.done(&format!(
        "run --model m.gguf --pack small.pack --limit 1 --force -o run.esr {options}"
    ));
    sandbox.report("run.esr")["provenance"].clone()
}

#[test]
fn a_choice_is_measured_once_and_kept() {
    let sandbox = Sandbox::with_small_pack(SmallTasks {
        tasks: 1,
        questions: 1,
    });
    sandbox.done(&format!("synth --shape {SHAPE} --quant q8_0 -o m.gguf"));
    let first = provenance(&sandbox, "");
    assert_eq!(first["tuning"], "measured");
    // A physical batch is no longer than the context.
    assert!((128..=512).contains(&first["ubatch"].as_u64().unwrap()));
    let again = provenance(&sandbox, "");
    assert_eq!(again["tuning"], "kept");
    for what in ["threads", "batch", "ubatch"] {
        assert_eq!(again[what], first[what], "{what}");
    }
    // What is asked for is not measured; with both there is nothing left to measure.
    let given = provenance(&sandbox, "--threads 1 --ubatch 64");
    assert_eq!(given["tuning"], "given");
    assert_eq!(
        (&given["threads"], &given["ubatch"]),
        (&1.into(), &64.into())
    );
    let threads = provenance(&sandbox, "--threads 1");
    assert_eq!(
        (&threads["tuning"], &threads["threads"]),
        (&"measured".into(), &1.into())
    );
    assert_eq!(provenance(&sandbox, "--no-calibrate")["tuning"], "default");
}

/// Threads wait for each other, so where another process takes a CPU all of them are not the best choice.
#[test]
fn threads_are_measured_beside_a_process_that_keeps_a_cpu_busy() {
    let sandbox = Sandbox::with_small_pack(SmallTasks {
        tasks: 1,
        questions: 1,
    });
    sandbox.done(&format!("synth --shape {SHAPE} --quant q8_0 -o m.gguf"));
    let busy = Busy::cpus(1);
    let beside = of_run(&sandbox, "");
    drop(busy);
    let cpus = available_parallelism().unwrap().get() as u64;
    if cpus == 1 {
        println!("one CPU has no threads to choose from");
        return;
    }
    assert_eq!(beside["tuning"], "beside_others");
    assert!((1..=cpus).contains(&beside["threads"].as_u64().unwrap()));
    // It was measured for that run alone.
    assert_eq!(provenance(&sandbox, "")["tuning"], "measured");
}

#[test]
fn a_small_model_is_not_measured_and_weights_fit() {
    let sandbox = Sandbox::with_small_pack(SmallTasks {
        tasks: 1,
        questions: 1,
    });
    sandbox.done("synth -o m.gguf");
    let chosen = provenance(&sandbox, "");
    assert_eq!(chosen["tuning"], "default");
    assert_eq!(chosen["weights"], "repacked");
    assert!(chosen["weights_chosen_with_bytes"].as_u64().unwrap() > 0);
    let asked = provenance(&sandbox, "--weights mapped");
    assert_eq!(asked["weights"], "mapped");
    assert_eq!(asked["weights_chosen_with_bytes"], Value::Null);
}

#[test]
fn generate_mode_measures_flash_attention_and_keeps_the_choice() {
    let sandbox = Sandbox::with_small_pack(SmallTasks {
        tasks: 1,
        questions: 1,
    });
    sandbox.done(&format!("synth --shape {SHAPE} --quant q8_0 -o m.gguf"));
    let generate = "--mode generate --max-tokens 8 --draws 0 --threads 1 --ubatch 128";
    let first = provenance(&sandbox, generate);
    assert_eq!(first["tuning"], "measured");
    assert_eq!(first["flash_attention"], "auto");
    let used = first["flash_attention_used"].as_str().unwrap();
    assert!(["on", "off"].contains(&used), "{used}");

    // What is kept is what is used, whatever stands in the file.
    let folder = sandbox.path("../cache/edgescore/calibrations");
    let files: Vec<_> = fs::read_dir(folder).unwrap().collect();
    let [file] = &files[..] else {
        panic!("{files:?}");
    };
    let file = file.as_ref().unwrap().path();
    let kept = fs::read_to_string(&file).unwrap();
    for choice in ["off", "on"] {
        fs::write(&file, kept.replace(used, choice)).unwrap();
        let again = provenance(&sandbox, generate);
        assert_eq!(again["tuning"], "kept");
        assert_eq!(again["flash_attention_used"], choice);
        // So the estimate need not allow for the other one.
        let memory = &sandbox.report("run.esr")["memory"];
        let [planned, made] = [
            &memory["estimate"]["compute_bytes"],
            &memory["compute_bytes"],
        ];
        let apart = planned.as_f64().unwrap() - made.as_f64().unwrap();
        assert!(apart.abs() <= 65_536.0, "{choice}: {memory}");
    }

    // Asked for, needed by the cache, or without decode, nothing is measured.
    let asked = provenance(&sandbox, &format!("{generate} --flash-attention off"));
    assert_eq!(
        (&asked["tuning"], &asked["flash_attention_used"]),
        (&"given".into(), &"off".into())
    );
    let letter = "--threads 1 --ubatch 128";
    for options in [&format!("{generate} --cache-type q8_0"), letter] {
        let left = provenance(&sandbox, options);
        assert_eq!(
            (&left["tuning"], &left["flash_attention_used"]),
            (&"given".into(), &"auto".into()),
            "{options}"
        );
    }
}
