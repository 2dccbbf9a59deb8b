//! Reading a statement that holds nothing but string literals.

use super::error::{PythonError, PythonProblem};
use super::token::{Kind, Token};

/// The tokens of a statement, read from the front.
pub struct Statement<'a> {
    tokens: &'a [Token],
    at: usize,
}

impl<'a> Statement<'a> {
    /// From the tokens of a statement or of its rest.
    pub fn new(tokens: &'a [Token]) -> Statement<'a> {
        Statement { tokens, at: 0 }
    }

    /// Moves over the name or mark `text` if it comes next.
    pub fn take(&mut self, text: &str) -> bool {
        let comes_next = self.next().is_some_and(|token| token.is(text));
        self.at += usize::from(comes_next);
        comes_next
    }

    /// Moves over the name or mark `text`, which is `expected`.
    pub fn expect(&mut self, text: &str, expected: &'static str) -> Result<(), PythonError> {
        if self.take(text) {
            Ok(())
        } else {
            Err(self.unexpected(expected))
        }
    }

    /// Checks that the statement ends here.
    pub fn end(&self) -> Result<(), PythonError> {
        match self.next() {
            None => Ok(()),
            Some(_) => Err(self.unexpected("the end of the statement")),
        }
    }

    /// One or more adjacent string literals, which Python joins; also in parentheses.
    pub fn string(&mut self) -> Result<String, PythonError> {
        let mut parentheses = 0_usize;
        while self.take("(") {
            parentheses += 1;
        }
        let mut text = String::new();
        let start = self.at;
        while let Some(Token {
            kind: Kind::Text(part),
            line,
            ..
        }) = self.next()
        {
            match part {
                Ok(part) => text.push_str(part),
                Err(problem) => {
                    return Err(PythonError {
                        line: *line,
                        problem: problem.clone(),
                    });
                }
            }
            self.at += 1;
        }
        if self.at == start {
            return Err(self.unexpected("a string literal"));
        }
        for _ in 0..parentheses {
            self.expect(")", "a string literal or )")?;
        }
        Ok(text)
    }

    fn next(&self) -> Option<&'a Token> {
        self.tokens.get(self.at)
    }

    fn unexpected(&self, expected: &'static str) -> PythonError {
        let found = match self.next().map(|token| &token.kind) {
            Some(Kind::Name(name)) => name.clone(),
            Some(Kind::Number) => "a number".to_string(),
            Some(Kind::Text(_)) => "a string literal".to_string(),
            Some(Kind::Mark(mark)) => mark.to_string(),
            Some(Kind::End) | None => "the end of the statement".to_string(),
        };
        let line = self
            .next()
            .or(self.tokens.last())
            .map_or(1, |token| token.line);
        PythonError {
            line,
            problem: PythonProblem::Unexpected { expected, found },
        }
    }
}
