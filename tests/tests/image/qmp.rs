//! Speaking with QEMU itself (its interop/qmp-spec.txt): one JSON object a line.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

/// A connection to QEMU's control socket.
pub struct Qmp {
    socket: BufReader<UnixStream>,
}

impl Qmp {
    /// Connects to the socket at `path`; an event that does not come within `patience` fails the
    /// test.
    pub fn connect(path: &Path, patience: Duration) -> Qmp {
        let socket = UnixStream::connect(path).unwrap();
        socket.set_read_timeout(Some(patience)).unwrap();
        let mut qmp = Qmp {
            socket: BufReader::new(socket),
        };
        qmp.receive(|said| said.get("QMP").is_some());
        qmp.execute("qmp_capabilities", &json!({}));
        qmp
    }

    /// Has a command carried out.
    pub fn execute(&mut self, command: &str, arguments: &Value) {
        let line = json!({ "execute": command, "arguments": arguments });
        writeln!(self.socket.get_mut(), "{line}").unwrap();
        let said = self.receive(|said| said.get("return").is_some() || said.get("error").is_some());
        assert!(said.get("return").is_some(), "{line}: {said}");
    }

    /// Waits for an event.
    pub fn event(&mut self, name: &str) -> Value {
        self.receive(|said| said["event"] == name)
    }

    fn receive(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let mut line = String::new();
            let read = self.socket.read_line(&mut line).unwrap();
            assert_ne!(read, 0, "QEMU is gone");
            let said: Value = serde_json::from_str(&line).unwrap();
            if wanted(&said) {
                return said;
            }
        }
    }
}
