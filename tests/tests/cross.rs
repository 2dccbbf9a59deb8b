//! The boards' binaries: what they are, and what they answer under QEMU.
//!
//! `scripts/cross BOARD` builds them. Without a binary or without `qemu-aarch64-static` there
//! is nothing to test and a sentence says so; `EDGESCORE_REQUIRE_CROSS=1` makes that a failure.
#![allow(clippy::unwrap_used)]

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use edgescore_record::file::ResultFile;
use edgescore_record::{Question, Record};
use edgescore_tests::{Outcome, Sandbox};
use toml::Table;

const QEMU: &str = "qemu-aarch64-static";

/// The largest binary that is still sent over a serial line without a second thought: 6 MiB
/// are nine minutes at 115,200 baud.
const LARGEST: usize = 6 << 20;

struct Board {
    name: String,
    cpu_level: String,
    qemu_cpu: String,
    binary: PathBuf,
}

impl Board {
    /// Every board that has a cross-built binary.
    fn built() -> Vec<Board> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut built = Vec::new();
        for entry in fs::read_dir(root.join("targets")).unwrap() {
            let folder = entry.unwrap().path();
            let Ok(text) = fs::read_to_string(folder.join("board.toml")) else {
                continue;
            };
            let board: Table = text.parse().unwrap();
            let key = |key| board["build"].get(key)?.as_str().map(str::to_owned);
            let Some(qemu_cpu) = key("qemu_cpu") else {
                continue;
            };
            let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
            let binary = root.join("target/boards").join(&name).join("edgescore-rt");
            if !binary.exists() {
                skip(&format!(
                    "{name} has no binary: build it with `scripts/cross {name}`"
                ));
                continue;
            }
            built.push(Board {
                name,
                cpu_level: key("cpu_level").unwrap(),
                qemu_cpu,
                binary: binary.canonicalize().unwrap(),
            });
        }
        built
    }

    /// Every board that can be run here.
    fn runnable() -> Vec<Board> {
        if Command::new(QEMU).arg("--version").output().is_err() {
            skip(&format!(
                "{QEMU} is missing: install qemu-user-static to run the boards' binaries"
            ));
            return Vec::new();
        }
        Board::built()
    }

    /// One board of every CPU level that can be run here: boards of a level share a binary.
    fn levels() -> Vec<Board> {
        let mut boards = Board::runnable();
        boards.sort_by(|a, b| a.cpu_level.cmp(&b.cpu_level));
        boards.dedup_by(|a, b| a.cpu_level == b.cpu_level);
        boards
    }

    fn has_dot_product(&self) -> bool {
        self.cpu_level.contains("dotprod")
    }

    /// A script in `sandbox` that runs the binary on `cpu`.
    fn under_qemu(&self, sandbox: &Sandbox, cpu: &str) -> PathBuf {
        let script = sandbox.path(format!("edgescore-rt-{}-on-{cpu}", self.name));
        let binary = self.binary.display();
        // The runtime starts itself once more, which has to go through the emulator too.
        let text = format!(
            "#!/bin/sh\nexport EDGESCORE_WORKER=\"$0\"\nexec {QEMU} -cpu {cpu} '{binary}' \"$@\"\n"
        );
        fs::write(&script, text).unwrap();
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
        script
    }
}

/// Says what is not tested, or fails where it must be.
fn skip(why: &str) {
    assert_ne!(
        env::var("EDGESCORE_REQUIRE_CROSS").as_deref(),
        Ok("1"),
        "{why}"
    );
    eprintln!("skipped: {why}");
}

/// The parts of an ELF file that matter here (System V ABI, AArch64 supplement).
struct Elf {
    machine: usize,
    /// The types of the program headers.
    segments: Vec<usize>,
    /// The types of the section headers.
    sections: Vec<usize>,
}

impl Elf {
    const AARCH64: usize = 183;
    /// Segment: what the dynamic linker reads.
    const DYNAMIC: usize = 2;
    /// Segment: the path of the dynamic linker.
    const INTERP: usize = 3;
    /// Section: the symbol table.
    const SYMTAB: usize = 2;

