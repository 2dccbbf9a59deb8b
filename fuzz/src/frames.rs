//! A link: no bytes make the receiver panic, it counts what it skips, and a message that is written again is the same.

use crate::{contents, frames};
use edgescore_record::frame::{MAX_CONTENT, Receiver, message};
use edgescore_record::{Command, Control, Record};

/// Whether it is read as `T`, and the same again when it is written. Its bytes may differ, as a number can take more
/// of them than it needs.
macro_rules! same_again {
    ($content:expr, $kind:ty) => {
        if let Some(read) = message::<$kind>($content) {
            let once = postcard::to_stdvec(&(0u32, read)).unwrap_or_default();
            let again = message::<$kind>(&once).map(|read| postcard::to_stdvec(&(0u32, read)));
            assert_eq!(again, Some(Ok(once.clone())));
        }
    };
}

/// Takes an input.
pub fn run(bytes: &[u8]) {
    let Some((chunk, line)) = bytes.split_first() else {
        return;
    };
    let chunk = usize::from(*chunk) + 1;
    receive(line, chunk);

    // Frames with checksums that fit all arrive, however the line cuts them.
    let sent: Vec<Vec<u8>> = contents(line)
        .filter(|content| {
            content.len() <= MAX_CONTENT && postcard::take_from_bytes::<u32>(content).is_ok()
        })
        .collect();
    let (received, skipped) = receive(&frames(sent.clone()), chunk);
    assert_eq!((received, skipped), (sent, 0));
}

/// The contents that arrive in chunks of this size, and the bytes that were skipped.
fn receive(line: &[u8], chunk: usize) -> (Vec<Vec<u8>>, u64) {
    let mut receiver = Receiver::default();
    let mut received = Vec::new();
    for mut chunk in line.chunks(chunk) {
        loop {
            let (rest, content) = receiver.push(chunk, |_, content| {
                same_again!(content, Record);
                same_again!(content, Control);
                same_again!(content, Command);
                content.to_vec()
            });
            assert!(rest.len() <= chunk.len());
            chunk = rest;
            match content {
                Some(content) => received.push(content),
                None => break,
            }
        }
        assert!(chunk.is_empty());
    }
    assert!(receiver.skipped_bytes() <= line.len() as u64);
    (received, receiver.skipped_bytes())
}
