//! Why a file of questions cannot be read at all.

/// What is wrong with a file as a whole, or with what was said about it. The message names the remedy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OwnError {
    /// It holds nothing.
    #[error("has no questions")]
    Empty,
    /// It is in UTF-16.
    #[error("is UTF-16: save it as UTF-8 (in a spreadsheet: \"CSV UTF-8\")")]
    Utf16,
    /// It has a byte that no text has.
    #[error(
        "line {0} has a NUL byte, as text in UTF-16 has: save the file as UTF-8 (in a spreadsheet: \
         \"CSV UTF-8\")"
    )]
    Nul(usize),
    /// It is JSON, and was to be read as CSV.
    #[error("is JSON, not CSV: read it with `edgescore pack import jsonl`")]
    JsonAsCsv,
    /// It has no JSON, and was to be read as JSON.
    #[error(
        "has no JSON object; line {0} is {1}: write one object a line, or read a CSV file with \
         `edgescore pack import csv`"
    )]
    NoJson(usize, String),
    /// The names of the columns are not UTF-8.
    #[error("line 1 is not UTF-8: save the file as UTF-8 (in a spreadsheet: \"CSV UTF-8\")")]
    HeaderNotUtf8,
    /// A quote is opened and not closed.
    #[error(
        "line {0}: a text in quotes begins here and does not end, so that no row behind it can be read: \
         close it, and write a quote inside it twice"
    )]
    OpenQuote(usize),
    /// JSON that is not one row a line, and is broken.
    #[error("line {0}: is not JSON: {1}; no row behind it can be read: mend it")]
    Json(usize, String),
    /// The JSON is a value of another form.
    #[error(
        "is no file of questions: give one JSON object a line, a list of objects, or an object of \
         objects"
    )]
    Form,
    /// There is no line with the names of the columns.
    #[error(
        "line 1 names no column of questions, and is no question with options and a letter either; it \
         has {0}: name the columns there, or say which they are with --map question=COL"
    )]
    NoHeader(String),
    /// Two columns have one name.
    #[error("two columns are named `{0}`: rename one")]
    SameColumn(String),
    /// No column has what is needed.
    #[error(
        "no column is known to hold the {0}; there are {1}: say which it is with --map {0}=COL"
    )]
    NoColumn(&'static str, String),
    /// `--map` names a column that is not there.
    #[error("--map {0}={1}: there is no column `{1}`; there are {2}")]
    UnknownColumn(&'static str, String, String),
    /// `--map` is not understood.
    #[error("--map {0}: write ROLE=COL, where ROLE is one of {1}")]
    Map(String, String),
    /// A column is missing among those of the options.
    #[error(
        "the columns of the options are {0}, without {1}: add or rename it, or name them with --map \
         options=COL;COL;..."
    )]
    OptionsWithHole(String, String),
    /// The answers can be counted from 0 and from 1.
    #[error("answers {0} to {1} fit both 0-based and 1-based: give --index-base 0 or 1")]
    IndexBase(u64, u64),
    /// The answers can be counted neither from 0 nor from 1.
    #[error(
        "answers are counted from 0 and from 1: {0} has 0, and {1} has {2} of {2} options; give \
         --index-base 0 or 1"
    )]
    BothBases(String, String, u64),
    /// The answers can be numbers of options, or their texts.
    #[error(
        "answers are numbers, which may be texts of options or count them ({0}): give --index-base 0 or \
         1 if they count, --index-base none if they are texts"
    )]
    TextOrIndex(String),
    /// Most answers are numbers, and others are not.
    #[error(
        "{numbers} of {answers} answers are numbers, {others}: give --kind number to have such rows \
         listed, or --kind text{unit}"
    )]
    SomeNumbers {
        /// How many are.
        numbers: usize,
        /// How many there are.
        answers: usize,
        /// How many are not, and the first of them.
        others: String,
        /// A remedy where that one has a unit.
        unit: &'static str,
    },
    /// A tool question is asked without functions.
    #[error(
        "there are no functions to call: give --tools FILE for all questions, or a column `functions`"
    )]
    NoFunctions,
}
