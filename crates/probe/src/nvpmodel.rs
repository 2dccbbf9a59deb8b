//! The power mode of a Jetson. A mode caps clocks and CPUs; it is no metered limit.

use std::fs;
use std::path::Path;
use std::string::{String, ToString};

use crate::file;
use crate::{Reading, Reason};

/// Number and name of the mode, such as `2 (15W)`. Numbers differ between boards. `None` on
/// boards that are no Jetson.
pub fn mode(root: &Path) -> Option<Reading<String>> {
    let config = root.join("etc/nvpmodel.conf");
    let status = root.join("var/lib/nvpmodel/status");
    if !config.exists() && !status.exists() {
        return None;
    }
    Some(match file::line(&status) {
        Ok(line) => Reading::parsed(number(&line)).map(|number| {
            let config = fs::read_to_string(config).unwrap_or_default();
            match name(&config, number) {
                Some(name) => std::format!("{number} ({name})"),
                None => number.to_string(),
            }
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Reading::Missing(Reason::Off),
        Err(error) => Reading::Missing(error.into()),
    })
}

/// `pmode:0002 fmode:fanNull`.
fn number(status: &str) -> Option<u32> {
    let mode = status
        .split_whitespace()
        .find_map(|word| word.strip_prefix("pmode:"))?;
    mode.parse().ok()
}

/// The name in a line `< POWER_MODEL ID=2 NAME=15W >`.
fn name(config: &str, number: u32) -> Option<&str> {
    let of_number = |line: &&str| {
        let id = line
            .split_whitespace()
            .find_map(|word| word.strip_prefix("ID="));
        line.contains("POWER_MODEL") && id.and_then(|id| id.parse().ok()) == Some(number)
    };
    let line = config.lines().find(of_number)?;
    line.split_whitespace()
        .find_map(|word| word.strip_prefix("NAME="))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mode_is_read_with_its_name() {
        assert_eq!(number("pmode:0002 fmode:fanNull"), Some(2));
        assert_eq!(number("fmode:quiet"), None);
        let config = "# comment\n< POWER_MODEL ID=0 NAME=MAXN >\nCPU_ONLINE CORE_0 1\n\
                      < POWER_MODEL ID=2 NAME=15W >\n";
        assert_eq!(name(config, 2), Some("15W"));
        assert_eq!(name(config, 1), None);
    }
}
