//! Addresses of boards.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// 115,200: what boards' consoles run at.
const DEFAULT_BAUD: u32 = 115_200;
/// What common USB adapters (FT232R, CP2102N, CH343) reach.
const MAX_BAUD: u32 = 3_000_000;

/// Address of a board: which one, and over which transport.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BoardAddress {
    /// This machine: edgescore-rt as a child process.
    Local,
    /// Another machine by the system's ssh.
    Ssh {
        /// `[user@]host` as ssh takes it, also an alias of the user's configuration.
        destination: String,
        /// The port, unless ssh's configuration has it.
        port: Option<u16>,
    },
    /// A serial line on which edgescore-rt runs already.
    Serial {
        /// Such as `/dev/ttyUSB0`.
        device: String,
        /// Bits a second.
        baud: u32,
    },
    /// A file with what a board sent.
    Capture(PathBuf),
}

impl FromStr for BoardAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<BoardAddress, String> {
        let forms =
            "give local, ssh:[user@]host[:port], serial:/dev/ttyUSB0[@baud] or file:CAPTURE";
        let (kind, rest) = match text.split_once(':') {
            _ if text == "local" => return Ok(BoardAddress::Local),
            Some((_, "")) | None => return Err(forms.to_owned()),
            Some(parts) => parts,
        };
        match kind {
            "ssh" => ssh(rest),
            "serial" => serial(rest),
            "file" => Ok(BoardAddress::Capture(rest.into())),
            _ => Err(forms.to_owned()),
        }
    }
}

fn ssh(rest: &str) -> Result<BoardAddress, String> {
    let (host, port) = match rest.rsplit_once(':') {
        // More colons are an IPv6 address, unless brackets set the port apart.
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => {
            let number = port
                .parse()
                .map_err(|_| format!("{port:?} is not a port"))?;
            (host, Some(number))
        }
        _ => (rest, None),
    };
    // ssh itself wants a bare address.
    let destination: String = host.chars().filter(|c| !"[]".contains(*c)).collect();
    if destination.is_empty() || destination.starts_with('-') {
        return Err(format!("{destination:?} is not a host for ssh"));
    }
    Ok(BoardAddress::Ssh { destination, port })
}

fn serial(rest: &str) -> Result<BoardAddress, String> {
    let (device, baud) = match rest.rsplit_once('@') {
        None => (rest, DEFAULT_BAUD),
        Some((device, baud)) => match baud.replace(['_', ','], "").parse() {
            Ok(number @ 1200..=MAX_BAUD) => (device, number),
            _ => {
                return Err(format!(
                    "{baud:?} is not a baud rate from 1200 to {MAX_BAUD}"
                ));
            }
        },
    };
    Ok(BoardAddress::Serial {
        device: device.to_owned(),
        baud,
    })
}

impl fmt::Display for BoardAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BoardAddress::Local => f.write_str("local"),
            BoardAddress::Ssh { destination, port } => match port {
                Some(port) if destination.contains(':') => write!(f, "ssh:[{destination}]:{port}"),
                Some(port) => write!(f, "ssh:{destination}:{port}"),
                None => write!(f, "ssh:{destination}"),
            },
            BoardAddress::Serial { device, baud } => write!(f, "serial:{device}@{baud}"),
            BoardAddress::Capture(path) => write!(f, "file:{}", path.display()),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_form() {
        for (text, same) in [
            ("local", "local"),
            ("ssh:bench-3", "ssh:bench-3"),
            ("ssh:pi@bench-3:2222", "ssh:pi@bench-3:2222"),
            ("ssh:pi@fe80::1", "ssh:pi@fe80::1"),
            ("ssh:[::1]:22", "ssh:[::1]:22"),
            ("serial:/dev/ttyUSB0", "serial:/dev/ttyUSB0@115200"),
            ("serial:/dev/ttyUSB0@3000000", "serial:/dev/ttyUSB0@3000000"),
            ("file:boot.log", "file:boot.log"),
        ] {
            assert_eq!(text.parse::<BoardAddress>().unwrap().to_string(), same);
        }
    }

    #[test]
    fn names_the_forms_it_takes() {
        for text in ["", "pi@bench-3", "ssh:", "usb:x", "serial:", "file:"] {
            assert!(
                text.parse::<BoardAddress>()
                    .unwrap_err()
                    .contains("ssh:[user@]host")
            );
        }
        for text in [
            "serial:/dev/x@fast",
            "serial:/dev/x@9000000",
            "ssh:h:x",
            "ssh:-oProxyCommand=x",
        ] {
            assert!(text.parse::<BoardAddress>().is_err(), "{text}");
        }
    }
}
