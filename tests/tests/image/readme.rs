//! The documented ways to a board, each tried as it is written: every line of its block goes through
//! a shell. Only what is the user's is replaced, by what stands here for it.

use std::fs;
use std::path::Path;
use std::process::Command;

use edgescore_tests::{Outcome, Running, Sandbox, SerialLine, Sshd};

use super::machine::Bench;
use super::{Workshop, made_up_firmware};

/// What stands in `document` under `heading`.
fn section(document: &str, heading: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let text = fs::read_to_string(root.join(document)).unwrap();
    let (_, section) = text.split_once(&format!("\n## {heading}\n")).unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    section.to_owned()
}

/// The lines of the code block with `word` in it, where running on a board is documented.
fn block(word: &str) -> Vec<String> {
    let section = section("docs/RUNNING.md", "A board");
    let mut blocks = section
        .split("\n\n")
        .filter(|paragraph| paragraph.starts_with("    "));
    let block = blocks.find(|block| block.contains(word)).unwrap();
    let lines: Vec<_> = block.lines().map(|line| line.trim().to_owned()).collect();
    assert!(lines.len() < 10, "{word} takes {} lines", lines.len());
    lines
}

/// A sandbox with M.gguf, and the programs where the README has them.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::default();
    // It needs a quarter of the tokens that a byte-level stand-in does.
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tasks/models/reference-0.1m.gguf");
    fs::copy(model, sandbox.path("M.gguf")).unwrap();
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target");
    std::os::unix::fs::symlink(target.canonicalize().unwrap(), sandbox.path("target")).unwrap();
    sandbox
}

/// A shell with `line`, in which each first word is replaced by the second.
fn shell(line: &str, replaced: &[(&str, &str)]) -> Command {
    let mut line = line.to_owned();
    for (theirs, ours) in replaced {
        line = line.replace(theirs, ours);
    }
    println!("$ {line}");
    let mut command = Command::new("sh");
    command.args(["-c", &line]);
    command
}

/// Building for a board is scripts/test's business; here the script must know it.
fn builds(line: &str) {
    let board = line.split_whitespace().last().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    assert!(
        line.trim_start_matches("./").starts_with("scripts/cross "),
        "{line}"
    );
    let mut list = Command::new(root.join("scripts/cross"));
    let list = Outcome::of(&mut list).expect(0).stdout;
    assert!(
        list.lines()
            .any(|line| line.starts_with(&format!("{board} "))),
        "{list}"
    );
}

#[test]
fn over_ssh() {
    let (sandbox, sshd) = (sandbox(), Sshd::start());
    let lines = block("ssh:pi@bench-3");
    builds(&lines[0]);
    for line in &lines[1..] {
        let mut shell = shell(line, &[("pi@bench-3", "board")]);
        let ours = sshd.command(&sandbox, "");
        for (name, value) in ours.get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        Outcome::of(shell.current_dir(sandbox.path(""))).expect(0);
    }
    for result in ["pi.esr", "night.esr"] {
        assert_eq!(sandbox.rows(result).questions.len(), 300, "{result}");
    }
}

#[test]
fn over_a_serial_line() {
    let sandbox = sandbox();
    let line = SerialLine::new(0.0, 0);
    let replaced = [
        (
            "edgescore-rt --serial",
            "exec target/release/edgescore-rt --serial",
        ),
        ("/dev/ttyAMA0", line.board.to_str().unwrap()),
        ("/dev/ttyUSB0", line.host.to_str().unwrap()),
    ];
    let lines = block("edgescore-rt --serial");
    let mut board = shell(&lines[0], &replaced);
    sandbox.inside(&mut board);
    board.env("EDGESCORE_HOME", sandbox.path("../board"));
    let _board = Running::start(&mut board);
    let mut said = String::new();
    for line in &lines[1..] {
        let mut host = shell(line, &replaced);
        sandbox.inside(&mut host);
        said += &Outcome::of(&mut host).expect(0).stdout;
    }
    assert_eq!(sandbox.rows("pi.esr").questions.len(), 30);
    // The last line lists what the board keeps.
    assert!(said.contains("fetched"), "{said}");
}

/// There is no Pi here, and its firmware is made up: its card is written as the README says, and
/// then one for QEMU, with three questions, which is booted and fetched.
#[test]
fn by_a_card() {
    let Some(workshop) = Workshop::find() else {
        return;
    };
    let sandbox = sandbox();
    made_up_firmware(&sandbox);
    let card = [("sudo ", ""), ("of=/dev/sdX", "of=card")];
    let qemu = [
        ("--board pi5", "--board qemu-virt --force --limit 3"),
        ("--boot-files firmware", "--boot-files target/kernel"),
    ];
    let lines = block("/dev/sdX");
    builds(&lines[0]);
    for also in [&[][..], &qemu] {
        for line in &lines[1..3] {
            let mut host = shell(line, &[&card, also].concat());
            sandbox.inside(&mut host);
            Outcome::of(&mut host).expect(0);
        }
        assert!(sandbox.read("card") == sandbox.read("card.img"));
    }
    let bench = Bench::boot(&workshop, &sandbox, true);
    bench.first_frame();
    let mut host = shell(&lines[3], &[("/dev/ttyUSB0", &bench.port)]);
    sandbox.inside(&mut host);
    Outcome::of(&mut host).expect(0);
    bench.end();
    assert_eq!(sandbox.rows("card.esr").questions.len(), 3);
}

#[test]
fn by_an_overlay() {
    if Workshop::find().is_none() {
        return;
    }
    let sandbox = sandbox();
    let lines = block("overlay.tar");
    builds(&lines[0]);
    fs::create_dir(sandbox.path("rootfs")).unwrap();
    for line in &lines[1..] {
        let mut host = shell(line, &[("sudo ", ""), ("-C /", "-C rootfs")]);
        sandbox.inside(&mut host);
        Outcome::of(&mut host).expect(0);
    }
    assert!(sandbox.path("rootfs/opt/edgescore/M.gguf").exists());
}

/// The README shows no command that is not tried.
#[test]
fn the_readme_shows_documented_commands() {
    let documented = section("docs/RUNNING.md", "A board");
    let shown = section("README.md", "Three boards");
    let commands: Vec<&str> = shown.lines().filter(|l| l.starts_with("    ")).collect();
    assert!(commands.len() > 5, "{commands:?}");
    for command in commands {
        assert!(documented.contains(command), "{command}");
    }
}
