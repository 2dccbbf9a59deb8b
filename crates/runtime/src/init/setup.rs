//! What the kernel's command line tells process 1.

/// Words of the command line that begin with `edgescore.`; the kernel leaves such words alone.
#[derive(Debug, PartialEq, Eq)]
pub struct Setup {
    /// `edgescore.uart=/dev/ttyAMA10@115200`: the line to the host.
    pub uart: String,
    /// `edgescore.panic`: a test.
    pub must_panic: bool,
}

impl Setup {
    /// Of this boot.
    pub fn read() -> Setup {
        Setup::parse(&std::fs::read_to_string("/proc/cmdline").unwrap_or_default())
    }

    fn parse(line: &str) -> Setup {
        let mut words = line.split_whitespace();
        let uart = words
            .clone()
            .filter_map(|word| word.strip_prefix("edgescore.uart="))
            .next_back()
            .unwrap_or("/dev/console");
        Setup {
            uart: uart.to_owned(),
            must_panic: words.any(|word| word == "edgescore.panic"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_counts() {
        let line = "console=ttyAMA10,115200 edgescore.uart=/dev/ttyAMA10@115200 quiet \
                    edgescore.uart=/dev/ttyAMA0@3000000\n";
        let setup = Setup::parse(line);
        assert_eq!(setup.uart, "/dev/ttyAMA0@3000000");
        assert!(!setup.must_panic);
        assert!(Setup::parse("edgescore.panic quiet").must_panic);
        assert_eq!(Setup::parse("").uart, "/dev/console");
    }
}
