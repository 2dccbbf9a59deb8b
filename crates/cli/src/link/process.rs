//! The cable to this machine: edgescore-rt as a child process.

use std::env;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::child::Alive;
use super::line::{End, Ends, Print};
use crate::failure::Failure;

/// Starts `runtime`, or the edgescore-rt beside this program, or the one in PATH. A `detached`
/// one does not get the signals of this program's terminal.
pub fn connect(runtime: Option<&Path>, detached: bool, print: Print) -> Result<Ends, Failure> {
    let program = runtime.map_or_else(beside_this_program, Path::to_owned);
    let mut command = Command::new(&program);
    command.arg("--link");
    if detached {
        command.process_group(0);
    }
    let remedy =
        "build it with `cargo build --release -p edgescore-runtime`, or name it with --runtime";
    let (alive, stdin, stdout) = Alive::start("edgescore-rt", &mut command, remedy, print)?;
    Ok(Ends {
        ears: Box::new(stdout),
        mouth: Box::new(stdin),
        end: End::Process(alive),
    })
}

/// The edgescore-rt of this machine.
pub fn beside_this_program() -> PathBuf {
    let name = "edgescore-rt";
    let beside = env::current_exe()
        .ok()
        .map(|this| this.with_file_name(name));
    beside
        .filter(|path| path.exists())
        .unwrap_or_else(|| name.into())
}
