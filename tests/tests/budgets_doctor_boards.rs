//! `edgescore doctor --board`: a board says of itself what this machine would say of it, over any
//! connection, and every finding once.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::thread;

use edgescore_probe::Reading;
use edgescore_probe::survey::Figure;
use edgescore_record::frame::{self, COMMAND, CONTROL, Encoder, Receiver};
use edgescore_record::{Command as Ask, Control, RefusalKind};
use edgescore_tests::{
    Dice, Outcome, Proxy, Running, Sandbox, SerialLine, SmallTasks, Sshd, copy_folder, each,
};
use serde_json::{Value, json};

const BOARDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/boards");

/// A captured board.
fn captured(name: &str) -> String {
    format!("{BOARDS}/{name}")
}

/// What this machine says of a captured board.
fn here(sandbox: &Sandbox, name: &str) -> Value {
    let doctor = format!("doctor --json --sysfs-root {}", captured(name));
    let survey: Value = serde_json::from_str(&sandbox.done(&doctor)).unwrap();
    assert!(survey["findings"].as_array().unwrap().len() > 12);
    of_files(survey, "local")
}

/// What `doctor --json` of the board `at` says.
fn there(command: &mut Command, at: &str) -> Value {
    let printed = Outcome::of(command).expect(0).stdout;
    of_files(serde_json::from_str(&printed).unwrap(), at)
}

/// A survey of the board `at`, without what is not in the captured files: where the board is, and
/// the CPU time of the process that made it.
fn of_files(mut survey: Value, at: &str) -> Value {
    assert_eq!(survey["board"]["at"], at);
    survey["board"]["at"] = json!("");
    let findings = survey["findings"].as_array_mut().unwrap();
    let of_simulated = |finding: &&mut Value| finding["subject"] == "simulated";
    let simulated = findings.iter_mut().find(of_simulated).unwrap();
    assert!(simulated["value"].is_number(), "{simulated:#}");
    simulated["value"] = json!(0);
    survey
}

/// A table without the simulated board's power, which is of the process that made it.
fn without_cpu_time(table: &str) -> Vec<&str> {
    let of_simulated = |line: &&str| line.trim_start().starts_with("simulated ");
    assert_eq!(table.lines().filter(of_simulated).count(), 1, "{table}");
    table.lines().filter(|line| !of_simulated(line)).collect()
}

fn board(sandbox: &Sandbox, line: &SerialLine) -> Running {
    let mut command = sandbox.runtime();
    let port = format!("{}@115200", line.board.display());
    command.args(["--serial", &port]);
    command.env("EDGESCORE_HOME", sandbox.path("../board"));
    Running::start(&mut command)
}

#[test]
fn a_board_over_ssh_says_what_this_machine_says() {
    let (sandbox, sshd) = (Sandbox::default(), Sshd::start());
    // The board itself, which is bare: this brings the program.
    let itself = there(
        &mut sshd.command(&sandbox, "doctor --json --board ssh:board"),
        "ssh:board",
    );
    let entries = fs::read_dir(BOARDS).unwrap().map(Result::unwrap);
    let folders = entries.filter(|entry| entry.path().is_dir());
    let names: Vec<_> = folders
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    assert!(names.len() > 5, "{names:?}");
    each(&names, |name| {
        let root = captured(name);
        let doctor = format!("doctor --json --board ssh:board --sysfs-root {root}");
        let survey = there(&mut sshd.command(&sandbox, &doctor), "ssh:board");
        assert_eq!(survey, here(&sandbox, name), "{name}");
    });
    let doctor = format!("doctor --board ssh:board --sysfs-root {}", captured("pi5"));
    let table = Outcome::of(&mut sshd.command(&sandbox, &doctor))
        .expect(0)
        .stdout;
    let local = doctor.replace("ssh:board", "local");
    let expected = sandbox
        .done(&local)
        .replace("board local", "board ssh:board");
    assert_eq!(without_cpu_time(&table), without_cpu_time(&expected));
    assert!(
        table.starts_with("board ssh:board (Raspberry Pi 5"),
        "{table}"
    );
    let of = |survey: &Value| -> Vec<Value> {
        let findings = survey["findings"].as_array().unwrap().iter();
        findings.map(|finding| finding["subject"].clone()).collect()
    };
    let this_machine = serde_json::from_str(&sandbox.done("doctor --json")).unwrap();
    assert_eq!(of(&itself), of(&this_machine));
}

