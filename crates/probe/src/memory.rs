//! Memory of a process, from the kernel's own accounting.

use std::fs;
use std::path::Path;
use std::string::ToString;

use crate::{Bytes, Cgroup, Reading, Reason};

/// Resident memory and faults of a process at one moment. Fields of
/// `/proc/self/status` and `/proc/self/stat`, proc_pid_status(5) and proc_pid_stat(5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemorySample {
    /// Peak resident set (VmHWM). Counts memory-mapped weights as well as the heap.
    pub rss_peak: Reading<Bytes>,
    /// Resident anonymous memory (RssAnon): KV cache, compute buffers, repacked weights.
    pub rss_anon: Reading<Bytes>,
    /// Resident file mappings (RssFile): memory-mapped weights and the program itself.
    pub rss_file: Reading<Bytes>,
    /// Major page faults since the process started: pages that had to be read from disk.
    pub major_faults: Reading<u64>,
}

impl MemorySample {
    /// Reads the process that calls. `root` is `/` on a board; a captured tree in a test.
    pub fn read(root: &Path) -> MemorySample {
        MemorySample::of(&root.join("proc/self"))
    }

    /// Reads the process with this number.
    pub fn of_process(number: u32) -> MemorySample {
        MemorySample::of(&Path::new("/proc").join(number.to_string()))
    }

    fn of(process: &Path) -> MemorySample {
        let status = fs::read_to_string(process.join("status"));
        let field = |name: &str| match &status {
            Ok(status) => kib_field(status, name),
            Err(error) => Reading::Missing(Reason::from(std::io::Error::from(error.kind()))),
        };
        MemorySample {
            rss_peak: field("VmHWM:"),
            rss_anon: field("RssAnon:"),
            rss_file: field("RssFile:"),
            major_faults: match fs::read_to_string(process.join("stat")) {
                Ok(stat) => major_faults(&stat),
                Err(error) => Reading::Missing(error.into()),
            },
        }
    }
}

/// Memory that can be taken without swapping: of the machine, MemAvailable of `/proc/meminfo`
/// (proc(5)), and no more than the limit of the cgroup: most of what that holds already is the
/// page cache of files that were read, which gives way.
pub fn free_memory(root: &Path) -> Reading<Bytes> {
    let machine = match fs::read_to_string(root.join("proc/meminfo")) {
        Ok(text) => kib_field(&text, "MemAvailable:"),
        Err(error) => Reading::Missing(error.into()),
    };
    let group = Cgroup::own(root)
        .ok()
        .and_then(|cgroup| cgroup.smallest_limit());
    match group {
        Some(group) => machine.map(|machine| machine.min(group)),
        None => machine,
    }
}

/// Lets the peak of [`MemorySample::rss_peak`] begin anew at what is resident now, as far as the
/// kernel can (`/proc/self/clear_refs`, proc_pid_clear_refs(5)).
pub fn forget_memory_peak() -> std::io::Result<()> {
    fs::write("/proc/self/clear_refs", "5")
}

/// A line such as `VmHWM:      1234 kB`; the kernel's kB are 1024 bytes.
pub(crate) fn kib_field(status: &str, name: &str) -> Reading<Bytes> {
    let Some(line) = status.lines().find_map(|line| line.strip_prefix(name)) else {
        return Reading::Missing(Reason::Unsupported);
    };
    let mut words = line.split_whitespace();
    match (words.next().map(str::parse::<u64>), words.next()) {
        (Some(Ok(kib)), Some("kB")) => match kib.checked_mul(1024) {
            Some(bytes) => Reading::Value(Bytes(bytes)),
            None => Reading::Missing(Reason::Error),
        },
        _ => Reading::Missing(Reason::Error),
    }
}

/// Field 12 (majflt) of `/proc/self/stat`. Field 2 is the program's name in parentheses and
/// may hold spaces and parentheses itself, so counting starts behind the last one.
fn major_faults(stat: &str) -> Reading<u64> {
    let field = stat
        .rsplit_once(')')
        .and_then(|(_, rest)| rest.split_whitespace().nth(9))
        .map(str::parse);
    match field {
        Some(Ok(faults)) => Reading::Value(faults),
        _ => Reading::Missing(Reason::Error),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn reads_this_process() {
        let sample = MemorySample::read(Path::new("/"));
        let peak = sample.rss_peak.value().unwrap();
        assert!(peak >= sample.rss_anon.value().unwrap());
        assert!(peak.0 > 100 * 1024, "a process is larger than 100 KiB");
        assert!(sample.major_faults.value().is_some());
    }

    #[test]
    fn a_missing_or_odd_field_is_a_reason() {
        assert_eq!(
            kib_field("VmRSS: 12 kB\n", "VmHWM:"),
            Reading::Missing(Reason::Unsupported)
        );
        for odd in [
            "VmHWM: 12 MB\n",
            "VmHWM: x kB\n",
            "VmHWM:\n",
            "VmHWM: 18446744073709551615 kB",
        ] {
            assert_eq!(
                kib_field(odd, "VmHWM:"),
                Reading::Missing(Reason::Error),
                "{odd}"
            );
        }
        assert_eq!(
            kib_field("VmHWM:\t    3 kB\n", "VmHWM:"),
            Reading::Value(Bytes(3072))
        );
    }

    #[test]
    fn a_peak_is_forgotten() {
        let peak = || MemorySample::read(Path::new("/")).rss_peak.value().unwrap();
        let before = peak();
        drop(std::hint::black_box(std::vec![1u8; 64 << 20]));
        assert!(peak().0 > before.0 + (60 << 20));
        forget_memory_peak().unwrap();
        assert!(peak().0 < before.0 + (32 << 20));
    }

    #[test]
    fn the_program_name_may_hold_spaces_and_parentheses() {
        let stat = "12 (a) b (c) S 1 2 3 4 5 6 7 8 99 10 11";
        assert_eq!(major_faults(stat), Reading::Value(99));
        assert_eq!(major_faults("12 (a"), Reading::Missing(Reason::Error));
    }

    #[test]
    fn an_absent_proc_is_a_reason() {
        let sample = MemorySample::read(Path::new("/nonexistent"));
        assert_eq!(sample.rss_peak, Reading::Missing(Reason::Unsupported));
        assert_eq!(sample.major_faults, Reading::Missing(Reason::Unsupported));
    }
}
