//! Task folders with short texts, so that a prompt has about 300 byte-tokens.

use std::fmt::Write;
use std::fs;
use std::path::Path;

/// A number of tasks with as many questions each, all of one episode.
#[derive(Clone, Copy, Debug)]
pub struct SmallTasks {
    /// Number of tasks.
    pub tasks: u32,
    /// Questions of each.
    pub questions: u32,
}

impl SmallTasks {
    /// The file of the episode.
    pub const EPISODE: &str = "id = \"cell\"\nsummary = \"\"\"\nThe cell is full.\"\"\"\n";

    /// The file that names the pack and frames its prompts.
    pub const PROMPT: &str = r#"
name = "small"
origin = "the end-to-end tests"
system = "You run a network."
instruction = 'Reply as {"answer": "A"}.'
"#;

    /// Writes the folder that `pack build --tasks` reads. Letters are right in turn; pass@k is
    /// measured on every second task.
    pub fn write(self, folder: &Path) {
        fs::create_dir_all(folder.join("episodes")).unwrap();
        fs::write(folder.join("prompt.toml"), Self::PROMPT).unwrap();
        fs::write(folder.join("episodes/cell.toml"), Self::EPISODE).unwrap();
        for task in 1..=self.tasks {
            let text = self.task(task);
            fs::write(folder.join(format!("T{task:02}.toml")), text).unwrap();
        }
    }

    /// The file of one task.
    pub fn task(self, task: u32) -> String {
        let mut text = format!(
            "id = \"T{task}\"\nname = \"Admission {task}\"\ngroup = \"G{}\"\npass_at_k = {}\n\
             definition = \"Pick a cell.\"\n",
            1 + task % 2,
            task.is_multiple_of(2)
        );
        for number in 0..self.questions {
            text += &SmallTasks::question(number, "Which cell");
        }
        text
    }

    /// One question of a task's file.
    pub fn question(number: u32, text: &str) -> String {
        let letter = ["A", "B", "C", "D"][number as usize % 4];
        let mut question = String::new();
        write!(
            question,
            "\n[[question]]\nepisode = \"cell\"\ntext = \"{text} takes user {number}?\"\n\
             options = {{ A = \"north\", B = \"east\", C = \"south\", D = \"west\" }}\n\
             answer = \"{letter}\"\nreason = \"It has room.\"\n"
        )
        .unwrap();
        question
    }
}
