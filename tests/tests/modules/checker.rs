//! The checker itself, on made-up crates.

use std::fs;

use tempfile::TempDir;

use super::layout::Layout;

const LAYOUT: &str = r#"
apart = ["app/commands"]

[crates]
app = ["base"]
base = []

[rooms.app]
main = ["commands", "leaf"]
commands = ["render", "leaf"]
render = ["leaf"]
leaf = []
"#;

/// A workspace that keeps to [`LAYOUT`].
const RIGHT: &[(&str, &str)] = &[
    ("base/src/lib.rs", "mod unit;\npub use unit::Unit;\n"),
    ("base/src/unit.rs", "pub struct Unit;\n"),
    (
        "app/src/main.rs",
        "mod commands;\nmod failure;\nmod render;\nfn main() { commands::run::start() }\n",
    ),
    ("app/src/failure.rs", "pub struct Failure;\n"),
    ("app/src/commands/mod.rs", "pub mod run;\npub mod report;\n"),
    (
        "app/src/commands/run.rs",
        "use crate::failure::Failure;\nuse crate::render;\npub fn start() -> Failure { render::text() }\n",
    ),
    (
        "app/src/commands/report.rs",
        "use edgescore_base::Unit;\npub fn report(_: Unit) {}\n",
    ),
    (
        "app/src/render/mod.rs",
        "mod block;\nmod text;\npub use block::Block;\npub use text::text;\n",
    ),
    ("app/src/render/block.rs", "pub struct Block;\n"),
    // What a sibling defines is used by the name that the parent gives it.
    (
        "app/src/render/text.rs",
        "use super::Block;\npub fn text() -> crate::failure::Failure { Block; todo!() }\n",
    ),
];

/// What the checker says of [`RIGHT`] with some files replaced.
fn problems(changed: &[(&str, &str)]) -> Vec<String> {
    let folder = TempDir::with_prefix("edgescore-test-").unwrap();
    for (path, content) in RIGHT.iter().chain(changed) {
        let path = folder.path().join("crates").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    Layout::parse(LAYOUT).unwrap().check(folder.path()).unwrap()
}

/// Checks that there is one problem and that it holds all of `words`.
#[track_caller]
fn one_problem(changed: &[(&str, &str)], words: &[&str]) {
    let problems = problems(changed);
    assert_eq!(problems.len(), 1, "{problems:#?}");
    for word in words {
        assert!(problems[0].contains(word), "{word}: {}", problems[0]);
    }
}

#[test]
fn what_keeps_to_the_layout_passes() {
    assert_eq!(problems(&[]), [""; 0]);
}

#[test]
fn an_arrow_between_crates_that_is_turned_round_fails() {
    one_problem(
        &[(
            "base/src/unit.rs",
            "\npub struct Unit(edgescore_app::Failure);\n",
        )],
        &[
            "crates/base/src/unit.rs:2",
            "edgescore_app::Failure",
            "base -> app",
            "layout.toml",
        ],
    );
}

#[test]
fn an_arrow_between_rooms_that_is_turned_round_fails() {
    one_problem(
        &[(
            "app/src/render/block.rs",
            "use crate::commands::report::report;\n",
        )],
        &[
            "crates/app/src/render/block.rs:1",
            "app/render -> app/commands",
            "layout.toml",
        ],
    );
    // Whatever the path looks like: a module's name that was imported, or relative.
    for path in [
        "use crate::commands::{self as c};\nfn f() { c::report::report() }\n",
        "fn f() { super::super::commands::report::report() }\n",
        "#[serde(with = \"crate::commands::report::report\")]\nstruct A;\n",
        "use crate::{\n    commands::{\n        report::{report as r},\n    },\n};\n",
        "use crate::commands::report::*;\n",
    ] {
        one_problem(
            &[("app/src/render/block.rs", path)],
            &["app/render -> app/commands"],
        );
    }
}

#[test]
fn commands_do_not_use_one_another() {
    one_problem(
        &[(
            "app/src/commands/report.rs",
            "use super::run::start;\npub fn report() {}\n",
        )],
        &["app/commands/report -> app/commands/run"],
    );
}

#[test]
fn a_room_that_the_layout_does_not_know_fails() {
    one_problem(
        &[
            (
                "app/src/main.rs",
                "mod commands;\nmod failure;\nmod new;\nmod render;\nfn main() {}\n",
            ),
            ("app/src/new/mod.rs", "use crate::failure::Failure;\n"),
        ],
        &["app/new -> app/leaf"],
    );
}

#[test]
fn a_circle_of_files_is_printed() {
    one_problem(
        &[(
            "app/src/render/block.rs",
            "pub struct Block;\nfn f() { super::text::text() }\n",
        )],
        &[
            "crates/app: a circle",
            "crates/app/src/render/text.rs:1: `super::Block` -> render/block.rs",
            "crates/app/src/render/block.rs:2: `super::text::text` -> render/text.rs",
        ],
    );
}

#[test]
fn a_module_that_uses_its_child_and_is_used_by_it_is_a_circle() {
    one_problem(
        &[
            (
                "base/src/lib.rs",
                "mod unit;\npub use unit::Unit;\npub const NAME: &str = \"\";\n",
            ),
            (
                "base/src/unit.rs",
                "pub struct Unit;\nconst N: &str = crate::NAME;\n",
            ),
        ],
        &[
            "crates/base: a circle",
            "unit.rs:2: `crate::NAME` -> lib.rs",
        ],
    );
}

#[test]
fn tests_comments_and_strings_are_not_read() {
    for path in [
        "// use crate::commands::report::report;\n",
        "/* /* */ use crate::commands::report::report; */\n",
        "const A: &str = \"use crate::commands::report::report;\";\n",
        "const A: &str = r#\"\" use crate::commands::report::report; \"#;\nconst B: char = '\"';\n",
        "#[cfg(test)]\n#[allow(x)]\nmod tests { use crate::commands::report::report; }\n",
        "#[cfg(all(test, unix))]\nuse crate::commands::report::report;\n",
        "fn f<'a>(a: &'a str) { #[cfg(test)] { crate::commands::report::report() } }\n",
        "#[cfg(test)]\n#[path = \"no.rs\"]\nmod tests;\n",
    ] {
        let path = format!("pub struct Block;\n{path}");
        assert_eq!(
            problems(&[("app/src/render/block.rs", &path)]),
            [""; 0],
            "{path}"
        );
    }
}

#[test]
fn a_layout_with_a_circle_is_refused() {
    let turned = LAYOUT.replace("leaf = []", "leaf = [\"main\"]");
    let error = Layout::parse(&turned).err().unwrap();
    assert!(error.contains("app has a circle"), "{error}");
}

#[test]
fn a_file_that_cannot_be_found_is_named() {
    let folder = TempDir::with_prefix("edgescore-test-").unwrap();
    let src = folder.path().join("crates/app/src");
    fs::create_dir_all(&src).unwrap();
    fs::write(src.join("lib.rs"), "mod gone;\n").unwrap();
    let error = Layout::parse(LAYOUT)
        .unwrap()
        .check(folder.path())
        .unwrap_err();
    assert!(error.contains("mod gone;"), "{error}");
}
