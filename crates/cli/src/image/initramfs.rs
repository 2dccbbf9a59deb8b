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

fn archive(init: &[u8], modules: &[Vec<u8>]) -> std::io::Result<Vec<u8>> {
    let mut out = Vec::new();
    let mut number = 0;
    let mut add = |name: &str, kind, mode, bytes: &[u8]| {
        number += 1;
        let character = matches!(kind, ModeFileType::Char);
        let builder = Builder::new(name)
            .ino(number)
            .mode(mode)
            .set_mode_file_type(kind);
        // What the kernel opens as standard input, output and error of process 1.
        let builder = match character {
            true => builder.rdev_major(5).rdev_minor(1),
            false => builder,
        };
        let mut file = builder.write(&mut out, bytes.len() as u32);
        file.write_all(bytes)?;
        file.finish().map(|_| ())
    };
    for folder in ["dev", "proc", "sys", "tmp", "data", "modules"] {
        add(folder, ModeFileType::Directory, 0o755, &[])?;
    }
    add("dev/console", ModeFileType::Char, 0o600, &[])?;
    for (number, module) in modules.iter().enumerate() {
        add(
            &format!("modules/{number:02}.ko"),
            ModeFileType::Regular,
            0o644,
            module,
        )?;
    }
    add("init", ModeFileType::Regular, 0o755, init)?;
    cpio::newc::trailer(out)
}
