//! Scripts for the board's shell. They have no single quotes: ssh is given each within them.

use std::fmt::Write;

use super::binary::Binary;
use crate::verbosity;

/// The folder of edgescore-rt, as `crates/runtime/src/home.rs` finds it.
const HOME: &str = r#"d="${EDGESCORE_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/edgescore}""#;

/// First word of the answer of a board that lacks the program.
const NEEDS: &str = "edgescore-needs";

/// Starts the program that fits the machine, or answers that the board lacks it.
pub fn link(binaries: &[Binary]) -> String {
    let mut fits = String::new();
    for binary in binaries {
        for machine in binary.machines {
            // Writing to a String cannot fail.
            let _ = write!(fits, "{machine}) h={};; ", binary.hash);
        }
    }
    let log = verbosity::log_level()
        .map_or_else(String::new, |level| format!("export RUST_LOG={level}; "));
    format!(
        r#"{HOME}; m=$(uname -m); grep -qw asimddp /proc/cpuinfo 2>/dev/null && m=$m+dotprod; case $m in {fits}*) h=none;; esac; f="$d/bin/$h/edgescore-rt"; if [ -x "$f" ]; then {log}exec "$f" --link; fi; printf "{NEEDS} %s %s\n" "$m" "$( (wc -c < "$d/bin/$h.part") 2>/dev/null || echo 0)""#
    )
}

/// Block of the copy: it goes on at a whole block, so that two copies that overlap write the
/// same bytes to the same places.
pub const BLOCK: u64 = 4096;

/// Answers of the copy when all is well, and when the bytes that arrived are not the program's.
pub const STORED: &str = "edgescore-stored";
/// See [`STORED`].
pub const BROKEN: &str = "edgescore-broken";
/// See [`STORED`]: programs there cannot be run, and their hash cannot be made.
pub const NO_EXEC: &str = "edgescore-noexec";
/// See [`NO_EXEC`].
pub const NO_SUM: &str = "edgescore-nosum";

/// Takes the program from standard input, from block `from` on. Another host may do the same: the
/// program is put in its place as a copy that no other process writes to (a file that is open for
/// writing cannot be executed), and a script that finds it in its place is done.
pub fn install(binary: &Binary, from: u64) -> String {
    let Binary { hash, bytes, .. } = binary;
    let length = bytes.len();
    format!(
        r#"{HOME}; p="$d/bin/{hash}.part"; f="$d/bin/{hash}/edgescore-rt"; t="$f.$$"; here() {{ if [ -x "$f" ]; then rm -f "$p" "$t"; echo {STORED}; exit; fi; }}; mkdir -p "$d/bin/{hash}" || exit 1; command -v sha256sum >/dev/null || {{ echo {NO_SUM}; exit; }}; dd of="$p" bs={BLOCK} seek={from} conv=notrunc 2>/dev/null; here; cp "$p" "$t" || {{ here; exit 1; }}; [ $(wc -c < "$t") -ge {length} ] || {{ rm -f "$t"; exit 1; }}; if printf "%s  %s\n" {hash} "$t" | sha256sum -c >/dev/null 2>&1; then chmod 755 "$t" || exit 1; [ -x "$t" ] || {{ rm -f "$p" "$t"; echo {NO_EXEC} "$d"; exit; }}; mv -f "$t" "$f" && rm -f "$p" && echo {STORED}; else rm -f "$p" "$t"; echo {BROKEN}; fi"#
    )
}

/// A board that lacks the program.
#[derive(Debug, PartialEq, Eq)]
pub struct Needs {
    /// `uname -m`, with `+dotprod` where the CPU has these instructions.
    pub machine: String,
    /// Bytes of the program that it has.
    pub have: u64,
}

impl Needs {
    /// Finds the answer in the board's output, which may begin with a message of the day.
    pub fn find(output: &str) -> Option<Needs> {
        let whole = output
            .split_inclusive('\n')
            .filter(|line| line.ends_with('\n'));
        whole.into_iter().find_map(|line| {
            let mut words = line.split_whitespace();
            let (NEEDS, machine, have) = (words.next()?, words.next()?, words.next()?) else {
                return None;
            };
            Some(Needs {
                machine: machine.to_owned(),
                have: have.parse().ok()?,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_answer_behind_other_text() {
        let needs = Needs::find("Welcome!\nedgescore-needs aarch64+dotprod 8192\n");
        let machine = "aarch64+dotprod".to_owned();
        assert_eq!(
            needs,
            Some(Needs {
                machine,
                have: 8192
            })
        );
        assert_eq!(Needs::find("edgescore-needs aarch64 81"), None);
        assert_eq!(Needs::find("Welcome!\n"), None);
    }

    #[test]
    fn scripts_stand_in_single_quotes() {
        let binary = Binary {
            path: "edgescore-rt".into(),
            machines: &["x86_64"],
            hash: edgescore_taskpack::Hash::of(b"ELF"),
            bytes: b"ELF".to_vec(),
        };
        assert!(!install(&binary, 3).contains('\''));
        assert!(!link(&[binary]).contains('\''));
    }
}
