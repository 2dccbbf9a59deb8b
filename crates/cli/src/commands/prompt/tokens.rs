//! The tokens of a prompt, from edgescore-rt.

use std::process::Command;

use anyhow::{Context, anyhow};
use edgescore_record::{Labels, Plan};

use crate::failure::Failure;
use crate::files;
use crate::link::beside_this_program;
use crate::session::Inputs;

/// A token of a prompt.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct ShownToken {
    /// Its number in the vocabulary.
    pub id: u32,
    /// Its text.
    pub text: String,
}

/// The tokens of a prompt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tokens {
    /// The prompt's, with the forced start of an answer in letter mode.
    pub prompt: Vec<ShownToken>,
    /// In letter mode, the one that stands for each letter.
    pub letters: Vec<ShownToken>,
    /// Where the tokens of the text as a whole, with every control token's name in it, part from
    /// these.
    pub parts_at: Option<usize>,
}

/// Has the edgescore-rt of this machine tokenize the prompt of `question`.
pub fn ask(inputs: &Inputs, plan: &Plan, question: u32) -> Result<Tokens, Failure> {
    let model = files::gguf(&inputs.model)?;
    let prompts = inputs.prompts_file()?;
    let program = beside_this_program();
    let output = Command::new(&program)
        .arg("--prompt")
        .args([model, &inputs.pack])
        .arg(prompts.path())
        .args([
            plan.layout.label(),
            plan.mode.label(),
            &question.to_string(),
        ])
        .output()
        .with_context(|| {
            format!(
                "cannot start {}: build it with `cargo build --release -p edgescore-runtime`",
                program.display()
            )
        })
        .map_err(Failure::Board)?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let why = said.lines().last().unwrap_or("edgescore-rt failed");
        let why = why.strip_prefix("edgescore-rt: ").unwrap_or(why);
        return Err(Failure::Data(anyhow!("{why}")));
    }
    let printed = String::from_utf8_lossy(&output.stdout);
    let mut lines = printed.lines();
    let mut section = || {
        let lines = lines.by_ref().take_while(|line| !line.is_empty());
        lines.filter_map(token).collect()
    };
    Ok(Tokens {
        prompt: section(),
        letters: section(),
        parts_at: lines
            .next()
            .and_then(|line| line.strip_prefix("other\t")?.parse().ok()),
    })
}

/// A line of `edgescore-rt --prompt`: the number, a tab, the text as a JSON string.
fn token(line: &str) -> Option<ShownToken> {
    let (id, text) = line.split_once('\t')?;
    Some(ShownToken {
        id: id.parse().ok()?,
        text: serde_json::from_str(text).ok()?,
    })
}
