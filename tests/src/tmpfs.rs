//! A file system of its own for one folder.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// A tmpfs; unmounted when it is dropped.
pub struct Tmpfs(PathBuf);

impl Tmpfs {
    /// Mounts one at `folder` with these options of mount(8). `None`, with a sentence, where this user may not.
    pub fn mount(folder: PathBuf, options: &str) -> Option<Tmpfs> {
        fs::create_dir(&folder).unwrap();
        let mut mount = Command::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", options, "tmpfs"])
            .arg(&folder);
        if mount.output().is_ok_and(|output| output.status.success()) {
            return Some(Tmpfs(folder));
        }
        eprintln!("skipped: a disk ({options}) cannot be mounted (it takes root)");
        None
    }
}

impl Drop for Tmpfs {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}
