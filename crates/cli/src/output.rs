//! Where a command prints: standard output, or a file that is there whole or not at all.

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::anyhow;

use crate::failure::Failure;
use crate::files;
use crate::terminal_guard::TerminalGuard;

/// Whether a terminal can show what is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Text for people or programs.
    Text,
    /// Bytes that a terminal cannot show.
    Binary,
}

/// Hands `write` the file at `path`, or standard output. A reader of standard output that has
/// seen enough (`head`) is no error.
pub fn to(
    path: Option<&Path>,
    content: Content,
    write: impl FnOnce(&mut (dyn Write + Send)) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let Some(path) = path else {
        let mut out = io::BufWriter::with_capacity(1 << 16, io::stdout());
        let written = match (io::stdout().is_terminal(), content) {
            (true, Content::Binary) => {
                return Err(Failure::Usage(anyhow!(
                    "this format is not for a terminal: name a file with -o FILE"
                )));
            }
            (true, Content::Text) => write(&mut TerminalGuard::new(&mut out)),
            (false, _) => write(&mut out),
        };
        let written = written.and_then(|()| out.flush().map_err(Failure::data));
        // What is still buffered when a reader has gone has no reader either.
        let _ = out.into_parts();
        return match written {
            Err(Failure::Data(error)) if is_closed_pipe(&error) => Ok(()),
            Err(Failure::Data(error)) if error.is::<io::Error>() => Err(Failure::Data(
                error.context("cannot write to standard output"),
            )),
            other => other,
        };
    };
    files::write_with(path, |file| {
        let mut out = io::BufWriter::with_capacity(1 << 16, file);
        write(&mut out)?;
        out.flush().map_err(Failure::data)
    })
}

/// Prints a few lines to standard output.
pub fn print(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    to(None, Content::Text, |out| write(out).map_err(Failure::data))
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
    kind == Some(io::ErrorKind::BrokenPipe)
}

/// The arguments `-o FILE` and `--force`.
#[derive(clap::Args)]
#[command(next_help_heading = "Output")]
pub struct Output {
    /// The file to write [default: standard output]
    #[arg(short = 'o', long = "output", value_name = "FILE")]
    path: Option<PathBuf>,

    /// Replace FILE if it is there
    #[arg(long, requires = "path")]
    force: bool,
}

impl Output {
    /// The file, if there is one to write. Refuses one that may not be written.
    pub fn checked(&self) -> Result<Option<&Path>, Failure> {
        let path = self.path.as_deref();
        path.map_or(Ok(()), |path| files::check_new(path, self.force))?;
        Ok(path)
    }

    /// The file, if there is one.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }
}
