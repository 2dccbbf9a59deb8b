//! Python source as tokens: names, string literals, marks and the ends of statements, by
//! <https://docs.python.org/3/reference/lexical_analysis.html>. Nothing is evaluated.

use super::error::{PythonError, PythonProblem};
use super::escape::unescape;

/// A piece of source and where it starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub kind: Kind,
    /// From 1.
    pub line: usize,
    /// Characters before it in its line.
    pub column: usize,
}

impl Token {
    /// Whether this is the name or the mark `text`.
    pub fn is(&self, text: &str) -> bool {
        match &self.kind {
            Kind::Name(name) => name == text,
            Kind::Mark(mark) => text.chars().eq([*mark]),
            _ => false,
        }
    }
}

/// What a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An identifier or keyword.
    Name(String),
    /// A number; no one asks which.
    Number,
    /// A string literal. What is wrong with its content matters only where it is used.
    Text(Result<String, PythonProblem>),
    /// One character of an operator or bracket.
    Mark(char),
    /// The end of a statement's line, or a semicolon; not a line end inside brackets.
    End,
}

/// Splits a cell into tokens. Comments, and the shell and magic lines of notebooks (`!` and `%`
/// at the start of a statement), are left out.
pub fn tokenize(source: &str) -> Result<Vec<Token>, PythonError> {
    let source = source.replace("\r\n", "\n");
    let mut cursor = Cursor {
        rest: &source,
        line: 1,
        column: 0,
    };
    let mut tokens: Vec<Token> = Vec::new();
    let mut depth = 0_usize;
    while let Some(next) = cursor.peek() {
        let (line, column) = (cursor.line, cursor.column);
        let starts_statement =
            depth == 0 && tokens.last().is_none_or(|token| token.kind == Kind::End);
        let kind = match next {
            '#' => {
                cursor.take_while(|c| c != '\n');
                continue;
            }
            '!' | '%' if starts_statement => {
                cursor.take_while(|c| c != '\n');
                continue;
            }
            '\n' | ';' if depth == 0 => {
                cursor.bump();
                Kind::End
            }
            '\\' if cursor.rest.starts_with("\\\n") => {
                cursor.skip(2);
                continue;
            }
            _ if next.is_whitespace() => {
                cursor.bump();
                continue;
            }
            '\'' | '"' => Kind::Text(cursor.literal("")?),
            _ if next.is_alphabetic() || next == '_' => {
                let name = cursor.take_while(|c| c.is_alphanumeric() || c == '_');
                match cursor.peek() {
                    Some('\'' | '"') if is_prefix(name) => Kind::Text(cursor.literal(name)?),
                    _ => Kind::Name(name.to_string()),
                }
            }
            '0'..='9' => {
                cursor.take_while(|c| c.is_alphanumeric() || c == '_' || c == '.');
                Kind::Number
            }
            _ => {
                match next {
                    '(' | '[' | '{' => depth += 1,
                    ')' | ']' | '}' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                cursor.bump();
                Kind::Mark(next)
            }
        };
        tokens.push(Token { kind, line, column });
    }
    Ok(tokens)
}

fn is_prefix(name: &str) -> bool {
    const PREFIXES: [&str; 11] = ["r", "u", "b", "br", "rb", "f", "fr", "rf", "t", "tr", "rt"];
    PREFIXES.contains(&name.to_ascii_lowercase().as_str())
}

struct Cursor<'a> {
    rest: &'a str,
    line: usize,
    column: usize,
}

impl<'a> Cursor<'a> {
    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn bump(&mut self) {
        self.skip(1);
    }

    fn skip(&mut self, characters: usize) -> &'a str {
        let mut left = characters;
        self.take_while(|_| {
            let go_on = left > 0;
            left = left.saturating_sub(1);
            go_on
        })
    }

    /// Moves over the longest run of matching characters and returns it.
    fn take_while(&mut self, mut matches: impl FnMut(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !matches(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        match taken.rfind('\n') {
            Some(at) => {
                self.line += taken.matches('\n').count();
                self.column = taken[at + 1..].chars().count();
            }
            None => self.column += taken.chars().count(),
        }
        taken
    }

    /// A string literal whose opening quotes come next.
    fn literal(&mut self, prefix: &str) -> Result<Result<String, PythonProblem>, PythonError> {
        let unterminated = PythonError {
            line: self.line,
            problem: PythonProblem::Unterminated,
        };
        let quote = match self.peek() {
            Some('"') => "\"",
            _ => "'",
        };
        let triple = quote.repeat(3);
        let quotes = if self.rest.starts_with(&triple) {
            triple.as_str()
        } else {
            quote
        };
        self.skip(quotes.len());
        let start = self.rest;
        let mut length = 0;
        while !self.rest.starts_with(quotes) {
            let piece = match self.peek() {
                None => return Err(unterminated),
                Some('\n') if quotes.len() == 1 => return Err(unterminated),
                // Also in a raw string a backslash keeps the next quote from ending it.
                Some('\\') => self.skip(2),
                Some(_) => self.skip(1),
            };
            length += piece.len();
        }
        self.skip(quotes.len());
        let body = start.get(..length).unwrap_or(start);
        Ok(match prefix.to_ascii_lowercase().as_str() {
            "" | "u" => unescape(body),
            "r" => Ok(body.to_string()),
            _ => Err(PythonProblem::Prefix(prefix.to_string())),
        })
    }
}
