//! The hardware watchdog: it resets a board whose kernel hangs. A run that hangs is the
//! business of the run's own limits.

use std::fs::OpenOptions;
use std::io::Write;
use std::thread;
use std::time::Duration;

/// The shortest timeout among the boards is 15 s (Linux, drivers/watchdog/bcm2835_wdt.c).
const EVERY: Duration = Duration::from_secs(3);

/// Opens the watchdog, if there is one, which starts it, and feeds it until the power is off.
pub fn feed() {
    let Ok(mut watchdog) = OpenOptions::new().write(true).open("/dev/watchdog") else {
        return;
    };
    thread::spawn(move || {
        loop {
            // Any byte but the V that would stop it.
            let _ = watchdog.write_all(b"-");
            thread::sleep(EVERY);
        }
    });
}
