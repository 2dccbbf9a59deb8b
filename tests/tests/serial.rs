//! A board behind a serial line: pseudo-terminals with noise between them.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs::{self, File};
use std::process::Command;

use edgescore_probe::{Microjoules, Microseconds, Reading};
use edgescore_record::file::{self, ResultFile};
use edgescore_record::frame::{COMMAND, Encoder};
use edgescore_record::{
    Ask, Budgets, CacheType, Chain, FlashAttention, LINGER_FOR_EVER, Mode, Order, Parser, Plan,
    PromptPart, Question, QuestionEnergy, Record, RunId, Scenario, SessionEnd, Slot, SystemPlace,
    TemplateOrigin, TemplateRow, Think, Trim, Weights, prompt_file,
};
use edgescore_taskpack::{Hash, Layout, Rotation};
use edgescore_tests::{Outcome, Running, Sandbox, SerialLine, SmallTasks};

const SMALL: SmallTasks = SmallTasks {
    tasks: 3,
    questions: 10,
};
const RUN: &str = "run --model tiny.gguf --pack small.pack -t 1";
/// Of byte errors, of drops and of doubles, each.
const NOISE: f64 = 1e-4;

fn spec(line: &SerialLine) -> String {
    format!("serial:{}@115200", line.host.display())
}

/// edgescore-rt on the board's port, with a home of its own.
fn board(sandbox: &Sandbox, line: &SerialLine, more: &[&str]) -> Running {
    let mut command: Command = sandbox.runtime();
    command
        .arg("--serial")
        .arg(format!("{}@115200", line.board.display()))
        .args(more)
        .env("EDGESCORE_HOME", sandbox.path("../board"));
    Running::start(&mut command)
}

/// A result of 3,722 questions with timing and energy, of the rows of a real one.
fn long_result(sandbox: &Sandbox) -> Vec<u8> {
    sandbox.done(&format!("{RUN} -o real.esr"));
    let real = ResultFile::parse(&sandbox.read("real.esr")).unwrap();
    let mut rows = Vec::new();
    for record in real.records() {
        match record {
            Record::SessionStart(mut start) => {
                start.asks = 3722;
                rows.push(Record::SessionStart(start));
            }
            Record::Question(_) | Record::SessionEnd(_) => {}
            other => rows.push(other),
        }
    }
    let at = rows
        .iter()
        .position(|row| matches!(row, Record::ModelLoaded(_)))
        .unwrap()
        + 1;
    let answered: Vec<Question> = real
        .records()
        .filter_map(|row| match row {
            Record::Question(question) => Some(question),
            _ => None,
        })
        .collect();
    let questions = (0..3722).map(|number| {
        Record::Question(Question {
            ask: Ask::new(number, Rotation::new(0)),
            prompt_tokens: 1900,
            prefill: Microseconds(28_000_000 + u64::from(number)),
            energy: Reading::Value(QuestionEnergy {
                prefill: Microjoules(80_000_000),
                decode: Microjoules(0),
            }),
            ..answered[number as usize % answered.len()]
        })
    });
    rows.splice(at..at, questions);
    let (mut encoder, mut chain) = (Encoder::default(), Chain::default());
    let mut bytes = file::header().to_vec();
    let mut number = 0;
    for row in &rows {
        let encoded = encoder.encode(number, row).unwrap();
        chain.add(encoded.content);
        bytes.extend_from_slice(encoded.frame);
        number += 1;
    }
    let end = Record::SessionEnd(SessionEnd {
        answered: 3722,
        chain: chain.hash(),
        ..real.end().unwrap()
    });
    bytes.extend_from_slice(encoder.encode(number, &end).unwrap().frame);
    bytes
}

/// The figure: under 15 s of a line at 115,200 baud, which is 11,520 bytes a second.
#[test]
fn a_noisy_line_brings_every_record_once_and_in_time() {
    let sandbox = Sandbox::with_small_pack(SMALL);
    let result = long_result(&sandbox);
    sandbox.write("../board/runs/00000000000003e8.journal", &result);
    for seed in 0..3 {
        let line = SerialLine::new(NOISE, 100 * seed);
        let board = board(&sandbox, &line, &[]);
        let collect = format!("collect {} --run 3e8 --force -o run.esr", spec(&line));
        Outcome::of(&mut sandbox.command(&collect)).expect(0);
        drop(board);
        assert_eq!(sandbox.read("run.esr").len(), result.len());
        assert!(
            sandbox.read("run.esr") == result,
            "the result is the journal"
        );
        let [from_board, from_host] = line.bytes();
        let seconds = from_board as f64 / 11_520.0;
        println!(
            "a result of {} bytes: {from_board} bytes from the board, {from_host} to it, {seconds:.2} s of the line",
            result.len()
        );
        assert!(seconds < 15.0, "{seconds} s");
    }
}

