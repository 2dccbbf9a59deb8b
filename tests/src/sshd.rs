//! A real sshd on this machine, as a board that has nothing but sshd.

use std::env;
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::{Sandbox, wait_until};

/// A running sshd with keys, configuration and port of its own. Who logs in finds an empty
/// home folder. Named `board` in the configuration of the `ssh` that tests use.
pub struct Sshd {
    folder: TempDir,
    child: Child,
    /// Its port on 127.0.0.1.
    pub port: u16,
}

impl Sshd {
    /// Starts it.
    pub fn start() -> Sshd {
        let folder = TempDir::with_prefix("edgescore-sshd-").unwrap();
        let path = |name: &str| folder.path().join(name);
        for folder in ["board", "bin"] {
            fs::create_dir(path(folder)).unwrap();
        }
        for key in ["host", "user", "stranger"] {
            let mut keygen = Command::new("ssh-keygen");
            keygen.args(["-q", "-t", "ed25519", "-N", "", "-f"]);
            let made = keygen.arg(path(key)).status();
            assert!(
                made.is_ok_and(|s| s.success()),
                "ssh-keygen: scripts/setup test installs it"
            );
        }
        // The system's ssh with a user's configuration that is the test's. Written by a child,
        // so that nobody has it open for writing when it is started.
        let shown = folder.path().display();
        let script = format!(
            "printf '#!/bin/sh\\nexec /usr/bin/ssh -F {shown}/ssh_config \"$@\"\\n' > {shown}/bin/ssh; \
             chmod 755 {shown}/bin/ssh; [ $(id -u) != 0 ] || mkdir -p /run/sshd"
        );
        let written = Command::new("sh").args(["-c", &script]).status();
        assert!(written.unwrap().success());
        let host = fs::read_to_string(path("host.pub")).unwrap();
        fs::write(path("known_hosts"), format!("board {host}")).unwrap();
        loop {
            let port = free_port();
            let mut child = listen(folder.path(), port);
            let mut ended = false;
            wait_until("sshd listens", || {
                ended = child.try_wait().unwrap().is_some();
                ended || TcpStream::connect(("127.0.0.1", port)).is_ok()
            });
            // Somebody else may have taken the port in the meantime.
            if !ended && child.try_wait().unwrap().is_none() {
                return Sshd {
                    folder,
                    child,
                    port,
                };
            }
        }
    }

    /// `edgescore` in `sandbox`, with an `ssh` that knows this sshd.
    pub fn command(&self, sandbox: &Sandbox, arguments: &str) -> Command {
        let mut command = sandbox.command(arguments);
        let path = env::var("PATH").unwrap();
        let bin = self.folder.path().join("bin");
        command.env("PATH", format!("{}:{path}", bin.display()));
        command
    }

    /// From now on ssh logs in with a key that the board does not know.
    pub fn forget_the_user(&self) {
        let key = |name: &str| self.folder.path().join(name);
        fs::copy(key("stranger"), key("user")).unwrap();
    }

    /// The folder that all of it is in.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The folder that edgescore makes on the board.
    pub fn cache(&self) -> PathBuf {
        self.folder.path().join("board/.cache/edgescore")
    }

    /// Every file below [`Sshd::cache`] but journals, with its size and time of change.
    pub fn copied(&self) -> Vec<(PathBuf, u64, std::time::SystemTime)> {
        let mut found = Vec::new();
        let mut folders = vec![self.cache().join("bin"), self.cache().join("files")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                let metadata = path.metadata().unwrap();
                match metadata.is_dir() {
                    true => folders.push(path),
                    false => found.push((path, metadata.len(), metadata.modified().unwrap())),
                }
            }
        }
        found.sort();
        found
    }

    /// Names of the journals with this ending.
    pub fn runs(&self, ending: &str) -> Vec<PathBuf> {
        let files = fs::read_dir(self.cache().join("runs"))
            .into_iter()
            .flatten();
        let paths = files.map(|entry| entry.unwrap().path());
        paths
            .filter(|path| path.extension() == Some(Path::new(ending).as_os_str()))
            .collect()
    }
}

/// Starts sshd on `port`, and has ssh know it.
fn listen(folder: &Path, port: u16) -> Child {
    let shown = folder.display();
    let config = format!(
        "Port {port}\nListenAddress 127.0.0.1\nHostKey {shown}/host\n\
         AuthorizedKeysFile {shown}/user.pub\nPidFile none\nStrictModes no\nUsePAM no\n\
         PasswordAuthentication no\nKbdInteractiveAuthentication no\nPrintMotd no\n\
         MaxStartups 1000\nLogLevel ERROR\nSetEnv HOME={shown}/board\n"
    );
    fs::write(folder.join("sshd_config"), config).unwrap();
    let config = format!(
        "Host *\n HostName 127.0.0.1\n Port {port}\n IdentityFile {shown}/user\n\
         IdentitiesOnly yes\n IdentityAgent none\n UserKnownHostsFile {shown}/known_hosts\n\
         GlobalKnownHostsFile /dev/null\n StrictHostKeyChecking yes\n\
         Host board\n HostKeyAlias board\n"
    );
    fs::write(folder.join("ssh_config"), config).unwrap();
    let mut sshd = Command::new("/usr/sbin/sshd");
    sshd.args(["-D", "-e", "-f"])
        .arg(folder.join("sshd_config"));
    sshd.env_remove("EDGESCORE_HOME")
        .env_remove("XDG_CACHE_HOME")
        .stdin(Stdio::null())
        .spawn()
        .unwrap_or_else(|e| panic!("sshd: {e}: scripts/setup test installs it"))
}

impl Drop for Sshd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that nobody listens on.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}
