//! `edgescore pack import csv` and `jsonl`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use edgescore_taskgen::own::{
    self, Asks, BadRow, Base, Common, Form, Import, Mapped, Note, Wanted,
};
use edgescore_taskpack::MAX_FUNCTIONS;

use super::{file, tools};
use crate::failure::Failure;
use crate::files;
use crate::output::print;

/// Bad rows that are shown; the others are counted.
const SHOWN: usize = 20;

/// Your own questions from a CSV file
///
/// The first line names the columns; a file of question, options A and on, and letter needs none.
/// Separators are `,`, `;` or a tab. What each column was taken for is printed.
#[derive(clap::Args)]
pub struct Csv {
    #[command(flatten)]
    own: Args,

    /// What stands between columns [default: found]
    #[arg(long, value_name = "CHAR", value_parser = delimiter)]
    delimiter: Option<u8>,
}

/// Your own questions from a JSON file
///
/// One object a line, a list of objects, or an object of objects, as TeleQnA is; also the sample
/// files of lm-evaluation-harness (--log_samples). What each field was taken for is printed.
#[derive(clap::Args)]
pub struct Jsonl {
    #[command(flatten)]
    own: Args,
}

#[derive(clap::Args)]
struct Args {
    /// The file
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// What columns hold: question, options, answer, context, task, group, id, reason, unit,
    /// tolerance, match, functions, instruction. `answer=Key`, `options=A;B;C` for a column each,
    /// `task=` for none [default: by their names]
    #[arg(long, value_name = "ROLE=COL", value_delimiter = ',')]
    map: Vec<Mapped>,

    /// What the questions ask for [default: as the columns show]
    #[arg(long, value_enum)]
    kind: Option<Kind>,

    /// What answers that are numbers count from, or none if they are texts of options
    /// [default: what fits all rows]
    #[arg(long, value_enum, value_name = "BASE")]
    index_base: Option<IndexBase>,

    /// Leave out rows that cannot be asked, and say how many
    #[arg(long)]
    skip_bad: bool,

    /// Functions that every question offers: an MCP tools/list result, an OpenAPI 3 document or a
    /// list of functions, as JSON
    #[arg(long, value_name = "FILE")]
    tools: Option<PathBuf>,

    /// Of --tools only these
    #[arg(long, value_name = "NAME", value_delimiter = ',', requires = "tools")]
    only: Vec<String>,

    /// Name of the pack [default: that of the file]
    #[arg(long)]
    name: Option<String>,

    /// The system message [default: none]
    #[arg(long, value_name = "TEXT", default_value = "")]
    system: String,

    /// How to answer [default: by what is asked for, as JSON with `answer`]
    #[arg(long, value_name = "TEXT")]
    instruction: Option<String>,

    /// Measure pass@k on all tasks: in generate mode every question is then drawn several times
    #[arg(long)]
    pass_at_k: bool,

    /// The pack to write
    #[arg(short, long = "output", value_name = "OUT.pack")]
    output: PathBuf,

