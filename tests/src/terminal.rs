//! A program in a terminal.

use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use crate::Sandbox;

/// More than any test prints, so that nothing scrolls out of sight.
const ROWS: u16 = 400;

/// `edgescore` in a terminal of its own, which script(1) makes.
pub struct Terminal {
    script: Child,
    columns: u16,
    written: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
}

impl Terminal {
    /// Starts `edgescore` with `arguments` in a terminal of so many columns; `environment` is what
    /// comes before it in a shell.
    pub fn start(sandbox: &Sandbox, columns: u16, environment: &str, arguments: &str) -> Terminal {
        let edgescore = sandbox.command("");
        let program = edgescore.get_program().to_str().unwrap();
        let line =
            format!("stty cols {columns} rows {ROWS}; {environment} exec {program} {arguments}");
        let mut command = Command::new("script");
        command
            .args(["-qec", &line, "/dev/null"])
            .env("TERM", "xterm-256color")
            .env("SHELL", "/bin/sh")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        sandbox.inside(&mut command);
        let mut script = command.spawn().unwrap();
        let mut output = script.stdout.take().unwrap();
        let written = Arc::<Mutex<Vec<u8>>>::default();
        let reader = thread::spawn({
            let written = written.clone();
            move || {
                let mut buffer = [0; 4096];
                while let Ok(count @ 1..) = output.read(&mut buffer) {
                    written.lock().unwrap().extend_from_slice(&buffer[..count]);
                }
            }
        });
        Terminal {
            script,
            columns,
            written,
            reader,
        }
    }

    /// What the terminal shows now, line by line.
    pub fn shown(&self) -> Vec<String> {
        let mut parser = vt100::Parser::new(ROWS, self.columns, 0);
        parser.process(&self.written.lock().unwrap());
        let contents = parser.screen().contents();
        contents
            .lines()
            .map(|line| line.trim_end().to_owned())
            .collect()
    }

    /// What was written to the terminal, with its escape sequences.
    pub fn written(&self) -> String {
        String::from_utf8_lossy(&self.written.lock().unwrap()).into_owned()
    }

    /// Presses Ctrl-C.
    pub fn press_ctrl_c(&mut self) {
        let keyboard = self.script.stdin.as_mut().unwrap();
        keyboard.write_all(b"\x03").unwrap();
        keyboard.flush().unwrap();
    }

    /// Waits until the program has ended. Returns its exit code.
    pub fn wait(&mut self) -> Option<i32> {
        // The keyboard stays: without it the program would read the end of its input.
        let keyboard = self.script.stdin.take();
        let status = self.script.wait().unwrap();
        drop(keyboard);
        while !self.reader.is_finished() {
            thread::yield_now();
        }
        status.code()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.script.kill();
        let _ = self.script.wait();
    }
}
