//! A board behind a real sshd: what is copied, what is not, and connections that are cut.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::{Arc, Mutex};

use edgescore_record::VerdictKind;
use edgescore_tests::{
    Dice, Outcome, Proxy, Rows, Running, Sandbox, SmallTasks, Sshd, Tmpfs, free_port, split_in_two,
    wait_until,
};
use nix::sys::signal::Signal;

const SMALL: SmallTasks = SmallTasks {
    tasks: 4,
    questions: 10,
};
const RUN: &str = "run --model tiny.gguf --pack small.pack -t 1";

/// The answers of this machine without any board.
fn expected(sandbox: &Sandbox) -> Rows {
    sandbox.done(&format!("{RUN} -o local.esr"));
    sandbox.rows("local.esr").timeless()
}

#[test]
fn a_bare_board_gets_what_it_lacks_and_nothing_twice() {
    let (sandbox, sshd) = (Sandbox::with_small_pack(SMALL), Sshd::start());
    let expected = expected(&sandbox);
    let proxy = Proxy::start(sshd.port, |_| None);
    let board = format!("--board ssh:board:{}", proxy.port);
    assert_eq!(sshd.copied(), []);
    let first = Outcome::of(&mut sshd.command(&sandbox, &format!("{RUN} {board} -o first.esr")));
    first.expect(0);
    assert_eq!(sandbox.rows("first.esr").timeless(), expected);
    // The program, the pack, the model, the prompts: whole, under their names.
    let copied = sshd.copied();
    let names: Vec<_> = copied
        .iter()
        .map(|(path, ..)| path.file_name().unwrap())
        .collect();
    assert_eq!(names.len(), 4, "{names:?}");
    for name in ["edgescore-rt", "small.pack", "tiny.gguf", "prompts"] {
        assert!(names.iter().any(|found| *found == name), "{names:?}");
    }
    let (all, _) = proxy.bytes();
    let size: u64 = copied.iter().map(|(_, size, _)| size).sum();
    assert!(all >= size, "{all} bytes went over, of {size}");

    let second = Outcome::of(&mut sshd.command(&sandbox, &format!("{RUN} {board} -o second.esr")));
    second.expect(0);
    assert_eq!(sandbox.rows("second.esr").timeless(), expected);
    assert_eq!(sshd.copied(), copied);
    // One connection with its keys, a few commands, an acknowledgement every hundred rows.
    let again = proxy.bytes().0 - all;
    println!("first run: {all} bytes to the board; second run: {again}");
    assert!(again < 16 * 1024, "{again} bytes went over again");
    // Both results were acknowledged.
    assert_eq!((sshd.runs("journal").len(), sshd.runs("esr").len()), (0, 2));
}

#[test]
fn hosts_that_copy_the_program_at_once_do_not_disturb_each_other() {
    let (sandbox, sshd) = (Sandbox::default(), Sshd::start());
    for _ in 0..3 {
        let hosts: Vec<_> = (0..4)
            .map(|_| Running::start(&mut sshd.command(&sandbox, "collect ssh:board")))
            .collect();
        for host in hosts {
            host.end().expect(0);
        }
        let names: Vec<_> = sshd.copied().into_iter().map(|(path, ..)| path).collect();
        assert!(
            matches!(&names[..], [one] if one.ends_with("edgescore-rt")),
            "{names:?}"
        );
        fs::remove_dir_all(sshd.cache()).unwrap();
    }
}

/// What the board or the host lacked when a connection was cut.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Lacking {
    /// edgescore-rt, on the board.
    Program,
    /// The pack or the model, on the board.
    Files,
    /// Any row, on the host.
    FirstRow,
    /// Some of the rows.
    Rows,
}

/// Cuts there shall be in all, at least.
const CUTS: usize = 50;
/// Cuts there shall be inside the rows, at least.
const ROW_CUTS: usize = 10;

