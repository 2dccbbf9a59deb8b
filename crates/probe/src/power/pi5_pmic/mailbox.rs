//! The firmware mailbox of a Raspberry Pi, by ioctl on a file that stays open: spawning
//! `vcgencmd` fifty times a second slowed decoding about six times.
//!
//! The buffer is that of raspberrypi/utils vcgencmd.c and raspberrypi/linux
//! drivers/char/broadcom/vcio.c.

use std::boxed::Box;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::file::Attribute;
use crate::{Reading, Reason, Unavailable};

/// Room for an answer, in 32-bit words: what the tag's length field says.
const ANSWER_WORDS: usize = 1024;

/// Room for an answer in bytes.
pub const ANSWER_BYTES: usize = ANSWER_WORDS * 4;

/// Length, request code, tag, tag length, tag request, return code; then the text; then the
/// end tag.
const HEADER_WORDS: usize = 6;
const WORDS: usize = HEADER_WORDS + ANSWER_WORDS + 1;

const REQUEST: u32 = 0;
const SUCCESS: u32 = 0x8000_0000;
const GENCMD: u32 = 0x0003_0080;

/// Something that answers firmware commands such as `get_throttled`.
pub trait Mailbox: Send {
    /// The answer to `command`, written into `answer`. [`Reason::Unsupported`] when the
    /// firmware does not know it.
    fn ask<'a>(&mut self, command: &str, answer: &'a mut [u8; ANSWER_BYTES]) -> Reading<&'a str>;
}

/// The mailbox below `root`: `/dev/vcio_gencmd`, which takes nothing but such commands, else
/// `/dev/vcio`. A captured tree has a folder there with one answer a file.
pub fn open(root: &Path) -> Result<Box<dyn Mailbox>, Unavailable> {
    let mut refused = None;
    for name in ["vcio_gencmd", "vcio"] {
        let path = root.join("dev").join(name);
        if fs::metadata(&path).is_ok_and(|found| found.is_dir()) {
            return Ok(Box::new(Recorded { folder: path }));
        }
        match File::open(&path) {
            Ok(device) => return Ok(Box::new(Firmware { device })),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => {
                let remedy = match error.kind() {
                    ErrorKind::PermissionDenied => {
                        "join the group video: sudo usermod -aG video $USER, then log in again"
                    }
                    _ => "",
                };
                refused.get_or_insert(Unavailable::file(&path, error, remedy));
            }
        }
    }
    Err(refused.unwrap_or_else(|| {
        let why = "neither /dev/vcio_gencmd nor /dev/vcio is there: no Raspberry Pi firmware";
        Unavailable::new(Reason::Unsupported, why, "")
    }))
}

/// The firmware of this board.
struct Firmware {
    device: File,
}

impl Mailbox for Firmware {
    fn ask<'a>(&mut self, command: &str, answer: &'a mut [u8; ANSWER_BYTES]) -> Reading<&'a str> {
        let Some(mut words) = request(command) else {
            return Reading::Missing(Reason::Error);
        };
        match ffi::property(&self.device, &mut words) {
            Ok(()) => reply(&words, answer),
            Err(nix::Error::EPERM | nix::Error::EACCES) => Reading::Missing(Reason::Denied),
            Err(nix::Error::ENOTTY | nix::Error::ENODEV) => Reading::Missing(Reason::Unsupported),
            Err(_) => Reading::Missing(Reason::Error),
        }
    }
}

/// The request for `command`; `None` if it does not fit.
fn request(command: &str) -> Option<[u32; WORDS]> {
    let mut words = [0; WORDS];
    let header = [WORDS as u32 * 4, REQUEST, GENCMD, ANSWER_BYTES as u32, 0, 0];
    words.first_chunk_mut().map(|first| *first = header)?;
    // The text's end must stay 0.
    if command.len() >= ANSWER_BYTES {
        return None;
    }
    let text = words.get_mut(HEADER_WORDS..)?;
    for (word, bytes) in text.iter_mut().zip(command.as_bytes().chunks(4)) {
        let mut four = [0; 4];
        four.get_mut(..bytes.len())?.copy_from_slice(bytes);
        *word = u32::from_ne_bytes(four);
    }
    Some(words)
}

/// The text of a reply.
fn reply<'a>(words: &[u32; WORDS], answer: &'a mut [u8; ANSWER_BYTES]) -> Reading<&'a str> {
    let [_, code, _, _, _, returned, text @ .., _] = words;
    if *code != SUCCESS {
        return Reading::Missing(Reason::Error);
    }
    for (four, word) in answer.chunks_exact_mut(4).zip(text) {
        four.copy_from_slice(&word.to_ne_bytes());
    }
    let end = answer.iter().position(|byte| *byte == 0);
    let text = end.and_then(|end| answer.get(..end)).map(str::from_utf8);
    match returned {
        0 => Reading::parsed(text.and_then(Result::ok)).and_then(known),
        _ => Reading::Missing(Reason::Unsupported),
    }
}

