//! How a run ended.

use std::os::unix::process::ExitStatusExt;

use edgescore_record::{Stop, VerdictKind};
use nix::sys::signal::Signal;

use super::worker_process::EndedWorker;

/// How a run ended.
pub struct Ended {
    /// The verdict.
    pub kind: VerdictKind,
    /// What happened and how to mend it; empty when all is well.
    pub detail: String,
    /// Why it ended early, if it did.
    pub stop: Option<Stop>,
}

impl Ended {
    /// The verdict on a worker that did not report how it ended.
    pub fn unreported(worker: &EndedWorker) -> Ended {
        if let Some(over) = &worker.over_memory {
            let remedy = "give a larger --memory, a smaller --context, --weights mapped or a \
                          smaller quantisation";
            return Ended {
                kind: VerdictKind::OverMemory,
                detail: format!("{over}; {remedy}"),
                stop: None,
            };
        }
        let signal = match &worker.status {
            Ok(status) => status.signal(),
            Err(_) => None,
        };
        let by_request = [Signal::SIGTERM, Signal::SIGHUP].map(|signal| signal as i32);
        if signal.is_some_and(|signal| by_request.contains(&signal)) {
            // It came before the worker could catch it.
            return Ended {
                kind: VerdictKind::Aborted,
                detail: "interrupted before the first question".to_owned(),
                stop: Some(Stop::Interrupted),
            };
        }
        let status = match (&worker.status, signal) {
            // SIGKILL nobody sent by hand is the kernel out of memory.
            (_, Some(9)) => {
                "the worker was killed (signal 9), as the kernel does when memory runs out"
                    .to_owned()
            }
            (_, Some(signal)) => format!("the worker was ended by signal {signal}"),
            (Ok(status), None) => format!("the worker ended with {status}"),
            (Err(error), None) => format!("the worker is gone: {error}"),
        };
        let log: Vec<&str> = worker.log_end.lines().collect();
        let detail = match log.is_empty() {
            true => status,
            false => format!("{status}; the end of its log: {}", log.join(" / ")),
        };
        Ended {
            kind: VerdictKind::EngineFailed,
            detail,
            stop: None,
        }
    }
}
