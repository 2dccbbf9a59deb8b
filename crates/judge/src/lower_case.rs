//! Lower case without the tables of `char::to_lowercase`, which are 11 KiB of a board's program.

/// `c` in lower case, as Unicode's simple mapping has it for Latin, Greek, Cyrillic and Armenian; both
/// small sigmas are one. Any other character is itself.
pub fn lower(c: char) -> char {
    let code = c as u32;
    // In these blocks capital and small letters take turns.
    let after_even = code | 1;
    let after_odd = code + (code & 1);
    let lower = match code {
        0x41..=0x5A
        | 0xC0..=0xD6
        | 0xD8..=0xDE
        | 0x391..=0x3A1
        | 0x3A3..=0x3AB
        | 0x410..=0x42F
        | 0xFF21..=0xFF3A => code + 32,
        0x130 => 0x69,
        0x131 | 0x138 | 0x149 | 0x17F => code,
        0x178 => 0xFF,
        0x100..=0x137
        | 0x14A..=0x177
        | 0x460..=0x481
        | 0x48A..=0x4BF
        | 0x4D0..=0x52F
        | 0x1E00..=0x1E95
        | 0x1EA0..=0x1EFF => after_even,
        0x139..=0x148 | 0x179..=0x17E => after_odd,
        0x386 => 0x3AC,
        0x388..=0x38A => code + 37,
        0x38C => 0x3CC,
        0x38E | 0x38F => code + 63,
        0x3C2 => 0x3C3,
        0x400..=0x40F => code + 80,
        0x531..=0x556 => code + 48,
        _ => code,
    };
    char::from_u32(lower).unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::lower;

    #[test]
    fn it_is_unicodes_in_these_scripts() {
        let blocks = [
            0..=0x17F,
            0x370..=0x3CE,
            0x400..=0x4BF,
            0x4D0..=0x556,
            0x1E00..=0x1E95,
            0x1EA0..=0x1EFF,
            0xFF21..=0xFF3A,
        ];
        for c in blocks.into_iter().flatten().filter_map(char::from_u32) {
            let of_unicode = c.to_lowercase().next().unwrap();
            // Archaic Greek letters, and the sigma at the end of a word.
            let other = matches!(c, 'Ͱ' | 'Ͳ' | 'Ͷ' | 'Ϳ' | 'ς');
            assert!(other || lower(c) == of_unicode, "{c} {:x}", c as u32);
        }
        assert_eq!(lower('ς'), 'σ');
        assert_eq!(lower('漢'), '漢');
    }
}
