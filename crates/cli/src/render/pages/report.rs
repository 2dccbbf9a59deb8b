//! The page of a report: of one run or of several, and of what stands beside them.

use edgescore_summary::{Judged, Ranking, RunSummary, rank};

use super::subject::Subject;
use super::{beside, gate, several, single};
use crate::failure::Failure;
use crate::render::blocks::Block;
use crate::render::text;

/// One run or a ranking, and the published models if there are any. `full`: all figures.
pub fn page(subject: &Subject, full: bool) -> Vec<Block> {
    let (runs, published) = (subject.runs, &subject.published);
    let mut blocks = match runs {
        [ranked] if full => single::full(ranked),
        [ranked] => single::page(ranked),
        runs if full => {
            let mut blocks = several::page(subject);
            blocks.extend(runs.iter().flat_map(single::full));
            blocks
        }
        _ => several::page(subject),
    };
    if !published.is_empty() {
        blocks.extend(beside::blocks(runs, published));
    }
    blocks
}

/// Prints the page of one run to standard output, and of the gate it was held against.
pub fn print_run(run: RunSummary, judged: Option<&Judged>) -> Result<(), Failure> {
    let verdict = judged.map_or(Vec::new(), |judged| gate::page(&run, judged));
    let how = Ranking::default();
    let runs = rank(vec![run], &how).map_err(Failure::data)?;
    let subject = Subject::of(&runs, how)?;
    let mut blocks = page(&subject, false);
    blocks.extend(verdict);
    text::show(&blocks)
}
