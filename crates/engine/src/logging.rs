//! llama.cpp's log, put together into lines and passed on to the `log` crate.
//!
//! llama.cpp writes pieces: a level and a text, or a continuation of the line before.
//! The state is per thread, because llama.cpp logs on the thread that called it: two
//! threads that load two models neither mix their lines nor their error messages.

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, Ordering};

use log::{Level, log, log_enabled};

use crate::buffers::Buffers;

/// The target under which the `log` crate sees these lines.
const TARGET: &str = "llama.cpp";

/// Error lines kept for the message of a failed call. A refused GGUF writes two to four.
const ERRORS_KEPT: usize = 8;

/// What a piece of log text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece {
    /// A new line, of this level in llama.cpp's eyes.
    Line(Level),
    /// More of the line before.
    More,
}

thread_local! {
    static LINES: RefCell<Lines> = const { RefCell::new(Lines::new()) };
}

/// Takes one piece of llama.cpp's log.
pub(crate) fn receive(piece: Piece, text: &[u8]) {
    // A thread that is being torn down has no line state any more, and a logger that
    // calls back into llama.cpp finds it in use: either way the piece is dropped.
    let _ = LINES.try_with(|lines| {
        if let Ok(mut lines) = lines.try_borrow_mut() {
            lines.push(piece, text);
        }
    });
}

/// Set when a computation was ended on purpose.
static FAILURE_IS_EXPECTED: AtomicBool = AtomicBool::new(false);

/// From now on llama.cpp's warnings are not passed on: a computation was ended on purpose, and it
/// says in three lines that it failed. No thread computes after that.
pub(crate) fn expect_failure() {
    FAILURE_IS_EXPECTED.store(true, Ordering::Relaxed);
}

/// Forgets the error lines so far, before a call whose [`reason`] may be asked for.
pub(crate) fn forget_errors() {
    LINES.with_borrow_mut(|lines| lines.errors.clear());
}

/// The error lines that llama.cpp wrote on this thread since [`forget_errors`], as one.
pub(crate) fn reason() -> String {
    LINES.with_borrow_mut(Lines::reason)
}

/// Runs `call` and returns what llama.cpp says of its buffers in it.
pub(crate) fn with_buffers<T>(call: impl FnOnce() -> T) -> (T, Buffers) {
    LINES.with_borrow_mut(|lines| lines.buffers = Some(Buffers::default()));
    let result = call();
    let buffers = LINES.with_borrow_mut(|lines| {
        lines.end_line();
        lines.buffers.take()
    });
    (result, buffers.unwrap_or_default())
}

/// The line being put together, and the last error lines.
struct Lines {
    level: Level,
    text: String,
    /// The current line is wanted: its level is on, or it is an error to be kept, or it may
    /// name a buffer.
    wanted: bool,
    errors: Vec<String>,
    /// Counted up while somebody wants to know.
    buffers: Option<Buffers>,
}

impl Lines {
    const fn new() -> Self {
        Self {
            level: Level::Debug,
            text: String::new(),
            wanted: false,
            errors: Vec::new(),
            buffers: None,
        }
    }

    /// Nothing is copied for a line that nobody wants: llama.cpp logs at debug level
    /// inside the measured loop.
    fn push(&mut self, piece: Piece, text: &[u8]) {
        if let Piece::Line(level) = piece {
            self.end_line();
            self.level = level;
            self.wanted = level == Level::Error
                || (level == Level::Info && self.buffers.is_some())
                || log_enabled!(target: TARGET, lower(level));
        }
        if !self.wanted {
            return;
        }
        self.text.push_str(&String::from_utf8_lossy(text));
        if text.ends_with(b"\n") {
            self.end_line();
        }
    }

    fn end_line(&mut self) {
        for line in self.text.lines().map(str::trim_end) {
            if line.is_empty() {
                continue;
            }
            if !FAILURE_IS_EXPECTED.load(Ordering::Relaxed) {
                log!(target: TARGET, lower(self.level), "{line}");
            }
            if let Some(buffers) = &mut self.buffers {
                buffers.note(line);
            }
            if self.level == Level::Error {
                if self.errors.len() == ERRORS_KEPT {
                    self.errors.remove(0);
                }
                self.errors.push(line.to_owned());
            }
        }
        self.text.clear();
    }

    /// The kept error lines as one, without the C++ function that each starts with and
    /// without the last line of every failed load, which says only that it failed.
    fn reason(&mut self) -> String {
        self.end_line();
        let lines: Vec<&str> = self
            .errors
            .iter()
            .map(|line| without_function(line))
            .filter(|line| *line != "failed to load model")
            .collect();
        let reason = if lines.is_empty() {
            "llama.cpp gave no reason".to_owned()
        } else {
            lines.join("; ")
        };
        self.errors.clear();
        reason
    }
}

/// One level lower: what llama.cpp calls an error comes back to the caller as one, and its
/// info lines are some two hundred for each model.
fn lower(level: Level) -> Level {
    match level {
        Level::Error => Level::Warn,
        Level::Warn => Level::Info,
        Level::Info => Level::Debug,
        Level::Debug | Level::Trace => Level::Trace,
    }
}

/// `llama_model_load: error loading model: ...` without the leading function name.
fn without_function(line: &str) -> &str {
    match line.split_once(": ") {
        Some((function, rest))
            if function
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b':') =>
        {
            rest
        }
        _ => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn continuations_join_into_one_line() {
        let mut lines = Lines::new();
        lines.push(Piece::Line(Level::Error), b"load: two ");
        lines.push(Piece::More, b"halves");
        assert!(lines.errors.is_empty(), "the line has not ended yet");
        lines.push(Piece::More, b"\n");
        assert_eq!(lines.reason(), "two halves");
    }

    #[test]
    fn a_new_line_ends_the_one_before() {
        let mut lines = Lines::new();
        lines.push(Piece::Line(Level::Error), b"a: first");
        lines.push(Piece::Line(Level::Error), b"b: second\n");
        assert_eq!(lines.reason(), "first; second");
        assert_eq!(lines.reason(), "llama.cpp gave no reason");
    }

    #[test]
    fn only_the_last_error_lines_are_kept() {
        let mut lines = Lines::new();
        for i in 0..20 {
            lines.push(Piece::Line(Level::Error), format!("line {i}\n").as_bytes());
        }
        assert_eq!(lines.errors.len(), ERRORS_KEPT);
        assert_eq!(lines.errors.first().map(String::as_str), Some("line 12"));
    }

    #[test]
    fn unwanted_lines_and_their_continuations_are_not_copied() {
        // No logger is installed in this test binary, so only errors are wanted.
        let mut lines = Lines::new();
        lines.push(Piece::Line(Level::Trace), b"noise");
        lines.push(Piece::More, b" and more noise\n");
        assert_eq!(lines.text.capacity(), 0);
    }

    #[test]
    fn only_a_function_name_is_cut() {
        assert_eq!(
            without_function("llama_model_load: no such key"),
            "no such key"
        );
        assert_eq!(without_function("error at 5: x"), "error at 5: x");
    }
}
