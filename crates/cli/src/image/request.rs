//! What is asked of an image.

use std::path::{Path, PathBuf};

use edgescore_record::Plan;

/// What an image is to hold.
pub struct Request<'r> {
    /// The task pack.
    pub pack: PathBuf,
    /// The model, or the first file of a split one.
    pub model: PathBuf,
    /// The file of prompts.
    pub prompts: Vec<u8>,
    /// The plan, without the paths of its files.
    pub plan: Plan<'r>,
    /// Where a card's kernel and device tree come from.
    pub boot_files: Option<&'r Path>,
    /// The edgescore-rt of the board, unless it is the one that was built for it.
    pub runtime: Option<&'r Path>,
    /// The UART's rate in bits a second, unless it is the board's.
    pub baud: Option<u32>,
    /// Arguments to add to the kernel's command line.
    pub append: &'r str,
    /// The power mode of a Jetson, unless it is the board's.
    pub nvpmodel: Option<&'r str>,
}
