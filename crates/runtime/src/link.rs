//! Listening to the desk and carrying out what it asks.

use std::ffi::c_int;
use std::io::{self, Read};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use edgescore_probe::BoardFacts;
use edgescore_record::{CURRENT_VERSION, Command, Control, Fault, Stop, frame};
use nix::sys::signal::{SigHandler, Signal, signal};

use crate::outbox::{Outbox, clip};
use crate::run::{self, Refusal};
use crate::stop;

/// Serves one desk until it hangs up.
pub fn serve() -> io::Result<()> {
    survive_interrupts();
    let (to_main, commands) = mpsc::channel();
    // The thread ends with the process: a read cannot be called off.
    thread::spawn(move || listen(&to_main));
    let mut outbox = Outbox::new(io::stdout().lock())?;
    obey(&commands, &mut outbox)
}

/// Dying of a signal would lose the last rows. Ctrl-C on the desk's terminal reaches this
/// process too; the desk decides what it means and says so over the link. TERM and HUP, which
/// end a service or a terminal with all its processes, end the run here as well.
#[allow(unsafe_code)]
fn survive_interrupts() {
    let interrupt = SigHandler::Handler(interrupt);
    // SAFETY: the only handler stores to an atomic, which is safe in signal context.
    unsafe {
        let _ = signal(Signal::SIGINT, SigHandler::SigIgn);
        let _ = signal(Signal::SIGTERM, interrupt);
        let _ = signal(Signal::SIGHUP, interrupt);
    }
}

extern "C" fn interrupt(_signal: c_int) {
    stop::request(Stop::Interrupted);
}

/// Hands commands on to the main thread. Abort works at once, from here; a hang-up too.
fn listen(to_main: &Sender<Vec<u8>>) {
    let mut receiver = Box::<frame::Receiver>::default();
    let mut buffer = [0; 4096];
    let mut input = io::stdin().lock();
    loop {
        let mut bytes = match input.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => &buffer[..read],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => {
                log::error!("cannot hear the desk: {error}");
                break;
            }
        };
        while let (rest, Some(content)) = receiver.push(bytes, |_, content| content.to_vec()) {
            bytes = rest;
            match frame::message(&content) {
                Some(Command::Abort(why)) => stop::request(why),
                // Requests to stop belong to the run before this one.
                Some(Command::Run(_)) => stop::reset(),
                _ => {}
            }
            if to_main.send(content).is_err() {
                return;
            }
        }
    }
    // Nobody is left to hear an answer.
    stop::request(Stop::Interrupted);
}

fn obey(commands: &Receiver<Vec<u8>>, outbox: &mut Outbox<impl io::Write>) -> io::Result<()> {
    for content in commands {
        match frame::message(&content) {
            Some(Command::Hello { .. }) => {
                let board = BoardFacts::read(std::path::Path::new("/"));
                outbox.control(&Control::Identity {
                    version: CURRENT_VERSION,
                    runtime: env!("CARGO_PKG_VERSION"),
                    engine: clip(edgescore_engine::llama_version(), 200),
                    board: clip(&board.board, 200),
                })?;
            }
            Some(Command::Run(plan)) => match run::run(&plan, outbox) {
                Ok(()) => outbox.control(&Control::Done {
                    records: outbox.sent(),
                })?,
                Err(Refusal::Link(error)) => return Err(error),
                Err(Refusal::Because(fault, detail)) => outbox.control(&Control::Refused {
                    fault,
                    detail: clip(&detail, 2000),
                })?,
            },
            Some(Command::Abort(_)) => {}
            None => outbox.control(&Control::Refused {
                fault: Fault::Link,
                detail: "edgescore-rt does not know this command: use edgescore and edgescore-rt of the same version",
            })?,
        }
    }
    Ok(())
}
