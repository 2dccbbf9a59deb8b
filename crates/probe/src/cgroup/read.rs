//! What can be read of a cgroup.

use std::format;
use std::fs;
use std::path::{Path, PathBuf};
use std::string::{String, ToString};

use crate::file;
use crate::{Bytes, Reading, Reason, Unavailable};

/// A cgroup whose memory the kernel accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cgroup {
    pub(super) path: PathBuf,
    pub(super) version: CgroupVersion,
}

/// Which of the kernel's two interfaces it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CgroupVersion {
    /// A hierarchy for memory alone.
    V1,
    /// The unified hierarchy.
    V2,
}

/// A limit of version 1 from here on is none: it counts in pages, up to the largest number.
const NO_LIMIT: u64 = i64::MAX as u64 >> 16 << 16;

/// Memory of a cgroup. Page cache counts for the cgroup that touched it first, so weights that
/// another one had read before are missing here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CgroupMemory {
    /// Memory now (memory.current; in version 1 memory.usage_in_bytes).
    pub current: Reading<Bytes>,
    /// Peak since it was made (memory.peak, Linux 5.19 or later; memory.max_usage_in_bytes).
    pub peak: Reading<Bytes>,
    /// The limit (memory.max; memory.limit_in_bytes); `None` when there is no limit.
    pub limit: Reading<Option<Bytes>>,
    /// Processes that the limit has killed (oom_kill in memory.events or memory.oom_control).
    pub oom_kills: Reading<u64>,
    /// File pages that were thrown out and had to be read again (memory.stat,
    /// workingset_refault_file). A model fits when this stands still during decode.
    pub file_refaults: Reading<u64>,
    /// Major page faults (memory.stat, pgmajfault).
    pub major_faults: Reading<u64>,
}

impl Cgroup {
    /// The cgroup of this process. `root` is `/` on a board; a captured tree in a test.
    pub fn own(root: &Path) -> Result<Cgroup, Unavailable> {
        let refused = match Cgroup::own_v2(root) {
            Ok(cgroup) => return Ok(cgroup),
            Err(refused) => refused,
        };
        // A board of which version 2 has no memory to account may have version 1.
        match refused.reason {
            Reason::Unsupported => Cgroup::own_v1(root).ok_or(refused),
            _ => Err(refused),
        }
    }

    fn own_v2(root: &Path) -> Result<Cgroup, Unavailable> {
        let mounts = fs::read_to_string(root.join("proc/self/mounts")).unwrap_or_default();
        let Some(mount) = mount_of(&mounts, "cgroup2", None) else {
            return Err(Unavailable::new(
                Reason::Unsupported,
                "cgroup version 2 is not mounted",
                "sudo mount -t cgroup2 none /sys/fs/cgroup",
            ));
        };
        let cgroups = root.join("proc/self/cgroup");
        let text = fs::read_to_string(&cgroups).map_err(|e| Unavailable::file(&cgroups, e, ""))?;
        let own = text.lines().find_map(|line| line.strip_prefix("0::/"));
        let Some(own) = own else {
            let why = format!("{} names no cgroup of version 2", cgroups.display());
            return Err(Unavailable::new(Reason::Unsupported, why, ""));
        };
        Cgroup::at(below(root, &mount).join(own)).map_err(|refused| match refused.reason {
            Reason::Unsupported => no_memory(root),
            _ => refused,
        })
    }

    fn own_v1(root: &Path) -> Option<Cgroup> {
        let mounts = fs::read_to_string(root.join("proc/self/mounts")).ok()?;
        let mount = below(root, &mount_of(&mounts, "cgroup", Some("memory"))?);
        let text = fs::read_to_string(root.join("proc/self/cgroup")).ok()?;
        let own = text.lines().find_map(|line| {
            let (_, rest) = line.split_once(':')?;
            let (controllers, path) = rest.split_once(":/")?;
            let memory = controllers.split(',').any(|name| name == "memory");
            memory.then(|| mount.join(path))
        })?;
        // In a container the path is one of the host, and the mount is the own cgroup.
        let places = [own, mount];
        let path = places
            .into_iter()
            .find(|place| place.join("memory.usage_in_bytes").is_file())?;
        let version = CgroupVersion::V1;
        Some(Cgroup { path, version })
    }

    /// The cgroup of version 2 in this folder, if its memory is accounted.
    fn at(path: PathBuf) -> Result<Cgroup, Unavailable> {
        let file = path.join("cgroup.controllers");
        let controllers = file::line(&file).map_err(|e| Unavailable::file(&file, e, ""))?;
        if controllers.split_whitespace().any(|name| name == "memory") {
            let version = CgroupVersion::V2;
            return Ok(Cgroup { path, version });
        }
        let why = format!("{} does not name memory", file.display());
        Err(Unavailable::new(Reason::Unsupported, why, ""))
    }

    /// Its folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its interface.
    pub fn version(&self) -> CgroupVersion {
        self.version
    }

    /// Lets its peak begin anew at what is used now. Version 2 cannot (Linux 6.12 can for one
    /// opened file only).
    pub fn forget_peak(&self) -> bool {
        let file = self.path.join("memory.max_usage_in_bytes");
        self.version == CgroupVersion::V1 && fs::write(file, "0").is_ok()
    }

    /// The smallest limit of it and of all that contain it, as far as they are seen; none where nothing is limited. What
    /// a container or a slice may use is what its processes may.
    pub fn smallest_limit(&self) -> Option<Bytes> {
        smallest(self.path.ancestors(), self.version)
    }

