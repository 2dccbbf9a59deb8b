//! The edgescore-rt that fits a board.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use edgescore_taskpack::Hash;

use crate::failure::Failure;
use crate::files;
use crate::link::runtime::beside_this_program;

/// Builds of `scripts/cross` and the machines they run on, best first: `uname -m`, with
/// `+dotprod` where /proc/cpuinfo has asimddp. Boards of one CPU level share a binary, see
/// `targets/*/board.toml`.
const BUILDS: &[(&[&str], &[&str])] = &[
    (
        &["pi5", "jetson-orin-nano", "qemu-virt"],
        &["aarch64+dotprod"],
    ),
    (&["pi4", "jetson-nano"], &["aarch64", "aarch64+dotprod"]),
    (&["host"], &[env::consts::ARCH]),
];

/// A program for boards.
pub struct Binary {
    /// Where it lies here.
    pub path: PathBuf,
    /// The machines that it runs on.
    pub machines: &'static [&'static str],
    /// SHA-256.
    pub hash: Hash,
    /// The file.
    pub bytes: Vec<u8>,
}

/// The programs that are here: `runtime` alone when it is given.
pub fn all(runtime: Option<&Path>) -> Result<Vec<Binary>, Failure> {
    if let Some(path) = runtime {
        let bytes = files::read(path)?;
        let machines = machines_of(&bytes).ok_or_else(|| {
            Failure::Data(anyhow!(
                "--runtime {}: not a program for Linux on x86_64 or aarch64",
                path.display()
            ))
        })?;
        return Ok(vec![Binary::new(path.to_owned(), machines, bytes)]);
    }
    let this = beside_this_program();
    // target/release/edgescore-rt, and target/boards/BOARD/edgescore-rt.
    let boards = this.ancestors().nth(2).map(|target| target.join("boards"));
    let mut found: Vec<Binary> = Vec::new();
    for (names, machines) in BUILDS {
        let built = |name: &&str| Some(boards.as_ref()?.join(name).join("edgescore-rt"));
        let mut paths: Vec<_> = names.iter().filter_map(built).collect();
        if *names == ["host"] {
            paths.push(this.clone());
        }
        if let Some((path, bytes)) = paths.into_iter().find_map(|path| {
            let bytes = fs::read(&path).ok()?;
            Some((path, bytes))
        }) {
            found.push(Binary::new(path, machines, bytes));
        }
    }
    Ok(found)
}

impl Binary {
    fn new(path: PathBuf, machines: &'static [&'static str], bytes: Vec<u8>) -> Binary {
        Binary {
            path,
            machines,
            hash: Hash::of(&bytes),
            bytes,
        }
    }

    /// The one for `machine`.
    pub fn for_machine<'b>(all: &'b [Binary], machine: &str) -> Result<&'b Binary, Failure> {
        let fits = |binary: &&Binary| binary.machines.contains(&machine);
        all.iter().find(fits).ok_or_else(|| {
            let remedy = match machine {
                "aarch64+dotprod" => "build it with `scripts/cross pi5`, or name it with --runtime",
                "aarch64" => "build it with `scripts/cross pi4`, or name it with --runtime",
                _ => "edgescore has builds for x86_64 and 64-bit ARM",
            };
            Failure::Board(anyhow!(
                "the board is a {machine} and there is no edgescore-rt for it here: {remedy}"
            ))
        })
    }
}

/// The machines of an ELF file: `e_machine` is 62 for x86-64 and 183 for AArch64 (elf(5)).
fn machines_of(elf: &[u8]) -> Option<&'static [&'static str]> {
    let machine = elf.get(18..20)?;
    match (elf.starts_with(b"\x7fELF"), machine) {
        (true, [62, 0]) => Some(&["x86_64"]),
        (true, [183, 0]) => Some(&["aarch64", "aarch64+dotprod"]),
        _ => None,
    }
}
