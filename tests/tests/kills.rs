//! Kills at random moments: of the host, of the supervisor and of the worker, on this machine, over a serial line
//! and over ssh. `scripts/kills N` runs many of them, and `scripts/test` some.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use edgescore_tests::{
    Dice, Outcome, Rows, Running, Sandbox, SerialLine, SmallTasks, Sshd, fresh_cgroup, is_gone,
    wait_until,
};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Rounds, unless `EDGESCORE_KILLS` says how many. All ways and victims come in nine.
const ROUNDS: u64 = 18;

const RUN: &str = "run --model tiny.gguf --pack small.pack -t 1 --memory 2GiB";

/// How the board is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Here,
    Serial,
    Ssh,
}

/// Who is killed, by the name of its process.
const VICTIMS: [&str; 3] = ["edgescore", "edgescore-rt", "edgescore-work"];

struct Bench {
    sandbox: Sandbox,
    sshd: Sshd,
    line: SerialLine,
    /// edgescore-rt at the other end of the line.
    board: Option<Running>,
}

impl Bench {
    fn start() -> Bench {
        let sandbox = Sandbox::with_small_pack(SmallTasks {
            tasks: 4,
            questions: 30,
        });
        fs::create_dir(sandbox.path("../tmp")).unwrap();
        let mut bench = Bench {
            sshd: Sshd::start(),
            line: SerialLine::new(0.0, 1),
            board: None,
            sandbox,
        };
        bench.boot();
        bench
    }

    /// Starts the board at the serial line, as its init does when edgescore-rt has ended.
    fn boot(&mut self) {
        let mut command = self.sandbox.runtime();
        let port = format!("{}@921600", self.line.board.display());
        command.arg("--serial").arg(port);
        command.env("EDGESCORE_HOME", self.sandbox.path("../board"));
        self.board = Some(Running::start(&mut command));
    }

    fn command(&self, way: Way, how: &str) -> Command {
        let run = format!("{RUN} {how}");
        let mut command = match way {
            Way::Here => self.sandbox.command(&run),
            Way::Ssh => self
                .sshd
                .command(&self.sandbox, &format!("{run} --board ssh:board")),
            Way::Serial => {
                let port = self.line.host.display();
                self.sandbox
                    .command(&format!("{run} --board serial:{port}@921600"))
            }
        };
        command.env("TMPDIR", self.sandbox.path("../tmp"));
        command
    }

    /// Processes of this bench with this name, but for the one that waits at the serial line.
    fn processes(&self, name: &str) -> Vec<Pid> {
        let waits = self.board.as_ref().map(Running::pid);
        let all = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
        let pids = all.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        let pids = pids.map(Pid::from_raw).filter(|pid| Some(*pid) != waits);
        let is_ours = |pid: &Pid| {
            let process = PathBuf::from(format!("/proc/{pid}"));
            let comm = fs::read_to_string(process.join("comm")).unwrap_or_default();
            let environ = fs::read(process.join("environ")).unwrap_or_default();
            let environ = String::from_utf8_lossy(&environ).into_owned();
            let folders = [self.sandbox.path(".."), self.sshd.folder().to_owned()];
            let is_of = |folder: &PathBuf| {
                let name = folder.canonicalize().unwrap();
                environ.contains(name.file_name().unwrap().to_str().unwrap())
            };
            comm.trim_end().starts_with(name) && folders.iter().any(is_of) && !is_gone(*pid)
        };
        pids.filter(is_ours).collect()
    }

    /// The one to kill, if it is there.
    fn victim(&self, way: Way, name: &str) -> Option<Pid> {
        if (way, name) == (Way::Serial, "edgescore-rt") {
            return self.board.as_ref().map(Running::pid);
        }
        let exact = |pid: &Pid| {
            let comm = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
            comm.trim_end() == name || name == "edgescore-work"
        };
        self.processes(name).into_iter().find(exact)
    }
}

fn rows(path: &Path) -> Option<Rows> {
    Some(
        Rows::parse(&fs::read(path).ok()?)
            .ok()?
            .timeless()
            .uncached(),
    )
}