    /// Its memory now.
    pub fn memory(&self) -> CgroupMemory {
        let names = match self.version {
            CgroupVersion::V1 => [
                "memory.usage_in_bytes",
                "memory.max_usage_in_bytes",
                "memory.limit_in_bytes",
                "memory.oom_control",
            ],
            CgroupVersion::V2 => [
                "memory.current",
                "memory.peak",
                "memory.max",
                "memory.events",
            ],
        };
        let [current, peak, limit, events] = names.map(|name| self.path.join(name));
        let (events, stat) = (
            fs::read_to_string(events),
            fs::read_to_string(self.path.join("memory.stat")),
        );
        CgroupMemory {
            current: file::number(&current).map(Bytes),
            peak: file::number(&peak).map(Bytes),
            limit: limit_in(&limit),
            oom_kills: entry(&events, "oom_kill"),
            file_refaults: entry(&stat, "workingset_refault_file"),
            major_faults: entry(&stat, "pgmajfault"),
        }
    }
}

/// The smallest limit of the cgroups in these folders.
pub(super) fn smallest<'p>(
    places: impl Iterator<Item = &'p Path>,
    version: CgroupVersion,
) -> Option<Bytes> {
    let name = match version {
        CgroupVersion::V1 => "memory.limit_in_bytes",
        CgroupVersion::V2 => "memory.max",
    };
    let limits = places.filter_map(|place| limit_in(&place.join(name)).value().flatten());
    limits.min()
}

fn limit_in(file: &Path) -> Reading<Option<Bytes>> {
    match file::line(file) {
        Ok(line) if line == "max" => Reading::Value(None),
        Ok(line) => Reading::parsed(line.parse().ok())
            .map(|limit| (limit < NO_LIMIT).then_some(Bytes(limit))),
        Err(error) => Reading::Missing(error.into()),
    }
}

/// Where the file system of this type (with this option) is mounted (proc_pid_mounts(5)).
pub(super) fn mount_of(mounts: &str, kind: &str, option: Option<&str>) -> Option<String> {
    mounts.lines().find_map(|line| {
        let mut words = line.split_whitespace().skip(1);
        let (place, found, options) = (words.next()?, words.next()?, words.next()?);
        let has = |wanted: &str| options.split(',').any(|option| option == wanted);
        (found == kind && option.is_none_or(has)).then(|| place.to_string())
    })
}

/// An absolute path below `root`.
pub(super) fn below(root: &Path, path: &str) -> PathBuf {
    root.join(path.trim_start_matches('/'))
}

/// Why no version accounts memory here.
fn no_memory(root: &Path) -> Unavailable {
    let disabled = |line: &str| {
        let mut words = line.split_whitespace();
        words.next() == Some("memory") && words.last() == Some("0")
    };
    let cgroups = fs::read_to_string(root.join("proc/cgroups")).unwrap_or_default();
    let (why, remedy) = if cgroups.lines().any(disabled) {
        (
            "the kernel was started with the memory controller off",
            "boot with cgroup_enable=memory (Raspberry Pi OS: add it to the line in \
             /boot/firmware/cmdline.txt)",
        )
    } else {
        (
            "no memory controller was handed down to this process's cgroup",
            "start it in a scope of its own: systemd-run --user --scope -p Delegate=yes \
             -p MemoryAccounting=yes edgescore ...",
        )
    };
    Unavailable::new(Reason::Unsupported, why, remedy)
}

/// A line `name 123`.
fn entry(text: &std::io::Result<String>, name: &str) -> Reading<u64> {
    let text = match text {
        Ok(text) => text,
        Err(error) => return Reading::Missing(std::io::Error::from(error.kind()).into()),
    };
    let value = text
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    match value {
        Some(value) => Reading::parsed(value.trim().parse().ok()),
        None => Reading::Missing(Reason::Unsupported),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_limit_of_all_that_contain_it_counts() {
        let root = std::env::temp_dir().join(format!("edgescore-limits-{}", std::process::id()));
        let own = root.join("slice/scope");
        fs::create_dir_all(&own).unwrap();
        fs::write(root.join("slice/memory.max"), "125829120\n").unwrap();
        fs::write(own.join("memory.max"), "max\n").unwrap();
        let cgroup = |version| Cgroup {
            path: own.clone(),
            version,
        };
        let limit = |version| cgroup(version).smallest_limit();
        assert_eq!(limit(CgroupVersion::V2), Some(Bytes(120 << 20)));
        assert_eq!(limit(CgroupVersion::V1), None);
        fs::write(own.join("memory.max"), "1048576\n").unwrap();
        assert_eq!(limit(CgroupVersion::V2), Some(Bytes(1 << 20)));
        fs::remove_dir_all(&root).unwrap();
    }

    #[test]
    fn mounts_are_found_by_type_and_option() {
        let mounts = "cgroup /sys/fs/cgroup/memory cgroup rw,relatime,memory 0 0\n\
                      cgroup2 /sys/fs/cgroup/unified cgroup2 rw,relatime 0 0\n";
        let place = |kind, option| mount_of(mounts, kind, option);
        assert_eq!(
            place("cgroup2", None).as_deref(),
            Some("/sys/fs/cgroup/unified")
        );
        let v1 = place("cgroup", Some("memory"));
        assert_eq!(v1.as_deref(), Some("/sys/fs/cgroup/memory"));
        assert_eq!(place("cgroup", Some("cpu")), None);
    }

    #[test]
    fn entries_are_whole_names() {
        let text = Ok("oom 3\noom_kill 2\noom_group_kill x\n".to_string());
        assert_eq!(entry(&text, "oom"), Reading::Value(3));
        assert_eq!(entry(&text, "oom_kill"), Reading::Value(2));
        assert_eq!(
            entry(&text, "oom_group_kill"),
            Reading::Missing(Reason::Error)
        );
        assert_eq!(entry(&text, "low"), Reading::Missing(Reason::Unsupported));
    }
}
