//! The page of a report: of one run or of several, and of what stands beside them.

use edgescore_score::Exponents;
use edgescore_summary::published::PublishedModel;
use edgescore_summary::{Judged, ModePair, RankedRun, RunSummary, rank};

use super::{beside, gate, several, single};
use crate::failure::Failure;
use crate::output::print;
use crate::render::blocks::Block;
use crate::render::text;

/// One run or a ranking, and the published models if there are any.
pub fn page(runs: &[RankedRun], pairs: &[ModePair], published: &[PublishedModel]) -> Vec<Block> {
    let mut blocks = match runs {
        [ranked] => single::page(ranked),
        runs => several::page(runs, pairs),
    };
    if !published.is_empty() {
        blocks.extend(beside::blocks(runs, published));
    }
    blocks
}

/// Prints the page of one run to standard output, and of the gate it was held against.
pub fn print_run(run: RunSummary, judged: Option<&Judged>) -> Result<(), Failure> {
    let verdict = judged.map_or(Vec::new(), |judged| gate::page(&run, judged));
    let runs = rank(vec![run], Exponents::default());
    let mut blocks = page(&runs, &[], &[]);
    blocks.extend(verdict);
    print(|out| text::write(out, &blocks))
}
