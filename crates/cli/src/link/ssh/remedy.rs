//! Error messages of ssh and the board's shell, and what to do about them.

use anyhow::anyhow;

use crate::failure::Failure;
use crate::link::log::last_line;

/// Messages of ssh and the remedy. The wording is OpenSSH's of the last twenty years.
const OF_SSH: &[(&str, &str)] = &[
    (
        "REMOTE HOST IDENTIFICATION HAS CHANGED",
        "the board has another host key than before: if it was set up anew, remove the old one with `ssh-keygen -R HOST`",
    ),
    (
        "Host key verification failed",
        "its host key is not known here: connect once by hand with `ssh HOST` and accept it",
    ),
    (
        "Permission denied",
        "the board refuses the login: copy your key with `ssh-copy-id`, or start ssh-agent, and check the user name",
    ),
    (
        "Could not resolve hostname",
        "check the name, or give an address",
    ),
    (
        "No route to host",
        "the board is off or in another network: check its power and cable",
    ),
    (
        "Network is unreachable",
        "this machine has no route to it: check the network here",
    ),
    (
        "Connection refused",
        "no sshd listens there: start it on the board (`sudo systemctl enable --now ssh`), or give its port as ssh:HOST:PORT",
    ),
    (
        "timed out",
        "the board does not answer: check its power and network",
    ),
];

/// Messages of the board and the remedy.
const OF_BOARD: &[(&str, &str)] = &[
    (
        "GLIBC_",
        "edgescore-rt needs a newer C library than the board has: build a static one with `scripts/cross BOARD`",
    ),
    (
        "Permission denied",
        "programs cannot be run from its cache folder: set EDGESCORE_HOME in the environment of its sshd to a folder where they can",
    ),
    (
        "Exec format error",
        "edgescore-rt was built for another CPU: build it with `scripts/cross BOARD`, or name it with --runtime",
    ),
];

/// Why ssh failed.
pub fn of_ssh(stderr: &str) -> String {
    let last = last_line(stderr);
    match find(OF_SSH, stderr) {
        Some((line, remedy)) => format!("{line}; {remedy}"),
        None => format!(
            "ssh ended without a connection: {}",
            last.unwrap_or("it printed nothing")
        ),
    }
}

/// Why the program could not be started there, where that is known.
pub fn of_board(stderr: &str) -> Option<String> {
    find(OF_BOARD, stderr).map(|(line, remedy)| format!("{line}; {remedy}"))
}

/// A login shell that does not come to its command.
pub fn of_shell(why: &str, printed: &[u8]) -> Failure {
    let text = String::from_utf8_lossy(printed);
    let last = last_line(&text);
    let last = last.map_or("it printed nothing".to_owned(), |line| {
        format!(
            "its last line is {:?}",
            line.get(..line.floor_char_boundary(200))
                .unwrap_or_default()
        )
    });
    Failure::Board(anyhow!(
        "the board {why}; {last}: its login shell waits for somebody or starts a menu, so let its profile do that only \
         where it is interactive (`case $- in *i*) ;; *) return;; esac`), or give a longer --wait"
    ))
}

fn find<'s>(table: &[(&str, &'static str)], stderr: &'s str) -> Option<(&'s str, &'static str)> {
    table.iter().find_map(|(message, remedy)| {
        let line = stderr.lines().find(|line| line.contains(message))?;
        Some((line.trim().trim_matches('@').trim(), *remedy))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_remedy() {
        for (stderr, remedy) in [
            ("ssh: connect to host b port 22: No route to host", "power"),
            ("ssh: connect to host b port 22: Connection refused", "sshd"),
            (
                "No ED25519 host key is known for b.\nHost key verification failed.",
                "by hand",
            ),
            ("pi@b: Permission denied (publickey).", "ssh-copy-id"),
            (
                "ssh: Could not resolve hostname b: Name or service not known",
                "name",
            ),
            ("something new", "something new"),
        ] {
            assert!(of_ssh(stderr).contains(remedy), "{}", of_ssh(stderr));
        }
        let glibc = "edgescore-rt: version `GLIBC_2.38' not found";
        assert!(of_board(glibc).is_some_and(|text| text.contains("scripts/cross")));
        assert_eq!(of_board("killed"), None);
    }
}
