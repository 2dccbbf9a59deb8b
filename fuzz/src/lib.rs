//! The targets, a module each, and what several of them need. `scripts/fuzz` runs them under libFuzzer; the tests of
//! this crate take inputs that are changed at random, on any Rust.

pub mod calls;
pub mod frames;
pub mod gguf;
pub mod letter;
pub mod number;
pub mod own;
pub mod pack;
pub mod reorder;
pub mod result_file;
pub mod sensors;
pub mod six_g_bench;
pub mod summary;
pub mod template;

use edgescore_record::frame::Encoder;

/// The contents of the frames in `bytes`, whatever their checksums say: no mutation keeps a checksum, so
/// that with it nothing behind it would be reached.
pub fn contents(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    bytes.split(|byte| *byte == 0).filter_map(|frame| {
        let mut frame = frame.to_vec();
        let used = cobs::decode_in_place(&mut frame).ok()?;
        frame.truncate(used.checked_sub(4)?);
        Some(frame)
    })
}

/// `contents` as frames with checksums that fit.
pub fn frames(contents: impl IntoIterator<Item = Vec<u8>>) -> Vec<u8> {
    let mut encoder = Encoder::default();
    let mut line = Vec::new();
    for content in contents {
        if let Ok(encoded) = encoder.reframe(&content) {
            line.extend_from_slice(encoded.frame);
        }
    }
    line
}

/// The first line of `text` and the rest.
pub fn first_line(text: &str) -> (&str, &str) {
    text.split_once('\n').unwrap_or((text, ""))
}

/// A folder in memory, for what reads files.
pub fn folder() -> tempfile::TempDir {
    let memory = std::path::Path::new("/dev/shm");
    let made = match memory.is_dir() {
        true => tempfile::tempdir_in(memory),
        false => tempfile::tempdir(),
    };
    made.expect("a folder can be made")
}
