//! A server in place of a model file: `--engine URL`.

use core::fmt;

/// Seconds for which a server may send nothing, unless another number is given: a 7B model on a board
/// reads a prompt of 2,000 tokens at some 10 tokens a second.
pub const SILENCE_S: u32 = 300;

/// A server and a model of it. As text, `URL silence=SECONDS model=NAME`, it stands where a plan has the path
/// of a model; the name comes last, for it may hold spaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Served<'a> {
    /// Where it is, up to `/v1`, without a slash behind it.
    pub url: &'a str,
    /// Seconds for which it may send nothing.
    pub silence_s: u32,
    /// The model, by the server's name of it; empty for the one that it has.
    pub model: &'a str,
}

impl<'a> Served<'a> {
    /// Reads the text; `None` for the path of a file.
    pub fn parse(text: &'a str) -> Option<Served<'a>> {
        if !is_url(text) {
            return None;
        }
        let Some((url, rest)) = text.split_once(" silence=") else {
            return Some(Served {
                url: text.trim_end_matches('/'),
                silence_s: SILENCE_S,
                model: "",
            });
        };
        let (silence, model) = rest.split_once(" model=")?;
        Some(Served {
            url: url.trim_end_matches('/'),
            silence_s: silence.parse().ok()?,
            model,
        })
    }

    /// Host and port in the address, such as `127.0.0.1:8080`; without the port where it has none.
    pub fn authority(&self) -> &'a str {
        let behind = self.url.split_once("://").map_or("", |(_, behind)| behind);
        let authority = behind.split(['/', '?', '#']).next().unwrap_or_default();
        authority.rsplit_once('@').map_or(authority, |(_, at)| at)
    }
}

impl fmt::Display for Served<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} silence={} model={}",
            self.url, self.silence_s, self.model
        )
    }
}

/// Whether `text` is the address of a server, and no path of a file.
pub fn is_url(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn what_was_written_is_read() {
        let served = Served {
            url: "http://127.0.0.1:8080/v1",
            silence_s: 7,
            model: "My model Q4_0.gguf",
        };
        let text = served.to_string();
        assert_eq!(Served::parse(&text), Some(served));
        assert_eq!(served.authority(), "127.0.0.1:8080");
        let alone = Served::parse("https://u:p@[::1]:9/v1/").unwrap();
        assert_eq!((alone.url, alone.model), ("https://u:p@[::1]:9/v1", ""));
        assert_eq!((alone.authority(), alone.silence_s), ("[::1]:9", SILENCE_S));
        for path in ["/models/a.gguf", "http.gguf", ""] {
            assert_eq!(Served::parse(path), None, "{path}");
        }
    }
}
