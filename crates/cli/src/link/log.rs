//! Where log lines for people go.

use std::sync::Arc;

/// Takes a log line, without its end.
pub type LogSink = Arc<dyn Fn(&str) + Send + Sync>;

/// The last line of `text` that says something.
pub fn last_line(text: &str) -> Option<&str> {
    let mut lines = text.lines().rev().map(str::trim);
    lines.find(|line| !line.is_empty())
}
