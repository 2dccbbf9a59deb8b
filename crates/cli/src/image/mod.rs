//! `edgescore image`: a card that a board boots, measures and turns itself off with.

mod board;
mod boot;
mod card;
mod fat;
mod initramfs;
mod plan;

use std::path::PathBuf;

use anyhow::anyhow;

use crate::failure::Failure;
use crate::output::print;
use crate::run::Asked;
use board::Board;

// Doc comments of a flattened group would take this one's place, so the group has none.
/// Write a card image that runs a pack on a model when the power comes, and nothing else
///
/// Its only process is edgescore-rt. Results leave by the UART and stay on the card's second
/// partition as runs/*.journal, which `report` reads; then the board turns itself off. Write it to a card with
/// `dd if=card.img of=/dev/sdX bs=4M conv=fsync`.
#[derive(clap::Args)]
pub struct Args {
    /// The board: pi5 or qemu-virt
    #[arg(long, value_name = "BOARD")]
    board: String,

    /// The model
    #[arg(long, value_name = "M.gguf")]
    model: PathBuf,

    /// The task pack [default: the built-in one]
    #[arg(long, value_name = "P.pack")]
    pack: Option<PathBuf>,

    /// Where kernel and device tree come from: for pi5 a copy of the boot folder of Raspberry
    /// Pi OS (/boot/firmware), for qemu-virt an unpacked linux-image package of Debian
    #[arg(long, value_name = "DIR")]
    boot_files: PathBuf,

    /// The edgescore-rt of the board [default: the one that `scripts/cross BOARD` built]
    #[arg(long, value_name = "FILE")]
    runtime: Option<PathBuf>,

    /// The UART's rate in bits a second [default: the board's]
    #[arg(long, value_name = "BAUD", value_parser = clap::value_parser!(u32).range(9_600..=3_000_000))]
    baud: Option<u32>,

    /// Words to add to the kernel's command line, such as cpufreq.default_governor=performance
    #[arg(long, value_name = "WORDS", default_value = "")]
    append: String,

    #[command(flatten)]
    asked: Asked,

    /// The image to write
    #[arg(short, long = "output", value_name = "CARD.img")]
    output: PathBuf,

    /// Replace an existing image
    #[arg(long)]
    force: bool,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<(), Failure> {
    let board = Board::find(&args.board)?;
    if args.output.exists() && !args.force {
        return Err(Failure::Data(anyhow!(
            "{} exists: give -o another name, or --force to replace it",
            args.output.display()
        )));
    }
    let boot = boot::files(&board, args)?;
    let data = plan::files(args)?;
    card::write(&args.output, &boot.files, &data)?;
    print(|out| {
        for note in &boot.notes {
            writeln!(out, "{note}")?;
        }
        writeln!(out, "image: {}", args.output.display())
    })
}
