//! A text as words, letters that may be options, marks, and answer objects.

use edgescore_taskpack::Letter;

use super::lexicon::{ABOUT_AN_OPTION, ARE, ONE_IS, is_one_of};

/// A piece of a text.
#[derive(Clone, Copy)]
pub struct Token<'t> {
    /// What it is.
    pub kind: Kind,
    /// As it is written.
    pub text: &'t str,
    /// Whether no space stands before it.
    pub glued: bool,
    /// Whether it is inside a JSON object, whose letters are values of anything.
    pub in_object: bool,
}

/// What a token is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A word, or a letter that is part of something else (°C, C++, D-Bus, A.I.).
    Word,
    /// A letter that may name an option.
    Letter {
        letter: Letter,
        /// Upper case; lower case counts where a letter is expected.
        capital: bool,
    },
    /// A JSON object with an answer, and its letter.
    Object(Option<Letter>),
    /// A character that is in no word; a line end is one too.
    Mark(char),
}

impl Token<'_> {
    /// The letter of an option, or of an answer object.
    pub fn letter(&self) -> Option<Letter> {
        match self.kind {
            Kind::Letter { letter, .. } => Some(letter),
            Kind::Object(letter) => letter,
            Kind::Word | Kind::Mark(_) => None,
        }
    }

    /// Whether it is a letter or an answer object.
    pub fn is_option(&self) -> bool {
        matches!(self.kind, Kind::Letter { .. } | Kind::Object(_))
    }

    /// Whether it is one of these words.
    pub fn is_word(&self, words: &[&str]) -> bool {
        self.kind == Kind::Word && is_one_of(self.text, words)
    }

    /// Whether it is one of these marks.
    pub fn is_mark(&self, marks: &str) -> bool {
        matches!(self.kind, Kind::Mark(c) if marks.contains(c))
    }
}

/// Appends the tokens of `text` about `options` options.
pub fn split<'t>(text: &'t str, options: u8, in_object: bool, tokens: &mut Vec<Token<'t>>) {
    let mut rest = text;
    let mut glued = true;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '\n' => 1,
            _ if c.is_whitespace() => {
                glued = false;
                rest = rest.get(c.len_utf8()..).unwrap_or_default();
                continue;
            }
            _ if is_word(c) => word_length(rest),
            _ => c.len_utf8(),
        };
        let (piece, behind) = rest.split_at(length);
        let token = Token {
            kind: match () {
                () if !is_word(c) && !is_ideograph(c) => Kind::Mark(c),
                () => Kind::Word,
            },
            text: piece,
            glued,
            in_object,
        };
        match token.kind {
            Kind::Word => word(token, behind, options, tokens),
            _ => tokens.push(token),
        }
        rest = behind;
        glued = true;
    }
}

/// Appends a word, which may be a letter or letters with marks between them: `A/B`, `A-D`.
fn word<'t>(token: Token<'t>, behind: &'t str, options: u8, tokens: &mut Vec<Token<'t>>) {
    let letter = |word: &str| letter(word, options);
    let token = Token {
        text: match token
            .text
            .strip_prefix('_')
            .and_then(|text| text.strip_suffix('_'))
        {
            Some(inner) => inner.trim_matches('_'),
            None => token.text,
        },
        ..token
    };
    let joins = |c: char| CONNECTORS.contains(c);
    let single = |piece: &str| piece.len() == 1 && letter(piece).is_some();
    let pieces = || token.text.split(joins);
    if pieces().count() > 1 && pieces().all(single) && !token.text.contains(['.', '\'', '’']) {
        for (at, text) in token
            .text
            .char_indices()
            .filter_map(|(at, c)| Some((at, token.text.get(at..at + c.len_utf8())?)))
        {
            let kind = match letter(text) {
                Some(letter) => Kind::Letter {
                    letter,
                    capital: text.starts_with(char::is_uppercase),
                },
                None => Kind::Mark(text.chars().next().unwrap_or('/')),
            };
            tokens.push(Token {
                kind,
                text,
                glued: at > 0 || token.glued,
                ..token
            });
        }
        return;
    }
    let unit = tokens.last().is_some_and(|before| {
        before.kind == Kind::Word
            && before
                .text
                .ends_with(|c: char| c.is_ascii_digit() || c == '°')
    });
    let kind = match letter(token.text) {
        Some(letter) if !unit && names_option(token.text, behind, options, tokens) => {
            Kind::Letter {
                letter,
                capital: token.text.starts_with(char::is_uppercase),
            }
        }
        _ => Kind::Word,
    };
    tokens.push(Token { kind, ..token });
}