#[test]
fn files_and_a_run_go_over_a_noisy_line() {
    let sandbox = Sandbox::with_small_pack(SMALL);
    sandbox.done(&format!("{RUN} -o local.esr"));
    let line = SerialLine::new(NOISE, 7);
    line.send_to_host(b"U-Boot 2024.01\r\nStarting kernel ...\r\n[    0.000000] Booting Linux\r\n");
    let _board = board(&sandbox, &line, &[]);
    let run = format!("{RUN} --board {} -o run.esr", spec(&line));
    Outcome::of(&mut sandbox.command(&run)).expect(0);
    assert_eq!(
        sandbox.rows("run.esr").timeless(),
        sandbox.rows("local.esr").timeless()
    );
    let [_, sent] = line.bytes();
    let size = sandbox.read("tiny.gguf").len() + sandbox.read("small.pack").len();
    println!("files of {size} bytes took {sent}");
    // Nothing is sent twice.
    let run = format!("{RUN} --board {} -o again.esr", spec(&line));
    Outcome::of(&mut sandbox.command(&run)).expect(0);
    let again = line.bytes()[1] - sent;
    assert!(again < 10_000, "{again} bytes went over again");
}

#[test]
fn a_board_that_waited_for_nobody_is_heard_later() {
    let sandbox = Sandbox::with_small_pack(SMALL);
    let line = SerialLine::new(0.0, 0);
    let first = board(&sandbox, &line, &[]);
    let run = format!("{RUN} --board {} --detach", spec(&line));
    Outcome::of(&mut sandbox.command(&run)).expect(0);
    // The board loses power at some time, and comes back.
    first.signal(nix::sys::signal::Signal::SIGTERM);
    first.end().expect(0);
    let _second = board(&sandbox, &line, &[]);
    let collect = format!("collect {} -o run.esr", spec(&line));
    let outcome = Outcome::of(&mut sandbox.command(&collect));
    assert!(matches!(outcome.code, Some(0 | 1)), "{outcome:?}");
    assert!(sandbox.rows("run.esr").end.is_some());
    // A capture of the line holds the run too.
    sandbox.write("line.log", line.said_by_board());
    let replay = Outcome::of(&mut sandbox.command("collect file:line.log -o replay.esr"));
    assert_eq!(replay.code, outcome.code, "{replay:?}");
    assert_eq!(sandbox.read("replay.esr"), sandbox.read("run.esr"));
}

/// The board has nothing but the line: what it logs comes as messages of it.
#[test]
fn what_the_board_logs_reaches_the_host() {
    let sandbox = Sandbox::with_small_pack(SMALL);
    let line = SerialLine::new(0.0, 0);
    let _board = board(&sandbox, &line, &[]);
    // A board without a thermometer.
    let bare = sandbox.path("bare");
    let budgets = format!(
        "--cool-below 60C --power-source none --sysfs-root {}",
        bare.display()
    );
    let run = format!("{RUN} --board {} {budgets} -o run.esr", spec(&line));
    let outcome = Outcome::of(&mut sandbox.command(&run)).expect(0);
    let said = outcome.stderr;
    assert!(
        said.contains("\n--cool-below 60.0 °C: no temperature") || said.starts_with("--cool-below"),
        "{said}"
    );
}

/// The file of prompts of tiny.gguf, whose template is ChatML.
fn chatml_prompts() -> Vec<u8> {
    let template = TemplateRow {
        origin: TemplateOrigin::BuiltIn,
        name: "",
        hash: Hash::of(b""),
        arguments: "{}",
        date: "",
        system: SystemPlace::Own,
        shots: 0,
        linear: true,
        think: Think::Auto,
        markers: None,
        in_trace: false,
        llama_cpp: "",
    };
    let slot = |slot| PromptPart::Slot(slot, Trim::default());
    let parts = [
        PromptPart::Template("<|im_start|>system\n"),
        slot(Slot::System),
        PromptPart::Template("<|im_end|>\n<|im_start|>user\n"),
        slot(Slot::User),
        PromptPart::Template("<|im_end|>\n<|im_start|>assistant\n"),
    ];
    let head = prompt_file::Head {
        template: &template,
        tools: None,
        constrain: None,
    };
    prompt_file::write(head, [parts.as_slice()]).unwrap()
}

/// The frame of a run of small.pack, as a host would send it.
fn plan(sandbox: &Sandbox, run: RunId) -> Vec<u8> {
    let path = |name: &str| sandbox.path(name).to_str().unwrap().to_owned();
    let (pack, model) = (path("small.pack"), path("tiny.gguf"));
    let prompts = path("prompts");
    fs::write(&prompts, chatml_prompts()).unwrap();
    let plan = Plan {
        pack: &pack,
        model: &model,
        prompts: &prompts,
        mode: Mode::Letter,
        layout: Layout::Reference,
        order: Order::Pack,
        rotate: false,
        limit: 0,
        leg: None,
        repeat_for: None,
        seed: 1,
        draws: 0,
        temperature_milli: 700,
        max_tokens: 64,
        parser: Parser::Strict,
        scenario: Scenario::SingleStream,
        parallel: 0,
        keep_text: None,
        threads: 1,
        context: 0,
        batch: 2048,
        ubatch: 512,
        calibrate: false,
        weights: Some(Weights::Repacked),
        reuse: true,
        flash: FlashAttention::Auto,
        cache: CacheType::F16,
        budgets: Budgets {
            power_source: "best",
            root: "/",
            power: None,
            power_window: Microseconds(1_000_000),
            power_scope: None,
            time: None,
            cool_below: None,
            max_clock: None,
            memory: None,
        },
    };
    let linger = LINGER_FOR_EVER;
    let command = edgescore_record::Command::Run { run, linger, plan };
    let mut encoder = Encoder::default();
    encoder.encode(COMMAND, &command).unwrap().frame.to_vec()
}

