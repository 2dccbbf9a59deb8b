//! A cgroup of its own for one process.

use std::format;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::string::{String, ToString};
use std::thread;
use std::time::Duration;
use std::vec::Vec;

use super::read::{Cgroup, CgroupVersion, below, mount_of, smallest};
use crate::file;
use crate::{Bytes, Reading, Reason, Unavailable};

/// A cgroup of one's own, without root.
pub(crate) const DELEGATE: &str = "start it in a scope of its own: \
    systemd-run --user --scope -p Delegate=yes edgescore ..., or run as root";

/// What its folder's name begins with; the number of the process that made it follows.
const NAME: &str = "edgescore-";

/// A cgroup that was made for one process, whose memory it counts from the first page on. It
/// is removed when this is dropped; the process must be gone then.
#[derive(Debug)]
pub struct FreshCgroup {
    cgroup: Cgroup,
    /// That of the process that made it.
    home: PathBuf,
    /// The limit that holds there and would not where this one is.
    left: Option<Bytes>,
}

impl FreshCgroup {
    /// Makes one where this process may: below its own cgroup, or below one that contains that.
    /// It bears the number of this process, which has one at a time. `root` is `/`.
    pub fn make(root: &Path) -> Result<FreshCgroup, Unavailable> {
        let own = Cgroup::own(root)?;
        let places = match own.version {
            CgroupVersion::V1 => Vec::from([own.path.clone()]),
            CgroupVersion::V2 => ancestors(root, &own.path),
        };
        let mut refused = None;
        for place in &places {
            match FreshCgroup::below(place, &own) {
                Ok(fresh) => return Ok(fresh),
                Err(error) => refused.get_or_insert((place, error)),
            };
        }
        Err(match refused {
            Some((place, error)) => {
                let why = format!("no cgroup can be made in {}: {error}", place.display());
                Unavailable::new(error.into(), why, DELEGATE)
            }
            None => Unavailable::new(Reason::Unsupported, "there is no cgroup", DELEGATE),
        })
    }

