//! A folder for one test, and running `edgescore` in it.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use edgescore_record::file::ResultFile;
use edgescore_record::{Ask, Record};
use serde_json::Value;
use tempfile::TempDir;

use crate::{Rows, SmallTasks};

/// A folder that is removed at the end. Commands run in `work`; the user's cache is `cache`.
pub struct Sandbox {
    folder: TempDir,
}

/// How a command ended.
#[derive(Debug)]
pub struct Outcome {
    /// The exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    /// What it printed.
    pub stdout: String,
    /// What it said beside that.
    pub stderr: String,
}

impl Default for Sandbox {
    fn default() -> Sandbox {
        let folder = TempDir::with_prefix("edgescore-test-").unwrap();
        fs::create_dir(folder.path().join("work")).unwrap();
        Sandbox { folder }
    }
}

impl Sandbox {
    /// A sandbox with `small.pack`, made of `tasks`, and `tiny.gguf`.
    pub fn with_small_pack(tasks: SmallTasks) -> Sandbox {
        let sandbox = Sandbox::default();
        tasks.write(&sandbox.path("tasks"));
        sandbox.done("pack build --tasks tasks -o small.pack");
        sandbox.done("synth -o tiny.gguf");
        sandbox
    }

    /// A path in the folder that commands run in.
    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join("work").join(name)
    }

    /// Writes a file.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Reads a file.
    pub fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Every file below the folder that commands run in, with its content.
    pub fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        let mut folders = vec![self.path("")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.is_file() {
                    files.insert(path.clone(), fs::read(path).unwrap());
                }
            }
        }
        files
    }

    /// `edgescore` with `arguments`, which are split at spaces.
    pub fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(program("edgescore"));
        command.args(arguments.split_whitespace());
        self.inside(&mut command);
        command
    }

    /// `edgescore-rt` without arguments.
    pub fn runtime(&self) -> Command {
        let mut command = Command::new(program("edgescore-rt"));
        self.inside(&mut command);
        command
    }

    /// A script for --runtime that starts edgescore-rt, and at the start with this number first presses
    /// Ctrl-C on who started it: before the link is up, when no run is in progress. The file `starts`
    /// has a byte for each start.
    pub fn interrupts_its_parent_at(&self, number: u32) -> String {
        let runtime = program("edgescore-rt");
        let script = format!(
            "#!/bin/sh\nprintf . >> '{starts}'\n\
             [ $(wc -c < '{starts}') -ne {number} ] || kill -INT $PPID\n\
             exec '{runtime}' \"$@\"\n",
            starts = self.path("starts").display(),
            runtime = runtime.display()
        );
        self.write("late", script);
        let path = self.path("late");
        // By a child, so that nobody has it open for writing when it is started.
        let made = Command::new("chmod").arg("755").arg(&path).status();
        assert!(made.is_ok_and(|status| status.success()));
        path.display().to_string()
    }

    /// Makes a command run in this sandbox.
    pub fn inside(&self, command: &mut Command) {
        command
            .current_dir(self.path(""))
            .env("XDG_CACHE_HOME", self.folder.path().join("cache"))
            .env_remove("EDGESCORE_RT")
            .env_remove("EDGESCORE_HOME")
            .env_remove("RUST_LOG");
        for variable in ["EDGESCORE_RT_HTTP", "EDGESCORE_API_KEY", "OPENAI_API_KEY"] {
            command.env_remove(variable);
        }
        // Colours depend on these; where CI is set, a dumb terminal has them too.
        for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "CI"] {
            command.env_remove(variable);
        }
    }

    /// Runs `edgescore` to its end.
    pub fn edgescore(&self, arguments: &str) -> Outcome {
        Outcome::of(&mut self.command(arguments))
    }

    /// Runs `edgescore`, which must end with exit code 0. Returns what it printed.
    #[track_caller]
    pub fn done(&self, arguments: &str) -> String {
        self.edgescore(arguments).expect(0).stdout
    }

    /// Runs `edgescore`, which must refuse with exit code `code`, print nothing, say all of
    /// `words` in its error, and leave every file as it was.
    #[track_caller]
    pub fn refused(&self, code: i32, arguments: &str, words: &[&str]) {
        self.refused_command(code, &mut self.command(arguments), words);
    }

    /// [`Sandbox::refused`] for a command that is not plain `edgescore`.
    #[track_caller]
    pub fn refused_command(&self, code: i32, command: &mut Command, words: &[&str]) {
        let before = self.files();
        let outcome = Outcome::of(command).expect(code);
        assert_eq!(outcome.stdout, "", "{command:?} printed");
        let said = outcome.stderr.split_once("error: ");
        let (_, error) = said.unwrap_or_else(|| panic!("no error was said: {outcome:?}"));
        for word in words {
            assert!(
                error.contains(word),
                "{command:?} does not say {word:?}, but:\n{error}"
            );
        }
        let after = self.files();
        let names = |files: &BTreeMap<PathBuf, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&before), names(&after), "{command:?}");
        assert!(before == after, "{command:?} changed a file");
    }

    /// The rows of a result.
    #[track_caller]
    pub fn rows(&self, name: &str) -> Rows {
        Rows::parse(&self.read(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The texts that a result keeps, in the order of its rows, each with its draw.
    #[track_caller]
    pub fn texts(&self, name: &str) -> Vec<(Ask, Option<u8>, String)> {
        let bytes = self.read(name);
        let file = ResultFile::parse(&bytes).unwrap();
        let texts = file.records().filter_map(|record| match record {
            Record::Text(text) => Some((text.ask, text.draw, text.text.to_owned())),
            _ => None,
        });
        texts.collect()
    }

    /// What `edgescore report --format json` says of one result.
    #[track_caller]
    pub fn report(&self, name: &str) -> Value {
        let printed = self.done(&format!("report --format json {name}"));
        let mut report: Value = serde_json::from_str(&printed).unwrap();
        let runs = report["runs"].as_array_mut().unwrap();
        assert_eq!(runs.len(), 1);
        runs.remove(0)
    }
}

impl Outcome {
    /// Runs a command to its end.
    pub fn of(command: &mut Command) -> Outcome {
        let output = command
            .output()
            .unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"));
        Outcome {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Fails the test unless the exit code is `code`.
    #[track_caller]
    pub fn expect(self, code: i32) -> Outcome {
        assert_eq!(
            self.code,
            Some(code),
            "exit code; it printed:\n{}\nand said:\n{}",
            self.stdout,
            self.stderr
        );
        self
    }
}

/// Copies a folder with all that is in it.
pub fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let from = entry.unwrap().path();
        let to = to.join(from.file_name().unwrap());
        match from.is_dir() {
            true => copy_folder(&from, &to),
            false => drop(fs::copy(&from, &to).unwrap()),
        }
    }
}

/// A program of this workspace, in the folder of the profile that the tests were built with:
/// target/PROFILE/deps/TEST is two below target/PROFILE/PROGRAM.
fn program(name: &str) -> PathBuf {
    let test = env::current_exe().unwrap();
    let program = test.parent().unwrap().with_file_name(name);
    assert!(
        program.is_file(),
        "{} is missing: build it with `cargo build --release --bins`, as scripts/test does",
        program.display()
    );
    program
}
