//! The same run gives the same answers.
#![allow(clippy::unwrap_used, clippy::panic)]

use edgescore_record::{Ask, VerdictKind};
use edgescore_tests::{Rows, Sandbox, SmallTasks};

fn sandbox() -> Sandbox {
    Sandbox::with_small_pack(SmallTasks {
        tasks: 4,
        questions: 5,
    })
}

fn run(sandbox: &Sandbox, options: &str) -> Rows {
    sandbox.done(&format!(
        "run --model tiny.gguf --pack small.pack --force -o run.esr {options}"
    ));
    let rows = sandbox.rows("run.esr");
    assert_eq!(rows.verdict_kind(), Some(VerdictKind::Ok));
    rows
}

#[test]
fn twice_the_same_run_is_the_same_to_the_last_bit() {
    let sandbox = sandbox();
    for options in ["-t 1", "-t 1 --mode generate --max-tokens 12 --seed 7"] {
        let [first, second] = [(); 2].map(|()| run(&sandbox, options));
        assert_eq!(first.questions.len(), 20, "{options}");
        let times = |rows: &Rows| rows.questions.iter().map(|q| q.prefill).collect::<Vec<_>>();
        assert_ne!(times(&first), times(&second), "two runs, not one");
        assert_eq!(first.timeless(), second.timeless(), "{options}");
    }
}

#[test]
fn draws_follow_the_seed() {
    let sandbox = sandbox();
    let draws = |seed: u32| {
        let options = format!("-t 1 --mode generate --max-tokens 12 --seed {seed}");
        let rows = run(&sandbox, &options).timeless();
        assert_eq!(
            rows.samples.len(),
            2 * 5 * 5,
            "two tasks of four are drawn on"
        );
        rows.samples
    };
    let of_seed_1 = draws(1);
    assert!(
        (2..6).any(|seed| draws(seed) != of_seed_1),
        "no seed changes a draw"
    );
}

/// Kernels for several tokens round otherwise than those for one, so that a draw may part from itself
/// where two tokens are about as likely.
#[test]
fn draws_that_are_decoded_together_are_those_that_are_decoded_alone() {
    let sandbox = sandbox();
    let texts = |parallel: &str| {
        let options = format!("-t 1 --mode generate --max-tokens 12 --keep-text {parallel}");
        let rows = run(&sandbox, &options);
        assert!(rows.samples.iter().all(|row| row.generated.decode.0 > 0));
        let report = sandbox.report("run.esr");
        let at_once = report["provenance"]["texts_at_once"].as_u64().unwrap();
        (sandbox.texts("run.esr"), at_once)
    };
    let (alone, at_once) = texts("--parallel 1");
    assert_eq!((alone.len(), at_once), (20 + 2 * 5 * 5, 1));
    for (parallel, expected) in [("", 5), ("--parallel 2", 2), ("--parallel 99", 5)] {
        let (together, at_once) = texts(parallel);
        assert_eq!(
            (together.len(), at_once),
            (alone.len(), expected),
            "{parallel}"
        );
        let same = alone.iter().zip(&together).filter(|(a, b)| a == b).count();
        println!("{parallel}: {same} of {} texts are the same", alone.len());
        assert!(
            same * 10 >= alone.len() * 9,
            "{parallel}: {same} of {}",
            alone.len()
        );
        let greedy = |texts: &[(Ask, Option<u8>, String)]| -> Vec<_> {
            texts
                .iter()
                .filter(|text| text.1.is_none())
                .cloned()
                .collect()
        };
        assert_eq!(greedy(&alone), greedy(&together), "{parallel}");
    }
}

#[test]
fn another_number_of_threads_changes_little() {
    let sandbox = sandbox();
    let [one, two] = ["-t 1", "-t 2"].map(|threads| run(&sandbox, threads));
    assert_eq!(one.asked(), two.asked());
    for (a, b) in one.questions.iter().zip(&two.questions) {
        let [a, b] = [a, b].map(|row| row.probabilities.unwrap());
        let pairs = a.letters().zip(b.letters());
        for (a, b) in pairs.chain([(a.outside(), b.outside())]) {
            assert!((a - b).abs() <= 1e-3, "{a} and {b}");
        }
    }
}

#[test]
fn a_limit_takes_the_same_questions_for_the_same_seed() {
    let sandbox = sandbox();
    let asked = |seed| {
        let rows = run(&sandbox, &format!("-t 1 --limit 6 --seed {seed}"));
        let mut per_task = [0; 4];
        for row in &rows.questions {
            per_task[row.task as usize] += 1;
        }
        // Six over four tasks: none gets more than one above another.
        assert!(per_task.iter().all(|n| (1..=2).contains(n)), "{per_task:?}");
        rows.asked()
    };
    let of_seed_1 = asked(1);
    assert_eq!(of_seed_1.len(), 6);
    assert_eq!(of_seed_1, asked(1));
    assert!(
        (2..6).any(|seed| asked(seed) != of_seed_1),
        "no seed changes the choice"
    );
}

#[test]
fn two_first_runs_at_once_do_not_disturb_each_other() {
    // Both make the default pack and the default model in the same empty cache.
    let sandbox = Sandbox::default();
    let start = |name: &str| {
        let mut run = sandbox.command(&format!("run -t 1 --limit 1 -o {name}"));
        edgescore_tests::Running::start(&mut run)
    };
    for run in [start("a.esr"), start("b.esr")] {
        run.end().expect(0);
    }
    assert_eq!(
        sandbox.rows("a.esr").timeless(),
        sandbox.rows("b.esr").timeless()
    );
}
