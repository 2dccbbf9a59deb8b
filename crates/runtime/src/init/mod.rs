//! Process 1: a card image starts edgescore-rt and nothing else.
//!
//! It makes the system ready, starts itself once more as the process that a desk speaks with,
//! relays that process's words to the UART and to the card, and powers off when the run is
//! over. It measures nothing and shares no memory with what does.

mod card;
mod report;
mod setup;
mod system;
mod uart;
mod watchdog;

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use edgescore_record::frame::{self, Receiver, UNNUMBERED};
use edgescore_record::{Control, Level};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::Pid;

use card::Card;
use report::Reporter;
use setup::Setup;
use uart::Uart;

/// The commands that are given when the power comes, as frames: what a desk would send.
const PLAN: &str = "/data/plan";

/// Whether this process is what the kernel started. The kernel hands process 1 the words of its
/// command line that it does not know; options are ours.
pub fn is_process_1(argument: Option<&str>) -> bool {
    std::process::id() == 1 && !argument.is_some_and(|argument| argument.starts_with('-'))
}

/// Runs what lies on the card, and powers off.
pub fn start() -> ! {
    // Until a UART is known, the kernel's log is the only way out.
    let reporter = Reporter::default();
    reporter.report_panics();
    let troubles = system::mount_all();
    let setup = Setup::read();
    let uart = Uart::open(&setup);
    reporter.speak_through(&uart);
    system::hush_kernel();
    for trouble in troubles {
        reporter.say(Level::Warn, &trouble);
    }
    watchdog::feed();
    for trouble in system::load_modules() {
        reporter.say(Level::Warn, &trouble);
    }
    if setup.must_panic {
        // A test of the report of a panic, which nothing else can bring about.
        let nothing: Option<()> = None;
        #[expect(clippy::expect_used, reason = "this is to panic")]
        nothing.expect("asked for on the kernel's command line");
    }
    let plan = match system::mount_data() {
        Ok(()) => std::fs::read(PLAN).ok(),
        Err(trouble) => {
            reporter.say(Level::Error, &trouble);
            None
        }
    };
    if plan.is_none() {
        reporter.say(
            Level::Info,
            "there is no plan on a card: waiting for a desk",
        );
    }
    if let Err(error) = serve(&uart, &reporter, plan) {
        reporter.say(Level::Error, &format!("cannot start edgescore-rt: {error}"));
    }
    system::end_all_processes();
    uart.drain();
    system::power_off()
}

/// Starts the process that a desk speaks with, and relays until it ends.
fn serve(uart: &Uart, reporter: &Reporter, plan: Option<Vec<u8>>) -> std::io::Result<()> {
    let mut child = Command::new("/proc/self/exe")
        .arg("--link")
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let pid = Pid::from_raw(child.id().cast_signed());
    let (Some(mut stdin), Some(stdout), Some(stderr)) =
        (child.stdin.take(), child.stdout.take(), child.stderr.take())
    else {
        return Err(std::io::ErrorKind::BrokenPipe.into());
    };
    let alone = plan.is_some();
    stdin.write_all(&plan.unwrap_or_default())?;
    let stdin = Arc::new(Mutex::new(Some(stdin)));

    // The threads end with this process: a read cannot be called off.
    let (desk, commands) = (uart.clone(), Arc::clone(&stdin));
    thread::spawn(move || listen(&desk, &commands));
    let log = reporter.clone();
    let logs = thread::spawn(move || {
        let lines = BufReader::new(stderr).lines();
        lines
            .map_while(Result::ok)
            .for_each(|line| log.say(Level::Warn, &line));
    });
    let ended = relay(stdout, uart, reporter, &mut || {
        // Alone, one plan is all there is to do; a desk may have another.
        if alone {
            hang_up(&stdin);
        }
    });
    hang_up(&stdin);
    let status = wait_for(pid);
    // Nobody has hold of the pipe any more.
    let _ = logs.join();
    match status {
        _ if ended => {}
        Some(WaitStatus::Exited(_, code)) => reporter.say(
            Level::Error,
            &format!("edgescore-rt ended with exit code {code} before the run was over"),
        ),
        Some(WaitStatus::Signaled(_, signal, _)) => reporter.say(
            Level::Error,
            &format!("edgescore-rt was ended by {signal} before the run was over"),
        ),
        _ => reporter.say(Level::Error, "edgescore-rt is gone"),
    }
    Ok(())
}

/// Passes on what the desk says.
fn listen(uart: &Uart, commands: &Mutex<Option<ChildStdin>>) {
    let mut buffer = [0; 4096];
    while let Ok(read) = uart.read(&mut buffer) {
        let bytes = buffer.get(..read).unwrap_or_default();
        let mut commands = commands.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(stdin) = commands.as_mut() {
            let _ = stdin.write_all(bytes);
        }
    }
}

fn hang_up(stdin: &Mutex<Option<ChildStdin>>) {
    *stdin.lock().unwrap_or_else(PoisonError::into_inner) = None;
}

/// Passes on what the child says, to the UART and, rows only, to the card. `over` is called
/// when a run is over. True if one was.
fn relay(mut words: impl Read, uart: &Uart, reporter: &Reporter, over: &mut dyn FnMut()) -> bool {
    let mut card = Card::new(Path::new("/data"));
    let mut receiver = Box::<Receiver>::default();
    let mut buffer = [0; 4096];
    let mut ended = false;
    loop {
        let read = match words.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(_) => break,
        };
        let mut bytes = buffer.get(..read).unwrap_or_default();
        // The card first: what a desk has heard of is never lost.
        while let (rest, Some((number, content))) =
            receiver.push(bytes, |number, content| (number, content.to_vec()))
        {
            bytes = rest;
            if number != UNNUMBERED {
                if let Err(trouble) = card.take(number, &content) {
                    reporter.say(Level::Error, &trouble);
                }
                continue;
            }
            if let Some(Control::Done { .. } | Control::Refused { .. }) = frame::message(&content) {
                ended = true;
                card.close();
                over();
            }
        }
        uart.write(buffer.get(..read).unwrap_or_default());
    }
    card.close();
    ended
}

/// Waits for `child`, and for every process that ends before it.
fn wait_for(child: Pid) -> Option<WaitStatus> {
    loop {
        match waitpid(None, None) {
            Ok(status) if status.pid() == Some(child) => return Some(status),
            Ok(_) | Err(nix::errno::Errno::EINTR) => {}
            Err(_) => return None,
        }
    }
}

/// Sends `signal` to every process but this one.
fn signal_all(signal: Signal) {
    let _ = kill(Pid::from_raw(-1), signal);
}
