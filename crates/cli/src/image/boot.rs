//! The boot partition: kernel, device tree, configuration and initramfs.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::anyhow;

use super::board::{Board, Image};
use super::entry::{Content, Entry};
use super::request::Request;
use super::{initramfs, runtime};
use crate::failure::Failure;
use crate::files;

/// What goes onto the boot partition, and what to tell the user.
pub struct Boot {
    /// The files.
    pub files: Vec<Entry>,
    /// Lines for people.
    pub notes: Vec<String>,
}

/// Collects the files; everything that is missing is named at once.
pub fn files(board: &Board, image: &Image, request: &Request) -> Result<Boot, Failure> {
    let folder = request
        .boot_files
        .ok_or_else(|| Failure::Usage(anyhow!("give --boot-files {}", boot_files(image))))?;
    let mut missing = Vec::new();
    let mut files = Vec::new();
    let mut notes = Vec::new();
    let names = std::iter::once(&image.kernel).chain(&image.required);
    for name in names {
        match find(folder, name) {
            // Where there is no version in the name, it is what the configuration calls it.
            Some(path) => files.push(Entry {
                name: name.rsplit('/').next().unwrap_or(name).replace("-*", ""),
                content: Content::File(path),
            }),
            None => missing.push(name.as_str()),
        }
    }
    for (name, who) in &image.optional {
        match find(folder, name) {
            Some(path) => files.push(Entry {
                name: name.clone(),
                content: Content::File(path),
            }),
            None => notes.push(format!(
                "note: {name} is not in {}: {who} needs it",
                folder.display()
            )),
        }
    }
    let mut modules = Vec::new();
    for name in &image.modules {
        match find(folder, "lib/modules/*").and_then(|folder| find(&folder, name)) {
            Some(path) => modules.push(path),
            None => missing.push(name),
        }
    }
    if !missing.is_empty() {
        return Err(Failure::Data(anyhow!(
            "{} lacks {}: give --boot-files {}",
            folder.display(),
            missing.join(", "),
            boot_files(image)
        )));
    }
    let modules = modules.iter().map(|path| files::read(path));
    let init = runtime::read(board, request.runtime)?;
    let initramfs = initramfs::build(&init, &modules.collect::<Result<Vec<_>, _>>()?)?;
    let mut add = |name: &str, content| {
        files.push(Entry {
            name: name.to_owned(),
            content: Content::Bytes(content),
        });
    };
    add("initramfs.gz", initramfs);
    add("cmdline.txt", cmdline(board, request).into_bytes());
    if let Some(config) = image.config {
        add("config.txt", config.as_bytes().to_vec());
    }
    Ok(Boot { files, notes })
}

/// Where the boot files of a board come from.
fn boot_files(image: &Image) -> &'static str {
    match image.config {
        Some(_) => "a copy of /boot/firmware of Raspberry Pi OS",
        None => "what scripts/kernel unpacked",
    }
}

/// One line, as the Pi's firmware wants it.
fn cmdline(board: &Board, request: &Request) -> String {
    let device = &board.uart.device;
    let baud = request.baud.unwrap_or(board.uart.baud);
    let console = device.trim_start_matches("/dev/");
    let mut words = vec![
        format!("console={console},{baud}"),
        format!("edgescore.uart={device}@{baud}"),
        // Frames and the kernel share the line: warnings and worse until process 1 is there,
        // and ten seconds to read a panic before the board starts again.
        "loglevel=4 panic=10".to_owned(),
    ];
    words.extend(board.kernel_arguments.iter().cloned());
    words.extend(request.append.split_whitespace().map(str::to_owned));
    format!("{}\n", words.join(" "))
}

/// The file `name` below `folder`. With a `*` the last by name: the newest version.
fn find(folder: &Path, name: &str) -> Option<PathBuf> {
    let Some((before, after)) = name.split_once('*') else {
        return Some(folder.join(name)).filter(|path| path.exists());
    };
    let (inner, before) = before.rsplit_once('/').unwrap_or(("", before));
    let entries = fs::read_dir(folder.join(inner)).ok()?.flatten();
    let fits = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.starts_with(before) && name.ends_with(after))
    };
    entries.map(|entry| entry.path()).filter(fits).max()
}
