//! `edgescore.toml`: defaults of options, in the folder where `edgescore` is started.

use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;

use anyhow::anyhow;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::failure::Failure;
use crate::suggest::did_you_mean;

/// The file, which is looked for in the current folder alone.
pub const FILE: &str = "edgescore.toml";

/// The commands that take defaults, each with the options that it has by the same name for
/// something else.
const COMMANDS: [(&str, &[&str]); 5] = [
    ("run", &[]),
    ("plan", &[]),
    ("prompt", &[]),
    ("gate", &[]),
    ("doctor", &["model"]),
];

/// Options that say what to do now and not how it is usually done.
const NEVER: [&str; 15] = [
    "detach",
    "find_memory_floor",
    "force",
    "format",
    "help",
    "json",
    "messages",
    "no_config",
    "output",
    "question",
    "quiet",
    "sweep",
    "sysfs_root",
    "text",
    "verbose",
];

/// The heading of the limits of a gate. `--profile` gives all of them.
pub const LIMITS: &str = "Limits";

/// Defaults as they are in the file: each option's id and its values.
pub struct Config {
    defaults: toml::Table,
}

impl Config {
    /// The file of the current folder, if there is one. Unknown keys are refused.
    pub fn find(root: &Command) -> Result<Option<Config>, Failure> {
        let text = match fs::read_to_string(FILE) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(wrong(&error)),
        };
        let defaults: toml::Table = toml::from_str(&text).map_err(|error| wrong(&error))?;
        let known: Vec<&str> = COMMANDS
            .iter()
            .filter_map(|(name, _)| root.find_subcommand(name))
            .flat_map(Command::get_arguments)
            .filter(|arg| is_default(arg))
            .map(|arg| arg.get_id().as_str())
            .collect();
        for key in defaults.keys() {
            if !known.contains(&key.as_str()) {
                let meant = did_you_mean(key, known.iter().copied());
                return Err(wrong(&format!("{key} is no option with a default{meant}")));
            }
        }
        Ok(Some(Config { defaults }))
    }

    /// The defaults that hold beside the arguments that were given, as arguments: those of options
    /// that the command has, that were not given and that contradict none that was.
    pub fn arguments(&self, root: &Command, given: &ArgMatches) -> Result<Vec<String>, Failure> {
        let Some((name, given)) = given.subcommand() else {
            return Ok(Vec::new());
        };
        let other = COMMANDS.iter().find(|(command, _)| *command == name);
        let (Some((_, other)), Some(command)) = (other, root.find_subcommand(name)) else {
            return Ok(Vec::new());
        };
        let is_given = |arg: &Arg| {
            let source = given.value_source(arg.get_id().as_str());
            source.is_some_and(|source| source != ValueSource::DefaultValue)
        };
        let all: Vec<&Arg> = command
            .get_arguments()
            .filter(|arg| is_given(arg))
            .collect();
        let mut arguments = Vec::new();
        for (key, value) in &self.defaults {
            let arg = command.get_arguments().find(|arg| arg.get_id() == key);
            let Some(arg) = arg.filter(|_| !other.contains(&key.as_str())) else {
                continue;
            };
            let contradicts = |given: &&Arg| {
                let conflicts = |one: &Arg, other: &Arg| {
                    let found = command.get_arg_conflicts_with(one);
                    found.iter().any(|found| found.get_id() == other.get_id())
                };
                given.get_id() == arg.get_id()
                    || conflicts(arg, given)
                    || conflicts(given, arg)
                    || (given.get_id() == "profile" && arg.get_help_heading() == Some(LIMITS))
            };
            if !all.iter().any(contradicts) {
                arguments.extend(as_arguments(arg, key, value)?);
            }
        }
        Ok(arguments)
    }
}

/// `given` with `defaults` behind the name of its command.
pub fn with_defaults(given: &[OsString], command: &str, defaults: &[String]) -> Vec<OsString> {
    let at = given.iter().position(|argument| argument == command);
    let (before, after) = given.split_at(at.map_or(given.len(), |at| at + 1));
    let defaults = defaults.iter().map(OsString::from);
    before
        .iter()
        .cloned()
        .chain(defaults)
        .chain(after.iter().cloned())
        .collect()
}

/// What is wrong with the file.
pub fn wrong(what: &dyn std::fmt::Display) -> Failure {
    Failure::Usage(anyhow!(
        "{FILE}: {}; mend the file, or leave it out with --no-config",
        what.to_string().trim_end()
    ))
}

fn is_default(arg: &Arg) -> bool {
    arg.get_long().is_some() && !NEVER.contains(&arg.get_id().as_str())
}

fn as_arguments(arg: &Arg, key: &str, value: &toml::Value) -> Result<Vec<String>, Failure> {
    let long = arg.get_long().unwrap_or(key);
    let is_flag = matches!(arg.get_action(), ArgAction::SetTrue);
    Ok(match value {
        toml::Value::Boolean(set) if is_flag => match set {
            true => vec![format!("--{long}")],
            false => Vec::new(),
        },
        _ if is_flag => return Err(wrong(&format!("{key} is true or false"))),
        toml::Value::Boolean(true) => vec![format!("--{long}=yes")],
        toml::Value::Boolean(false) => vec![format!("--{long}=no")],
        toml::Value::String(text) => vec![format!("--{long}={text}")],
        toml::Value::Integer(_) | toml::Value::Float(_) | toml::Value::Datetime(_) => {
            vec![format!("--{long}={value}")]
        }
        toml::Value::Array(values) => {
            let each = values.iter().map(|value| as_arguments(arg, key, value));
            each.collect::<Result<Vec<_>, _>>()?.concat()
        }
        toml::Value::Table(_) => {
            return Err(wrong(&format!(
                "{key} is a text, a number or a list of them"
            )));
        }
    })
}
