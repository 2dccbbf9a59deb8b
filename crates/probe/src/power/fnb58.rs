//! `fnb58`: a FNIRSI FNB58 USB meter between supply and board, over hidraw.
//!
//! Its protocol is not published; this is what baryluk/fnirsi-usb-power-data-logger found
//! out. Reports have 64 bytes: 0xAA, a type, 61 bytes of content, and a CRC-8 of polynomial
//! 0x39 and start value 0x42 over type and content.

use std::boxed::Box;
use std::format;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use nix::fcntl::OFlag;

use super::source::{About, Source};
use crate::energy::{Measure, Scope};
use crate::file;
use crate::{Microseconds, Microwatts, Reading, Reason, Unavailable, clock};

/// USB vendor and product as hidraw's `uevent` writes them: bus, vendor, product.
const HID_ID: &str = "HID_ID=0003:00002E3C:00005558";

const REPORT_BYTES: usize = 64;
const START: u8 = 0xAA;
const SAMPLES: u8 = 0x04;

/// Volts and amps come in 1e-5: their product is in 1e-10 W.
const TENTH_NANOWATTS_PER_MICROWATT: u64 = 10_000;

/// The last digits of 5 V and 1 A: 5 V x 10 µA.
const RESOLUTION: Microwatts = Microwatts(50);

/// A report comes every 40 ms. After ten missed ones the last one is old.
const STALE: Microseconds = Microseconds(400_000);

/// The meter stops sending when it is not asked for this long.
const KEEP_ALIVE: Microseconds = Microseconds(1_000_000);

struct Fnb58 {
    about: About,
    device: File,
    /// Whether it takes requests. A recorded stream does not.
    is_device: bool,
    asked: Option<Microseconds>,
    /// The first report after the start holds garbage with a valid CRC.
    settled: bool,
    newest: Option<(Microseconds, Reading<Microwatts>)>,
}

/// Opens the meter below `root`.
pub fn open(root: &Path) -> Result<Box<dyn Source>, Unavailable> {
    let Some(node) = find(root) else {
        return Err(Unavailable::new(
            Reason::Unsupported,
            "no FNB58 is plugged in (USB 2e3c:5558)",
            "plug the meter between supply and board and its second USB into the board",
        ));
    };
    let kind = std::fs::metadata(&node).map(|node| node.file_type());
    let is_device = kind.as_ref().is_ok_and(FileTypeExt::is_char_device);
    let is_recording = kind.is_ok_and(|kind| kind.is_file());
    let device = OpenOptions::new()
        .read(true)
        .write(is_device)
        .custom_flags(OFlag::O_NONBLOCK.bits())
        .open(&node)
        .map_err(|error| {
            let remedy = "let everyone use it: echo 'KERNEL==\"hidraw*\", \
                ATTRS{idVendor}==\"2e3c\", ATTRS{idProduct}==\"5558\", MODE=\"0666\"' | \
                sudo tee /etc/udev/rules.d/99-fnb58.rules, then plug the meter in again";
            Unavailable::file(&node, error, remedy)
        })?;
    let about = About {
        name: "fnb58",
        scope: Scope::BoardIn,
        measured: true,
        max_rate_hz: 25,
        resolution: Some(RESOLUTION),
        omits: "nothing behind the meter, if the board has no second supply",
        found: format!("{}, 100 samples/s, their mean", file::name(&node)),
    };
    let mut meter = Fnb58 {
        about,
        device,
        is_device,
        asked: None,
        settled: false,
        newest: None,
    };
    if !is_recording {
        meter.wait_for_samples();
    }
    Ok(Box::new(meter))
}

/// The meter's node in `/dev`.
fn find(root: &Path) -> Option<PathBuf> {
    let is_meter = |hidraw: &PathBuf| {
        std::fs::read_to_string(hidraw.join("device/uevent"))
            .is_ok_and(|uevent| uevent.lines().any(|line| line == HID_ID))
    };
    let hidraw = file::entries(&root.join("sys/class/hidraw"), "hidraw");
    let found = hidraw.into_iter().find(is_meter)?;
    Some(root.join("dev").join(file::name(&found)))
}

