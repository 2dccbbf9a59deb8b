//! Just enough JSON (RFC 8259) to tell whether a text begins with a valid object and to look at its
//! top-level values. Like Python's `json.loads` it takes NaN and Infinity; [`crate::value`] does not.

/// Nesting at most; Python gives up at about a thousand levels, a model's answer has two.
pub const MAX_DEPTH: u32 = 64;

/// Calls `entry` with every key of the top-level object and its value as it is written. `None` when
/// `text` as a whole is not one valid object.
pub fn object<'t>(text: &'t str, entry: impl FnMut(Text<'t>, &'t str)) -> Option<()> {
    let text = trim(text);
    (first_object(text, entry)? == text.len()).then_some(())
}

/// Calls `entry` with every key of the object that `text` begins with and its value as it is written.
/// Returns the bytes of the object; `None` when there is no valid one.
pub fn first_object<'t>(text: &'t str, mut entry: impl FnMut(Text<'t>, &'t str)) -> Option<usize> {
    let mut cursor = Cursor { rest: text };
    cursor.members(MAX_DEPTH, &mut entry)?;
    Some(text.len() - cursor.rest.len())
}

/// The characters of `value`, a valid JSON value, if it is a string.
pub fn string(value: &str) -> Option<Text<'_>> {
    let body = value.strip_prefix('"')?;
    Some(Text(body.strip_suffix('"')?.chars()))
}

/// `text` without the white space of JSON around it.
pub fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\n', '\r'])
}

/// The characters of a valid JSON string, escapes resolved. Unpaired surrogates come out as
/// U+FFFD.
#[derive(Clone)]
pub struct Text<'t>(core::str::Chars<'t>);

impl Iterator for Text<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        match self.0.next()? {
            '\\' => match self.0.next()? {
                'n' => Some('\n'),
                't' => Some('\t'),
                'r' => Some('\r'),
                'b' => Some('\u{8}'),
                'f' => Some('\u{c}'),
                'u' => Some(self.unicode()),
                other => Some(other),
            },
            plain => Some(plain),
        }
    }
}

impl Text<'_> {
    fn unicode(&mut self) -> char {
        let first = self.four_digits();
        let mut ahead = Text(self.0.clone());
        if (0xD800..0xDC00).contains(&first)
            && ahead.0.next() == Some('\\')
            && ahead.0.next() == Some('u')
        {
            let second = ahead.four_digits();
            if (0xDC00..0xE000).contains(&second) {
                *self = ahead;
                let code = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
                return char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
            }
        }
        char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER)
    }

    fn four_digits(&mut self) -> u32 {
        let digits = self.0.by_ref().take(4);
        digits.fold(0, |code, c| code << 4 | c.to_digit(16).unwrap_or(0))
    }
}

/// What of a text is not read yet. A method that gives `None` may have read a part.
pub struct Cursor<'t> {
    pub rest: &'t str,
}

impl<'t> Cursor<'t> {
    pub fn space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    /// Takes `token` off the front.
    pub fn take(&mut self, token: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(token)?;
        Some(())
    }

    /// Items with commas between them up to `close`, space around each.
    pub fn list(
        &mut self,
        close: &str,
        mut item: impl FnMut(&mut Self) -> Option<()>,
    ) -> Option<()> {
        self.space();
        if self.take(close).is_some() {
            return Some(());
        }
        loop {
            self.space();
            item(self)?;
            self.space();
            if self.take(",").is_none() {
                return self.take(close);
            }
        }
    }

    fn members(&mut self, depth: u32, entry: &mut impl FnMut(Text<'t>, &'t str)) -> Option<()> {
        self.take("{")?;
        self.list("}", |cursor| {
            let key = cursor.string()?;
            cursor.space();
            cursor.take(":")?;
            let from = cursor.rest;
            cursor.value(depth)?;
            let value = from.get(..from.len() - cursor.rest.len())?;
            entry(key, trim(value));
            Some(())
        })
    }

