//! What a person sees of a transfer: a bar on a terminal, a line every tenth elsewhere.

use std::time::Instant;

use indicatif::{HumanBytes, HumanDuration, ProgressBar, ProgressStyle};

use super::log::LogSink;
use crate::{bars, verbosity};

/// Shorter transfers need no report.
const QUIET: u64 = 256 * 1024;

/// A transfer of a known length.
pub struct Transfer {
    what: String,
    bytes: u64,
    bar: Option<ProgressBar>,
    started: Instant,
    from: u64,
    tenths: u64,
    log: LogSink,
}

impl Transfer {
    /// A transfer of `bytes` bytes, of which `from` are there already.
    pub fn new(what: String, bytes: u64, from: u64, log: LogSink) -> Transfer {
        let bar = (bytes >= QUIET).then(|| {
            let bar = bars::show(ProgressBar::new(bytes).with_message(what.clone()))?;
            // The template is a constant; a typing error in it shows at once.
            if let Ok(style) = ProgressStyle::with_template(
                "{msg}  {bar:30} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} to go",
            ) {
                bar.set_style(style);
            }
            bar.set_position(from);
            bar.reset_eta();
            Some(bar)
        });
        Transfer {
            what,
            bytes,
            bar: bar.flatten(),
            started: Instant::now(),
            from,
            tenths: from * 10 / bytes.max(1),
            log,
        }
    }

    /// `position` bytes are there.
    pub fn at(&mut self, position: u64) {
        if let Some(bar) = &self.bar {
            bar.set_position(position);
            return;
        }
        let tenths = position * 10 / self.bytes.max(1);
        if tenths <= self.tenths || self.bytes < QUIET || verbosity::is_quiet() {
            return;
        }
        self.tenths = tenths;
        let done = position.saturating_sub(self.from).max(1);
        let left = self.bytes.saturating_sub(position);
        let to_go = self.started.elapsed().mul_f64(left as f64 / done as f64);
        (self.log)(&format!(
            "{}: {} of {}, {} to go",
            self.what,
            HumanBytes(position),
            HumanBytes(self.bytes),
            HumanDuration(to_go)
        ));
    }
}

impl Drop for Transfer {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
