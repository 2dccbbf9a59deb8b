//! A machine in QEMU, and its serial line.

use std::fs::OpenOptions;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use edgescore_record::frame::{COMMAND, CONTROL, Encoder, Receiver};
use edgescore_record::{Command as Ask, Control, Record, file, frame};
use edgescore_tests::{Sandbox, wait_until};
use serde_json::json;

use super::qmp::Qmp;
use super::{Workshop, copy_out};

/// How long a machine may send nothing. A busy computer needs half a minute to boot one.
const SILENCE: Duration = Duration::from_secs(300);

/// A running machine; it is stopped when dropped.
pub struct Machine {
    qemu: Child,
    line: UnixStream,
    asking: Vec<u8>,
    receiver: Box<Receiver>,
}

/// What came over the line until it ended or `enough` was said.
#[derive(Debug, Default)]
pub struct Received {
    /// The rows as a result file.
    pub result: Vec<u8>,
    /// Answers among them.
    pub questions: usize,
    /// Everything else, as text.
    pub controls: Vec<String>,
}

impl Machine {
    /// Boots the kernel of `workshop` with the initramfs of card.img, and card.img as its disk
    /// if `with_card`. `words` are added to the kernel's command line. The test speaks for the
    /// host.
    pub fn boot(workshop: &Workshop, sandbox: &Sandbox, with_card: bool, words: &str) -> Machine {
        let mut command = qemu(workshop, sandbox, with_card, words);
        command.args(["-serial", "unix:uart,server=on,wait=on"]);
        let started = Instant::now();
        let mut qemu = command.spawn().unwrap();
        let line = loop {
            match UnixStream::connect(sandbox.path("uart")) {
                Ok(line) => break line,
                Err(error) => {
                    let gone = qemu.try_wait().unwrap();
                    assert!(
                        gone.is_none() && started.elapsed() < SILENCE,
                        "{error}, {gone:?}"
                    );
                    thread::sleep(Duration::from_millis(20));
                }
            }
        };
        line.set_read_timeout(Some(Duration::from_millis(500)))
            .unwrap();
        Machine {
            qemu,
            line,
            asking: Vec::new(),
            receiver: Box::default(),
        }
    }

    /// Says a command, and again whenever there is silence: a board that has just opened its
    /// port does not get what came before.
    pub fn send(&mut self, command: &Ask) {
        let mut encoder = Box::<Encoder>::default();
        self.asking = encoder.encode(COMMAND, command).unwrap().frame.to_vec();
        self.line.write_all(&self.asking).unwrap();
    }

    /// Listens until the machine is off, or `enough` of a control message.
    pub fn listen(&mut self, mut enough: impl FnMut(&Control) -> bool) -> Received {
        let mut received = Received {
            result: file::header().to_vec(),
            ..Received::default()
        };
        let mut buffer = [0; 4096];
        let mut last = Instant::now();
        loop {
            let read = match self.line.read(&mut buffer) {
                Ok(0) => return received,
                Ok(read) => read,
                Err(error)
                    if [ErrorKind::WouldBlock, ErrorKind::TimedOut].contains(&error.kind()) =>
                {
                    assert!(last.elapsed() < SILENCE, "silent after {received:?}");
                    // A machine that is gone is noticed by reading.
                    let _ = self.line.write_all(&self.asking);
                    continue;
                }
                // QEMU is gone.
                Err(_) => return received,
            };
            last = Instant::now();
            let mut done = false;
            received.take(&mut self.receiver, &buffer[..read], |control| {
                done |= enough(control);
            });
            if done {
                return received;
            }
        }
    }

    /// Listens until the machine has turned itself off.
    pub fn listen_to_the_end(mut self) -> Received {
        let received = self.listen(|_| false);
        let status = self.qemu.wait().unwrap();
        assert!(status.success(), "{status}");
        received
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = self.qemu.kill();
        let _ = self.qemu.wait();
    }
}

impl Received {
    /// Takes in what came; control messages are shown to `see`.
    fn take(&mut self, receiver: &mut Receiver, mut bytes: &[u8], mut see: impl FnMut(&Control)) {
        let mut encoder = Box::<Encoder>::default();
        while let (rest, Some((number, content))) =
            receiver.push(bytes, |number, content| (number, content.to_vec()))
        {
            bytes = rest;
            if number != CONTROL {
                let encoded = encoder.reframe(&content).unwrap();
                self.result.extend(encoded.frame);
                if let Some(Record::Question(_)) = frame::message(&content) {
                    self.questions += 1;
                }
            } else if let Some(control) = frame::message::<Control>(&content) {
                self.controls.push(format!("{control:?}"));
                see(&control);
            }
        }
    }
}

