//! The overlay for a Jetson, as tar, systemd and a shell see it; and its unit's command, run on an
//! emulated CPU with the unpacked overlay as its root.

use std::fs;
use std::process::Command;

use edgescore_tests::{Outcome, Running, Sandbox, SerialLine};

use super::Workshop;

/// The overlay, unpacked below `root`.
fn unpacked(workshop: &Workshop, arguments: &str) -> Sandbox {
    let sandbox = Sandbox::default();
    let image = "image --board jetson-orin-nano -o overlay.tar";
    let mut command = sandbox.command(&format!("{image} {arguments}"));
    Outcome::of(command.arg("--runtime").arg(&workshop.runtime)).expect(0);
    shell(&sandbox, "mkdir root && tar -xpf overlay.tar -C root").expect(0);
    sandbox
}

fn shell(sandbox: &Sandbox, script: &str) -> Outcome {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    sandbox.inside(&mut command);
    Outcome::of(&mut command)
}

#[test]
fn an_overlay_has_what_systemd_and_l4t_look_for() {
    let Some(workshop) = Workshop::find() else {
        return;
    };
    let sandbox = unpacked(&workshop, "--nvpmodel 7W --baud 921600");
    let list = shell(&sandbox, "tar -tvf overlay.tar --numeric-owner").expect(0);
    // Nothing of the system's own folders, and all of it root's.
    let lines: Vec<_> = list.stdout.lines().collect();
    assert!(lines.iter().all(|line| line.contains(" 0/0 ")), "{list:?}");
    for (mode, name) in [
        ("drwxr-xr-x", "opt/edgescore"),
        ("drwxr-xr-x", "var/lib/edgescore/runs"),
        ("-rw-r--r--", "etc/systemd/system/edgescore.service"),
        ("-rwxr-xr-x", "opt/edgescore/edgescore-rt"),
        ("-rwxr-xr-x", "opt/edgescore/set-nvpmodel"),
        ("-rw-r--r--", "opt/edgescore/plan"),
        ("-rw-r--r--", "opt/edgescore/reference-1m.gguf"),
        (
            "lrwxrwxrwx",
            "multi-user.target.wants/edgescore.service -> ../edgescore.service",
        ),
    ] {
        let fits = |line: &&&str| line.starts_with(mode) && line.ends_with(name);
        assert_eq!(
            lines.iter().filter(fits).count(),
            1,
            "{mode} {name}: {list:?}"
        );
    }
    assert_eq!(lines.len(), 11, "{list:?}");
    // The same files give the same overlay.
    let first = sandbox.read("overlay.tar");
    let image = "image --board jetson-orin-nano --force --nvpmodel 7W --baud 921600 -o overlay.tar";
    let mut again = sandbox.command(image);
    Outcome::of(again.arg("--runtime").arg(&workshop.runtime)).expect(0);
    assert!(sandbox.read("overlay.tar") == first);

    // With Debian's own units in the place of L4T's, which are Ubuntu's.
    let verify = "mkdir -p root/usr/lib/systemd && ln -s usr/lib root/lib && \
                  cp -r /lib/systemd/system root/usr/lib/systemd/ && \
                  systemd-analyze verify --root=root edgescore.service";
    let verified = shell(&sandbox, verify).expect(0);
    assert_eq!(verified.stderr, "", "{verified:?}");
    let unit = sandbox.read("root/etc/systemd/system/edgescore.service");
    let unit = String::from_utf8(unit).unwrap();
    for line in [
        "ExecStartPre=/opt/edgescore/set-nvpmodel 7W",
        "ExecStart=/opt/edgescore/edgescore-rt --serial /dev/ttyTCU0@921600 --plan /opt/edgescore/plan --once",
    ] {
        assert!(unit.lines().any(|l| l == line), "{unit}");
    }
}

