//! What standard output and standard error can show.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;
use std::path::Path;

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use edgescore_summary::plain_lines;
use terminal_size::{Width, terminal_size_of};
use textwrap::{Options, WordSeparator, WordSplitter};

/// Titles.
pub const TITLE: Style = Style::new().bold();
/// Names of columns and of facts.
pub const LABEL: Style = AnsiColor::Cyan.on_default();
const ERROR: Style = AnsiColor::Red.on_default().bold();

/// How text is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Screen {
    /// Columns, or as many as the text takes.
    pub width: Option<usize>,
    /// Whether colours are shown.
    pub colours: bool,
}

impl Screen {
    /// A file or a pipe: plain, each line as long as it is.
    pub const PLAIN: Screen = Screen {
        width: None,
        colours: false,
    };

    /// The file at `path`, or standard output.
    pub fn of(path: Option<&Path>) -> Screen {
        match path {
            Some(_) => Screen::PLAIN,
            None => Screen::of_stdout(),
        }
    }

    /// Standard output. NO_COLOR, CLICOLOR_FORCE and TERM=dumb hold; where CI is set, a dumb
    /// terminal has colours.
    pub fn of_stdout() -> Screen {
        let stdout = io::stdout();
        Screen {
            width: width_of(&stdout),
            colours: AutoStream::choice(&stdout) != ColorChoice::Never,
        }
    }

    /// `text` in `style`, where colours are shown.
    pub fn paint(self, style: Style, text: &str) -> String {
        match self.colours {
            true => format!("{style}{text}{style:#}"),
            false => text.to_owned(),
        }
    }
}

fn width_of(stream: &(impl IsTerminal + AsFd)) -> Option<usize> {
    let size = stream.is_terminal().then(|| terminal_size_of(stream));
    let (Width(columns), _) = size.flatten()?;
    // A serial terminal that does not know its size says 0.
    Some(usize::from(columns)).filter(|width| *width > 0)
}

/// `text` in lines of `width` columns at most, or as it is. A word that is longer is broken.
pub fn wrap(text: &str, width: Option<usize>) -> Vec<String> {
    let Some(width) = width else {
        return vec![text.to_owned()];
    };
    let options = Options::new(width.max(1))
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation);
    let lines = textwrap::wrap(text, options);
    lines.into_iter().map(|line| line.into_owned()).collect()
}

/// Says a line on standard error. One that cannot be written, to a full disk or to a reader that has seen enough, is
/// dropped: it is no reason to end a night's run.
pub fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{}", plain_lines(line));
}

/// Says on standard error why a command could not do its work.
pub fn error(why: &dyn Display) {
    let why = plain_lines(&why.to_string());
    let lines = wrap(&format!("error: {why}"), width_of(&io::stderr()));
    let text = lines.join("\n");
    let why = text.strip_prefix("error:").unwrap_or(&text);
    let _ = writeln!(anstream::stderr(), "{ERROR}error:{ERROR:#}{why}");
}
