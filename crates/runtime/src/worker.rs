//! The worker: a process that carries out one plan and ends. Commands come on its standard
//! input, reports go to its standard output.

use std::ffi::c_int;
use std::io;
use std::os::fd::AsFd;
use std::thread;

use edgescore_record::{Command, Fault, Stop, frame};
use nix::sys::prctl;

use crate::inlet::Inlet;
use crate::outbox::clip;
use crate::refusal::Refusal;
use crate::report::{Report, Reports};
use crate::{run, signals, stop};

/// Carries out the plan that comes on standard input, behind how this process is held.
pub fn work() -> io::Result<()> {
    // TERM and HUP, which end a service or a terminal with all its processes, end the run here
    // as in the parent.
    signals::catch(interrupt, decide);
    // It was started as /proc/self/exe, and would be called `exe`.
    let _ = prctl::set_name(c"edgescore-work");
    let mut commands = Inlet::new(io::stdin().as_fd().try_clone_to_owned()?);
    let mut heard = Vec::new();
    while heard.len() < 2 && commands.is_open() {
        heard.extend(commands.take());
    }
    let mut heard = heard.into_iter();
    let (_, holding) = heard.next().unwrap_or_default();
    let (_, plan) = heard.next().unwrap_or_default();
    heard.for_each(|(_, content)| obey(&content));
    // The thread ends with the process: a read cannot be called off.
    thread::spawn(move || listen(commands));

    let mut reports = Reports::new(io::stdout().lock());
    let (Some(holding), Some(Command::Run { plan, .. })) =
        (frame::message(&holding), frame::message(&plan))
    else {
        return reports.say(&Report::Refused {
            fault: Fault::Link,
            detail: "a worker was started without a plan",
        });
    };
    match run::run(&plan, &holding, &mut reports) {
        Ok(()) => Ok(()),
        Err(Refusal::Link(error)) => Err(error),
        Err(Refusal::Because(fault, detail)) => reports.say(&Report::Refused {
            fault,
            detail: clip(&detail, 2000),
        }),
    }
}

extern "C" fn interrupt(_signal: c_int) {
    stop::request(Stop::Interrupted);
}

extern "C" fn decide(_signal: c_int) {
    stop::request(Stop::Decided);
}

/// Obeys until the parent hangs up, which ends the run too: nobody is left to hear an answer.
fn listen(mut commands: Inlet) {
    while commands.is_open() {
        commands
            .take()
            .iter()
            .for_each(|(_, content)| obey(content));
    }
    stop::request(Stop::Interrupted);
}

fn obey(content: &[u8]) {
    if let Some(Command::Abort { stop, .. }) = frame::message(content) {
        stop::request(stop);
    }
}
