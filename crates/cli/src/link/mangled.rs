//! A line that changes bytes: what is sent again is changed again, for ever.

use anyhow::anyhow;

use super::address::BoardAddress;

/// Times that something is sent again before it is said what keeps it from arriving. Noise that hits each of so many
/// frames would hit all others, too.
pub const STUCK: u32 = 12;

/// Why `what` does not come over the line to `address`, by the bytes that it holds.
pub fn explain(address: &BoardAddress, what: &str, bytes: impl Fn(u8) -> bool) -> anyhow::Error {
    let any = |of: &[u8]| of.iter().any(|byte| bytes(*byte));
    let suspects = [
        (
            any(&[0x11, 0x13]),
            "flow control by XON and XOFF (`stty -ixon -ixoff`)",
        ),
        (any(b"\r\n"), "a translation of line ends (`stty raw`)"),
        (any(&[0xff]), "telnet, which doubles FF (take its raw mode)"),
        (
            (0x80..=0xff).any(&bytes),
            "7 data bits (`stty cs8 -istrip`)",
        ),
    ];
    let named = suspects.iter().filter(|(is_there, _)| *is_there);
    let named: Vec<&str> = named.map(|(_, what)| *what).collect();
    anyhow!(
        "{what}, however often it is sent again: something on the line to {address} changes its bytes: {}. Let both ends and \
         what is between pass all bytes as they are",
        match named.as_slice() {
            [] => "it holds none that lines are known to change".to_owned(),
            named => named.join(", or "),
        }
    )
}

/// What else to look at where nothing comes over the line to `address`: what was sent may be what it changes.
pub fn hint(address: &BoardAddress) -> &'static str {
    match address {
        BoardAddress::Serial { .. } => {
            ", and that the line passes all bytes as they are (`stty raw cs8 -istrip -ixon -ixoff`)"
        }
        _ => "",
    }
}