/// Runs over connections that are cut at random bytes. Returns what was lacking at each cut.
fn run_with_cuts(sandbox: &Sandbox, sshd: &Sshd, output: &str) -> Vec<Lacking> {
    let (cache, result) = (sshd.cache(), sandbox.path(output));
    let mut dice = Dice::new(20_261_124);
    let places = Arc::<Mutex<Vec<Lacking>>>::default();
    let fell = places.clone();
    let mut connections = 0;
    let proxy = Proxy::start(sshd.port, move |cuts_before| {
        let lacking = lacking(&cache, &result);
        let mut fell = fell.lock().unwrap();
        if cuts_before as usize > fell.len() {
            fell.push(lacking);
        }
        connections += 1;
        // A board that was never reached is an error.
        if connections == 1 {
            return None;
        }
        // A connection that was left alone would bring all the rows, so until the cuts are made
        // only a copy of the program is: it has a connection of its own. The others are left up
        // to so many bytes more than 3,000. It takes some 7,700 to reach edgescore-rt and receive
        // its answer (4,061 there, 3,617 back).
        let (enough, more) = match lacking {
            Lacking::Program => (fell.len() >= 12, 500_000),
            Lacking::Files => (false, 60_000),
            // What starts a run may be more than one such connection carries, and nothing of it is kept.
            Lacking::FirstRow => {
                let failed = count(&fell, Lacking::FirstRow) as u64;
                (false, 9_000 * (failed + 1))
            }
            Lacking::Rows => (
                fell.len() >= CUTS && count(&fell, Lacking::Rows) >= ROW_CUTS,
                9_000,
            ),
        };
        (!enough).then(|| 3_000 + dice.below(more))
    });
    let run = format!("{RUN} --board ssh:board:{} -o {output}", proxy.port);
    Outcome::of(&mut sshd.command(sandbox, &run)).expect(0);
    places.lock().unwrap().clone()
}

fn count(fell: &[Lacking], place: Lacking) -> usize {
    fell.iter().filter(|lacking| **lacking == place).count()
}

/// What is lacking when a connection is made.
fn lacking(cache: &Path, result: &Path) -> Lacking {
    let whole = |folder: &str| {
        let folders = fs::read_dir(cache.join(folder)).into_iter().flatten();
        let paths = folders.map(|entry| entry.unwrap().path());
        let files = paths.flat_map(|path| fs::read_dir(path).into_iter().flatten());
        files.count()
    };
    if whole("bin") == 0 {
        return Lacking::Program;
    }
    // The pack, the model, the prompts.
    if whole("files") < 3 {
        return Lacking::Files;
    }
    let rows = Rows::parse(&fs::read(result).unwrap_or_default()).unwrap_or_default();
    match rows.questions.len() {
        0 => Lacking::FirstRow,
        _ => Lacking::Rows,
    }
}

/// Fifty cuts: in the program, in pack and model, and in the rows of a run that goes on
/// meanwhile. Every record is on the host exactly once, and is the board's to the byte.
#[test]
fn a_connection_that_is_cut_at_fifty_random_bytes_resumes() {
    let sandbox = Sandbox::with_small_pack(SmallTasks {
        tasks: 4,
        questions: 600,
    });
    let expected = expected(&sandbox);
    let sshd = Sshd::start();
    let fell = run_with_cuts(&sandbox, &sshd, "cut.esr");
    println!(
        "{} cuts: {} in the program, {} in pack and model, {} before the first row, {} inside the rows",
        fell.len(),
        count(&fell, Lacking::Program),
        count(&fell, Lacking::Files),
        count(&fell, Lacking::FirstRow),
        count(&fell, Lacking::Rows)
    );
    assert!(fell.len() >= CUTS, "{fell:?}");
    assert!(count(&fell, Lacking::Rows) >= ROW_CUTS, "{fell:?}");
    assert_eq!(sandbox.rows("cut.esr").timeless(), expected);
    assert_eq!(sshd.copied().len(), 4);
    let [kept] = sshd.runs("esr").try_into().unwrap();
    assert!(sandbox.read("cut.esr") == fs::read(kept).unwrap());
}