/// Cut behind the handshakes and inside the survey, the board makes another.
#[test]
fn a_survey_survives_cut_connections() {
    let (sandbox, sshd) = (Sandbox::default(), Sshd::start());
    let doctor = |port| {
        let spec = format!("ssh:board:{port}");
        let root = captured("jetson-agx-orin");
        let doctor = format!("doctor --json --board {spec} --sysfs-root {root}");
        there(&mut sshd.command(&sandbox, &doctor), &spec)
    };
    // The first connection brings the program.
    let expected = doctor(sshd.port);
    assert_eq!(expected, here(&sandbox, "jetson-agx-orin"));
    let whole = Proxy::start(sshd.port, |_| None);
    let passed = || {
        let (up, down) = whole.bytes();
        up + down
    };
    // Handshakes, greetings and an empty list; then the same with the survey instead.
    let list = format!("collect ssh:board:{}", whole.port);
    Outcome::of(&mut sshd.command(&sandbox, &list)).expect(0);
    let greeted = passed();
    assert_eq!(doctor(whole.port), expected);
    let all = passed() - greeted;
    let mut dice = Dice::new(5);
    let cut = Proxy::start(sshd.port, move |cuts| {
        // Not within the last 1,000 bytes: sshd packs the findings now into more packets, now into
        // fewer (350 bytes less), and a connection that is to be cut must not end before.
        (cuts < 5).then(|| greeted + dice.below(all - greeted - 1_000))
    });
    assert_eq!(doctor(cut.port), expected);
    assert_eq!(cut.cuts(), 5);
}

#[test]
fn a_noisy_line_brings_every_finding_once() {
    let cases = [(1, "pi5"), (2, "jetson-orin-nano"), (3, "usb-meter")];
    each(&cases, |(seed, name)| {
        let sandbox = Sandbox::default();
        // A frame of 250 bytes is hit every third time.
        let line = SerialLine::new(5e-4, 100 * seed);
        line.send_to_host(b"[    0.000000] Booting Linux\r\n");
        let _board = board(&sandbox, &line);
        let spec = format!("serial:{}@115200", line.host.display());
        let root = captured(name);
        let doctor = format!("doctor --json --board {spec} --sysfs-root {root}");
        let survey = there(&mut sandbox.command(&doctor), &spec);
        assert_eq!(survey, here(&sandbox, name), "{name}");
        println!("{name}: {} bytes from the board", line.bytes()[0]);
    });
}

/// A process on the link, without a host.
struct Link {
    mouth: ChildStdin,
    ears: ChildStdout,
    receiver: Box<Receiver>,
    rest: Vec<u8>,
}

impl Link {
    fn send(&mut self, command: &Ask) {
        let mut encoder = Box::<Encoder>::default();
        let encoded = encoder.encode(COMMAND, command).unwrap();
        self.mouth.write_all(encoded.frame).unwrap();
    }

    /// The content of the next message.
    fn receive(&mut self) -> Vec<u8> {
        loop {
            let fresh = std::mem::take(&mut self.rest);
            let (rest, content) = self.receiver.push(&fresh, |number, content| {
                assert_eq!(number, CONTROL);
                content.to_vec()
            });
            self.rest = rest.to_vec();
            if let Some(content) = content {
                return content;
            }
            let mut buffer = [0; 4096];
            let read = self.ears.read(&mut buffer).unwrap();
            assert_ne!(read, 0, "edgescore-rt is gone");
            self.rest.extend_from_slice(&buffer[..read]);
        }
    }

    /// The power that the survey of `round` says of `subject`; its findings come in order, once.
    fn watts(&mut self, round: u32, root: &str, subject: &str) -> Reading<f64> {
        self.send(&Ask::Survey { round, root });
        let mut power = None;
        for place in 0.. {
            let content = self.receive();
            let Some(Control::Finding {
                round: answered,
                index,
                of,
                finding,
                ..
            }) = frame::message(&content)
            else {
                panic!("{:?}", frame::message::<Control>(&content));
            };
            assert_eq!((answered, index), (round, place));
            if finding.subject == subject {
                power = Some(finding.state.map(|figure| match figure {
                    Figure::Power(power) => power.0 as f64 / 1e6,
                    other => panic!("{other:?}"),
                }));
            }
            if index + 1 == of {
                break;
            }
        }
        power.unwrap()
    }
}

