//! A thousand results at once: `scripts/bench-report`.

use std::time::Instant;

use edgescore_tests::{Outcome, Sandbox};
use nix::sys::resource::{UsageWho, getrusage};

use super::made::Made;

const RESULTS: u32 = 1000;

/// Wall time and peak memory of one command, best of three: the first one reads from disk.
fn measured(sandbox: &Sandbox, arguments: &str, files: &[String]) -> f64 {
    (0..3)
        .map(|_| {
            let mut command = sandbox.command(arguments);
            command.args(files);
            let start = Instant::now();
            Outcome::of(&mut command).expect(0);
            start.elapsed().as_secs_f64()
        })
        .fold(f64::INFINITY, f64::min)
}

#[test]
#[ignore = "a benchmark: scripts/bench-report runs it"]
fn a_thousand_results_in_five_seconds_and_500_mb() {
    let sandbox = Sandbox::default();
    let files: Vec<String> = (0..RESULTS).map(|i| format!("{i}.esr")).collect();
    let mut bytes = 0;
    for (seed, name) in (0..).zip(&files) {
        let file = Made {
            seed,
            right: 20 + seed % 60,
            median_ms: 100 + seed,
            memory_mib: 150 + u64::from(seed),
            ..Made::default()
        }
        .file();
        bytes += file.len();
        sandbox.write(name, file);
    }
    println!(
        "{RESULTS} results, {} rows, {} MB",
        RESULTS * 3722,
        bytes / 1_000_000
    );
    for arguments in [
        "report --format table -o out.txt",
        "report --format json -o out.json",
        "report --format html -o out.html",
    ] {
        let seconds = measured(&sandbox, arguments, &files);
        // Of all children so far; in kB on Linux.
        let peak = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap().max_rss() / 1024;
        println!("edgescore {arguments}: {seconds:.2} s, peak so far {peak} MB");
        assert!(seconds < 5.0 && peak < 500);
    }
    for arguments in [
        "report --format parquet -o out.parquet",
        "report --questions --format csv -o out.csv",
    ] {
        let seconds = measured(&sandbox, arguments, &files);
        let peak = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap().max_rss() / 1024;
        println!("edgescore {arguments}: {seconds:.2} s, peak so far {peak} MB");
    }
}
