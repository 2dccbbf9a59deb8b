//! A machine in QEMU, and its serial line.

use std::io::{ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use edgescore_record::frame::{COMMAND, CONTROL, Encoder, Receiver};
use edgescore_record::{Command as Ask, Control, file, frame};
use edgescore_tests::Sandbox;

use crate::{Workshop, copy_out};

/// How long a machine may say nothing. A busy computer needs half a minute to boot one.
const SILENCE: Duration = Duration::from_secs(300);

/// A running machine; it is stopped when dropped.
pub struct Machine {
    qemu: Child,
    line: UnixStream,
    asking: Vec<u8>,
    receiver: Box<Receiver>,
    started: Instant,
    first_frame: Option<Duration>,
}

/// What came over the line until it ended or `enough` was said.
#[derive(Debug, Default)]
pub struct Heard {
    /// The rows as a result file.
    pub result: Vec<u8>,
    /// Everything else, as text.
    pub controls: Vec<String>,
}

impl Machine {
    /// Boots the kernel of `workshop` with the initramfs of card.img, and card.img as its disk
    /// if `with_card`. `words` are added to the kernel's command line.
    pub fn boot(workshop: &Workshop, sandbox: &Sandbox, with_card: bool, words: &str) -> Machine {
        copy_out(sandbox, 1, "initramfs.gz", "initramfs.gz");
        let line = copy_out(sandbox, 1, "cmdline.txt", "cmdline.txt");
        let kernels = std::fs::read_dir(workshop.kernel.join("boot")).unwrap();
        let kernel = kernels
            .map(|entry| entry.unwrap().path())
            .find(|path| path.to_str().unwrap().contains("vmlinuz"))
            .unwrap();
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
            .args([
                "-display",
                "none",
                "-monitor",
                "none",
                "-nic",
                "none",
                "-no-reboot",
            ])
            .args(["-serial", "unix:uart,server=on,wait=on"])
            .arg("-kernel")
            .arg(kernel)
            .args(["-initrd", "initramfs.gz", "-append"])
            .arg(format!(
                "{} {words}",
                String::from_utf8(line).unwrap().trim()
            ));
        if with_card {
            command.args(["-drive", "if=none,id=card,file=card.img,format=raw"]);
            command.args(["-device", "virtio-blk-device,drive=card"]);
            command.args(["-device", "i6300esb"]);
        }
        sandbox.inside(&mut command);
        let started = Instant::now();
        let mut qemu = command.stdin(Stdio::null()).spawn().unwrap();
        let line = loop {
            match UnixStream::connect(sandbox.path("uart")) {
                Ok(line) => break line,
                Err(error) => {
                    let gone = qemu.try_wait().unwrap();
                    assert!(
                        gone.is_none() && started.elapsed() < SILENCE,
                        "{error}, {gone:?}"
                    );
                    std::thread::sleep(Duration::from_millis(20));
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
            started,
            first_frame: None,
        }
    }

    /// Says a command, and again whenever there is silence: a board that has just opened its
    /// port does not hear what came before.
    pub fn say(&mut self, command: &Ask) {
        let mut encoder = Box::<Encoder>::default();
        self.asking = encoder.encode(COMMAND, command).unwrap().frame.to_vec();
        self.line.write_all(&self.asking).unwrap();
    }

    /// Listens until the machine is off, or `enough` of a control message.
    pub fn listen(&mut self, mut enough: impl FnMut(&Control) -> bool) -> Heard {
        let mut heard = Heard {
            result: file::header().to_vec(),
            ..Heard::default()
        };
        let mut encoder = Box::<Encoder>::default();
        let mut buffer = [0; 4096];
        let mut last = Instant::now();
        loop {
            let read = match self.line.read(&mut buffer) {
                Ok(0) => return heard,
                Ok(read) => read,
                Err(error)
                    if [ErrorKind::WouldBlock, ErrorKind::TimedOut].contains(&error.kind()) =>
                {
                    assert!(last.elapsed() < SILENCE, "silent after {heard:?}");
                    // A machine that is gone is noticed by reading.
                    let _ = self.line.write_all(&self.asking);
                    continue;
                }
                // QEMU is gone.
                Err(_) => return heard,
            };
            last = Instant::now();
            let mut bytes = &buffer[..read];
            let mut done = false;
            while let (rest, Some((number, content))) = self
                .receiver
                .push(bytes, |number, content| (number, content.to_vec()))
            {
                bytes = rest;
                self.first_frame.get_or_insert(self.started.elapsed());
                if number != CONTROL {
                    heard
                        .result
                        .extend(encoder.reframe(&content).unwrap().frame);
                } else if let Some(control) = frame::message::<Control>(&content) {
                    heard.controls.push(format!("{control:?}"));
                    done |= enough(&control);
                }
            }
            if done {
                return heard;
            }
        }
    }

    /// Listens until the machine has turned itself off.
    pub fn listen_to_the_end(mut self) -> (Heard, Option<Duration>) {
        let heard = self.listen(|_| false);
        let status = self.qemu.wait().unwrap();
        assert!(status.success(), "{status}");
        (heard, self.first_frame)
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = self.qemu.kill();
        let _ = self.qemu.wait();
    }
}
