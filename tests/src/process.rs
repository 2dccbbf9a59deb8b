//! Running programs that a test interrupts.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;

use crate::Outcome;

/// How long a test waits for something that must happen. It happens in milliseconds; a busy
/// machine may take its time.
const PATIENCE: Duration = Duration::from_secs(120);

/// A program in a process group of its own, as a shell starts it.
pub struct Running {
    child: Option<Child>,
    pid: Pid,
}

impl Running {
    /// Starts `command`.
    pub fn start(command: &mut Command) -> Running {
        let child = command
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Running {
            pid: Pid::from_raw(child.id().try_into().unwrap()),
            child: Some(child),
        }
    }

    /// Its process id.
    pub fn pid(&self) -> Pid {
        self.pid
    }

    /// Sends `signal` to the program alone.
    pub fn signal(&self, signal: Signal) {
        kill(self.pid, signal).unwrap();
    }

    /// Sends `signal` to the program and all that it started, as Ctrl-C in a terminal does.
    pub fn signal_group(&self, signal: Signal) {
        killpg(self.pid, signal).unwrap();
    }

    /// Waits for the edgescore-rt that the program starts.
    pub fn runtime(&self) -> Pid {
        wait_for_child("edgescore-rt has started", self.pid, "edgescore-rt")
    }

    /// Waits for the worker that edgescore-rt starts.
    pub fn worker(&self) -> Pid {
        wait_for_child("the worker has started", self.runtime(), "edgescore-work")
    }

    /// Whether the program has ended.
    pub fn is_gone(&self) -> bool {
        is_gone(self.pid)
    }

    /// Whether the program has a handler for `signal`.
    pub fn catches(&self, signal: Signal) -> bool {
        has_signal(self.pid, "SigCgt", signal)
    }

    /// Waits for the end.
    pub fn end(mut self) -> Outcome {
        let output = self.child.take().unwrap().wait_with_output().unwrap();
        Outcome {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Drop for Running {
    /// A test that failed half way leaves nothing running.
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = killpg(self.pid, Signal::SIGKILL);
            let _ = child.wait();
        }
    }
}

/// Whether a process ignores `signal`.
pub fn ignores(pid: Pid, signal: Signal) -> bool {
    has_signal(pid, "SigIgn", signal)
}

/// Whether `signal` is in a set of proc_pid_status(5).
fn has_signal(pid: Pid, set: &str, signal: Signal) -> bool {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(set));
    let mask = line.and_then(|line| u64::from_str_radix(line.strip_prefix(":")?.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal as i32 - 1) & 1 == 1)
}

/// Waits for a child of `parent` that is called `name`.
#[track_caller]
fn wait_for_child(what: &str, parent: Pid, name: &str) -> Pid {
    let mut found = None;
    wait_until(what, || {
        let processes = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
        let mut pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        found = pids.find(|pid| {
            // "PID (NAME) STATE PARENT ...". Between fork and exec the child has its parent's name.
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            let (front, rest) = stat.rsplit_once(')').unwrap_or_default();
            let of = rest.split_whitespace().nth(1);
            front.ends_with(&format!("({name}")) && of == Some(&parent.to_string())
        });
        found.is_some()
    });
    Pid::from_raw(found.unwrap())
}

/// Whether a process is gone. One that ended and that nobody has waited for counts as gone.
pub fn is_gone(pid: Pid) -> bool {
    match fs::read_to_string(format!("/proc/{pid}/stat")) {
        Ok(stat) => stat
            .rsplit_once(") ")
            .is_some_and(|(_, rest)| rest.starts_with('Z')),
        Err(_) => true,
    }
}

/// The folder of a process's cgroup for memory, if it is one that edgescore-rt made.
pub fn fresh_cgroup(process: Pid) -> Option<PathBuf> {
    let text = fs::read_to_string(format!("/proc/{process}/cgroup")).ok()?;
    let path = text.lines().find_map(|line| {
        let (controllers, path) = line.split_once(':')?.1.split_once(':')?;
        (controllers.is_empty() || controllers == "memory").then_some(path)
    })?;
    let mounts = ["/sys/fs/cgroup/memory", "/sys/fs/cgroup"];
    let name = Path::new(path)
        .file_name()?
        .to_str()?
        .starts_with("edgescore-");
    let folders = mounts
        .iter()
        .map(|mount| PathBuf::from(format!("{mount}{path}")));
    folders.into_iter().find(|folder| name && folder.is_dir())
}

/// Waits until `happened`, and fails the test when it does not.
#[track_caller]
pub fn wait_until(what: &str, mut happened: impl FnMut() -> bool) {
    let start = Instant::now();
    while !happened() {
        assert!(start.elapsed() < PATIENCE, "waited in vain until {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// Processes that do nothing but keep CPUs busy, as long as this is there.
pub struct Busy(Vec<Child>);

impl Busy {
    /// One for each of so many CPUs.
    pub fn cpus(count: usize) -> Busy {
        let start = |_| {
            let mut command = Command::new("sh");
            command.args(["-c", "while :; do :; done"]).spawn().unwrap()
        };
        Busy((0..count).map(start).collect())
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        for process in &mut self.0 {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}