impl Fnb58 {
    /// The first report comes some 40 ms after the first request, and the second one is the
    /// first that counts. A meter that stays silent gives its reason when it is read.
    fn wait_for_samples(&mut self) {
        for _ in 0..25 {
            let _ = self.read(clock::now());
            if self.newest.is_some() {
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Starts the meter, or keeps it going. hidraw takes a report number first, 0 where there
    /// are none (Documentation/hid/hidraw.rst).
    fn ask(&mut self, now: Microseconds) -> Result<(), Reason> {
        let requests: &[u8] = match self.asked {
            None => &[0x81, 0x82, 0x82],
            Some(asked) if now.0.saturating_sub(asked.0) >= KEEP_ALIVE.0 => &[0x83],
            Some(_) => return Ok(()),
        };
        self.asked = Some(now);
        if self.is_device {
            for kind in requests {
                let mut message = [0; 1 + REPORT_BYTES];
                let [_, report @ ..] = &mut message;
                *report = request(*kind);
                self.device.write_all(&message).map_err(Reason::from)?;
            }
        }
        Ok(())
    }

    /// Mean power of the samples that came since the last call, if any came.
    fn pending(&mut self) -> Reading<Option<Microwatts>> {
        let mut sum = 0;
        let mut count = 0;
        let mut report = [0; REPORT_BYTES];
        loop {
            match self.device.read(&mut report) {
                Ok(REPORT_BYTES) => match power(&report) {
                    Reading::Value(Some(_)) if !self.settled => self.settled = true,
                    Reading::Value(Some(power)) => {
                        sum += power.0;
                        count += 1;
                    }
                    Reading::Value(None) => {}
                    Reading::Missing(reason) => return Reading::Missing(reason),
                },
                Ok(0) => break,
                Ok(_) => return Reading::Missing(Reason::Error),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Reading::Missing(error.into()),
            }
        }
        Reading::Value(sum.checked_div(count).map(Microwatts))
    }
}

/// A request of one type without content.
fn request(kind: u8) -> [u8; REPORT_BYTES] {
    let mut report = [0; REPORT_BYTES];
    report[0] = START;
    report[1] = kind;
    report[REPORT_BYTES - 1] = crc(&report);
    report
}

/// CRC-8 over type and content.
fn crc(report: &[u8; REPORT_BYTES]) -> u8 {
    let [_, checked @ .., _] = report;
    checked.iter().fold(0x42, |crc, byte| {
        (0..8).fold(crc ^ byte, |crc, _| match crc & 0x80 {
            0 => crc << 1,
            _ => crc << 1 ^ 0x39,
        })
    })
}

/// Mean power of a report's four samples of 15 bytes, each beginning with voltage and current
/// as little-endian u32 in 1e-5. `None` for a report that holds no samples.
fn power(report: &[u8; REPORT_BYTES]) -> Reading<Option<Microwatts>> {
    let [START, kind, samples @ .., _, check] = report else {
        return Reading::Missing(Reason::Error);
    };
    if crc(report) != *check {
        return Reading::Missing(Reason::Error);
    }
    if *kind != SAMPLES {
        return Reading::Value(None);
    }
    let mut sum: u64 = 0;
    for sample in samples.chunks_exact(15) {
        let [v0, v1, v2, v3, i0, i1, i2, i3, ..] = *sample else {
            return Reading::Missing(Reason::Error);
        };
        let volts = u64::from(u32::from_le_bytes([v0, v1, v2, v3]));
        let amps = u64::from(u32::from_le_bytes([i0, i1, i2, i3]));
        sum += volts * amps / TENTH_NANOWATTS_PER_MICROWATT;
    }
    Reading::Value(Some(Microwatts(sum / 4)))
}

impl Source for Fnb58 {
    fn about(&self) -> &About {
        &self.about
    }

    fn read(&mut self, now: Microseconds) -> Reading<Measure> {
        if let Err(reason) = self.ask(now) {
            return Reading::Missing(reason);
        }
        match self.pending() {
            Reading::Value(Some(power)) => self.newest = Some((now, Reading::Value(power))),
            Reading::Value(None) => {}
            Reading::Missing(reason) => self.newest = Some((now, Reading::Missing(reason))),
        }
        match self.newest {
            Some((at, power)) if now.0.saturating_sub(at.0) < STALE.0 => power.map(Measure::Power),
            _ => Reading::Missing(Reason::Stale),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// A report with these volts and amps in 1e-5.
    fn report(samples: [(u32, u32); 4]) -> [u8; REPORT_BYTES] {
        let mut report = [0; REPORT_BYTES];
        report[..2].copy_from_slice(&[START, SAMPLES]);
        for (i, (volts, amps)) in samples.into_iter().enumerate() {
            report[2 + 15 * i..][..4].copy_from_slice(&volts.to_le_bytes());
            report[6 + 15 * i..][..4].copy_from_slice(&amps.to_le_bytes());
        }
        report[63] = crc(&report);
        report
    }

    #[test]
    fn requests_are_those_of_the_meters_own_program() {
        // Last bytes as the logger found them on the wire.
        for (kind, check) in [(0x81, 0x8e), (0x82, 0x96), (0x83, 0x9e)] {
            let request = request(kind);
            assert_eq!((request[0], request[1], request[63]), (0xaa, kind, check));
        }
    }

    #[test]
    fn a_report_is_the_mean_of_four_samples() {
        let five_volts = 500_000;
        let amps = [80_000, 80_000, 90_000, 70_000];
        let power = power(&report(amps.map(|amps| (five_volts, amps))));
        assert_eq!(power, Reading::Value(Some(Microwatts(4_000_000))));
        let most = super::power(&report([(u32::MAX, u32::MAX); 4]));
        assert!(most.value().flatten().is_some());
    }

    #[test]
    fn a_damaged_report_is_an_error_and_another_kind_is_none() {
        let good = report([(500_000, 80_000); 4]);
        for byte in 0..REPORT_BYTES {
            let mut bad = good;
            bad[byte] ^= 1;
            assert_eq!(power(&bad), Reading::Missing(Reason::Error), "byte {byte}");
        }
        assert_eq!(power(&request(0x03)), Reading::Value(None));
    }
}
