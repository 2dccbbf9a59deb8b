//! What targets/ says about the boards holds together.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

fn targets() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../targets")
}

/// Name, folder and board.toml of every board.
fn boards() -> Vec<(String, PathBuf, Table)> {
    let mut boards = Vec::new();
    for entry in fs::read_dir(targets()).unwrap() {
        let folder = entry.unwrap().path();
        let Ok(text) = fs::read_to_string(folder.join("board.toml")) else {
            continue;
        };
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        boards.push((name, folder, text.parse().unwrap()));
    }
    boards.sort_by(|a, b| a.0.cmp(&b.0));
    boards
}

/// `power.calibration.factor` as `power.calibration`, `build.triple` as it is: the depth at
/// which the README's table names keys.
fn keys(table: &Table) -> Vec<String> {
    let mut keys = Vec::new();
    for (key, value) in table {
        match value {
            Value::Table(inner) => keys.extend(inner.keys().map(|inner| format!("{key}.{inner}"))),
            _ => keys.push(key.clone()),
        }
    }
    keys
}

fn text<'t>(table: &'t Table, section: &str, key: &str) -> Option<&'t str> {
    table.get(section)?.get(key)?.as_str()
}

#[test]
fn the_boards_are_there() {
    let names: Vec<_> = boards().into_iter().map(|(name, ..)| name).collect();
    for name in [
        "host",
        "jetson-nano",
        "jetson-orin-nano",
        "pi4",
        "pi5",
        "qemu-virt",
    ] {
        assert!(names.iter().any(|found| found == name), "{name}: {names:?}");
    }
}

#[test]
fn every_key_is_explained_and_every_unverified_key_exists() {
    let readme = fs::read_to_string(targets().join("README.md")).unwrap();
    for (name, _, board) in boards() {
        let keys = keys(&board);
        for key in &keys {
            assert!(readme.contains(&format!("`{key}`")), "{name}: {key}");
        }
        for key in board["unverified"].as_array().unwrap() {
            let key = key.as_str().unwrap().to_owned();
            assert!(keys.contains(&key), "{name}: {key}");
        }
    }
}

/// The CPU level is said twice: to llama.cpp by toolchain.cmake, and to everything else by
/// board.toml.
#[test]
fn the_toolchain_file_has_the_boards_cpu_level() {
    let mut built = 0;
    for (name, folder, board) in boards() {
        let Some(toolchain) = text(&board, "build", "toolchain") else {
            continue;
        };
        let level = text(&board, "build", "cpu_level").unwrap();
        let cmake = fs::read_to_string(folder.join(toolchain)).unwrap();
        let set = format!("set(GGML_CPU_ARM_ARCH \"{level}\" CACHE STRING \"\" FORCE)");
        assert!(cmake.contains(&set), "{name}: {set}");
        built += 1;
    }
    assert!(built >= 5, "{built} boards have a toolchain file");
}

#[test]
fn what_measures_power_says_what_it_sees() {
    for (name, _, board) in boards() {
        let source = text(&board, "power", "source").unwrap();
        let scope = text(&board, "power", "scope");
        match source {
            "pi5-pmic" => assert_eq!(scope, Some("rails"), "{name}"),
            "jetson-ina3221" => assert_eq!(scope, Some("module"), "{name}"),
            "rapl" => assert_eq!(scope, Some("cpu_package"), "{name}"),
            "simulated" | "none" => assert_eq!(scope, None, "{name}"),
            other => panic!("{name}: unknown source {other}"),
        }
    }
}

/// The one published calibration, at the one point that the sensor notes work out: 4 W at
/// the input of a Pi 5 is about 2.98 W of rails.
#[test]
fn the_pi5_calibration_gives_the_known_point() {
    let (_, _, pi5) = boards()
        .into_iter()
        .find(|(name, ..)| name == "pi5")
        .unwrap();
    let calibration = &pi5["power"]["calibration"];
    let factor = calibration["factor"].as_float().unwrap();
    let offset_uw = calibration["offset_uw"].as_integer().unwrap() as f64;
    let rails_w = (4e6 - offset_uw) / factor / 1e6;
    assert!((rails_w - 2.98).abs() < 0.005, "{rails_w}");
}
