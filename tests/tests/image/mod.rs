//! Card images: what is on them, read by Debian's own tools, and what they do when QEMU boots
//! them.
//!
//! `scripts/cross qemu-virt` and `scripts/kernel` make what these tests need; without it a
//! sentence says so, and `EDGESCORE_REQUIRE_CROSS=1` makes that a failure.
#![allow(clippy::unwrap_used)]

mod boots;
mod content;
mod machine;
mod overlay;
mod qmp;
mod readme;
mod watchdog;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use edgescore_tests::{Outcome, Sandbox};

/// What these tests need beside the repository.
struct Workshop {
    /// The board program for QEMU and the Pi 5, which have one CPU level.
    runtime: PathBuf,
    /// Debian's arm64 kernel, unpacked.
    kernel: PathBuf,
}

impl Workshop {
    /// All of it, or `None` with a sentence.
    fn find() -> Option<Workshop> {
        let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target");
        let workshop = Workshop {
            runtime: target.join("boards/qemu-virt/edgescore-rt"),
            kernel: target.join("kernel"),
        };
        let has = |tool: &str| Command::new(tool).arg("--version").output().is_ok();
        let lacking = if !workshop.runtime.exists() {
            "no board program: build it with `scripts/cross qemu-virt`"
        } else if !workshop.kernel.join("boot").exists() {
            "no arm64 kernel: fetch it with `scripts/kernel`"
        } else if !["qemu-system-aarch64", "mcopy", "sfdisk", "cpio"]
            .iter()
            .all(|tool| has(tool))
        {
            "qemu-system-arm, mtools, fdisk or cpio is missing: `scripts/setup test` installs them"
        } else {
            return Some(workshop);
        };
        assert_ne!(
            env::var("EDGESCORE_REQUIRE_CROSS").as_deref(),
            Ok("1"),
            "{lacking}"
        );
        eprintln!("skipped: {lacking}");
        None
    }

    /// It with a model, tiny.gguf, or `None` with a sentence.
    fn with_model() -> Option<(Workshop, Sandbox)> {
        let (workshop, sandbox) = (Workshop::find()?, Sandbox::default());
        sandbox.done("synth -o tiny.gguf");
        Some((workshop, sandbox))
    }

    /// A card for QEMU, as card.img.
    fn qemu_card(&self, sandbox: &Sandbox, arguments: &str) {
        let arguments = format!("--board qemu-virt {arguments}");
        Outcome::of(&mut self.image(sandbox, &arguments, &self.kernel)).expect(0);
    }

    /// `edgescore image` into `card.img`.
    fn image(&self, sandbox: &Sandbox, arguments: &str, boot_files: &Path) -> Command {
        let mut command = sandbox.command(&format!("image -o card.img {arguments}"));
        command.arg("--runtime").arg(&self.runtime);
        command.arg("--boot-files").arg(boot_files);
        command
    }
}

/// A folder with the names of a Pi's firmware and made-up contents: the real files are not
/// Debian's, and no machine here would run them.
fn made_up_firmware(sandbox: &Sandbox) -> PathBuf {
    for name in ["kernel_2712.img", "bcm2712-rpi-5-b.dtb"] {
        sandbox.write(&format!("firmware/{name}"), format!("made up: {name}"));
    }
    sandbox.path("firmware")
}

/// Copies `from` of partition `number` of card.img (from 1) to `to`, with mtools.
fn copy_out(sandbox: &Sandbox, number: usize, from: &str, to: &str) -> Vec<u8> {
    let (start, _) = partitions(sandbox)[number - 1];
    let mut command = Command::new("mcopy");
    command.args(["-n", "-o", "-i", &format!("card.img@@{}", start * 512)]);
    command.args([&format!("::{from}"), to]);
    sandbox.inside(&mut command);
    Outcome::of(&mut command).expect(0);
    fs::read(sandbox.path(to)).unwrap()
}

/// First sector and sectors of each partition, as sfdisk reads them.
fn partitions(sandbox: &Sandbox) -> Vec<(u64, u64)> {
    let mut command = Command::new("sfdisk");
    command.args(["--json", "card.img"]);
    sandbox.inside(&mut command);
    let printed = Outcome::of(&mut command).expect(0).stdout;
    let table: serde_json::Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(table["partitiontable"]["label"], "dos");
    let partitions = table["partitiontable"]["partitions"].as_array().unwrap();
    let number = |partition: &serde_json::Value, key: &str| partition[key].as_u64().unwrap();
    partitions
        .iter()
        .inspect(|partition| assert_eq!(partition["type"], "c"))
        .map(|partition| (number(partition, "start"), number(partition, "size")))
        .collect()
}
