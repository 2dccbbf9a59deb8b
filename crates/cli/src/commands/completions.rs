//! `edgescore completions`.

use clap::Command;
use clap_complete::Shell;

use crate::failure::Failure;
use crate::output::{self, Content};

/// Print the completions of a shell
///
/// bash: edgescore completions bash > ~/.local/share/bash-completion/completions/edgescore
#[derive(clap::Args)]
pub struct Args {
    /// The shell
    shell: Shell,
}

/// Runs the command: prints the completions of `command`.
pub fn run(args: &Args, command: &mut Command) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, command, "edgescore", &mut script);
    output::to(None, Content::Text, |out| {
        out.write_all(&script).map_err(Failure::data)
    })
}
