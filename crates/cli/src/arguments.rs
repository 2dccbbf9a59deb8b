//! From the command line to its matches: with the defaults of `edgescore.toml`, and suggestions
//! where a word is misspelt.

use std::env;
use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ArgMatches, Command, Error};

use crate::config::{self, Config};
use crate::failure::Failure;
use crate::suggest::nearest;
use crate::verbosity::Verbosity;

/// The arguments that every command takes.
#[derive(clap::Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    #[command(flatten)]
    pub verbosity: Verbosity,

    /// Take no defaults from the edgescore.toml of the current folder
    #[arg(long, global = true)]
    no_config: bool,
}

/// What was asked for, and the arguments that edgescore.toml added. Wrong usage ends the program.
pub fn parse(mut command: Command) -> Result<(ArgMatches, Vec<String>), Failure> {
    let given: Vec<OsString> = env::args_os().collect();
    let matches = command
        .try_get_matches_from_mut(&given)
        .unwrap_or_else(|error| mended(error, &command, &given).exit());
    let config = match matches.get_flag("no_config") {
        true => None,
        false => Config::find(&command)?,
    };
    let defaults = match &config {
        Some(config) => config.arguments(&command, &matches)?,
        None => Vec::new(),
    };
    match matches.subcommand_name() {
        Some(name) if !defaults.is_empty() => {
            let all = config::with_defaults(&given, name, &defaults);
            let matches = command.try_get_matches_from_mut(all).map_err(|error| {
                let text = error.to_string();
                let said = text.strip_prefix("error: ").unwrap_or(&text);
                config::wrong(&said.split("\n\n").next().unwrap_or(said))
            })?;
            Ok((matches, defaults))
        }
        _ => Ok((matches, defaults)),
    }
}

/// Puts the nearest name in the place of clap's suggestion, which prefers a common beginning: to
/// it `--modle` is `--mode`.
fn mended(mut error: Error, root: &Command, given: &[OsString]) -> Error {
    let command = innermost(root, given);
    match error.kind() {
        ErrorKind::UnknownArgument => {
            let Some(word) = word_of(&error, ContextKind::InvalidArg) else {
                return error;
            };
            let suggested = word_of(&error, ContextKind::SuggestedArg);
            let longs = command.get_arguments().filter_map(|arg| arg.get_long());
            let typed = word.trim_start_matches('-');
            match nearest(typed, longs) {
                Some(name) => {
                    let name = ContextValue::String(format!("--{name}"));
                    error.insert(ContextKind::SuggestedArg, name);
                }
                // A part of a name is near to it, too: --calibrate and --no-calibrate.
                None if suggested.is_some_and(|name| name.contains(typed)) => {}
                None => drop(error.remove(ContextKind::SuggestedArg)),
            }
            // clap's names the option that it would have suggested.
            let usage = command.clone().render_usage();
            error.insert(ContextKind::Usage, ContextValue::StyledStr(usage));
        }
        ErrorKind::InvalidSubcommand => {
            let names = command.get_subcommands().map(Command::get_name);
            let word = word_of(&error, ContextKind::InvalidSubcommand);
            if let Some(name) = word.and_then(|word| nearest(&word, names)) {
                let names = ContextValue::Strings(vec![name.to_owned()]);
                error.insert(ContextKind::SuggestedSubcommand, names);
            }
        }
        _ => {}
    }
    error
}

fn word_of(error: &Error, kind: ContextKind) -> Option<String> {
    match error.get(kind) {
        Some(ContextValue::String(word)) => Some(word.clone()),
        _ => None,
    }
}

/// The command that the words of `given` lead to.
fn innermost<'c>(root: &'c Command, given: &[OsString]) -> &'c Command {
    let words = given.iter().skip(1);
    words.fold(root, |command, word| {
        command.find_subcommand(word).unwrap_or(command)
    })
}