    fn below(place: &Path, own: &Cgroup) -> io::Result<FreshCgroup> {
        let version = own.version;
        remove_left(place);
        if version == CgroupVersion::V2 && !hands_down_memory(place)? {
            // Only a cgroup without processes, or the root, may do so.
            fs::write(place.join("cgroup.subtree_control"), "+memory")?;
        }
        let path = place.join(format!("{NAME}{}", std::process::id()));
        fs::create_dir(&path)?;
        let outside = own.path.ancestors().take_while(|above| *above != place);
        let fresh = FreshCgroup {
            cgroup: Cgroup { path, version },
            home: own.path.clone(),
            left: smallest(outside, version),
        };
        if let Some(left) = fresh.left {
            fresh
                .limit(left)
                .map_err(|refused| io::Error::other(refused.to_string()))?;
        }
        match fresh.cgroup.memory().limit {
            Reading::Value(_) => Ok(fresh),
            Reading::Missing(_) => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    /// What can be read of it.
    pub fn cgroup(&self) -> &Cgroup {
        &self.cgroup
    }

    /// The cgroup of the process that made it.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// Puts a process into it. What the process had used before stays counted where it was.
    pub fn take_in(&self, process: u32) -> io::Result<()> {
        self.write("cgroup.procs", &process.to_string())
    }

    /// Sets its limit, without swap, and reads back what the kernel made of it. It is never more than that of the cgroup
    /// which its process comes from.
    pub fn limit(&self, limit: Bytes) -> Result<(), Unavailable> {
        let limit = self.left.map_or(limit, |left| left.min(limit));
        let bytes = limit.0.to_string();
        // Without swap there is no such file, and with it the memory must be limited first.
        let (swap, memory, all) = match self.cgroup.version {
            CgroupVersion::V1 => (
                "memory.swappiness",
                "memory.limit_in_bytes",
                Some("memory.memsw.limit_in_bytes"),
            ),
            CgroupVersion::V2 => ("memory.swap.max", "memory.max", None),
        };
        let _ = self.write(swap, "0");
        let file = self.cgroup.path.join(memory);
        fs::write(&file, &bytes).map_err(|e| Unavailable::file(&file, e, DELEGATE))?;
        if let Some(all) = all {
            let _ = self.write(all, &bytes);
        }
        // The kernel rounds down to whole pages, which have 64 KiB at most.
        match self.cgroup.memory().limit {
            Reading::Value(Some(Bytes(set))) if set <= limit.0 && limit.0 - set < 65_536 => Ok(()),
            other => {
                let why = format!("{} does not keep a limit: {other:?}", file.display());
                Err(Unavailable::new(Reason::Error, why, DELEGATE))
            }
        }
    }

    fn write(&self, name: &str, text: &str) -> io::Result<()> {
        fs::write(self.cgroup.path.join(name), text)
    }
}

impl Drop for FreshCgroup {
    fn drop(&mut self) {
        remove(&self.cgroup.path);
    }
}

fn remove(cgroup: &Path) {
    // The kernel counts a process out a little after it was waited for.
    for _ in 0..50 {
        match fs::remove_dir(cgroup) {
            Err(error) if error.kind() == io::ErrorKind::ResourceBusy => {
                thread::sleep(Duration::from_millis(10));
            }
            _ => return,
        }
    }
}

/// Moves this process from `fresh`, the cgroup that was made for it, back to `home`, that of its maker, and removes
/// `fresh`: for a process whose maker was killed. It may not have been put there yet.
pub fn leave_fresh_cgroup(fresh: &Path, home: &Path) {
    if !file::name(fresh).starts_with(NAME) {
        return;
    }
    let _ = fs::write(home.join("cgroup.procs"), std::process::id().to_string());
    remove(fresh);
}

/// Removes what processes left that were killed. A cgroup with a process in it stays.
fn remove_left(place: &Path) {
    for folder in file::entries(place, NAME) {
        let name = file::name(&folder);
        let maker = name
            .strip_prefix(NAME)
            .and_then(|maker| maker.parse::<u32>().ok());
        let own = std::process::id();
        if maker.is_some_and(|maker| {
            maker == own || !Path::new("/proc").join(maker.to_string()).exists()
        }) {
            let _ = fs::remove_dir(folder);
        }
    }
}

/// Whether cgroups below this one have their memory accounted.
fn hands_down_memory(place: &Path) -> io::Result<bool> {
    let control: String = fs::read_to_string(place.join("cgroup.subtree_control"))?;
    Ok(control.split_whitespace().any(|name| name == "memory"))
}

/// The cgroup at `path` and those that contain it, up to where version 2 is mounted.
fn ancestors(root: &Path, path: &Path) -> Vec<PathBuf> {
    let mounts = fs::read_to_string(root.join("proc/self/mounts")).unwrap_or_default();
    let Some(top) = mount_of(&mounts, "cgroup2", None).map(|mount| below(root, &mount)) else {
        return Vec::new();
    };
    path.ancestors()
        .take_while(|place| place.starts_with(&top))
        .map(PathBuf::from)
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::println;

    #[test]
    fn a_limit_is_set_and_the_cgroup_goes_away() {
        let fresh = match FreshCgroup::make(Path::new("/")) {
            Ok(fresh) => fresh,
            Err(refused) => {
                println!("skipped: {}", refused.why);
                return;
            }
        };
        assert_eq!(fresh.cgroup().memory().limit, Reading::Value(None));
        fresh.limit(Bytes(64 << 20)).unwrap();
        let memory = fresh.cgroup().memory();
        assert_eq!(memory.limit, Reading::Value(Some(Bytes(64 << 20))));
        assert_eq!(memory.oom_kills, Reading::Value(0));
        let path = PathBuf::from(fresh.cgroup().path());
        assert!(path.is_dir());
        drop(fresh);
        assert!(!path.exists());
    }
}
