//! Where log lines for people go.

use std::sync::Arc;

/// Takes a log line, without its end.
pub type LogSink = Arc<dyn Fn(&str) + Send + Sync>;
