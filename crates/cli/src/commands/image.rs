//! `edgescore image`.

use std::path::PathBuf;

use crate::defaults;
use crate::failure::Failure;
use crate::files;
use crate::image::{self, Board, Request};
use crate::output::print;
use crate::session::{Inputs, OneModel, OperatingPoint, RunOptions};

// Doc comments of a flattened group would replace this one, so the group has none.
/// Write a card image that runs a pack on a model when the board is powered on, and nothing else
///
/// For a Jetson: a tarball to unpack over the root of its own system, before flashing or on the
/// board (`sudo tar -xpf overlay.tar -C /`), whose systemd unit does the same at the next boot. On
/// a card the only process is edgescore-rt. Results are sent over the UART and stay on the card's
/// second partition as runs/*.journal, which `report` reads; then the board turns itself off. Write
/// it to a card with `dd if=card.img of=/dev/sdX bs=4M conv=fsync`.
#[derive(clap::Args)]
pub struct Args {
    /// The board: pi5, qemu-virt or jetson-orin-nano
    #[arg(long, value_name = "BOARD")]
    board: String,

    #[command(flatten)]
    model: OneModel,

    /// The task pack [default: the built-in one]
    #[arg(long, value_name = "P.pack")]
    pack: Option<PathBuf>,

    /// Where a card's kernel and device tree come from: for pi5 a copy of the boot folder of Raspberry
    /// Pi OS (/boot/firmware), for qemu-virt an unpacked linux-image package of Debian
    #[arg(long, value_name = "DIR")]
    boot_files: Option<PathBuf>,

    /// The edgescore-rt of the board [default: the one that `scripts/cross BOARD` built]
    #[arg(long, value_name = "FILE")]
    runtime: Option<PathBuf>,

    /// The UART's rate in bits a second [default: the board's]
    #[arg(long, value_name = "BAUD", value_parser = clap::value_parser!(u32).range(9_600..=3_000_000))]
    baud: Option<u32>,

    /// Words to add to the kernel's command line, such as cpufreq.default_governor=performance
    #[arg(long, value_name = "WORDS", default_value = "")]
    append: String,

    /// The power mode of a Jetson, by its name in /etc/nvpmodel.conf [default: 15W]
    #[arg(long, value_name = "MODE")]
    nvpmodel: Option<String>,

    #[command(flatten)]
    options: RunOptions,

    #[command(flatten)]
    point: OperatingPoint,

    /// The image or tarball to write
    #[arg(
        short,
        long = "output",
        value_name = "CARD.img",
        help_heading = "Output"
    )]
    output: PathBuf,

    /// Replace CARD.img if it is there
    #[arg(long, help_heading = "Output")]
    force: bool,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<(), Failure> {
    let board = Board::find(&args.board)?;
    files::check_new(&args.output, args.force)?;
    let pack = args.pack.clone().map_or_else(defaults::pack, Ok)?;
    let model = args.model.path()?;
    let Inputs {
        pack,
        model,
        prompts,
    } = Inputs::new(&args.options, pack, model)?;
    let request = Request {
        pack,
        model,
        prompts,
        plan: args.point.put_in(args.options.plan()),
        boot_files: args.boot_files.as_deref(),
        runtime: args.runtime.as_deref(),
        baud: args.baud,
        append: &args.append,
        nvpmodel: args.nvpmodel.as_deref(),
    };
    let notes = image::write(&board, &request, &args.output)?;
    print(|out| {
        for note in &notes {
            writeln!(out, "{note}")?;
        }
        writeln!(out, "image: {}", args.output.display())
    })
}
