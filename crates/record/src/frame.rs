//! The frame: COBS(sequence varint, postcard message, CRC-32), ended by a zero byte.
//!
//! COBS (Cheshire and Baker, 1999) keeps zero bytes out of the frame, so that a receiver that
//! lost its place finds the next frame at the next zero. The CRC is CRC-32/ISO-HDLC, the one
//! of Ethernet and zlib, over sequence and message, little-endian.
//!
//! ```
//! use edgescore_record::frame::{Encoder, Receiver, message};
//!
//! let mut encoder = Encoder::default();
//! let frame = encoder.encode(3, &"hello")?.frame;
//!
//! // Boot text comes before the frame, as on a serial line.
//! let line = [b"U-Boot 2024.01\0", frame].concat();
//! let mut receiver = Receiver::default();
//! let (rest, received) = receiver.push(&line, |sequence, content| {
//!     (sequence, message::<&str>(content).map(str::to_owned))
//! });
//! assert_eq!(received, Some((3, Some("hello".to_owned()))));
//! assert!(rest.is_empty());
//! assert_eq!(receiver.skipped_bytes(), 14);
//! # Ok::<(), edgescore_record::frame::TooLong>(())
//! ```

use core::fmt;

use crc::{CRC_32_ISO_HDLC, Crc};
use serde::Serialize;

/// Largest sequence number and message together, in bytes.
pub const MAX_CONTENT: usize = 4096;
/// Largest frame with CRC, COBS overhead (one byte each 254) and the closing zero.
pub const MAX_FRAME: usize = MAX_CONTENT + 4 + MAX_CONTENT.div_ceil(254) + 2;
/// Sequence number of control messages, which are not numbered.
pub const CONTROL: u32 = u32::MAX;
/// Sequence number of commands. Another than that of control messages, because a terminal that
/// echoes sends the host its own commands back.
pub const COMMAND: u32 = u32::MAX - 1;
/// Bytes of a file in one frame at most: a content without sequence (5), variant (1), hash
/// (32), offset (10) and length (2).
pub const MAX_PIECE: usize = MAX_CONTENT - 50;

const CRC: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);

/// A message did not fit [`MAX_CONTENT`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong;

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a message is longer than {MAX_CONTENT} bytes")
    }
}

impl core::error::Error for TooLong {}

/// Makes frames in two fixed buffers: no allocation.
pub struct Encoder {
    content: [u8; MAX_CONTENT + 4],
    frame: [u8; MAX_FRAME],
}

/// A frame as made by [`Encoder::encode`].
#[derive(Clone, Copy, Debug)]
pub struct Encoded<'a> {
    /// Sequence and message: what [`crate::Chain`] takes.
    pub content: &'a [u8],
    /// The frame with its closing zero: what goes over a link or into a file.
    pub frame: &'a [u8],
}

impl Default for Encoder {
    fn default() -> Encoder {
        Encoder {
            content: [0; MAX_CONTENT + 4],
            frame: [0; MAX_FRAME],
        }
    }
}

impl Encoder {
    /// Frames `message` under `sequence`.
    ///
    /// # Errors
    /// [`TooLong`] when the message does not fit; nothing is written then.
    pub fn encode(
        &mut self,
        sequence: u32,
        message: &impl Serialize,
    ) -> Result<Encoded<'_>, TooLong> {
        let used = postcard::to_slice(&(sequence, message), &mut self.content[..MAX_CONTENT])
            .map_err(|_| TooLong)?
            .len();
        Ok(self.seal(used))
    }

    /// Frames a content that came out of [`decode`], such as one that a link delivered and a
    /// file shall keep. The frame is the one that was received.
    ///
    /// # Errors
    /// [`TooLong`] when `content` is longer than [`MAX_CONTENT`].
    pub fn reframe(&mut self, content: &[u8]) -> Result<Encoded<'_>, TooLong> {
        let place = self.content[..MAX_CONTENT].get_mut(..content.len());
        place.ok_or(TooLong)?.copy_from_slice(content);
        Ok(self.seal(content.len()))
    }

    /// `used` is at most [`MAX_CONTENT`], so CRC and frame fit their buffers.
    fn seal(&mut self, used: usize) -> Encoded<'_> {
        let checksum = CRC.checksum(&self.content[..used]);
        self.content[used..used + 4].copy_from_slice(&checksum.to_le_bytes());
        let written = cobs::encode(&self.content[..used + 4], &mut self.frame);
        self.frame[written] = 0;
        Encoded {
            content: &self.content[..used],
            frame: &self.frame[..=written],
        }
    }
}