/// `--plan` starts at once and broadcasts; a host that comes later gets every row; `--once` ends
/// when it has them. The next start finds the run made and only serves it.
#[test]
fn a_plan_runs_once_and_ends_when_a_host_has_the_rows() {
    let sandbox = Sandbox::with_small_pack(SMALL);
    sandbox.done(&format!("{RUN} -o local.esr"));
    sandbox.write("plan", plan(&sandbox, RunId(0x3e8)));
    let line = SerialLine::new(0.0, 0);
    let again = ["--plan", "plan", "--once"];
    let first = board(&sandbox, &line, &again);
    let collect = format!("collect {} --run 3e8 -o run.esr --force", spec(&line));
    Outcome::of(&mut sandbox.command(&collect)).expect(0);
    first.end().expect(0);
    assert_eq!(
        sandbox.rows("run.esr").timeless(),
        sandbox.rows("local.esr").timeless()
    );
    let result = sandbox.read("run.esr");
    // Without a host it ends too, when all is said.
    board(&sandbox, &line, &again).end().expect(0);
    let _third = board(&sandbox, &line, &again[..2]);
    Outcome::of(&mut sandbox.command(&collect)).expect(0);
    assert!(sandbox.read("run.esr") == result);
    // What is no plan is refused in words.
    sandbox.write("plan", "no frame\0");
    let other = SerialLine::new(0.0, 0);
    let refused = board(&sandbox, &other, &again).end().expect(3);
    assert!(
        refused.stderr.contains("no plan of this version"),
        "{refused:?}"
    );
}

/// Lines that always change the same bytes: nothing is sent for ever, and the cause is named.
#[test]
fn a_line_that_changes_bytes_is_named() {
    type Change = fn(u8, &mut Vec<u8>);
    let changes: [(&str, Change); 3] = [
        ("XON and XOFF", |byte, passed| {
            if ![0x11, 0x13].contains(&byte) {
                passed.push(byte);
            }
        }),
        ("telnet", |byte, passed| {
            passed.extend(if byte == 0xff {
                vec![0xff, 0xff]
            } else {
                vec![byte]
            });
        }),
        ("7 data bits", |byte, passed| passed.push(byte & 0x7f)),
    ];
    let sandbox = Sandbox::with_small_pack(SMALL);
    for (cause, change) in changes {
        let line = SerialLine::changing(0.0, 1, change);
        let _board = board(&sandbox, &line, &[]);
        let run = format!("{RUN} --wait 3 --board {} -o run.esr", spec(&line));
        let outcome = sandbox.edgescore(&run);
        assert_eq!(outcome.code, Some(3), "{outcome:?}");
        let named =
            outcome.stderr.contains(cause) || outcome.stderr.contains("the line changes bytes");
        assert!(named, "{cause}: {outcome:?}");
        let [_, sent] = line.bytes();
        assert!(sent < 1_000_000, "{cause}: {sent} bytes were sent");
    }
}

#[test]
fn every_failure_of_a_line_names_its_remedy() {
    let sandbox = Sandbox::with_small_pack(SMALL);
    let refused = |spec: &str, words: &[&str]| {
        let run = format!("{RUN} --wait 2 --board {spec} -o run.esr");
        sandbox.refused(3, &run, words);
    };
    refused(
        "serial:/dev/ttyNONE",
        &["cannot open", "plug the adapter in"],
    );
    let line = SerialLine::new(0.0, 0);
    refused(&spec(&line), &["nothing was received", "TX and RX"]);
    line.send_to_host(b"Debian GNU/Linux 12 raspberrypi ttyAMA0\r\n\r\nraspberrypi login: ");
    refused(&spec(&line), &["login:", "edgescore-rt --serial"]);
    line.send_to_host(&[0xf8, 0x80, 0x9c, 0xe0, 0x06, 0x1e, 0xff, 0x87].repeat(20));
    refused(&spec(&line), &["none of them is a message", "baud"]);
    let taken = File::open(&line.host).unwrap();
    taken.lock().unwrap();
    refused(
        &spec(&line),
        &["cannot open", "another program has it open"],
    );
    let usage = format!("{RUN} --board serial:/dev/ttyUSB0@fast -o run.esr");
    sandbox.edgescore(&usage).expect(2);
}
