//! Chat templates and vocabularies of llama.cpp, from the archive that `scripts/check-templates`
//! fetches.

use std::path::Path;
use std::process::Command;

use crate::Sandbox;

/// Where the archive has them.
const MODELS: &str = "llama_cpp_python-0.3.36/vendor/llama.cpp/models";

/// A sandbox with these chat templates, without `.jinja`, and these vocabularies, without
/// `ggml-vocab-` and `.gguf`; or `None` with a sentence why the test is skipped.
pub fn with_templates(templates: &[&str], vocabularies: &[&str]) -> Option<Sandbox> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/templates"));
    let archive = folder.join("llama_cpp_python-0.3.36.tar.gz");
    if !archive.exists() {
        eprintln!("skipped: the templates are not there: scripts/check-templates fetches them");
        return None;
    }
    let sandbox = Sandbox::default();
    let mut names: Vec<String> = Vec::new();
    names.extend(
        templates
            .iter()
            .map(|name| format!("{MODELS}/templates/{name}.jinja")),
    );
    names.extend(
        vocabularies
            .iter()
            .map(|name| format!("{MODELS}/ggml-vocab-{name}.gguf")),
    );
    let mut command = Command::new("tar");
    command
        .args(["--strip-components=4", "-xzf"])
        .arg(&archive)
        .args(&names);
    sandbox.inside(&mut command);
    let status = command.status().unwrap();
    assert!(status.success(), "{command:?}");
    Some(sandbox)
}