/// There is no Jetson here: nvpmodel is a stand-in that keeps the mode in a file, as the real one
/// does, and refuses one mode, as the real one does before a reboot.
#[test]
fn the_power_mode_is_set_by_its_name_and_asked_for() {
    let Some(workshop) = Workshop::find() else {
        return;
    };
    let sandbox = unpacked(&workshop, "");
    sandbox.write(
        "nvpmodel.conf",
        "< PARAM TYPE=FILE NAME=CPU_ONLINE >\n< POWER_MODEL ID=0 NAME=15W >\nCPU_ONLINE CORE_0 1\n\
         < POWER_MODEL ID=1 NAME=7W >\n< POWER_MODEL ID=2 NAME=MAXN_SUPER >\n< PM_CONFIG DEFAULT=0 >\n",
    );
    let stand_in = "mkdir bin && printf '%s\\n' '#!/bin/sh' \
         'case \"$1 $2\" in \"-m 0\") echo 15W;; \"-m 1\") echo 7W;; esac >>mode' \
         'if [ \"$1\" = -q ]; then echo \"NV Power Mode: $(tail -n 1 mode)\"; fi' \
         >bin/nvpmodel && chmod +x bin/nvpmodel";
    shell(&sandbox, stand_in).expect(0);
    let set = |mode: &str| {
        let script = "PATH=$PWD/bin:$PATH root/opt/edgescore/set-nvpmodel";
        shell(&sandbox, &format!("{script} {mode} nvpmodel.conf"))
    };
    set("7W").expect(0);
    assert_eq!(sandbox.read("mode"), b"7W\n");
    let refused = set("25W").expect(1).stderr;
    assert!(
        refused.contains("has no mode 25W; it has: 15W 7W MAXN_SUPER"),
        "{refused}"
    );
    let refused = set("MAXN_SUPER").expect(1).stderr;
    assert!(
        refused.contains("not in mode MAXN_SUPER") && refused.contains("reboot"),
        "{refused}"
    );
}

#[test]
fn the_units_command_runs_the_plan_and_a_host_fetches_it() {
    let Some(workshop) = Workshop::find() else {
        return;
    };
    let sandbox = unpacked(&workshop, "--limit 2 --threads 2");
    sandbox.done("run --limit 2 -o here.esr");
    let unit = sandbox.read("root/etc/systemd/system/edgescore.service");
    let unit = String::from_utf8(unit).unwrap();
    let command = unit
        .lines()
        .find_map(|line| line.strip_prefix("ExecStart="));
    let line = SerialLine::new(0.0, 0);
    let port = line.board.to_str().unwrap();
    let command = command.unwrap().replace("/dev/ttyTCU0", port);
    let (program, arguments) = command.split_once(' ').unwrap();
    let (root, worker) = (sandbox.path("root"), sandbox.path("worker"));
    let root = root.to_str().unwrap();
    // The CPU that board.toml names; paths are looked for below the root first.
    let qemu = format!("qemu-aarch64-static -cpu cortex-a76 -L {root} {root}{program}");
    let script = format!("printf '#!/bin/sh\\nexec {qemu} \"$@\"\\n' >worker && chmod +x worker");
    shell(&sandbox, &script).expect(0);
    let mut board = Command::new("sh");
    board.args(["-c", &format!("exec {qemu} {arguments}")]);
    sandbox.inside(&mut board);
    board
        .env("EDGESCORE_HOME", format!("{root}/var/lib/edgescore"))
        .env("EDGESCORE_WORKER", worker);
    let board = Running::start(&mut board);
    let host = line.host.display();
    sandbox.done(&format!("collect serial:{host}@115200 -o there.esr"));
    board.end().expect(0);
    let kept = fs::read_dir(format!("{root}/var/lib/edgescore/runs")).unwrap();
    let mut kept = kept.map(|entry| entry.unwrap().path());
    let kept = kept.find(|path| path.extension().is_some_and(|ending| ending == "esr"));
    assert!(fs::read(kept.unwrap()).unwrap() == sandbox.read("there.esr"));
    let asked = |name| sandbox.rows(name).asked();
    assert_eq!(asked("there.esr").len(), 2);
    assert_eq!(asked("there.esr"), asked("here.esr"));
}

#[test]
fn what_is_no_jetsons_is_refused() {
    let sandbox = Sandbox::default();
    let refused = |arguments: &str, words: &[&str]| {
        sandbox.refused(2, &format!("image -o out {arguments}"), words);
    };
    refused("--board jetson-orin-nano --boot-files .", &["--boot-files"]);
    refused("--board jetson-orin-nano --append quiet", &["--append"]);
    refused("--board pi5 --boot-files . --nvpmodel 7W", &["Jetson"]);
    refused("--board pi5", &["--boot-files", "/boot/firmware"]);
}
