//! Where a file of prompts has those of a question.

use edgescore_record::Ask;
use edgescore_record::prompt_file::PromptFile;
use edgescore_taskpack::Pack;

use super::error::PromptError;

/// Where the prompts of each question begin among all that a file has; nothing where all are made of the
/// same parts.
pub struct Places {
    starts: Vec<u32>,
}

impl Places {
    /// Those of the questions of `pack` in `prompts`. A file has prompts of all rotations or of one.
    ///
    /// # Errors
    /// The prompts are of another pack.
    pub fn new(pack: &Pack, prompts: &PromptFile) -> Result<Places, PromptError> {
        let mut starts = Vec::new();
        if prompts.common().is_some() {
            return Ok(Places { starts });
        }
        for rotate in [false, true] {
            let mut next = 0;
            starts.clear();
            for question in 0..pack.question_count() {
                starts.push(next);
                let prompts = pack.prompts_of(question, rotate);
                next += u32::from(prompts.map_err(PromptError::Pack)?);
            }
            if prompts.count() == next as usize {
                return Ok(Places { starts });
            }
        }
        // One more or less, and every question behind it would have another's prompt.
        Err(PromptError::OtherPack)
    }

    /// Place of the prompt of `ask` ([`PromptFile::parts`]).
    pub fn of(&self, ask: Ask) -> u32 {
        let start = self.starts.get(ask.question() as usize);
        start.map_or(0, |start| start + u32::from(ask.rotation().steps()))
    }
}
