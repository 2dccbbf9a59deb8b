//! The edgescore-rt of this machine.

use std::env;
use std::path::PathBuf;

/// The edgescore-rt beside this program, or the one in PATH.
pub fn beside_this_program() -> PathBuf {
    let name = "edgescore-rt";
    let beside = env::current_exe()
        .ok()
        .map(|this| this.with_file_name(name));
    beside
        .filter(|path| path.exists())
        .unwrap_or_else(|| name.into())
}
