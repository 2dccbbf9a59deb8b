//! Letters that look like those of options.

use edgescore_taskpack::MAX_OPTIONS;

/// `text` with the Latin letters that its characters look like: full-width, circled, squared and
/// mathematical letters, and Cyrillic and Greek ones that stand alone (Unicode confusables and
/// compatibility forms). A Cyrillic letter before a Cyrillic word is a word: В ("in"), С ("with"),
/// А ("but").
pub fn latin(text: &str) -> String {
    let mut before = None;
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let behind = text.get(at + c.len_utf8()..).unwrap_or_default();
        let inside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let next = behind.trim_start().chars().next();
        let word = inside(before)
            || inside(behind.chars().next())
            || next.is_some_and(|c| c.is_alphabetic() && !c.is_ascii());
        out.push(match alphabet(c) {
            Some(latin) if !word => latin,
            Some(_) => c,
            None => form(c),
        });
        before = Some(c);
    }
    out
}

fn alphabet(c: char) -> Option<char> {
    Some(match c {
        'А' | 'Α' => 'A',
        'В' | 'Β' => 'B',
        'С' | 'Ϲ' => 'C',
        'Е' | 'Ε' => 'E',
        'Н' | 'Η' => 'H',
        'а' | 'α' => 'a',
        'с' | 'ϲ' => 'c',
        _ => return None,
    })
}

fn form(c: char) -> char {
    const CAPITALS: [u32; 9] = [
        0xff21, 0x24b6, 0x1f130, 0x1f150, 0x1f170, 0x1d400, 0x1d468, 0x1d5d4, 0x1d670,
    ];
    const SMALL: [u32; 4] = [0xff41, 0x24d0, 0x1d41a, 0x1d5ee];
    if (c as u32) < 0x2000 {
        return c;
    }
    let nth = |base: u32, first: char| {
        let offset = (c as u32)
            .checked_sub(base)
            .filter(|offset| *offset < MAX_OPTIONS as u32)?;
        char::from_u32(first as u32 + offset)
    };
    let capital = CAPITALS.iter().find_map(|base| nth(*base, 'A'));
    capital
        .or_else(|| SMALL.iter().find_map(|base| nth(*base, 'a')))
        .unwrap_or(c)
}
