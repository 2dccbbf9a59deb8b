//! Rust source as tokens, without comments, characters and raw strings.

/// A word, `::`, a string with its quotes, or one character of anything else.
#[derive(Debug, Clone, Copy)]
pub struct Token<'a> {
    /// How it is written.
    pub text: &'a str,
    /// The line it stands on, from 1.
    pub line: usize,
}

/// The tokens of `source`.
pub fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut reader = Reader {
        source,
        at: 0,
        line: 1,
        tokens: Vec::new(),
    };
    while reader.one() {}
    reader.tokens
}

/// Whether a token is a name or a keyword.
pub fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

struct Reader<'a> {
    source: &'a str,
    at: usize,
    line: usize,
    tokens: Vec<Token<'a>>,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.source[self.at..]
    }

    /// Goes on by `length` bytes and returns them.
    fn take(&mut self, length: usize) -> &'a str {
        let taken = &self.rest()[..length];
        self.at += length;
        self.line += taken.matches('\n').count();
        taken
    }

    /// Goes on to behind `end`, or to the end of the source.
    fn take_past(&mut self, end: &str) -> &'a str {
        let length = self
            .rest()
            .find(end)
            .map_or(self.rest().len(), |at| at + end.len());
        self.take(length)
    }

    fn push(&mut self, length: usize) {
        let line = self.line;
        let text = self.take(length);
        self.tokens.push(Token { text, line });
    }

    /// Reads what comes next; `false` at the end.
    fn one(&mut self) -> bool {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            return false;
        };
        if first.is_whitespace() {
            self.take(first.len_utf8());
        } else if rest.starts_with("//") {
            self.take_past("\n");
        } else if rest.starts_with("/*") {
            self.block_comment();
        } else if first == '"' {
            self.string();
        } else if first == '\'' {
            self.quote();
        } else if first.is_alphanumeric() || first == '_' {
            self.word();
        } else if rest.starts_with("::") {
            self.push(2);
        } else {
            self.push(first.len_utf8());
        }
        true
    }

    fn block_comment(&mut self) {
        let mut depth = 0;
        loop {
            match self.rest().get(..2) {
                Some("/*") => depth += 1,
                Some("*/") => depth -= 1,
                _ => {
                    let Some(c) = self.rest().chars().next() else {
                        return;
                    };
                    self.take(c.len_utf8());
                    continue;
                }
            }
            self.take(2);
            if depth == 0 {
                return;
            }
        }
    }

    fn string(&mut self) {
        let (start, line) = (self.at, self.line);
        self.take(1);
        while let Some(c) = self.rest().chars().next() {
            self.take(c.len_utf8());
            match c {
                '"' => break,
                '\\' => self.skip_character(),
                _ => {}
            }
        }
        let text = &self.source[start..self.at];
        self.tokens.push(Token { text, line });
    }

    fn skip_character(&mut self) {
        self.take(self.rest().chars().next().map_or(0, char::len_utf8));
    }

    /// A character or a lifetime.
    fn quote(&mut self) {
        self.take(1);
        let mut rest = self.rest().chars();
        match rest.next() {
            Some('\\') => {
                self.take(2);
                self.take_past("'");
            }
            Some(c) if rest.next() == Some('\'') => drop(self.take(c.len_utf8() + 1)),
            _ => drop(self.take(self.word_length())),
        }
    }

    fn word_length(&self) -> usize {
        let rest = self.rest();
        rest.find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(rest.len())
    }

    /// A name, a keyword, a number, or a literal with a letter before its quotes.
    fn word(&mut self) {
        let length = self.word_length();
        let (word, behind) = self.rest().split_at(length);
        let raw = ["r", "br", "cr"].contains(&word);
        let hashes = behind.len() - behind.trim_start_matches('#').len();
        if raw && behind[hashes..].starts_with('"') {
            self.take(length + hashes + 1);
            self.take_past(&format!("\"{}", "#".repeat(hashes)));
        } else if raw && hashes == 1 {
            // r#type, the name.
            self.take(length + 1);
            self.push(self.word_length());
        } else if ["b", "c"].contains(&word) && behind.starts_with(['"', '\'']) {
            self.take(length);
        } else {
            self.push(length);
        }
    }
}
