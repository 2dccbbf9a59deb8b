//! What an image needs to know of a board, from targets/.

use anyhow::anyhow;
use include_dir::{Dir, include_dir};
use serde::Deserialize;

use crate::failure::Failure;
use crate::suggest::did_you_mean;

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
    /// What is made for it.
    pub kind: Kind,
}

/// What is made for a board.
pub enum Kind {
    /// A card that boots.
    Card(Image),
    /// Files to lay over the root of its own system.
    Overlay(Overlay),
}

/// What an overlay needs beside plan, pack, model and program.
pub struct Overlay {
    /// The power mode, unless another is asked for.
    pub nvpmodel: String,
    /// The systemd unit, with `{nvpmodel}`, `{tty}` and `{baud}` to fill in.
    pub unit: &'static str,
    /// The program that sets the power mode by its name.
    pub set_nvpmodel: &'static str,
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
    /// The firmware's configuration, where it has one.
    #[serde(skip)]
    pub config: Option<&'static str>,
}

#[derive(Deserialize)]
struct File {
    uart: Option<Uart>,
    #[serde(default)]
    memory: Memory,
    image: Option<Image>,
    nvpmodel: Option<Nvpmodel>,
}

#[derive(Deserialize)]
struct Nvpmodel {
    default: Option<String>,
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
                    "no image can be made for a board {name}{}: give --board one of {}",
                    did_you_mean(name, with_image.iter().copied()),
                    with_image.join(", ")
                )))
            }
        }
    }

    fn read(name: &str) -> Option<Board> {
        let text = |file: &str| TARGETS.get_file(format!("{name}/{file}"))?.contents_utf8();
        let file: File = toml::from_str(text("board.toml")?).ok()?;
        let kind = match file.image {
            Some(image) => Kind::Card(Image {
                config: text("config.txt"),
                ..image
            }),
            None => Kind::Overlay(Overlay {
                nvpmodel: file.nvpmodel?.default?,
                unit: text("overlay/edgescore.service")?,
                set_nvpmodel: text("overlay/set-nvpmodel")?,
            }),
        };
        Some(Board {
            name: name.to_owned(),
            uart: file.uart?,
            kernel_arguments: file.memory.kernel_arguments,
            kind,
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn images_can_be_made_for_these_boards() {
        let image = |name| match Board::find(name).unwrap().kind {
            Kind::Card(image) => image,
            Kind::Overlay(_) => unreachable!("{name} boots from a card"),
        };
        assert_eq!(image("pi5").kernel, "kernel_2712.img");
        assert!(image("pi5").config.is_some());
        assert!(!image("qemu-virt").modules.is_empty());
        let Kind::Overlay(overlay) = Board::find("jetson-orin-nano").unwrap().kind else {
            unreachable!("a Jetson boots its own system");
        };
        assert_eq!(overlay.nvpmodel, "15W");
        let Err(Failure::Usage(error)) = Board::find("host") else {
            unreachable!("the host boots itself");
        };
        assert!(
            error
                .to_string()
                .ends_with("jetson-orin-nano, pi5, qemu-virt"),
            "{error}"
        );
    }
}
