//! What has to fit into a frame.

use std::io;

use edgescore_record::frame::TooLong;

/// Longest text of unknown origin in a row, in bytes.
pub const TEXT: usize = 200;
/// Longest detail of a verdict or a refusal, in bytes.
pub const DETAIL: usize = 2000;

/// The front of `text`, at most `max` bytes, cut between characters. Names that come out of
/// model files can have any length; a frame can not.
pub fn clip(text: &str, max: usize) -> &str {
    text.get(..text.floor_char_boundary(max)).unwrap_or(text)
}

/// A message is longer than a frame holds.
pub fn too_long(error: TooLong) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, error)
}

#[cfg(test)]
mod tests {
    use super::clip;

    #[test]
    fn clips_between_characters() {
        assert_eq!(clip("abc", 5), "abc");
        assert_eq!(clip("abc", 2), "ab");
        assert_eq!(clip("aé", 2), "a");
    }
}
