//! The initramfs: edgescore-rt as /init, and modules (Linux, Documentation/driver-api/
//! early-userspace/buffer-format.rst).

use std::io::Write;

use cpio::newc::{Builder, ModeFileType};
use flate2::{Compression, write::GzEncoder};

use crate::failure::Failure;

/// A compressed archive of `init` and `modules`, which are loaded in this order.
pub fn build(init: &[u8], modules: &[Vec<u8>]) -> Result<Vec<u8>, Failure> {
    let archive = archive(init, modules).map_err(Failure::data)?;
    let mut gz = GzEncoder::new(Vec::new(), Compression::best());
    gz.write_all(&archive).map_err(Failure::data)?;
    gz.finish().map_err(Failure::data)
}

/// What an entry of the archive is.
enum Kind {
    Folder,
    Device(u32, u32),
    Module,
    Program,
}

fn archive(init: &[u8], modules: &[Vec<u8>]) -> std::io::Result<Vec<u8>> {
    let mut out = Vec::new();
    let mut number = 0;
    let mut add = |name: &str, kind: Kind, bytes: &[u8]| {
        number += 1;
        let builder = Builder::new(name).ino(number);
        let builder = match kind {
            Kind::Folder => builder
                .mode(0o755)
                .set_mode_file_type(ModeFileType::Directory),
            Kind::Device(major, minor) => builder
                .mode(0o600)
                .set_mode_file_type(ModeFileType::Char)
                .rdev_major(major)
                .rdev_minor(minor),
            Kind::Module => builder
                .mode(0o644)
                .set_mode_file_type(ModeFileType::Regular),
            Kind::Program => builder
                .mode(0o755)
                .set_mode_file_type(ModeFileType::Regular),
        };
        let mut file = builder.write(&mut out, bytes.len() as u32);
        file.write_all(bytes)?;
        file.finish().map(|_| ())
    };
    for folder in ["dev", "proc", "sys", "tmp", "data", "modules"] {
        add(folder, Kind::Folder, &[])?;
    }
    // The kernel opens the console for process 1. Where that fails, Rust's runtime opens null
    // in its place, or aborts.
    add("dev/console", Kind::Device(5, 1), &[])?;
    add("dev/null", Kind::Device(1, 3), &[])?;
    for (number, module) in modules.iter().enumerate() {
        add(&format!("modules/{number:02}.ko"), Kind::Module, module)?;
    }
    add("init", Kind::Program, init)?;
    cpio::newc::trailer(out)
}
