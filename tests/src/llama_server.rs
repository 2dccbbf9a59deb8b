//! A real llama-server, which `scripts/llama-server` builds.

use std::env;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::{free_port, wait_until};

/// A server on a port of its own, which ends when it is dropped.
pub struct LlamaServer {
    /// Its address, up to `/v1`.
    pub url: String,
    child: Child,
}

/// The program; none, with a sentence, where it was not built. `EDGESCORE_REQUIRE_CROSS` makes that a failure.
pub fn llama_server() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let program = root.join("target/llama-server/llama-server");
    if program.exists() {
        return Some(program);
    }
    let why = "skipped: scripts/llama-server has not built llama-server";
    assert!(env::var_os("EDGESCORE_REQUIRE_CROSS").is_none(), "{why}");
    eprintln!("{why}");
    None
}

impl LlamaServer {
    /// Serves the model at `path` with `options` beside those that every test needs.
    pub fn start(program: &Path, model: &Path, options: &[&str]) -> LlamaServer {
        let port = free_port();
        let address = format!("127.0.0.1:{port}");
        let child = Command::new(program)
            .arg("-m")
            .arg(model)
            .args(["--port", &port.to_string()])
            .args(["-c", "4096", "-np", "1", "-t", "2", "--no-webui"])
            .args(options)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = LlamaServer {
            url: format!("http://{address}/v1"),
            child,
        };
        wait_until("llama-server has loaded its model", || {
            let Ok(mut stream) = TcpStream::connect(&address) else {
                return false;
            };
            let request = "GET /health HTTP/1.0\r\n\r\n";
            let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
            let mut reply = String::new();
            stream.write_all(request.as_bytes()).is_ok()
                && stream.read_to_string(&mut reply).is_ok()
                && reply.contains(" 200 ")
        });
        server
    }
}

impl Drop for LlamaServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
