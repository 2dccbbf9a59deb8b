//! A template as minijinja reads it.
//!
//! Three things are Jinja2's, or Transformers', and not minijinja's: lines end with `\n` however they
//! end in the file; `{% generation %}` marks what an assistant wrote, for training, and its body is
//! rendered; and a variable that is None equals `none`.

/// The longest template. The longest of the 70 that llama.cpp ships has 16,714 bytes.
const LONGEST: usize = 256 << 10;
/// The longest tag: expressions are read recursively. The longest of those templates has 5,774
/// bytes.
const LONGEST_TAG: usize = 32 << 10;

/// Why a text is not read.
pub enum TooLong {
    /// The whole of it.
    Template,
    /// The tag on this line.
    Tag(usize),
}

impl std::fmt::Display for TooLong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            TooLong::Template => write!(f, "it has more than {} KiB", LONGEST >> 10),
            TooLong::Tag(line) => {
                write!(
                    f,
                    "line {line}: a tag has more than {} KiB",
                    LONGEST_TAG >> 10
                )
            }
        }
    }
}

/// The template with `generation` blocks as blocks that are always rendered, so that the white
/// space around them is treated as before, and with comparisons with None as tests.
pub fn readable(template: &str) -> Result<String, TooLong> {
    if template.len() > LONGEST {
        return Err(TooLong::Template);
    }
    let template = template.replace("\r\n", "\n").replace('\r', "\n");
    let mut out = String::with_capacity(template.len());
    let mut rest = template.as_str();
    while let Some(start) = rest.find('{') {
        let (before, tag) = rest.split_at(start);
        out.push_str(before);
        let end = match tag.get(..2) {
            Some("{%") => "%}",
            Some("{{") => "}}",
            Some("{#") => "#}",
            _ => {
                out.push('{');
                rest = tag.get(1..).unwrap_or_default();
                continue;
            }
        };
        let Some(length) = length_of(tag, end) else {
            rest = tag;
            break;
        };
        let (tag, behind) = tag.split_at(length);
        if tag.len() > LONGEST_TAG && end != "#}" {
            return Err(TooLong::Tag(1 + out.matches('\n').count()));
        }
        match end {
            "#}" => out.push_str(tag),
            "%}" => out.push_str(&tests_of_none(&renamed(tag))),
            _ => out.push_str(&tests_of_none(tag)),
        }
        rest = behind;
    }
    out.push_str(rest);
    Ok(out)
}

/// Bytes of a tag that ends with `end`, which may stand in its strings, too; in a comment there are
/// none.
fn length_of(tag: &str, end: &str) -> Option<usize> {
    if end == "#}" {
        return Some(tag.find(end)? + end.len());
    }
    let mut at = 2;
    for (text, quoted) in pieces(tag.get(2..)?) {
        if !quoted && let Some(found) = text.find(end) {
            return Some(at + found + end.len());
        }
        at += text.len();
    }
    None
}

/// The pieces of a tag that are strings, with their quotes, and those that are not.
fn pieces(tag: &str) -> impl Iterator<Item = (&str, bool)> {
    let mut rest = tag;
    std::iter::from_fn(move || {
        let quote = rest.chars().next()?;
        let quoted = matches!(quote, '\'' | '"');
        let length = match quoted {
            true => string_length(rest, quote),
            false => rest.find(['\'', '"']).unwrap_or(rest.len()),
        };
        let (piece, behind) = rest.split_at(length);
        rest = behind;
        Some((piece, quoted))
    })
}

fn string_length(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        if c == quote && !escaped {
            return at + 1;
        }
        escaped = c == '\\' && !escaped;
    }
    text.len()
}

/// `x == none` as `x is none`: the None that a template gets is no none of minijinja's.
fn tests_of_none(tag: &str) -> String {
    let mut out = String::with_capacity(tag.len());
    for (piece, quoted) in pieces(tag) {
        if quoted {
            out.push_str(piece);
            continue;
        }
        let mut rest = piece;
        while let Some(at) = rest.find("==").into_iter().chain(rest.find("!=")).min() {
            let (before, from) = rest.split_at(at);
            let (comparison, behind) = from.split_at(2);
            out.push_str(before);
            let word = behind.trim_start();
            let none = ["none", "None"]
                .iter()
                .find_map(|none| word.strip_prefix(none));
            let none = none.filter(|behind| {
                !behind.starts_with(|c: char| c.is_alphanumeric() || "_.[(".contains(c))
            });
            rest = match none {
                Some(behind) => {
                    out.push_str(if comparison == "==" {
                        " is none"
                    } else {
                        " is not none"
                    });
                    behind
                }
                None => {
                    out.push_str(comparison);
                    behind
                }
            };
        }
        out.push_str(rest);
    }
    out
}

/// A tag, `{%` to `%}`.
fn renamed(tag: &str) -> String {
    let inside = tag.trim_start_matches("{%").trim_end_matches("%}");
    let inside = inside
        .trim_start_matches(['-', '+'])
        .trim_end_matches(['-', '+']);
    match inside.trim() {
        "generation" => tag.replacen("generation", "if true", 1),
        "endgeneration" => tag.replacen("endgeneration", "endif", 1),
        _ => tag.to_owned(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;

    fn read(template: &str) -> String {
        readable(template).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn generation_blocks_are_blocks_that_are_rendered() {
        let template = "{%- generation -%}\n a {% if generation %}b{% endif %}{%+endgeneration%} {{ generation }} {% broken";
        let expected = "{%- if true -%}\n a {% if generation %}b{% endif %}{%+endif%} {{ generation }} {% broken";
        assert_eq!(read(template), expected);
    }

    #[test]
    fn lines_end_and_none_is_compared_as_in_jinja2() {
        assert_eq!(read("a\r\nb\rc\n"), "a\nb\nc\n");
        assert_eq!(
            read(
                "{% if tools == none and x!=None and y == nonempty %}'== none'{{ '}} == none' != none }}"
            ),
            "{% if tools  is none and x is not none and y == nonempty %}'== none'{{ '}} == none'  is not none }}"
        );
        assert_eq!(
            read("{# it's == none #}{ {{ \"a\\\"}}\" }}"),
            "{# it's == none #}{ {{ \"a\\\"}}\" }}"
        );
    }

    #[test]
    fn what_is_too_long_is_not_read() {
        let error = |template: &str| readable(template).err().map(|error| error.to_string());
        let tag = format!("\n{{{{ {} }}}}", "a".repeat(LONGEST_TAG));
        assert_eq!(
            error(&tag).as_deref(),
            Some("line 2: a tag has more than 32 KiB")
        );
        let long = "a".repeat(LONGEST + 1);
        assert_eq!(error(&long).as_deref(), Some("it has more than 256 KiB"));
        assert_eq!(error(&"a".repeat(LONGEST)), None);
    }
}