/// A word that is the letter of one of `options` options.
fn letter(word: &str, options: u8) -> Option<Letter> {
    let mut characters = word.chars();
    let letter = Letter::named(characters.next()?.to_ascii_uppercase(), options)?;
    characters.next().is_none().then_some(letter)
}

/// Whether an A is no article and an I no pronoun, and a small letter stands as an option would.
fn names_option(text: &str, behind: &str, options: u8, tokens: &[Token]) -> bool {
    let next = behind.chars().next();
    let closes = next.is_some_and(|c| !c.is_whitespace());
    if !["A", "a", "I", "i"].contains(&text) {
        return true;
    }
    let word = behind.trim_start();
    let word = word
        .get(
            ..word
                .chars()
                .take_while(|c| is_word(*c))
                .map(char::len_utf8)
                .sum(),
        )
        .unwrap_or_default();
    // "I would", "I choose B": what stands behind an option I can also stand behind the pronoun, but
    // for "is".
    let about = match text {
        "I" | "i" => is_one_of(word, &["is", "or"]),
        _ => {
            is_one_of(word, ABOUT_AN_OPTION)
                || is_one_of(word, ONE_IS)
                || is_one_of(word, ARE)
                || letter(word, options).is_some()
        }
    };
    if ["A", "I"].contains(&text) {
        return !behind.starts_with([' ', '\t']) || word.is_empty() || about;
    }
    // "The answer is a" goes on, be it on the next line or in what was cut off.
    let expected = tokens
        .last()
        .is_none_or(|before| before.is_mark(":({[\"'*"));
    closes || (expected && (word.is_empty() || next == Some('\n'))) || (expected && about)
}

/// Marks that make one word of what they stand between.
const CONNECTORS: &str = "'’-/+#&.@";

/// Bytes of the word that `text` begins with.
fn word_length(text: &str) -> usize {
    let run = |text: &str| {
        text.chars()
            .take_while(|c| is_word(*c))
            .map(char::len_utf8)
            .sum::<usize>()
    };
    let mut length = run(text);
    loop {
        let behind = text.get(length..).unwrap_or_default();
        let Some(mark) = behind.chars().next().filter(|c| CONNECTORS.contains(*c)) else {
            return length;
        };
        let next = behind.get(mark.len_utf8()..).unwrap_or_default();
        let follows = run(next);
        let joined = match mark {
            // "B.The" is two sentences and "A/Option B" two options; "A.I." and "C/N" are not.
            '.' => {
                follows == 1 || next.starts_with(|c: char| c.is_lowercase() || c.is_ascii_digit())
            }
            '/' => follows == 1 || follows == 2,
            _ => follows > 0,
        };
        length += match mark {
            _ if joined && follows > 0 => mark.len_utf8() + follows,
            '+' | '#' if length < 3 => 1,
            _ => return length,
        };
    }
}

/// A character of a word that is written with spaces around it.
fn is_word(c: char) -> bool {
    (c.is_alphanumeric() || c == '_' || c == '°') && !is_ideograph(c)
}

/// Chinese, Japanese and Korean, where words follow one another without spaces.
fn is_ideograph(c: char) -> bool {
    c.is_alphanumeric() && ('\u{2e80}'..'\u{fb00}').contains(&c)
}
