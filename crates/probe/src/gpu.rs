//! Load and clock of a Jetson's GPU (devfreq).

use std::path::{Path, PathBuf};

use crate::file::{self, Attribute};
use crate::{Hertz, Reading, Reason, Unavailable};

/// Device-tree names of the GPUs: Xavier, TX2, Orin, Thor, and the generic one.
const NAMES: [&str; 5] = ["gv11b", "gp10b", "ga10b", "gb10b", "gpu"];

/// A GPU. Reading it allocates nothing.
pub struct Gpu {
    load: Attribute,
    clock: Attribute,
}

impl Gpu {
    /// Opens the GPU below `root`.
    pub fn open(root: &Path) -> Result<Gpu, Unavailable> {
        let is_gpu = |device: &PathBuf| {
            file::line(&device.join("device/of_node/name"))
                .is_ok_and(|name| NAMES.contains(&name.as_str()))
        };
        let devices = file::entries(&root.join("sys/class/devfreq"), "");
        let Some(gpu) = devices.into_iter().find(is_gpu) else {
            let why = "no GPU below /sys/class/devfreq: no Jetson";
            return Err(Unavailable::new(Reason::Unsupported, why, ""));
        };
        let open = |name: &str| {
            let path = gpu.join(name);
            Attribute::open(&path).map_err(|error| Unavailable::file(&path, error, ""))
        };
        Ok(Gpu {
            load: open("device/load")?,
            clock: open("cur_freq")?,
        })
    }

    /// Load in 1/1000.
    pub fn load_per_mille(&self) -> Reading<u16> {
        self.load.number().and_then(|load: u16| match load {
            0..=1000 => Reading::Value(load),
            _ => Reading::Missing(Reason::Error),
        })
    }

    /// The clock now.
    pub fn clock(&self) -> Reading<Hertz> {
        self.clock.number().map(Hertz)
    }
}
