//! The page of one run.

use edgescore_summary::{RankedRun, RunSummary, about_origin};

use super::headline::{answer, headline};
use super::{confidence, notes, sustained};
use crate::render::blocks::{Block, Table};
use crate::render::values;

/// What was run and what came of it: four numbers, and what to do next.
pub fn page(ranked: &RankedRun) -> Vec<Block> {
    let run = &ranked.run;
    let mut blocks = top(run);
    blocks.push(Block::Facts(answer(ranked)));
    blocks.extend(sustained::block(run));
    blocks
}

/// All figures, then groups and tasks.
pub fn full(ranked: &RankedRun) -> Vec<Block> {
    let run = &ranked.run;
    let mut blocks = top(run);
    blocks.push(Block::Facts(headline(ranked)));
    blocks.extend(sustained::block(run));
    blocks.extend(confidence::blocks(run));
    if run.indecision.is_none() {
        blocks.push(groups(run));
        blocks.push(tasks(run));
    }
    blocks
}

fn top(run: &RunSummary) -> Vec<Block> {
    let mut blocks = vec![Block::Title(notes::title(run))];
    blocks.extend(about_origin(run.origin()).map(|about| Block::Line(about.into())));
    blocks.push(Block::Line(notes::setting(run)));
    blocks.extend(notes::warnings(run).into_iter().map(Block::Line));
    blocks
}

fn groups(run: &RunSummary) -> Block {
    let accuracy = &run.scores.accuracy;
    let rows = accuracy.groups.iter().map(|group| {
        let id = run.groups.get(usize::from(group.group));
        vec![
            id.cloned().unwrap_or_default(),
            values::percent(group.accuracy),
            format!("mean of {} tasks", group.tasks),
        ]
    });
    Block::Table(Table {
        head: vec!["group", "accuracy (95 % interval)", ""],
        rows: rows.collect(),
    })
}

fn tasks(run: &RunSummary) -> Block {
    let tallies = run.tasks.iter().zip(&run.scores.accuracy.tasks);
    let rows = tallies
        .filter(|(_, tally)| tally.counted + tally.skipped > 0)
        .map(|(task, tally)| {
            vec![
                task.id.clone(),
                values::percent(tally.accuracy()),
                format!("{} of {}", tally.correct, tally.counted),
                task.name.clone(),
            ]
        });
    Block::Table(Table {
        head: vec!["task", "accuracy (95 % interval)", "right", "name"],
        rows: rows.collect(),
    })
}
