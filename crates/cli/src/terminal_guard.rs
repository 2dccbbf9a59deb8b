//! What a terminal is shown of text that comes from packs, models and prompts.

use std::io::{self, Write};

/// Writes text for a terminal: of control characters only line ends, tabs and colours (`ESC [ 1 ; 31 m`, which this program
/// writes itself) pass; the others stand as their pictures, so that no name moves the cursor or hides a line.
pub struct TerminalGuard<W> {
    inner: W,
    /// The beginning of a sequence that may be a colour, or of a character of the second set of control characters.
    held: Vec<u8>,
}

/// Bytes of a colour at most.
const LONGEST: usize = 24;
const ESC: u8 = 0x1B;
/// First byte of U+0080 to U+00BF.
const C2: u8 = 0xC2;

impl<W: Write> TerminalGuard<W> {
    /// Around `inner`.
    pub fn new(inner: W) -> TerminalGuard<W> {
        TerminalGuard {
            inner,
            held: Vec::new(),
        }
    }

    fn byte(&mut self, byte: u8) -> io::Result<()> {
        match self.held.as_slice() {
            [] => match byte {
                ESC | C2 => self.held.push(byte),
                byte => self.plain(byte)?,
            },
            [C2] => {
                self.held.clear();
                match byte {
                    0x80..=0x9F => self.inner.write_all("\u{FFFD}".as_bytes())?,
                    byte => self.inner.write_all(&[C2, byte])?,
                }
            }
            [ESC] if byte == b'[' => self.held.push(byte),
            [ESC, b'[', ..] if byte == b'm' => {
                self.held.push(byte);
                self.inner.write_all(&self.held)?;
                self.held.clear();
            }
            [ESC, b'[', rest @ ..]
                if rest.len() < LONGEST && matches!(byte, b'0'..=b'9' | b';' | b':') =>
            {
                self.held.push(byte);
            }
            _ => {
                self.release()?;
                self.byte(byte)?;
            }
        }
        Ok(())
    }

    /// What is held is no colour.
    fn release(&mut self) -> io::Result<()> {
        for byte in std::mem::take(&mut self.held) {
            self.plain(byte)?;
        }
        Ok(())
    }

    fn plain(&mut self, byte: u8) -> io::Result<()> {
        match byte {
            b'\n' | b'\t' | b' '..=b'~' | 0x80.. => self.inner.write_all(&[byte]),
            0x7F => self.inner.write_all("\u{2421}".as_bytes()),
            // U+2400 and the following.
            control => self.inner.write_all(&[0xE2, 0x90, 0x80 + control]),
        }
    }
}

impl<W: Write> Write for TerminalGuard<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        bytes.iter().try_for_each(|byte| self.byte(*byte))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn colours_pass_and_nothing_else_that_moves_a_terminal() {
        let shown = |text: &str| {
            let mut guard = TerminalGuard::new(Vec::new());
            // In pieces of one byte, as it may come.
            text.bytes()
                .for_each(|byte| guard.write_all(&[byte]).unwrap());
            guard.release().unwrap();
            String::from_utf8(guard.inner).unwrap()
        };
        assert_eq!(
            shown("\x1b[1;31mred\x1b[0m\tß 日\n"),
            "\x1b[1;31mred\x1b[0m\tß 日\n"
        );
        assert_eq!(
            shown("\x1b[2J\x1b]0;title\x07"),
            "\u{241b}[2J\u{241b}]0;title\u{2407}"
        );
        assert_eq!(
            shown("\u{9b}2J\r\x1b\x1b[3m"),
            "\u{fffd}2J\u{240d}\u{241b}\x1b[3m"
        );
        let long = format!("\x1b[{}m", "1;".repeat(40));
        assert!(shown(&long).starts_with("\u{241b}[1;1;"));
    }
}