    /// A value with the space before it.
    fn value(&mut self, depth: u32) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        self.space();
        match self.rest.chars().next()? {
            '"' => self.string().map(|_| ()),
            '{' => self.members(depth, &mut |_, _| {}),
            '[' => {
                self.take("[")?;
                self.list("]", |cursor| cursor.value(depth))
            }
            _ => self.scalar(),
        }
    }

    /// A string in double quotes.
    pub fn string(&mut self) -> Option<Text<'t>> {
        self.take("\"")?;
        let body = self.rest;
        let mut characters = body.char_indices();
        while let Some((at, c)) = characters.next() {
            match c {
                '"' => {
                    self.rest = body.get(at + 1..)?;
                    return Some(Text(body.get(..at)?.chars()));
                }
                '\\' => match characters.next()?.1 {
                    'u' => (0..4)
                        .try_for_each(|_| characters.next()?.1.is_ascii_hexdigit().then_some(()))?,
                    '"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't' => {}
                    _ => return None,
                },
                '\0'..='\x1f' => return None,
                _ => {}
            }
        }
        None
    }

    fn scalar(&mut self) -> Option<()> {
        for word in ["true", "false", "null", "NaN", "Infinity", "-Infinity"] {
            if self.take(word).is_some() {
                return Some(());
            }
        }
        self.digits_of_number()
    }

    /// A number that is finite as f64. Its end is where the number's is, whatever follows.
    pub fn number(&mut self) -> Option<f64> {
        let from = self.rest;
        self.digits_of_number()?;
        let written = from.get(..from.len() - self.rest.len())?;
        written
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite())
    }

    /// `-? (0 | [1-9][0-9]*) (\. [0-9]+)? ([eE] [+-]? [0-9]+)?`
    fn digits_of_number(&mut self) -> Option<()> {
        let _ = self.take("-");
        if self.take("0").is_none() {
            self.digits()?;
        }
        if self.take(".").is_some() {
            self.digits()?;
        }
        if self.take("e").or_else(|| self.take("E")).is_some() {
            let _ = self.take("+").or_else(|| self.take("-"));
            self.digits()?;
        }
        Some(())
    }

    fn digits(&mut self) -> Option<()> {
        let rest = self.rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let found = rest.len() < self.rest.len();
        self.rest = rest;
        found.then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> Option<Vec<(String, Option<String>)>> {
        let mut found = Vec::new();
        object(text, |key, value| {
            found.push((key.collect(), string(value).map(Iterator::collect)));
        })
        .map(|()| found)
    }

    #[test]
    fn valid_objects() {
        assert_eq!(keys("{}").unwrap(), []);
        let text =
            r#" {"a" : "x\t\u00e9\ud83d\ude00\/", "b":[1,-0.5e+3,{"c":null}, []] , "d": true} "#;
        assert_eq!(
            keys(text).unwrap(),
            [
                ("a".into(), Some("x\té😀/".into())),
                ("b".into(), None),
                ("d".into(), None)
            ]
        );
        assert_eq!(
            keys(r#"{"lone": "\ud800x"}"#).unwrap(),
            [("lone".into(), Some("\u{fffd}x".into()))]
        );
        assert!(keys(r#"{"n": NaN, "i": -Infinity}"#).is_some());
    }

    #[test]
    fn everything_else() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(100), "]".repeat(100));
        let broken = [
            "",
            "[]",
            "1",
            "{",
            "{}x",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{a:1}",
            "{\"a\":01}",
            "{\"a\":1.}",
            "{\"a\":1e}",
            "{\"a\":-}",
            "{\"a\":\"\n\"}",
            "{\"a\":\"\\x\"}",
            "{\"a\":\"\\u12g4\"}",
            "{\"a\":[1 2]}",
            "{\"a\":tru}",
            "{'a':1}",
            "\u{feff}{}",
            &deep,
        ];
        for text in broken {
            assert_eq!(keys(text), None, "{text}");
        }
    }
}