/// All parts go over, into one folder, where llama.cpp looks for them.
#[test]
fn a_split_model_goes_over_whole() {
    let (sandbox, sshd) = (Sandbox::with_small_pack(SMALL), Sshd::start());
    let expected = expected(&sandbox);
    let [first, second] = split_in_two(&sandbox.read("tiny.gguf"));
    sandbox.write("split-00001-of-00002.gguf", first);
    let run = "run --model split-00001-of-00002.gguf --pack small.pack -t 1";
    let lacks = format!("{run} --board ssh:board -o split.esr");
    let words = ["split-00002-of-00002.gguf, is missing", "part 1 of 2"];
    sandbox.refused_command(4, &mut sshd.command(&sandbox, &lacks), &words);
    sandbox.write("split-00002-of-00002.gguf", second);
    for output in ["split.esr", "again.esr"] {
        let run = format!("{run} --board ssh:board -o {output}");
        Outcome::of(&mut sshd.command(&sandbox, &run)).expect(0);
        assert_eq!(sandbox.rows(output).timeless(), expected);
        // The program, the pack, the prompts and two parts.
        assert_eq!(sshd.copied().len(), 5);
    }
    sandbox.done(&format!("{run} -o here.esr"));
    assert_eq!(sandbox.rows("here.esr").timeless(), expected);
    let hash = |name| sandbox.report(name)["provenance"]["model_sha256"].clone();
    assert!(hash("here.esr").is_string());
    assert_eq!(hash("here.esr"), hash("split.esr"));
}

#[test]
fn a_detached_run_goes_on_and_is_collected() {
    let (sandbox, sshd) = (Sandbox::with_small_pack(SMALL), Sshd::start());
    let expected = expected(&sandbox);
    let detached =
        Outcome::of(&mut sshd.command(&sandbox, &format!("{RUN} --board ssh:board --detach")));
    let said = detached.expect(0).stdout;
    assert!(said.contains("edgescore collect ssh:board --run"), "{said}");
    // Running or ended, it is followed to its end.
    let collect = "collect ssh:board -o run.esr";
    Outcome::of(&mut sshd.command(&sandbox, collect)).expect(0);
    assert_eq!(sandbox.rows("run.esr").timeless(), expected);
    let list = Outcome::of(&mut sshd.command(&sandbox, "collect ssh:board"))
        .expect(0)
        .stdout;
    assert!(
        list.contains("fetched") && list.contains("tiny.gguf"),
        "{list}"
    );
    sandbox.refused_command(
        4,
        &mut sshd.command(&sandbox, "collect ssh:board -o again.esr"),
        &["fetched before", "--run"],
    );
    let run = said.split_whitespace().nth(1).unwrap();
    let again = format!("collect ssh:board --run {run} -o again.esr");
    Outcome::of(&mut sshd.command(&sandbox, &again)).expect(0);
    assert_eq!(sandbox.read("again.esr"), sandbox.read("run.esr"));
}

#[test]
fn a_host_that_is_killed_loses_nothing() {
    let sandbox = Sandbox::with_small_pack(SmallTasks {
        tasks: 4,
        questions: 100,
    });
    let sshd = Sshd::start();
    let run = format!("{RUN} --board ssh:board -o lost.esr");
    let running = Running::start(&mut sshd.command(&sandbox, &run));
    wait_until("three questions are answered", || {
        let bytes = fs::read(sandbox.path("lost.esr")).unwrap_or_default();
        Rows::parse(&bytes).is_ok_and(|rows| rows.questions.len() >= 3)
    });
    running.signal(Signal::SIGKILL);
    assert_eq!(running.end().code, None);
    Outcome::of(&mut sshd.command(&sandbox, "collect ssh:board -o run.esr")).expect(0);
    let rows = sandbox.rows("run.esr");
    assert_eq!(rows.questions.len(), 400);
    assert_eq!(rows.verdict_kind(), Some(VerdictKind::Ok));
    // What the killed host wrote is the beginning of it.
    assert!(
        sandbox
            .read("run.esr")
            .starts_with(&sandbox.read("lost.esr"))
    );
}

