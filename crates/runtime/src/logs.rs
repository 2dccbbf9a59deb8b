//! The log: lines on standard error and, behind a serial line, to the host.

use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use edgescore_record::Level;
use env_logger::{Builder, Env, Target};

/// Longest line that is sent to a host, in bytes.
pub const LINE: usize = 1000;
/// Bytes that are kept for a host: about two screens of text.
const KEPT: usize = 8 * 1024;

/// What was not sent to a host yet; `None` where the log does not go to the host.
static WAITING: Mutex<Option<Vec<u8>>> = Mutex::new(None);

/// Starts the log of this process.
pub fn start(to_host: bool) {
    *waiting() = to_host.then(Vec::new);
    Builder::from_env(Env::default().default_filter_or("warn"))
        .target(Target::Pipe(Box::new(Log)))
        .init();
}

/// Passes on lines of another process.
pub fn pass(bytes: &[u8]) {
    // Nobody may be left to read them.
    let _ = io::stderr().write_all(bytes);
    if let Some(waiting) = waiting().as_mut() {
        waiting.extend_from_slice(bytes);
        let surplus = waiting.len().saturating_sub(KEPT);
        waiting.drain(..surplus);
    }
}

/// The whole lines that wait for a host.
pub fn take() -> Vec<String> {
    let mut waiting = waiting();
    let Some(bytes) = waiting.as_mut() else {
        return Vec::new();
    };
    let whole = bytes
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |at| at + 1);
    let lines: Vec<u8> = bytes.drain(..whole).collect();
    String::from_utf8_lossy(&lines)
        .lines()
        .map(str::to_owned)
        .collect()
}

/// Level and text of a line. env_logger begins it with `[LEVEL TARGET] `; what has no such
/// beginning was written by a panic or by C.
pub fn parts(line: &str) -> (Level, &str) {
    let header = line
        .strip_prefix('[')
        .and_then(|line| line.split_once("] "));
    let (level, text) = match header {
        Some((header, text)) => (header.split_whitespace().next(), text),
        None => (None, line),
    };
    match level {
        Some("ERROR") => (Level::Error, text),
        Some("WARN") => (Level::Warn, text),
        Some("INFO" | "DEBUG" | "TRACE") => (Level::Info, text),
        _ => (Level::Warn, line),
    }
}

fn waiting() -> MutexGuard<'static, Option<Vec<u8>>> {
    WAITING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where env_logger writes.
struct Log;

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        pass(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_a_level_and_a_text() {
        let warn = "[WARN  edgescore_runtime::measure::conditions] no temperature";
        assert_eq!(parts(warn), (Level::Warn, "no temperature"));
        let error = "[ERROR llama.cpp] [x] y";
        assert_eq!(parts(error), (Level::Error, "[x] y"));
        let foreign = "[AARCH64] something";
        assert_eq!(parts(foreign), (Level::Warn, foreign));
    }

    #[test]
    fn whole_lines_wait_for_a_host() {
        *waiting() = Some(Vec::new());
        pass(b"one\ntw");
        assert_eq!(take(), ["one"]);
        pass(b"o\n");
        assert_eq!(take(), ["two"]);
        pass(&[b'x'; 2 * KEPT]);
        pass(b"\n");
        assert_eq!(take().concat().len(), KEPT - 1);
    }
}