    fn parse(bytes: &[u8]) -> Elf {
        let number = |at: usize, size: usize| {
            let digits = bytes[at..at + size].iter().rev();
            digits.fold(0, |number, byte| number << 8 | usize::from(*byte))
        };
        // 64 bits, least significant byte first.
        assert_eq!(bytes[..6], *b"\x7fELF\x02\x01");
        let table = |offset, size, count, kind| {
            let (offset, size) = (number(offset, 8), number(size, 2));
            (0..number(count, 2))
                .map(|index| number(offset + index * size + kind, 4))
                .collect()
        };
        Elf {
            machine: number(18, 2),
            segments: table(32, 54, 56, 0),
            sections: table(40, 58, 60, 4),
        }
    }
}

#[test]
fn each_binary_is_one_small_static_stripped_file() {
    for board in Board::built() {
        let bytes = fs::read(&board.binary).unwrap();
        let name = &board.name;
        let elf = Elf::parse(&bytes);
        assert_eq!(elf.machine, Elf::AARCH64, "{name}");
        assert!(!elf.segments.contains(&Elf::INTERP), "{name} has a loader");
        assert!(!elf.segments.contains(&Elf::DYNAMIC), "{name} is dynamic");
        assert!(!elf.sections.contains(&Elf::SYMTAB), "{name} has symbols");
        assert!(bytes.len() <= LARGEST, "{name}: {} bytes", bytes.len());
        println!("{name}: {} bytes", bytes.len());
    }
}

#[test]
fn each_binary_has_exactly_its_boards_features() {
    for board in Board::runnable() {
        let mut command = Command::new(QEMU);
        command.args(["-cpu", &board.qemu_cpu]).arg(&board.binary);
        let version = Outcome::of(command.arg("--version")).expect(0).stdout;
        assert!(version.contains("NEON = 1"), "{}: {version}", board.name);
        for feature in ["DOTPROD = 1", "FP16_VA = 1"] {
            assert_eq!(
                version.contains(feature),
                board.has_dot_product(),
                "{}: {feature}: {version}",
                board.name
            );
        }
    }
}

/// Two files in an empty root: no loader, no library, no /proc, no /dev, and the program is
/// the first process, as in a card image.
#[test]
fn each_binary_runs_as_the_first_process_of_an_empty_root() {
    let can = Command::new("unshare")
        .args(["--map-root-user", "--pid", "--fork", "true"])
        .output();
    if !can.is_ok_and(|output| output.status.success()) {
        return skip("this kernel does not let this user make namespaces");
    }
    for board in Board::runnable() {
        let root = tempfile::tempdir().unwrap();
        let qemu = Outcome::of(Command::new("which").arg(QEMU))
            .expect(0)
            .stdout;
        fs::copy(qemu.trim(), root.path().join("qemu")).unwrap();
        fs::copy(&board.binary, root.path().join("init")).unwrap();
        let mut command = Command::new("unshare");
        command
            .args(["--map-root-user", "--pid", "--fork", "chroot"])
            .arg(root.path())
            .args(["/qemu", "-cpu", &board.qemu_cpu, "/init", "--version"]);
        let version = Outcome::of(&mut command).expect(0).stdout;
        assert!(version.starts_with("edgescore-rt "), "{version}");
    }
}

/// How many questions a board's binary is asked under emulation.
const ASKED: usize = 6;

/// Some questions of the default pack on a reference model, by `runtime` or by the host's: the
/// features that the runtime was compiled with, and its answers.
fn answers(sandbox: &Sandbox, runtime: Option<&Path>) -> (String, Vec<Question>) {
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tasks/models/reference-1m.gguf");
    let run = format!("run --limit {ASKED} --threads 2 --force -o run.esr --model");
    let mut command = sandbox.command(&run);
    command.arg(model);
    if let Some(runtime) = runtime {
        command.arg("--runtime").arg(runtime);
    }
    Outcome::of(&mut command).expect(0);
    let file = ResultFile::parse(&sandbox.read("run.esr")).unwrap();
    assert!(file.end().is_some(), "the run was cut off");
    let mut features = String::new();
    let mut questions = Vec::new();
    for record in file.records() {
        match record {
            Record::SessionStart(start) => features = start.features.to_owned(),
            Record::Question(question) => questions.push(question),
            _ => {}
        }
    }
    (features, questions)
}

