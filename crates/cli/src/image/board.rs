//! What targets/ says of a board that an image needs.

use anyhow::anyhow;
use include_dir::{Dir, include_dir};
use serde::Deserialize;

use crate::failure::Failure;

/// The boards, as they were when this program was built.
static TARGETS: Dir = include_dir!("$CARGO_MANIFEST_DIR/../../targets");

/// A board that an image can be made for.
pub struct Board {
    /// Its folder's name.
    pub name: String,
    /// The serial console.
    pub uart: Uart,
    /// Words for the kernel's command line.
    pub kernel_arguments: Vec<String>,
    /// What its boot partition holds.
    pub image: Image,
    /// The firmware's configuration, where it has one.
    pub config: Option<&'static str>,
}

/// The serial console.
#[derive(Deserialize)]
pub struct Uart {
    /// Path of the device.
    pub device: String,
    /// Bits a second.
    pub baud: u32,
}

/// What the boot partition holds. Names are relative to `--boot-files`; a `*` in the last part
/// stands for anything.
#[derive(Deserialize)]
pub struct Image {
    /// The kernel.
    pub kernel: String,
    /// Other files without which the board does not start.
    #[serde(default)]
    pub required: Vec<String>,
    /// Files that some boards of this kind need: the name and which.
    #[serde(default)]
    pub optional: Vec<(String, String)>,
    /// Modules that the initramfs loads, in this order, below `lib/modules/VERSION`.
    #[serde(default)]
    pub modules: Vec<String>,
}

#[derive(Deserialize)]
struct File {
    uart: Option<Uart>,
    #[serde(default)]
    memory: Memory,
    image: Option<Image>,
}

#[derive(Default, Deserialize)]
struct Memory {
    #[serde(default)]
    kernel_arguments: Vec<String>,
}

impl Board {
    /// The board of this name.
    pub fn find(name: &str) -> Result<Board, Failure> {
        match Board::read(name) {
            Some(board) => Ok(board),
            None => {
                let folders = TARGETS.dirs().filter_map(|dir| dir.path().to_str());
                let with_image: Vec<_> =
                    folders.filter(|name| Board::read(name).is_some()).collect();
                Err(Failure::Usage(anyhow!(
                    "no image can be made for a board {name}: give --board one of {}",
                    with_image.join(", ")
                )))
            }
        }
    }

    fn read(name: &str) -> Option<Board> {
        let text = |file: &str| TARGETS.get_file(format!("{name}/{file}"))?.contents_utf8();
        let file: File = toml::from_str(text("board.toml")?).ok()?;
        Some(Board {
            name: name.to_owned(),
            uart: file.uart?,
            kernel_arguments: file.memory.kernel_arguments,
            image: file.image?,
            config: text("config.txt"),
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn images_can_be_made_for_these_boards() {
        assert_eq!(Board::find("pi5").unwrap().image.kernel, "kernel_2712.img");
        assert!(Board::find("pi5").unwrap().config.is_some());
        assert!(!Board::find("qemu-virt").unwrap().image.modules.is_empty());
        let Err(Failure::Usage(error)) = Board::find("host") else {
            unreachable!("the host boots itself");
        };
        assert!(error.to_string().ends_with("pi5, qemu-virt"), "{error}");
    }
}