/// Takes a frame without its closing zero apart, in place.
///
/// Returns the sequence number and the content (sequence and message). `None` when it is no
/// frame: boot text, line noise, a frame that lost bytes.
pub fn decode(frame: &mut [u8]) -> Option<(u32, &[u8])> {
    let used = cobs::decode_in_place(frame).ok()?;
    let (content, checksum) = frame.get(..used)?.split_last_chunk::<4>()?;
    if CRC.checksum(content) != u32::from_le_bytes(*checksum) {
        return None;
    }
    let (sequence, _) = postcard::take_from_bytes::<u32>(content).ok()?;
    Some((sequence, content))
}

/// Reads the message of a frame's content (see [`decode`]). `None` when the content is of a
/// type or version that this program does not know.
pub fn message<'a, T: serde::Deserialize<'a>>(content: &'a [u8]) -> Option<T> {
    match postcard::take_from_bytes::<(u32, T)>(content) {
        Ok(((_, message), [])) => Some(message),
        _ => None,
    }
}

/// Collects bytes from a link until a frame is whole. Whatever is no frame is skipped and
/// counted: a boot log before the first frame is normal on a serial line.
pub struct Receiver {
    buffer: [u8; MAX_FRAME],
    used: usize,
    overflowed: bool,
    skipped_bytes: u64,
}

impl Default for Receiver {
    fn default() -> Receiver {
        Receiver {
            buffer: [0; MAX_FRAME],
            used: 0,
            overflowed: false,
            skipped_bytes: 0,
        }
    }
}

