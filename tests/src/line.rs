//! A serial line made of two pseudo-terminals, with noise in the middle.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use nix::pty::openpty;
use nix::sys::termios::{SetArg, cfmakeraw, tcgetattr, tcsetattr};
use nix::unistd::ttyname;

use crate::Dice;

/// A line with one port at each end.
pub struct SerialLine {
    /// The board's port.
    pub board: PathBuf,
    /// The host's port.
    pub host: PathBuf,
    to_host: Mutex<File>,
    counted: [Arc<AtomicU64>; 2],
    received: Arc<Mutex<Vec<u8>>>,
    _ports: [OwnedFd; 2],
}

impl SerialLine {
    /// Every byte is changed, dropped and doubled with probability `noise` each.
    pub fn new(noise: f64, seed: u64) -> SerialLine {
        SerialLine::changing(noise, seed, |byte, passed| passed.push(byte))
    }

    /// The same behind something that makes of each byte what `change` says.
    pub fn changing(noise: f64, seed: u64, change: fn(u8, &mut Vec<u8>)) -> SerialLine {
        let [board, host] = [openpty(None, None).unwrap(), openpty(None, None).unwrap()];
        for port in [&board.slave, &host.slave] {
            let mut settings = tcgetattr(port).unwrap();
            cfmakeraw(&mut settings);
            tcsetattr(port, SetArg::TCSANOW, &settings).unwrap();
        }
        let counted = [Arc::<AtomicU64>::default(), Arc::default()];
        let received = Arc::<Mutex<Vec<u8>>>::default();
        let file = |fd: &OwnedFd| File::from(fd.as_fd().try_clone_to_owned().unwrap());
        let to_host = Mutex::new(file(&host.master));
        let ways = [
            (&board, &host, Some(received.clone())),
            (&host, &board, None),
        ];
        for (i, (from, to, received)) in ways.into_iter().enumerate() {
            let (from, to) = (file(&from.master), file(&to.master));
            let (counted, dice) = (counted[i].clone(), Dice::new(seed + i as u64));
            // The threads end with the test.
            thread::spawn(move || {
                pass(from, to, noise, dice, change, &counted, received.as_deref())
            });
        }
        SerialLine {
            board: ttyname(&board.slave).unwrap(),
            host: ttyname(&host.slave).unwrap(),
            to_host,
            counted,
            received,
            _ports: [board.slave, host.slave],
        }
    }

    /// Something that is no edgescore-rt speaks.
    pub fn send_to_host(&self, text: &[u8]) {
        self.to_host.lock().unwrap().write_all(text).unwrap();
    }

    /// Bytes that board and host put on the line.
    pub fn bytes(&self) -> [u64; 2] {
        [0, 1].map(|i| self.counted[i].load(Ordering::Relaxed))
    }

    /// What the board said, before the noise.
    pub fn said_by_board(&self) -> Vec<u8> {
        self.received.lock().unwrap().clone()
    }
}

fn pass(
    mut from: File,
    mut to: File,
    noise: f64,
    mut dice: Dice,
    change: fn(u8, &mut Vec<u8>),
    counted: &AtomicU64,
    received: Option<&Mutex<Vec<u8>>>,
) {
    let mut buffer = [0; 4096];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        counted.fetch_add(read as u64, Ordering::Relaxed);
        if let Some(received) = received {
            received.lock().unwrap().extend_from_slice(&buffer[..read]);
        }
        let mut passed = Vec::with_capacity(read + 8);
        for byte in &buffer[..read] {
            let changed = dice.happens(noise).then(|| dice.below(255) as u8 + 1);
            let copies = match (dice.happens(noise), dice.happens(noise)) {
                (true, _) => 0,
                (false, true) => 2,
                (false, false) => 1,
            };
            let byte = byte ^ changed.unwrap_or(0);
            for _ in 0..copies {
                change(byte, &mut passed);
            }
        }
        if to.write_all(&passed).is_err() {
            return;
        }
    }
}