/// The host's kernels and each board's round differently. Where that is all, probabilities
/// agree within 5e-3, and the letter is the same unless two are closer than 0.02.
#[test]
fn each_cpu_level_answers_as_the_host_does() {
    let boards = Board::levels();
    if boards.is_empty() {
        return;
    }
    let sandbox = Sandbox::default();
    let (_, host) = answers(&sandbox, None);
    assert_eq!(host.len(), ASKED);
    for board in boards {
        let wrapper = board.under_qemu(&sandbox, &board.qemu_cpu);
        let (features, answers) = answers(&sandbox, Some(&wrapper));
        assert!(features.contains("NEON"), "not the board's: {features}");
        assert_eq!(features.contains("DOTPROD"), board.has_dot_product());
        assert_eq!(answers.len(), host.len(), "{}", board.cpu_level);
        for (here, there) in host.iter().zip(&answers) {
            compare(&board.cpu_level, here, there);
        }
    }
}

fn compare(level: &str, host: &Question, board: &Question) {
    assert_eq!(host.ask, board.ask, "{level}");
    assert_eq!(host.prompt_tokens, board.prompt_tokens, "{level}");
    let of =
        |question: &Question| -> Vec<f64> { question.probabilities.unwrap().letters().collect() };
    let (host_letters, board_letters) = (of(host), of(board));
    let farthest = host_letters
        .iter()
        .zip(&board_letters)
        .map(|(host, board)| (host - board).abs())
        .fold(0.0, f64::max);
    let mut sorted = host_letters.clone();
    sorted.sort_by(f64::total_cmp);
    let margin = sorted[3] - sorted[2];
    println!(
        "{level}: question {}: host {host_letters:.4?}, board {board_letters:.4?}, farthest {farthest:.5}, margin {margin:.4}",
        host.ask.question()
    );
    assert!(farthest <= 5e-3, "{level}: {farthest}");
    if margin > 0.02 {
        assert_eq!(host.answer, board.answer, "{level}");
    }
}

/// A Pi 4 has no dot product: the Pi 5's binary must say so before it is killed by the first.
#[test]
fn a_build_for_a_newer_cpu_is_refused() {
    for board in Board::levels() {
        if !board.has_dot_product() {
            continue;
        }
        let sandbox = Sandbox::default();
        sandbox.done("synth -o tiny.gguf");
        let wrapper = board.under_qemu(&sandbox, "cortex-a72");
        let mut command = sandbox.command("run --model tiny.gguf --limit 1 -o run.esr");
        command.arg("--runtime").arg(&wrapper);
        let words = [
            "built for a newer CPU",
            "no FP16_VA, DOTPROD",
            "scripts/cross",
        ];
        sandbox.refused_command(3, &mut command, &words);
        let version = Outcome::of(Command::new(&wrapper).arg("--version")).expect(3);
        assert!(version.stderr.contains(words[0]), "{}", version.stderr);
    }
}

/// The Pi 4's binary runs on a Pi 5, and the result says that it is slower than it need be.
#[test]
fn a_build_for_an_older_cpu_runs_with_a_warning() {
    for board in Board::levels() {
        if board.has_dot_product() {
            continue;
        }
        let sandbox = Sandbox::default();
        sandbox.done("synth -o tiny.gguf");
        let wrapper = board.under_qemu(&sandbox, "cortex-a76");
        let mut command = sandbox.command("run --model tiny.gguf --limit 1 -o run.esr");
        let outcome = Outcome::of(command.arg("--runtime").arg(&wrapper)).expect(0);
        let report = &outcome.stdout;
        assert!(report.contains("left FP16_VA, DOTPROD unused"), "{report}");
        let facts = &sandbox.report("run.esr")["provenance"];
        assert_eq!(facts["cpu_features_unused"], "FP16_VA DOTPROD");
    }
}
