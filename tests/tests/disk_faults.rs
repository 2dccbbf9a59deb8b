//! Disks that fail: a call that the kernel answers with an error, and folders that are read-only. Errors come from an
//! injector of this test's own, a library that is loaded before the C library.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::process::Command;

use edgescore_tests::{Outcome, Sandbox, SmallTasks, Tmpfs};
use tempfile::TempDir;

const RUN: &str = "run --model tiny.gguf --pack small.pack -t 1 -o";

/// `fsync`, `fdatasync` and `write` fail with EIO from the `FAIL_AFTER`-th call on that is for a file whose path ends
/// with `FAIL_PATH`, where `FAIL_CALL` names them.
const INJECTOR: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int fails(const char *call, int fd) {
  static int seen;
  const char *which = getenv("FAIL_CALL"), *path = getenv("FAIL_PATH"), *after = getenv("FAIL_AFTER");
  char link[64], file[4096];
  if (!which || !path || !after || !strstr(which, call)) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, file, sizeof file - 1);
  if (length < (ssize_t)strlen(path)) return 0;
  file[length] = 0;
  if (strcmp(file + length - strlen(path), path)) return 0;
  if (__atomic_add_fetch(&seen, 1, __ATOMIC_SEQ_CST) <= atoi(after)) return 0;
  errno = EIO;
  return 1;
}

int fsync(int fd) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  return fails("fsync", fd) ? -1 : real(fd);
}

int fdatasync(int fd) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  return fails("fdatasync", fd) ? -1 : real(fd);
}

ssize_t write(int fd, const void *bytes, size_t count) {
  ssize_t (*real)(int, const void *, size_t) = (ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
  return fails("write", fd) ? -1 : real(fd, bytes, count);
}
"#;

struct Injector {
    folder: TempDir,
}

impl Injector {
    fn build() -> Injector {
        let folder = TempDir::new().unwrap();
        let source = folder.path().join("fail.c");
        fs::write(&source, INJECTOR).unwrap();
        let mut cc = Command::new("cc");
        cc.args(["-shared", "-fPIC", "-O1", "-o"])
            .arg(folder.path().join("fail.so"));
        let built = cc.arg(&source).arg("-ldl").status();
        assert!(built.unwrap().success(), "cc: scripts/setup installs it");
        Injector { folder }
    }

    /// `arguments`, in which `call` fails on files whose path ends with `path`, from the call behind the first `after`.
    fn run(
        &self,
        sandbox: &Sandbox,
        arguments: &str,
        call: &str,
        path: &str,
        after: u32,
    ) -> Outcome {
        let mut command = sandbox.command(arguments);
        command
            .env("LD_PRELOAD", self.folder.path().join("fail.so"))
            .env("FAIL_CALL", call)
            .env("FAIL_PATH", path)
            .env("FAIL_AFTER", after.to_string());
        Outcome::of(&mut command)
    }
}

fn sandbox() -> Sandbox {
    Sandbox::with_small_pack(SmallTasks {
        tasks: 4,
        questions: 200,
    })
}

#[test]
fn a_result_that_cannot_be_written_keeps_what_was() {
    let (sandbox, injector) = (sandbox(), Injector::build());
    sandbox.done(&format!("{RUN} whole.esr"));
    let whole = sandbox.rows("whole.esr").timeless();
    for (call, after) in [
        ("write", 60),
        ("write", 200),
        ("fdatasync", 0),
        ("fdatasync", 1),
    ] {
        let outcome = injector.run(
            &sandbox,
            &format!("{RUN} run.esr --force"),
            call,
            "/run.esr",
            after,
        );
        let context = format!("{call} behind {after}: {outcome:?}");
        assert_eq!(outcome.code, Some(4), "{context}");
        assert!(outcome.stderr.contains("cannot write run.esr"), "{context}");
        assert!(outcome.stderr.contains("Input/output error"), "{context}");
        assert!(outcome.stderr.contains("check the disk"), "{context}");
        let kept = sandbox.rows("run.esr").timeless().questions;
        assert!(
            !kept.is_empty() && kept[..] == whole.questions[..kept.len()],
            "{context}"
        );
        assert!(
            outcome
                .stderr
                .contains(&format!("{} answers are kept", kept.len())),
            "{context}"
        );
        // On a disk that is mended it goes on.
        let run = RUN.trim_end_matches("-o");
        sandbox.done(&format!("{run} --resume run.esr"));
        let rows = sandbox.rows("run.esr");
        assert_eq!(rows.asked(), whole.asked(), "{context}");
    }
}

#[test]
fn a_journal_that_cannot_be_written_says_so() {
    let (sandbox, injector) = (sandbox(), Injector::build());
    for call in ["write", "fdatasync"] {
        let outcome = injector.run(
            &sandbox,
            &format!("{RUN} run.esr --force"),
            call,
            ".journal",
            30,
        );
        assert_eq!(outcome.code, Some(4), "{call}: {outcome:?}");
        for words in [
            "cannot write the journal",
            "Input/output error",
            "check the board's disk",
        ] {
            assert!(outcome.stderr.contains(words), "{call}: {outcome:?}");
        }
        let kept = sandbox.rows("run.esr").questions.len();
        assert!(kept > 0, "{call}: {outcome:?}");
    }
}

#[test]
fn a_pack_that_cannot_be_synced_is_absent() {
    let (sandbox, injector) = (sandbox(), Injector::build());
    for call in ["write", "fsync"] {
        let build = "pack build --tasks tasks -o new.pack";
        let outcome = injector.run(&sandbox, build, call, ".part", 0);
        assert_eq!(outcome.code, Some(4), "{call}: {outcome:?}");
        assert!(
            outcome
                .stderr
                .contains("cannot write new.pack: Input/output error"),
            "{outcome:?}"
        );
        assert!(!sandbox.path("new.pack").exists());
        let left = sandbox
            .files()
            .into_keys()
            .filter(|file| file.ends_with(".part"));
        assert_eq!(left.count(), 0);
    }
}

#[test]
fn what_is_read_only_is_refused_before_the_run() {
    let sandbox = sandbox();
    let disk = sandbox.path("disk");
    let Some(_mounted) = Tmpfs::mount(disk.clone(), "ro") else {
        return;
    };
    sandbox.refused(
        4,
        &format!("{RUN} disk/run.esr"),
        &["disk/run.esr", "Read-only file system"],
    );
    let mut run = sandbox.command(&format!("{RUN} run.esr"));
    run.env("EDGESCORE_HOME", &disk);
    sandbox.refused_command(3, &mut run, &["Read-only file system", "EDGESCORE_HOME"]);
    assert!(disk.is_dir());
}
