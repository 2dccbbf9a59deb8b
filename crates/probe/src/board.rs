//! Which board this is.

use std::format;
use std::fs;
use std::path::Path;
use std::string::{String, ToString};

use crate::file;

/// What a result needs to say about the machine it was measured on. Fields that a machine
/// does not know are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BoardFacts {
    /// Device-tree model or DMI product, such as `Raspberry Pi 5 Model B Rev 1.0`.
    pub board: String,
    /// CPU model name.
    pub cpu: String,
    /// Kernel release and version, as `uname -rv`.
    pub kernel: String,
    /// cpufreq governor of CPU 0, such as `ondemand`.
    pub governor: String,
}

impl BoardFacts {
    /// Reads the board. `root` is `/` on a board; a captured tree in a test.
    pub fn read(root: &Path) -> BoardFacts {
        let line = |path: &str| file::line(&root.join(path)).unwrap_or_default();
        let first_known = |paths: &[&str]| {
            paths
                .iter()
                .map(|path| line(path))
                .find(|line| !line.is_empty())
                .unwrap_or_default()
        };
        let cpuinfo = fs::read_to_string(root.join("proc/cpuinfo")).unwrap_or_default();
        BoardFacts {
            board: first_known(&[
                "proc/device-tree/model",
                "sys/class/dmi/id/product_name",
                "sys/class/dmi/id/board_name",
            ]),
            cpu: cpu_model(&cpuinfo),
            kernel: format!(
                "{} {}",
                line("proc/sys/kernel/osrelease"),
                line("proc/sys/kernel/version")
            )
            .trim()
            .to_string(),
            governor: line("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
        }
    }
}

/// x86 kernels print `model name`; arm64 kernels print the implementer and part numbers of
/// MIDR_EL1, which name the core (Arm ARM, D19.2.122).
fn cpu_model(cpuinfo: &str) -> String {
    let field = |name: &str| {
        cpuinfo
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(key, _)| key.trim() == name)
            .map(|(_, value)| value.trim())
    };
    if let Some(name) = field("model name") {
        return name.to_string();
    }
    match (field("CPU implementer"), field("CPU part")) {
        (Some("0x41"), Some("0xd03")) => "Cortex-A53".to_string(),
        (Some("0x41"), Some("0xd07")) => "Cortex-A57".to_string(),
        (Some("0x41"), Some("0xd08")) => "Cortex-A72".to_string(),
        (Some("0x41"), Some("0xd0b")) => "Cortex-A76".to_string(),
        (Some("0x41"), Some("0xd42")) => "Cortex-A78AE".to_string(),
        (Some(implementer), Some(part)) => format!("implementer {implementer} part {part}"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_cores_of_our_boards() {
        let pi5 = "processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd0b\n";
        assert_eq!(cpu_model(pi5), "Cortex-A76");
        let other = "CPU implementer\t: 0x61\nCPU part\t: 0x022\n";
        assert_eq!(cpu_model(other), "implementer 0x61 part 0x022");
        assert_eq!(cpu_model("model name\t: AMD EPYC\n"), "AMD EPYC");
        assert_eq!(cpu_model(""), "");
    }

    #[test]
    fn reads_this_machine() {
        let facts = BoardFacts::read(Path::new("/"));
        assert!(!facts.cpu.is_empty());
        assert!(facts.kernel.contains('.'), "{facts:?}");
    }
}