#[test]
fn a_run_is_ended_from_another_host() {
    let sandbox = Sandbox::with_small_pack(SmallTasks {
        tasks: 4,
        questions: 500,
    });
    let sshd = Sshd::start();
    let run = format!("{RUN} --board ssh:board --detach");
    Outcome::of(&mut sshd.command(&sandbox, &run)).expect(0);
    // Two at once would spoil each other.
    sandbox.refused_command(
        3,
        &mut sshd.command(&sandbox, &format!("{RUN} --board ssh:board -o two.esr")),
        &["busy", "--stop"],
    );
    Outcome::of(&mut sshd.command(&sandbox, "collect ssh:board --stop -o run.esr")).expect(1);
    assert_eq!(
        sandbox.rows("run.esr").verdict_kind(),
        Some(VerdictKind::Aborted)
    );
}

#[test]
fn every_failure_of_ssh_names_its_remedy() {
    let (sandbox, sshd) = (Sandbox::with_small_pack(SMALL), Sshd::start());
    let refused = |board: &str, words: &[&str]| {
        let run = format!("{RUN} --board {board} -o run.esr");
        sandbox.refused_command(3, &mut sshd.command(&sandbox, &run), words);
    };
    refused(
        &format!("ssh:board:{}", free_port()),
        &["Connection refused", "sshd"],
    );
    refused("ssh:stranger", &["host key", "by hand"]);
    let script = |name: &str, text: &str| {
        fs::write(sshd.folder().join("board").join(name), text).unwrap();
    };
    for (profile, words) in [
        (
            "echo Choose a system:; sleep 100",
            ["has not started edgescore-rt in 2 s", "Choose a system:"],
        ),
        (
            "while :; do echo Loading modules; done",
            ["prints without end", "Loading modules"],
        ),
    ] {
        script(".bashrc", profile);
        refused("ssh:board --wait 2", &words);
    }
    // A board with few programs, and one whose folders run none.
    let few = sshd.folder().join("board/few");
    fs::create_dir(&few).unwrap();
    for program in [
        "sh", "uname", "grep", "dd", "wc", "mkdir", "rm", "cp", "chmod", "mv",
    ] {
        symlink(Path::new("/usr/bin").join(program), few.join(program)).unwrap();
    }
    script(".bashrc", &format!("PATH={}", few.display()));
    refused("ssh:board", &["the board has no sha256sum", "busybox"]);
    let mounted = sshd.folder().join("board/noexec");
    if let Some(_mounted) = Tmpfs::mount(mounted.clone(), "noexec") {
        script(
            ".bashrc",
            &format!("export EDGESCORE_HOME={}", mounted.display()),
        );
        let run = format!("{RUN} --board ssh:board -o run.esr");
        let outcome = Outcome::of(&mut sshd.command(&sandbox, &run));
        assert_eq!(outcome.code, Some(3), "{outcome:?}");
        for words in ["mounted noexec", "set EDGESCORE_HOME"] {
            assert!(outcome.stderr.contains(words), "{outcome:?}");
        }
        assert!(!outcome.stderr.contains("cut"), "{outcome:?}");
    }
    fs::remove_file(sshd.folder().join("board/.bashrc")).unwrap();
    sshd.forget_the_user();
    refused("ssh:board", &["Permission denied", "ssh-copy-id"]);
    let run = format!("{RUN} --runtime small.pack --board ssh:board -o run.esr");
    sandbox.refused_command(4, &mut sshd.command(&sandbox, &run), &["--runtime"]);
}
