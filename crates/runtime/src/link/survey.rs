//! What the board can measure, for a host that may miss parts of it and ask again.

use std::io;
use std::path::Path;

use edgescore_probe::survey::{self, survey};
use edgescore_record::Control;

use super::frame_writer::FrameWriter;
use crate::error::Refusal;
use crate::wire::clip;

/// Bytes of a text at most: a finding has five, and a message also names board and source.
const TEXT: usize = 500;

/// The survey of one round.
pub struct Survey {
    /// Which round.
    pub round: u32,
    survey: survey::Survey,
}

impl Survey {
    /// Looks at what is below `root`, which takes a second; refused when nothing can be there.
    pub fn make(round: u32, root: &str) -> Result<Survey, Refusal> {
        let folder = Path::new(root);
        if !folder.is_dir() {
            return Err(Refusal::data(format!(
                "{root}: no such folder on the board; give the folder that holds proc, sys and dev there"
            )));
        }
        let survey = survey(folder);
        Ok(Survey { round, survey })
    }

    /// Sends all of it.
    pub fn send(&self, writer: &mut FrameWriter) -> io::Result<()> {
        let findings = &self.survey.findings;
        let of = u32::try_from(findings.len()).unwrap_or(u32::MAX);
        for (index, finding) in (0..).zip(findings) {
            writer.control(&Control::Finding {
                round: self.round,
                index,
                of,
                board: clip(&self.survey.board, TEXT),
                best: clip(&self.survey.best, TEXT),
                finding: finding.map(|text| clip(text, TEXT)),
            })?;
        }
        Ok(())
    }
}
