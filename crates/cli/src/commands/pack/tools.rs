//! `edgescore pack tools`.

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use edgescore_taskgen::functions::{self, Functions};

use crate::failure::Failure;
use crate::files;
use crate::output::print;

/// Print the functions of a file as models see them, one JSON object a line
///
/// FILE is what an MCP server answers to tools/list, an OpenAPI 3 document as JSON, or a list of
/// functions. Each operation of OpenAPI is a function of its path and query parameters and the
/// properties of its JSON body. `edgescore pack import jsonl QUESTIONS --tools FILE` asks with them.
#[derive(clap::Args)]
pub struct Args {
    /// The file
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Only these
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    only: Vec<String>,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<(), Failure> {
    let functions = read(&args.file, &args.only)?;
    print(|out| {
        let mut usable = functions.usable.iter();
        usable.try_for_each(|function| writeln!(out, "{}", function.json))
    })?;
    let usable = functions.usable.iter();
    let unchecked = functions::unchecked(usable.map(|function| function.json.as_str()));
    if !unchecked.is_empty() {
        crate::screen::say(&format!("not checked: {}", unchecked.join(", ")));
    }
    check_all_usable(&args.file, &functions)
}

/// The functions of a file; those of `only` alone, if there are any.
pub fn read(path: &Path, only: &[String]) -> Result<Functions, Failure> {
    let bytes = files::read(path)?;
    // Text in UTF-16 without its mark is UTF-8 too, full of NUL.
    let text = String::from_utf8(bytes).ok();
    let text = text.filter(|text| !text.contains('\0')).ok_or_else(|| {
        Failure::Data(anyhow!("{} is not UTF-8: save it as UTF-8", path.display()))
    })?;
    let functions = functions::read(&text, only)
        .map_err(|error| Failure::Data(anyhow!("{}: {error}", path.display())))?;
    if functions.more_follow {
        crate::screen::say(&format!(
            "warning: {} lacks functions: its nextCursor says that the server has more; ask for them \
             with tools/list and that cursor, and put all into one list",
            path.display()
        ));
    }
    Ok(functions)
}

/// Refuses functions that no model could call.
pub fn check_all_usable(path: &Path, functions: &Functions) -> Result<(), Failure> {
    if functions.unusable.is_empty() {
        return Ok(());
    }
    let lines = functions.unusable.iter();
    let lines: Vec<String> = lines
        .map(|(name, why)| format!("\n  {name}: {why}"))
        .collect();
    Err(Failure::Data(anyhow!(
        "{}: {} of {} functions cannot be called: mend them, or choose others with --only \
         NAME,NAME{}",
        path.display(),
        functions.unusable.len(),
        functions.unusable.len() + functions.usable.len(),
        lines.concat()
    )))
}