impl Receiver {
    /// Takes bytes from the front of `input` and stops behind the first whole frame, handing
    /// its sequence and content to `on_frame`. Returns what it left and `on_frame`'s result;
    /// call again with the rest until it returns `None`.
    pub fn push<'i, R>(
        &mut self,
        mut input: &'i [u8],
        on_frame: impl FnOnce(u32, &[u8]) -> R,
    ) -> (&'i [u8], Option<R>) {
        while let Some((byte, rest)) = input.split_first() {
            input = rest;
            if *byte != 0 {
                match self.buffer.get_mut(self.used) {
                    Some(slot) => {
                        *slot = *byte;
                        self.used += 1;
                    }
                    None => self.overflowed = true,
                }
                if self.overflowed {
                    self.skipped_bytes += 1;
                }
                continue;
            }
            let used = core::mem::take(&mut self.used);
            if !core::mem::take(&mut self.overflowed)
                && let Some((sequence, content)) = decode(&mut self.buffer[..used])
            {
                return (input, Some(on_frame(sequence, content)));
            }
            self.skipped_bytes += used as u64;
        }
        (input, None)
    }

    /// Bytes that were no frame so far, closing zeros not counted.
    pub fn skipped_bytes(&self) -> u64 {
        self.skipped_bytes
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    extern crate std;
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    fn receive(receiver: &mut Receiver, mut input: &[u8]) -> Vec<(u32, Vec<u8>)> {
        let mut frames = Vec::new();
        while let (rest, Some(frame)) = receiver.push(input, |s, c| (s, c.to_vec())) {
            frames.push(frame);
            input = rest;
        }
        frames
    }

    #[test]
    fn literal_frame() {
        // Sequence 5 and the message 0u16, one zero byte: content 05 00. Its CRC-32, by
        // `python3 -c "import zlib; print(hex(zlib.crc32(b'\x05\x00')))"`, is 0x3caee6ba.
        let mut encoder = Encoder::default();
        let encoded = encoder.encode(5, &0u16).unwrap();
        assert_eq!(encoded.content, [5, 0]);
        assert_eq!(encoded.frame, [2, 5, 5, 0xba, 0xe6, 0xae, 0x3c, 0]);
    }

    #[test]
    fn the_longest_message_fits_and_a_longer_one_is_refused() {
        let mut encoder = Encoder::default();
        let text = |n: usize| std::string::String::from("x").repeat(n);
        // One byte of sequence and two of length stand before the text.
        let fits = text(MAX_CONTENT - 3);
        let frame = encoder.encode(0, &fits.as_str()).unwrap().frame.to_vec();
        assert!(frame.len() <= MAX_FRAME);
        let mut receiver = Receiver::default();
        assert_eq!(receive(&mut receiver, &frame).len(), 1);
        assert!(matches!(
            encoder.encode(0, &text(MAX_CONTENT - 2).as_str()),
            Err(TooLong)
        ));
    }

    #[test]
    fn a_boot_log_before_the_first_frame_is_skipped() {
        let mut line = b"[    0.000000] Booting Linux on physical CPU 0x0\r\n".to_vec();
        line.resize(3 * MAX_FRAME, b'.');
        let noise = line.len() as u64;
        line.push(0);
        let mut encoder = Encoder::default();
        line.extend_from_slice(encoder.encode(7, &"hello").unwrap().frame);
        let mut receiver = Receiver::default();
        let frames = receive(&mut receiver, &line);
        assert_eq!(frames.len(), 1);
        assert_eq!(frames[0].0, 7);
        assert_eq!(message::<&str>(&frames[0].1), Some("hello"));
        assert_eq!(receiver.skipped_bytes(), noise);
    }

    proptest! {
        #[test]
        fn frames_survive_any_chunking(messages in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..600), 1..8), chunk in 1usize..700) {
            let mut encoder = Encoder::default();
            let mut line = Vec::new();
            for (i, message) in messages.iter().enumerate() {
                line.extend_from_slice(encoder.encode(i as u32, &message.as_slice()).unwrap().frame);
            }
            let mut receiver = Receiver::default();
            let frames: Vec<_> = line.chunks(chunk).flat_map(|part| receive(&mut receiver, part)).collect();
            prop_assert_eq!(frames.len(), messages.len());
            for (i, (sequence, content)) in frames.iter().enumerate() {
                prop_assert_eq!(*sequence, i as u32);
                prop_assert_eq!(message::<&[u8]>(content), Some(messages[i].as_slice()));
            }
        }

        #[test]
        fn a_damaged_frame_is_never_taken_for_a_whole_one(text in ".{0,80}", at in any::<prop::sample::Index>(), flip in 1u8..=255) {
            let mut encoder = Encoder::default();
            let good = encoder.encode(3, &text.as_str()).unwrap().frame.to_vec();
            let mut bad = good.clone();
            let at = at.index(bad.len() - 1);
            bad[at] ^= flip;
            bad.extend_from_slice(&good);
            let mut receiver = Receiver::default();
            let frames = receive(&mut receiver, &bad);
            // The damaged one is dropped; the one behind it survives unless the damage made a
            // new end, which costs nothing but the first.
            prop_assert_eq!(frames.len(), 1);
            prop_assert_eq!(message::<&str>(&frames[0].1), Some(text.as_str()));
        }

        #[test]
        fn noise_never_panics(noise in prop::collection::vec(any::<u8>(), 0..2000)) {
            let mut receiver = Receiver::default();
            let _ = receive(&mut receiver, &noise);
        }
    }
}
