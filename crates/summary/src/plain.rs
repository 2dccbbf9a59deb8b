//! Text from outside, as it may be shown.

/// `text` without control characters: a name in a model file, a pack or an answer of a server could move a terminal's
/// cursor, change its title or hide what follows. Each stands as the picture that Unicode has of it (U+2400 to
/// U+2421), those of the second set (U+0080 to U+009F) as U+FFFD, and so do the marks that turn the direction of text.
pub fn plain(text: &str) -> String {
    text.chars().map(shown).collect()
}

/// The same with line ends and tabs left as they are: for texts of several lines.
pub fn plain_lines(text: &str) -> String {
    let keep = |c| matches!(c, '\n' | '\t');
    let show = |c| if keep(c) { c } else { shown(c) };
    text.chars().map(show).collect()
}

fn shown(c: char) -> char {
    match c {
        '\0'..='\x1F' => char::from_u32(0x2400 + c as u32).unwrap_or('\u{FFFD}'),
        '\x7F' => '\u{2421}',
        '\u{80}'..='\u{9F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => '\u{FFFD}',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_moves_a_terminal_is_shown_as_its_picture() {
        assert_eq!(
            plain("a\x1b[31mb\x07\r\n\x7f"),
            "a\u{241b}[31mb\u{2407}\u{240d}\u{240a}\u{2421}"
        );
        assert_eq!(plain("\u{9b}2J \u{202e}x"), "\u{fffd}2J \u{fffd}x");
        assert_eq!(plain("Größe é 日本 😀"), "Größe é 日本 😀");
        assert_eq!(plain_lines("a\n\tb\x1b"), "a\n\tb\u{241b}");
    }
}