/// A machine whose serial line is a port of this computer, for a host to open.
pub struct Bench {
    qemu: Child,
    started: Instant,
    said: PathBuf,
    control: PathBuf,
    /// The port.
    pub port: String,
}

impl Bench {
    /// Boots card.img, with its own initramfs and command line; `with_card` as its disk too.
    pub fn boot(workshop: &Workshop, sandbox: &Sandbox, with_card: bool) -> Bench {
        let mut command = qemu(workshop, sandbox, with_card, "");
        command.args(["-chardev", "pty,id=uart,logfile=uart.log"]);
        command.args(["-serial", "chardev:uart"]);
        command.args(["-qmp", "unix:qmp,server=on,wait=off"]);
        command.stdout(Stdio::piped());
        let started = Instant::now();
        let mut qemu = command.spawn().unwrap();
        // "char device redirected to /dev/pts/7 (label uart)"
        let mut line = String::new();
        let stdout = qemu.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        let port = line
            .split_whitespace()
            .find(|word| word.starts_with("/dev/"));
        Bench {
            qemu,
            started,
            said: sandbox.path("uart.log"),
            control: sandbox.path("qmp"),
            port: port.unwrap().to_owned(),
        }
    }

    /// Waits for the first frame: how long after the power came.
    pub fn first_frame(&self) -> Duration {
        wait_until("the machine says a frame", || {
            !self.said().result.is_empty()
        });
        self.started.elapsed()
    }

    /// What the machine has said so far, as QEMU noted it down: its controls, and as `result`
    /// every row as often as it was sent.
    pub fn said(&self) -> Received {
        let mut received = Received::default();
        let bytes = std::fs::read(&self.said).unwrap_or_default();
        received.take(&mut Box::<Receiver>::default(), &bytes, |_| {});
        received
    }

    /// Makes its kernel panic, and so hang where it was told not to start again then. Waits for what
    /// the watchdog does, which may start the machine again.
    pub fn hang(&self) -> String {
        let mut qemu = Qmp::connect(&self.control, SILENCE);
        // It would end QEMU otherwise.
        qemu.execute("set-action", &json!({ "reboot": "reset" }));
        let mut line = OpenOptions::new()
            .read(true)
            .write(true)
            .open(&self.port)
            .unwrap();
        let mut ears = line.try_clone().unwrap();
        // A port that nobody reads holds the machine up. The thread ends with the machine.
        thread::spawn(move || io::copy(&mut ears, &mut io::sink()));
        // A break and c: Linux, Documentation/admin-guide/sysrq.rst.
        qemu.execute("chardev-send-break", &json!({ "id": "uart" }));
        line.write_all(b"c").unwrap();
        let event = qemu.event("WATCHDOG");
        event["data"]["action"].as_str().unwrap().to_owned()
    }

    /// Waits until the machine has turned itself off.
    pub fn end(mut self) -> Received {
        let status = self.qemu.wait().unwrap();
        assert!(status.success(), "{status}");
        self.said()
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        let _ = self.qemu.kill();
        let _ = self.qemu.wait();
    }
}

/// QEMU with a Pi 5's cores and 1 GiB, without a serial line.
fn qemu(workshop: &Workshop, sandbox: &Sandbox, with_card: bool, words: &str) -> Command {
    copy_out(sandbox, 1, "initramfs.gz", "initramfs.gz");
    let line = copy_out(sandbox, 1, "cmdline.txt", "cmdline.txt");
    let line = String::from_utf8(line).unwrap();
    let kernels = std::fs::read_dir(workshop.kernel.join("boot")).unwrap();
    let kernel = kernels
        .map(|entry| entry.unwrap().path())
        .find(|path| path.to_str().unwrap().contains("vmlinuz"));
    let mut command = Command::new("qemu-system-aarch64");
    command
        .args([
            "-M",
            "virt",
            "-cpu",
            "cortex-a76",
            "-smp",
            "2",
            "-m",
            "1024",
        ])
        .args(["-display", "none", "-monitor", "none", "-nic", "none"])
        .args(["-no-reboot", "-initrd", "initramfs.gz", "-kernel"])
        .arg(kernel.unwrap())
        .args(["-append", &format!("{} {words}", line.trim())]);
    if with_card {
        command.args(["-drive", "if=none,id=card,file=card.img,format=raw"]);
        command.args(["-device", "virtio-blk-device,drive=card"]);
        command.args(["-device", "i6300esb"]);
    }
    sandbox.inside(&mut command);
    command.stdin(Stdio::null());
    command
}
