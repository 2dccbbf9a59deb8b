//! `edgescore report --escalate`: the small model first, the large one where it is not sure.

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use edgescore_score::CostLimits;
use edgescore_summary::{Escalation, EscalationError, EscalationView};

use crate::failure::Failure;
use crate::output::{self, Content};
use crate::render::format::Format;
use crate::render::html;
use crate::render::pages::escalation::page;
use crate::render::print::print;

/// Prints what escalation from the first of `results` to the second gives.
pub fn show(
    results: &[PathBuf],
    limits: Option<CostLimits>,
    format: Format,
    path: Option<&Path>,
) -> Result<(), Failure> {
    let [small, large] = results else {
        return Err(Failure::Usage(anyhow!(
            "--escalate: give two results, that of the small model and then that of the large one"
        )));
    };
    let found = Escalation::load(small, large, limits).map_err(|error| match error {
        EscalationError::Result(_) => Failure::data(error),
        error => Failure::Usage(error.into()),
    })?;
    match format {
        Format::Html => output::to(path, Content::Text, |out| {
            html::write_escalation(out, &found)
        }),
        Format::Table | Format::Md | Format::Json => {
            print(path, format, &page(&found), &EscalationView::from(&found))
        }
        _ => Err(Failure::Usage(anyhow!(
            "--escalate: use the format table, md, json or html"
        ))),
    }
}
