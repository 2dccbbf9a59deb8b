//! What process 1 itself reports: log frames on the UART, and lines in the kernel's log.

use std::io::Write;
use std::panic;
use std::sync::{Arc, OnceLock};

use edgescore_record::frame::{CONTROL, Encoder};
use edgescore_record::{Control, Level};

use super::system;
use super::uart::Uart;
use crate::logs;
use crate::wire::clip;

/// Reports lines.
#[derive(Clone, Default)]
pub struct Reporter {
    uart: Arc<OnceLock<Uart>>,
}

impl Reporter {
    /// From now on lines go to `uart` too.
    pub fn send_through(&self, uart: &Uart) {
        let _ = self.uart.set(uart.clone());
    }

    /// Reports a line.
    pub fn report(&self, level: Level, text: &str) {
        to_kernel_log(text);
        let Some(uart) = self.uart.get() else { return };
        let text = clip(text, logs::LINE);
        let mut encoder = Box::<Encoder>::default();
        if let Ok(encoded) = encoder.encode(CONTROL, &Control::Log { level, text }) {
            // The zero ends whatever stood on the line.
            let mut bytes = vec![0];
            bytes.extend_from_slice(encoded.frame);
            uart.write(&bytes);
        }
    }

    /// A panic of any thread of this process is reported and ends in a power-off: a kernel
    /// whose process 1 dies stops without a message.
    pub fn report_panics(&self) {
        let reporter = self.clone();
        panic::set_hook(Box::new(move |panic| {
            reporter.report(
                Level::Error,
                &format!("process 1 failed, powering off: {panic}"),
            );
            if let Some(uart) = reporter.uart.get() {
                uart.drain();
            }
            system::power_off();
        }));
    }
}

/// Writes a line into the kernel's log.
pub fn to_kernel_log(text: &str) {
    if let Ok(mut log) = std::fs::OpenOptions::new().write(true).open("/dev/kmsg") {
        let _ = writeln!(log, "edgescore-rt: {text}");
    }
}