    /// Replace OUT.pack if it is there
    #[arg(long)]
    force: bool,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Kind {
    Choice,
    Number,
    Text,
    Tool,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum IndexBase {
    #[value(name = "0")]
    Zero,
    #[value(name = "1")]
    One,
    None,
}

/// Runs `import csv`.
pub fn run_csv(args: &Csv) -> Result<(), Failure> {
    run(&args.own, Form::Csv(args.delimiter))
}

/// Runs `import jsonl`.
pub fn run_jsonl(args: &Jsonl) -> Result<(), Failure> {
    run(&args.own, Form::Json)
}

fn run(args: &Args, form: Form) -> Result<(), Failure> {
    files::check_new(&args.output, args.force)?;
    let bytes = files::read(&args.file)?;
    let wanted = Wanted {
        form,
        map: args.map.clone(),
        asks: args.kind.map(|kind| match kind {
            Kind::Choice => Asks::Choice,
            Kind::Number => Asks::Number,
            Kind::Text => Asks::Text,
            Kind::Tool => Asks::Tool,
        }),
        base: args.index_base.map(|base| match base {
            IndexBase::Zero => Base::Zero,
            IndexBase::One => Base::One,
            IndexBase::None => Base::Text,
        }),
        functions: match &args.tools {
            Some(path) => functions(path, &args.only)?,
            None => Vec::new(),
        },
        common: common(args),
    };
    let mut notes = Vec::new();
    let import = own::read(&bytes, &wanted, &mut notes);
    let Import { draft, bad } = import.map_err(|error| {
        let understood = understood(&notes, "");
        Failure::Data(anyhow!("{}: {error}{understood}", args.file.display()))
    })?;
    let rows = draft.questions.len() + bad.len();
    if !bad.is_empty() && (!args.skip_bad || draft.questions.is_empty()) {
        let remedy = match args.skip_bad {
            true => "no row is left",
            false => "mend them, or leave them out with --skip-bad",
        };
        return Err(Failure::Data(anyhow!(
            "{}: {} of {rows} rows cannot be asked: {remedy}\n{}{}",
            args.file.display(),
            bad.len(),
            listed(&bad),
            understood(&notes, "the file was read as follows")
        )));
    }
    let said = understood(&notes, "");
    print(|out| {
        writeln!(out, "{}", said.trim_start_matches('\n'))?;
        match bad.is_empty() {
            true => Ok(()),
            false => writeln!(
                out,
                "left out {} of {rows} rows:\n{}",
                bad.len(),
                listed(&bad)
            ),
        }
    })?;
    file::write(&draft, &args.output)
}

fn common(args: &Args) -> Common {
    let path = &args.file;
    let of_file = |part: Option<&std::ffi::OsStr>| {
        part.map_or_else(String::new, |part| part.to_string_lossy().into_owned())
    };
    Common {
        name: match &args.name {
            Some(name) => name.clone(),
            None => of_file(path.file_stem()),
        },
        origin: format!("own questions of {}", of_file(path.file_name())),
        system: args.system.clone(),
        instruction: args.instruction.clone(),
        pass_at_k: args.pass_at_k,
    }
}

/// The functions of a file, all of which a question can offer.
fn functions(path: &Path, only: &[String]) -> Result<Vec<String>, Failure> {
    let functions = tools::read(path, only)?;
    tools::check_all_usable(path, &functions)?;
    match functions.usable.len() {
        count if count > MAX_FUNCTIONS => Err(Failure::Data(anyhow!(
            "{} has {count} functions, and a question offers {MAX_FUNCTIONS} at most: choose some \
             with --only NAME,NAME (`edgescore pack tools` lists them)",
            path.display()
        ))),
        _ => {
            let usable = functions.usable.into_iter();
            Ok(usable.map(|function| function.json).collect())
        }
    }
}

fn listed(bad: &[BadRow]) -> String {
    let mut list = String::new();
    for (index, bad) in bad.iter().take(SHOWN).enumerate() {
        let end = if index == 0 { "" } else { "\n" };
        // Writing to a String cannot fail.
        let _ = write!(list, "{end}  {bad}");
    }
    match bad.len().checked_sub(SHOWN) {
        None | Some(0) => list,
        Some(more) => format!("{list}\n  and {more} more"),
    }
}

/// What the columns were taken for, under a title.
fn understood(notes: &[Note], title: &str) -> String {
    let mut text = String::new();
    if !notes.is_empty() && !title.is_empty() {
        let _ = write!(text, "\n{title}:");
    }
    for Note { about, text: found } in notes {
        let _ = write!(text, "\n  {about:<11}  {found}");
    }
    text
}

fn delimiter(text: &str) -> Result<u8, String> {
    match text {
        "tab" | "\\t" | "\t" => Ok(b'\t'),
        text => match text.as_bytes() {
            [byte] if byte.is_ascii_punctuation() && *byte != b'"' => Ok(*byte),
            _ => Err("must be one character such as ; or |, or tab".to_owned()),
        },
    }
}
