//! Memory and CPU time of another program and of all that it started (proc(5)).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::string::{String, ToString};
use std::vec::Vec;

use crate::load::TICK;
use crate::memory::kib_field;
use crate::{Bytes, Microseconds, Reading, Reason};

/// A state of `/proc/net/tcp`: the socket listens (`TCP_LISTEN` of `include/net/tcp_states.h`).
const LISTENS: &str = "0A";

/// A process and its descendants.
#[derive(Clone, Debug)]
pub struct ProcessTree {
    proc: PathBuf,
    /// The process.
    pub root: u32,
    /// Its name, at most 15 bytes (`comm`).
    pub name: String,
}

impl ProcessTree {
    /// That of the process that listens on TCP port `port` of this machine, on any address. Of several the
    /// one with the lowest number, which started the others. `None` where no process listens, or where
    /// it belongs to another user.
    pub fn listening_on(root: &Path, port: u16) -> Option<ProcessTree> {
        let proc = root.join("proc");
        let mut sockets = Vec::new();
        for table in ["net/tcp", "net/tcp6"] {
            let text = fs::read_to_string(proc.join(table)).unwrap_or_default();
            sockets.extend(listening(&text, port));
        }
        let holds = |process: &u32| {
            let files = fs::read_dir(proc.join(process.to_string()).join("fd"));
            let links = files.into_iter().flatten().flatten();
            let links = links.filter_map(|file| fs::read_link(file.path()).ok());
            let mut names = links.map(|link| link.to_string_lossy().into_owned());
            names.any(|name| sockets.contains(&name))
        };
        let process = numbers(&proc).into_iter().filter(holds).min()?;
        let name = fs::read_to_string(proc.join(process.to_string()).join("comm")).ok()?;
        Some(ProcessTree {
            root: process,
            name: name.trim().to_string(),
            proc,
        })
    }

    /// The process and its descendants, as they are now.
    pub fn processes(&self) -> Vec<u32> {
        let mut children: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for process in numbers(&self.proc) {
            if let Some(parent) = self.stat(process).and_then(|stat| parent(&stat)) {
                children.entry(parent).or_default().push(process);
            }
        }
        let mut all = Vec::from([self.root]);
        let mut next = 0;
        while let Some(process) = all.get(next) {
            all.extend(children.remove(process).unwrap_or_default());
            next += 1;
        }
        all
    }

    /// Memory of all of them: the sum of their proportional set sizes, in which a page that several share is
    /// counted once (`Pss` of `/proc/PID/smaps_rollup`, since Linux 4.14).
    pub fn memory(&self) -> Reading<Bytes> {
        self.sum(|process| {
            let path = self.proc.join(process.to_string()).join("smaps_rollup");
            match fs::read_to_string(path) {
                Ok(text) => kib_field(&text, "Pss:").map(|bytes| bytes.0),
                Err(error) => Reading::Missing(error.into()),
            }
        })
        .map(Bytes)
    }

    /// CPU time of all of them, of children that have ended too.
    pub fn cpu_time(&self) -> Reading<Microseconds> {
        self.sum(|process| {
            let ticks = self.stat(process).and_then(|stat| ticks(&stat));
            Reading::parsed(ticks.and_then(|ticks| ticks.checked_mul(TICK)))
        })
        .map(Microseconds)
    }

    /// The sum over all processes. One that ends meanwhile is none of them; without the first one there is
    /// no sum.
    fn sum(&self, of: impl Fn(u32) -> Reading<u64>) -> Reading<u64> {
        let mut sum = 0u64;
        for process in self.processes() {
            match of(process) {
                Reading::Value(value) => sum = sum.saturating_add(value),
                Reading::Missing(reason) if process == self.root => {
                    return Reading::Missing(reason);
                }
                Reading::Missing(Reason::Denied) => {
                    return Reading::Missing(Reason::Denied);
                }
                Reading::Missing(_) => {}
            }
        }
        Reading::Value(sum)
    }

    fn stat(&self, process: u32) -> Option<String> {
        fs::read_to_string(self.proc.join(process.to_string()).join("stat")).ok()
    }
}

/// The numbers of all processes.
fn numbers(proc: &Path) -> Vec<u32> {
    let folders = fs::read_dir(proc).into_iter().flatten().flatten();
    let names = folders.filter_map(|folder| folder.file_name().into_string().ok());
    names.filter_map(|name| name.parse().ok()).collect()
}

/// What links of file descriptors are called that are the sockets in the table `text` that listen on
/// `port`. Fields of a line: number, local address and port in hexadecimal, remote one, state, four more,
/// user, timeout, inode.
fn listening(text: &str, port: u16) -> Vec<String> {
    let socket = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let (_, local) = fields.get(1)?.rsplit_once(':')?;
        let here = u16::from_str_radix(local, 16) == Ok(port);
        let listens = *fields.get(3)? == LISTENS;
        (here && listens).then_some(std::format!("socket:[{}]", fields.get(9)?))
    };
    text.lines().skip(1).filter_map(socket).collect()
}

/// The fields of a line of `/proc/PID/stat` behind the name, which may hold spaces and parentheses.
fn fields(stat: &str) -> Option<impl Iterator<Item = &str>> {
    Some(stat.rsplit_once(')')?.1.split_whitespace())
}

/// Field 4.
fn parent(stat: &str) -> Option<u32> {
    fields(stat)?.nth(1)?.parse().ok()
}

/// Fields 14 to 17: user and system time of the process and of its children that have ended.
fn ticks(stat: &str) -> Option<u64> {
    let times = fields(stat)?.skip(11).take(4).map(str::parse::<u64>);
    times
        .map(Result::ok)
        .try_fold(0u64, |sum, time| sum.checked_add(time?))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::net::TcpListener;
    use std::process::{Command, id};

    #[test]
    fn who_listens_is_found_with_what_it_started() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let tree = ProcessTree::listening_on(Path::new("/"), port).unwrap();
        assert_eq!(tree.root, id());
        let own = tree.memory().value().unwrap();
        assert!(own.0 > 100 * 1024, "a process is larger than 100 KiB");
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let processes = tree.processes();
        // Until it has become another program it shares all of its pages.
        let grown = (0..500).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(10));
            tree.memory().value().is_some_and(|more| more.0 > own.0)
        });
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(processes.contains(&child.id()), "{processes:?}");
        assert!(grown, "what a child uses counts");
        assert!(tree.cpu_time().value().is_some());
        drop(listener);
        assert!(ProcessTree::listening_on(Path::new("/"), port).is_none());
    }

    #[test]
    fn tables_are_read_and_odd_lines_are_none() {
        let text = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
             0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 x\n\
             1: 0100007F:1F90 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 x\n\
             2: odd\n";
        assert_eq!(listening(text, 8080), ["socket:[4711]"]);
        assert_eq!(listening(text, 8081), [""; 0]);
        let stat = "7 (a ) b) S 3 7 7 0 -1 4 1 2 3 4 10 20 30 40 20 0";
        assert_eq!((parent(stat), ticks(stat)), (Some(3), Some(100)));
        assert_eq!((parent("7 a"), ticks("7 (a) S 3")), (None, Some(0)));
    }
}