/// Firmware answers commands it does not have with `error=1 error_msg="Command not
/// registered"`.
fn known(text: &str) -> Reading<&str> {
    match text.trim_start().starts_with("error=") {
        true => Reading::Missing(Reason::Unsupported),
        false => Reading::Value(text),
    }
}

/// A folder of recorded answers, each in a file with the command's name.
struct Recorded {
    folder: PathBuf,
}

impl Mailbox for Recorded {
    fn ask<'a>(&mut self, command: &str, answer: &'a mut [u8; ANSWER_BYTES]) -> Reading<&'a str> {
        match Attribute::open(&self.folder.join(command)) {
            Ok(file) => file.read(answer).and_then(known),
            Err(error) => Reading::Missing(error.into()),
        }
    }
}

#[allow(unsafe_code)]
mod ffi {
    use std::ffi::c_char;
    use std::fs::File;
    use std::os::fd::AsRawFd;

    use super::WORDS;

    nix::ioctl_readwrite!(
        /// `IOCTL_MBOX_PROPERTY`, `_IOWR(100, 0, char *)`: 0xC0086400 on arm64. The argument is
        /// the buffer itself, not a pointer to a pointer.
        mbox_property,
        100,
        0,
        *mut c_char
    );

    /// Sends `words` to the firmware and takes its reply into them.
    pub fn property(device: &File, words: &mut [u32; WORDS]) -> nix::Result<()> {
        // SAFETY: the driver reads and writes as many bytes as the first word says, which is
        // the size of `words` (see `request`), and keeps no pointer after it returns.
        unsafe { mbox_property(device.as_raw_fd(), words.as_mut_ptr().cast()) }.map(drop)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::string::{String, ToString};

    fn answered(code: u32, returned: u32, text: &str) -> [u32; WORDS] {
        let mut words = request(text).unwrap();
        words[1] = code;
        words[5] = returned;
        words
    }

    #[test]
    fn a_request_has_the_layout_of_vcgencmd() {
        let words = request("pmic_read_adc").unwrap();
        assert_eq!(words[..6], [4124, 0, 0x0003_0080, 4096, 0, 0]);
        let text: std::vec::Vec<u8> = words[6..10].iter().flat_map(|w| w.to_ne_bytes()).collect();
        assert_eq!(text, b"pmic_read_adc\0\0\0");
        assert_eq!(words[WORDS - 1], 0, "the end tag");
        assert_eq!(
            request(&String::from_utf8(std::vec![b'x'; 4096]).unwrap()),
            None
        );
    }

    #[test]
    fn a_reply_is_its_text_or_a_reason() {
        let mut answer = [0; ANSWER_BYTES];
        let mut of = |words| reply(&words, &mut answer).map(ToString::to_string);
        let good = of(answered(SUCCESS, 0, "throttled=0x0"));
        assert_eq!(good, Reading::Value("throttled=0x0".to_string()));
        // The firmware did not process the request.
        let unprocessed = of(answered(REQUEST, 0, "pmic_read_adc"));
        assert_eq!(unprocessed, Reading::Missing(Reason::Error));
        let unknown = of(answered(SUCCESS, 1, ""));
        assert_eq!(unknown, Reading::Missing(Reason::Unsupported));
        let unknown = of(answered(
            SUCCESS,
            0,
            "error=1 error_msg=\"Command not registered\"",
        ));
        assert_eq!(unknown, Reading::Missing(Reason::Unsupported));
        let mut not_utf8 = answered(SUCCESS, 0, "x");
        not_utf8[6] = 0x00ff_ffff;
        assert_eq!(of(not_utf8), Reading::Missing(Reason::Error));
        let mut endless = answered(SUCCESS, 0, "x");
        endless[6..].fill(0x7878_7878);
        assert_eq!(of(endless), Reading::Missing(Reason::Error));
    }

    #[test]
    fn a_file_that_is_no_mailbox_is_refused() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("dev")).unwrap();
        assert_eq!(open(root.path()).err().unwrap().reason, Reason::Unsupported);
        fs::write(root.path().join("dev/vcio"), "").unwrap();
        let mut answer = [0; ANSWER_BYTES];
        let asked = open(root.path()).unwrap().ask("get_throttled", &mut answer);
        assert_eq!(asked, Reading::Missing(Reason::Unsupported));
    }
}
