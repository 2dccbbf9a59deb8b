//! Who may use whom: `tests/layout.toml` says it, and no crate has a circle of files.
//! `EDGESCORE_LAYOUT_ROOT` names another folder to check than this workspace.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails by a panic"
)]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

mod arrows;
mod checker;
mod circles;
mod layout;
mod source;
mod tokens;

use layout::Layout;

#[test]
fn the_workspace_keeps_to_its_layout() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let layout = fs::read_to_string(here.join("layout.toml")).unwrap();
    let layout = Layout::parse(&layout).unwrap();
    let root = env::var_os("EDGESCORE_LAYOUT_ROOT").map_or(here.join(".."), PathBuf::from);
    let problems = layout.check(&root).unwrap();
    assert!(
        problems.is_empty(),
        "{} problems:\n{}",
        problems.len(),
        problems.join("\n")
    );
}