#[test]
fn whoever_is_killed_whenever_nothing_is_lost_or_left() {
    let asked = env::var("EDGESCORE_KILLS").ok();
    let rounds = asked.map_or(ROUNDS, |rounds| rounds.parse().unwrap());
    let seed = env::var("EDGESCORE_SEED")
        .ok()
        .map_or(1, |seed| seed.parse().unwrap());
    let mut bench = Bench::start();
    let result = bench.sandbox.path("k.esr");
    let mut lengths = [Duration::ZERO; 3];
    for (way, length) in [Way::Here, Way::Serial, Way::Ssh]
        .into_iter()
        .zip(&mut lengths)
    {
        // The first run of a way copies files.
        for _ in 0..2 {
            let began = Instant::now();
            Outcome::of(&mut bench.command(way, "-o k.esr --force")).expect(0);
            *length = began.elapsed();
        }
    }
    let expected = rows(&result).unwrap();
    fs::remove_file(&result).unwrap();
    let known = bench.sandbox.files().into_keys().collect::<Vec<_>>();

    let mut dice = Dice::new(seed);
    let mut counts = [[0_u32; 2]; 3];
    let (mut slowest, mut torn) = (Duration::ZERO, 0);
    for round in 0..rounds {
        let at = (round % 3) as usize;
        let way = [Way::Here, Way::Serial, Way::Ssh][at];
        let name = VICTIMS[(round / 3 % 3) as usize];
        let running = Running::start(&mut bench.command(way, "-o k.esr"));
        thread::sleep(lengths[at].mul_f64(dice.below(1100) as f64 / 1000.0));
        let worker = bench.processes("edgescore-work").first().copied();
        let cgroup = worker.and_then(fresh_cgroup);
        let before = rows(&result).unwrap_or_default();
        let victim = bench.victim(way, name);
        if let Some(victim) = victim {
            let _ = kill(victim, Signal::SIGKILL);
            counts[at][0] += 1;
        }
        let killed = Instant::now();
        if (way, name) == (Way::Serial, "edgescore-rt") {
            // Its worker ends by itself.
            bench.board.take().unwrap().end();
            bench.boot();
        }
        let context = format!("seed {seed}, round {round}: {name} of {way:?}");
        running.end();
        // A board that lost its host goes on for a while, and to the end of a short run.
        wait_until("no process is left", || {
            bench.processes("edgescore").is_empty()
        });
        if way == Way::Here {
            slowest = slowest.max(killed.elapsed());
        }
        if let Some(cgroup) = cgroup {
            let gone = format!("the cgroup is gone ({context})");
            wait_until(&gone, || !cgroup.exists());
        }
        assert_eq!(
            fs::read_dir(bench.sandbox.path("../tmp")).unwrap().count(),
            0,
            "{context}"
        );
        let files = bench.sandbox.files().into_keys();
        let other: Vec<_> = files
            .filter(|file| !known.contains(file) && *file != result)
            .collect();
        assert!(other.is_empty(), "{context}: {other:?} is left");

        let Some(found) = rows(&result) else {
            // It was killed before the first row, or within it.
            assert!(before.questions.is_empty(), "{context}");
            let _ = fs::remove_file(&result);
            continue;
        };
        let answered = found.questions.len();
        assert!(
            answered >= before.questions.len(),
            "{context}: rows are lost"
        );
        assert_eq!(found.questions, expected.questions[..answered], "{context}");
        if answered == expected.questions.len() && found.verdict == expected.verdict {
            fs::remove_file(&result).unwrap();
            continue;
        }
        // As a write that did not reach the disk.
        let bytes = fs::read(&result).unwrap();
        let cut = bytes.len().saturating_sub(dice.below(60) as usize);
        fs::write(&result, &bytes[..cut]).unwrap();
        if rows(&result).is_some() {
            torn += u32::from(cut < bytes.len());
            let resumed = Outcome::of(&mut bench.command(way, "--resume k.esr"));
            assert_eq!(resumed.code, Some(0), "{context}: {resumed:?}");
            assert_eq!(rows(&result).unwrap(), expected, "{context}");
            counts[at][1] += 1;
        }
        fs::remove_file(&result).unwrap();
    }
    for (way, [kills, resumed]) in [Way::Here, Way::Serial, Way::Ssh].into_iter().zip(counts) {
        println!("{way:?}: {kills} kills, {resumed} runs went on");
    }
    println!(
        "{torn} results were cut in their last bytes; the last process here was gone {slowest:?} behind its kill"
    );
    assert!(counts.iter().all(|[kills, _]| *kills > 0), "{counts:?}");
}
