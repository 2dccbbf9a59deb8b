//! The worker: a process that carries out one plan and ends. Commands come on its standard
//! input, reports go to its standard output.

use std::ffi::c_int;
use std::io;
use std::os::fd::AsFd;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use edgescore_record::{Command, RefusalKind, Stop, frame};
use nix::sys::prctl;

use super::orphan::{self, Estate};
use super::signals;
use crate::error::{Refusal, RunError};
use crate::link::frame_reader::FrameReader;
use crate::run::engine::Engine;
use crate::run::report::{Report, Reports};
use crate::wire::{DETAIL, clip};
use crate::{logs, run, stop};

/// A program that is a worker and nothing else: started by edgescore-rt with `--worker`, it works with
/// `engine`; a person who starts it is told so by `help`.
pub fn program(name: &str, help: &str, engine: &impl Engine) -> ExitCode {
    let argument = std::env::args().nth(1);
    match argument.as_deref() {
        Some("--worker") => {
            logs::start(false);
            match work(engine) {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => {
                    log::error!("the pipe to edgescore-rt failed: {error}");
                    ExitCode::from(3)
                }
            }
        }
        Some("--version") => {
            println!("{name} {}", env!("CARGO_PKG_VERSION"));
            ExitCode::SUCCESS
        }
        Some("--help" | "-h") => {
            print!("{help}");
            ExitCode::SUCCESS
        }
        _ => {
            eprint!("{help}");
            ExitCode::from(2)
        }
    }
}

/// Carries out the plan that comes on standard input, behind how this process's memory is limited.
pub fn work(engine: &impl Engine) -> io::Result<()> {
    // TERM and HUP, which end a service or a terminal with all its processes, end the run here
    // as in the supervisor.
    signals::catch(interrupt, decide);
    // It was started as /proc/self/exe, and would be called `exe`.
    let _ = prctl::set_name(c"edgescore-work");
    let estate = Estate::of_arguments();
    let mut commands = FrameReader::new(io::stdin().as_fd().try_clone_to_owned()?);
    let mut received = Vec::new();
    while received.len() < 2 && commands.is_open() {
        received.extend(commands.read());
    }
    let mut received = received.into_iter();
    let (_, memory) = received.next().unwrap_or_default();
    let (_, plan) = received.next().unwrap_or_default();
    received.for_each(|(_, content)| carry_out(&content));
    // The thread ends with the process: a read cannot be called off.
    let heir = estate.clone();
    thread::spawn(move || follow(commands, &heir));

    let mut reports = Reports::new(io::stdout().lock());
    let (Some(memory), Some(Command::Run { plan, .. })) =
        (frame::message(&memory), frame::message(&plan))
    else {
        estate.wait(orphan::DYING);
        return reports.send(&Report::Refused {
            kind: RefusalKind::Link,
            detail: "a worker was started without a plan",
        });
    };
    match run::run(engine, &plan, &memory, &mut reports) {
        Ok(()) => Ok(()),
        Err(RunError::Link(error)) => {
            estate.wait(orphan::DYING);
            Err(error)
        }
        Err(RunError::Refused(Refusal { kind, detail })) => reports.send(&Report::Refused {
            kind,
            detail: clip(&detail, DETAIL),
        }),
        // `run` has reported it.
        Err(RunError::Stopped(_) | RunError::Failed(..)) => Ok(()),
    }
}

extern "C" fn interrupt(_signal: c_int) {
    stop::request(Stop::Interrupted);
}

extern "C" fn decide(_signal: c_int) {
    stop::request(Stop::Decided);
}

/// Carries out commands until the supervisor disconnects, which ends the run; or is killed, which ends this
/// process.
fn follow(mut commands: FrameReader, estate: &Estate) {
    while commands.is_open() {
        commands
            .read()
            .iter()
            .for_each(|(_, content)| carry_out(content));
    }
    // Before the run is asked to end: it would end this process.
    estate.wait(orphan::DYING);
    stop::request(Stop::Interrupted);
    estate.wait(Duration::MAX);
}

fn carry_out(content: &[u8]) {
    if let Some(Command::Abort { stop, .. }) = frame::message(content) {
        stop::request(stop);
    }
}
