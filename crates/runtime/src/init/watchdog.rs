//! The hardware watchdog: it resets a board whose kernel hangs. A run that hangs is the
//! business of the run's own limits.

use std::fs::OpenOptions;
use std::io::Write;
use std::thread;
use std::time::Duration;

/// The shortest timeout among the boards is 15 s (Linux, drivers/watchdog/bcm2835_wdt.c).
const EVERY: Duration = Duration::from_secs(3);

/// Opens the watchdog, if there is one, which starts it, and feeds it until the power is off.
/// Returns which one.
pub fn feed() -> Option<String> {
    let mut watchdog = OpenOptions::new().write(true).open("/dev/watchdog").ok()?;
    thread::spawn(move || {
        loop {
            // Any byte but the V that would stop it.
            let _ = watchdog.write_all(b"-");
            thread::sleep(EVERY);
        }
    });
    let fact = |name: &str| {
        let path = format!("/sys/class/watchdog/watchdog0/{name}");
        let text = std::fs::read_to_string(path).unwrap_or_default();
        text.trim().to_owned()
    };
    Some(format!(
        "the watchdog ({}, {} s) resets a board that hangs",
        fact("identity"),
        fact("timeout")
    ))
}