/// What came of one look must not be mixed with what came of another.
#[test]
fn a_survey_that_is_asked_for_again_is_not_made_again() {
    let sandbox = Sandbox::default();
    copy_folder(Path::new(&captured("usb-meter")), &sandbox.path("board"));
    let mut command = sandbox.runtime();
    let mut child = command
        .arg("--link")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut link = Link {
        mouth: child.stdin.take().unwrap(),
        ears: child.stdout.take().unwrap(),
        receiver: Box::default(),
        rest: Vec::new(),
    };
    let root = sandbox.path("board");
    let root = root.to_str().unwrap();
    let first = link.watts(1, root, "hwmon:powerz");
    assert!(first.value().is_some_and(|watts| watts > 2.0), "{first:?}");
    let current = "board/sys/class/hwmon/hwmon1/curr1_input";
    sandbox.write(current, "0\n");
    assert_eq!(link.watts(1, root, "hwmon:powerz"), first);
    assert_eq!(
        link.watts(2, root, "hwmon:powerz"),
        Reading::Value(0.0),
        "another round is another look"
    );
    drop(link);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_board_that_runs_makes_no_survey() {
    let sandbox = Sandbox::with_small_pack(SmallTasks {
        tasks: 4,
        questions: 500,
    });
    let sshd = Sshd::start();
    let run = "run --model tiny.gguf --pack small.pack -t 1 --board ssh:board --detach";
    Outcome::of(&mut sshd.command(&sandbox, run)).expect(0);
    let doctor = "doctor --board ssh:board";
    sandbox.refused_command(
        3,
        &mut sshd.command(&sandbox, doctor),
        &["busy with run", "--stop"],
    );
    Outcome::of(&mut sshd.command(&sandbox, "collect ssh:board --stop -o run.esr")).expect(1);
    Outcome::of(&mut sshd.command(&sandbox, doctor)).expect(0);
}

/// As a board of the version before this command answers.
fn answer_as_an_older_board(line: &SerialLine) {
    let mut port = File::options()
        .read(true)
        .write(true)
        .open(&line.board)
        .unwrap();
    // The thread ends with the test.
    thread::spawn(move || {
        let (mut encoder, mut receiver) = (Box::<Encoder>::default(), Box::<Receiver>::default());
        let mut buffer = [0; 4096];
        while let Ok(read @ 1..) = port.read(&mut buffer) {
            let mut bytes = &buffer[..read];
            while let (rest, Some(greets)) = receiver.push(bytes, |_, content| {
                matches!(frame::message(content), Some(Ask::Hello { .. }))
            }) {
                bytes = rest;
                let answer = match greets {
                    true => Control::Identity {
                        version: 1,
                        runtime: "0.1.0",
                        engine: "b1",
                        board: "Pi 5",
                    },
                    false => Control::Refused {
                        kind: RefusalKind::Link,
                        detail: "edgescore-rt does not know this command: use edgescore and edgescore-rt of the same version",
                    },
                };
                let encoded = encoder.encode(CONTROL, &answer).unwrap();
                port.write_all(encoded.frame).unwrap();
            }
        }
    });
}

#[test]
fn an_older_board_is_named() {
    let (sandbox, line) = (Sandbox::default(), SerialLine::new(0.0, 0));
    answer_as_an_older_board(&line);
    let spec = format!("serial:{}@115200", line.host.display());
    let doctor = format!("doctor --board {spec}");
    sandbox.refused(3, &doctor, &[&spec, "older than this program"]);
}

#[test]
fn what_makes_no_sense_is_refused() {
    let (sandbox, sshd) = (Sandbox::default(), Sshd::start());
    for (arguments, words) in [
        ("--board usb:x", ["ssh:[user@]host", "serial:"]),
        (
            "--board file:boot.log",
            ["a capture cannot be surveyed", "boot.log"],
        ),
        ("--board ssh:board --wait 0", ["--wait", "1 to 86400"]),
    ] {
        sandbox.refused(2, &format!("doctor {arguments}"), &words);
    }
    let refused = |code, arguments: &str, words: &[&str]| {
        let mut command = sshd.command(&sandbox, &format!("doctor {arguments}"));
        sandbox.refused_command(code, &mut command, words);
    };
    let nowhere = ["/nowhere: no such folder on the board", "proc, sys and dev"];
    refused(4, "--board ssh:board --sysfs-root /nowhere", &nowhere);
    refused(3, "--board ssh:stranger", &["host key"]);
    let nobody = "--board serial:/dev/ttyNONE";
    refused(3, nobody, &["cannot open", "plug the adapter in"]);
    let silent = SerialLine::new(0.0, 0);
    let silent = format!("--wait 1 --board serial:{}", silent.host.display());
    refused(
        3,
        &silent,
        &["nothing was received", "edgescore-rt --serial"],
    );
}
