//! What is on a card, as sfdisk, mtools, fsck and cpio see it, and what is refused.

use std::process::Command;

use edgescore_tests::Outcome;

use super::{Workshop, copy_out, made_up_firmware, partitions};

#[test]
fn a_pi5_card_has_what_its_firmware_looks_for() {
    let Some((workshop, sandbox)) = Workshop::with_model() else {
        return;
    };
    let firmware = made_up_firmware(&sandbox);
    let arguments = "--board pi5 --model tiny.gguf --baud 921600 --append isolcpus=3";
    let said = Outcome::of(&mut workshop.image(&sandbox, arguments, &firmware)).expect(0);
    assert!(
        said.stdout.contains("bcm2712d0-rpi-5-b.dtb is not in"),
        "{said:?}"
    );

    let table = partitions(&sandbox);
    assert_eq!(table.len(), 2);
    // Aligned to 4 MiB, one behind the other, up to the end of the file.
    assert!(
        table
            .iter()
            .all(|(start, size)| start % 8192 == 0 && size % 8192 == 0)
    );
    assert_eq!(table[0].0 + table[0].1, table[1].0);
    let bytes = std::fs::metadata(sandbox.path("card.img")).unwrap().len();
    assert_eq!((table[1].0 + table[1].1) * 512, bytes);

    for name in ["kernel_2712.img", "bcm2712-rpi-5-b.dtb"] {
        let content = copy_out(&sandbox, 1, name, "out");
        assert_eq!(content, format!("made up: {name}").as_bytes());
    }
    let text = |name| String::from_utf8(copy_out(&sandbox, 1, name, "out")).unwrap();
    let config = text("config.txt");
    for line in [
        "kernel=kernel_2712.img",
        "initramfs initramfs.gz followkernel",
    ] {
        assert!(config.lines().any(|l| l == line), "{config}");
    }
    let words = "console=ttyAMA10,921600 edgescore.uart=/dev/ttyAMA10@921600 loglevel=4 panic=10 \
                 cgroup_enable=memory psi=1 isolcpus=3\n";
    assert_eq!(text("cmdline.txt"), words);

    let model = copy_out(&sandbox, 2, "tiny.gguf", "out");
    assert_eq!(model, sandbox.read("tiny.gguf"));
    let plan = copy_out(&sandbox, 2, "plan", "out");
    let names = String::from_utf8_lossy(&plan);
    assert!(names.contains("/data/tiny.gguf") && names.contains("/data/default-"));

    copy_out(&sandbox, 1, "initramfs.gz", "initramfs.gz");
    let mut list = Command::new("sh");
    list.args([
        "-c",
        "gunzip -c initramfs.gz | cpio --list --verbose --quiet",
    ]);
    sandbox.inside(&mut list);
    let listed = Outcome::of(&mut list).expect(0).stdout;
    let has = |mode: &str, name: &str| {
        listed
            .lines()
            .any(|line| line.starts_with(mode) && line.ends_with(name))
    };
    assert!(has("-rwxr-xr-x", " init"), "{listed}");
    assert!(has("crw-------", " dev/console"), "{listed}");
    assert!(has("drwxr-xr-x", " proc"), "{listed}");
    // A Pi's kernel has the drivers built in.
    assert!(!listed.contains(".ko"), "{listed}");
}

#[test]
fn both_file_systems_are_sound() {
    let Some((workshop, sandbox)) = Workshop::with_model() else {
        return;
    };
    workshop.qemu_card(&sandbox, "--model tiny.gguf");
    let first = sandbox.read("card.img");
    for (start, size) in partitions(&sandbox) {
        let (from, to) = ((start * 512) as usize, ((start + size) * 512) as usize);
        sandbox.write("partition", &first[from..to]);
        let mut check = Command::new("/sbin/fsck.fat");
        check.args(["-n", "partition"]);
        sandbox.inside(&mut check);
        Outcome::of(&mut check).expect(0);
    }
    // The same files give the same image.
    workshop.qemu_card(&sandbox, "--model tiny.gguf --force");
    assert!(sandbox.read("card.img") == first);
}

#[test]
fn what_is_missing_is_named() {
    let Some((workshop, sandbox)) = Workshop::with_model() else {
        return;
    };
    sandbox.write("empty/readme", "");
    let empty = sandbox.path("empty");
    let refused = |code, arguments: &str, words: &[&str]| {
        let mut command = workshop.image(&sandbox, arguments, &empty);
        sandbox.refused_command(code, &mut command, words);
    };
    let kernel = [
        "kernel_2712.img, bcm2712-rpi-5-b.dtb",
        "/boot/firmware of Raspberry Pi OS",
    ];
    refused(4, "--board pi5 --model tiny.gguf", &kernel);
    let kernel = ["boot/vmlinuz-*", "virtio_blk.ko", "scripts/kernel"];
    refused(4, "--board qemu-virt --model tiny.gguf", &kernel);
    refused(
        2,
        "--board pi3 --model tiny.gguf",
        &["jetson-orin-nano, pi5, qemu-virt"],
    );
    sandbox.write("firmware/kernel_2712.img", "");
    let firmware = made_up_firmware(&sandbox);
    let mut command = sandbox.command("image --board pi5 --model tiny.gguf -o card.img");
    command.arg("--boot-files").arg(firmware);
    command.arg("--runtime").arg(sandbox.path("tiny.gguf"));
    sandbox.refused_command(
        4,
        &mut command,
        &["not a program for arm64", "scripts/cross pi5"],
    );
}
