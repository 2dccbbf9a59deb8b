//! `edgescore serve-check`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use edgescore_record::file::ResultFile;
use edgescore_record::{Ask, Question, Record, VerdictKind};
use edgescore_summary::rules;
use serde::Serialize;

use crate::defaults;
use crate::failure::{Failure, Outcome};
use crate::files;
use crate::output::print;
use crate::session::{
    Board, BoardSession, Inputs, OneModel, OperatingPoint, Recorder, RunOptions, Server,
};

/// Ask a model in process and through the server that serves it, and say what differs
///
/// A deployment with the wrong chat template, a cut context or another quantisation answers, only worse.
/// The same questions are asked of the file and of the server: letters, tokens of the prompts and latency are
/// set against each other. The exit code is 1 where prompts have other lengths, or a letter differs
/// that is no near tie.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    model: OneModel,

    #[command(flatten)]
    server: Server,

    /// The task pack [default: the built-in one]
    #[arg(long, value_name = "P.pack")]
    pack: Option<PathBuf>,

    #[command(flatten)]
    options: RunOptions,

    #[command(flatten)]
    point: OperatingPoint,

    #[command(flatten)]
    board: Board,

    /// Keep both results in this folder, as process.esr and server.esr
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    keep: Option<PathBuf>,

    /// Print it as JSON
    #[arg(long, help_heading = "Output")]
    json: bool,
}

/// In process, two letters whose probabilities are closer than this are a tie: kernels round differently by
/// the length of a batch, and a server has other batches. In process alone, `--ubatch 64` moved the letters' probabilities by
/// up to 0.085, the margin between two by up to twice that, and 3 letters of 60 (SmolLM2-135M Q4_1,
/// docs/bench/2026-11-28-served).
const NEAR: f64 = 0.15;

/// What was found.
#[derive(Debug, Default, PartialEq, Serialize)]
struct Found {
    /// Questions that both answered.
    questions: usize,
    /// Of them, those with the same answer.
    same: usize,
    /// Other answers whose two letters are a near tie in process.
    near_ties: usize,
    /// Questions with other answers, by their numbers in the pack.
    differ: Vec<u32>,
    /// Questions that one of them answered alone.
    alone: usize,
    /// Prompts by how many tokens more they have through the server, where both had probabilities or a text.
    tokens_more: BTreeMap<i64, usize>,
    /// Questions of which one has probabilities and the other none.
    by_text: usize,
    /// Largest difference of a letter's probability.
    largest_difference: Option<f64>,
    /// Median seconds of an answer in process.
    process_s: Option<f64>,
    /// The same through the server.
    server_s: Option<f64>,
    /// Tokens of prompts that the server had in its cache.
    server_cached: u64,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<Outcome, Failure> {
    let pack = defaults::pack_or(args.pack.as_ref())?;
    let folder = tempfile::tempdir()
        .context("cannot make a folder for results: set TMPDIR to one that can be written")
        .map_err(Failure::Data)?;
    let folder = args.keep.as_deref().unwrap_or(folder.path());
    std::fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the folder {}", folder.display()))
        .map_err(Failure::Data)?;
    let runs = [
        ("process.esr", args.model.path()?),
        ("server.esr", args.server.path()),
    ];
    let mut answers = Vec::with_capacity(runs.len());
    for (name, model) in runs {
        let output = folder.join(name);
        let inputs = Inputs::new(&args.options, pack.clone(), model)?;
        let recorder = Recorder::new(&output, false)?;
        let plan = args.point.put_in(args.options.plan());
        let verdict =
            BoardSession::open(&args.board, false, &inputs)?.record(plan, recorder, None)?;
        match verdict {
            Some(VerdictKind::Aborted) => return Ok(Outcome::NotAsPlanned),
            _ => answers.push(read(&output)?),
        }
    }
    let [process, server] = answers.as_slice() else {
        return Ok(Outcome::NotAsPlanned);
    };
    let found = compare(process, server);
    match args.json {
        true => {
            let text = serde_json::to_string_pretty(&found).map_err(Failure::data)?;
            print(|out| writeln!(out, "{text}"))?;
        }
        false => print(|out| {
            found
                .lines()
                .iter()
                .try_for_each(|line| writeln!(out, "{line}"))
        })?,
    }
    Ok(match found.agrees() {
        true => Outcome::AsPlanned,
        false => Outcome::NotAsPlanned,
    })
}

/// The answers in a result, and what ended it early.
fn read(path: &Path) -> Result<BTreeMap<Ask, Question>, Failure> {
    let bytes = files::read(path)?;
    let file = ResultFile::parse(&bytes).map_err(Failure::data)?;
    let mut answers = BTreeMap::new();
    for record in file.records() {
        match record {
            Record::Question(row) => drop(answers.insert(row.ask, row)),
            Record::Verdict(verdict) if verdict.kind == VerdictKind::EngineFailed => {
                return Err(Failure::Board(anyhow!("{}", verdict.detail)));
            }
            _ => {}
        }
    }
    Ok(answers)
}

fn compare(process: &BTreeMap<Ask, Question>, server: &BTreeMap<Ask, Question>) -> Found {
    let mut found = Found::default();
    let mut seconds = [Vec::new(), Vec::new()];
    for (ask, ours) in process {
        let Some(theirs) = server.get(ask) else {
            continue;
        };
        found.questions += 1;
        let alike = ours.probabilities.is_some() == theirs.probabilities.is_some();
        if alike {
            let more = i64::from(theirs.prompt_tokens) - i64::from(ours.prompt_tokens);
            *found.tokens_more.entry(more).or_default() += 1;
        } else {
            // Behind a forced start of an answer the one prompt, and the other without.
            found.by_text += 1;
        }
        found.server_cached += u64::from(theirs.cached_tokens);
        for (times, row) in seconds.iter_mut().zip([ours, theirs]) {
            times.push(rules::answer_time(row).0 as f64 / 1e6);
        }
        let both = ours.probabilities.zip(theirs.probabilities);
        if let Some((a, b)) = both {
            let apart = a.letters().zip(b.letters()).map(|(a, b)| (a - b).abs());
            let apart = apart.fold(found.largest_difference.unwrap_or(0.0), f64::max);
            found.largest_difference = Some(apart);
        }
        let letters = [ours, theirs].map(|row| row.answer.choice());
        let same = match letters {
            [None, None] => ours.answer.is_correct() == theirs.answer.is_correct(),
            [a, b] => a == b,
        };
        if same {
            found.same += 1;
            continue;
        }
        let is_near = match (letters, ours.probabilities) {
            ([Some(a), Some(b)], Some(shares)) => (shares.of(a) - shares.of(b)).abs() < NEAR,
            _ => false,
        };
        match is_near {
            true => found.near_ties += 1,
            false => found.differ.push(ask.question()),
        }
    }
    found.alone = process.len() + server.len() - 2 * found.questions;
    let [process_s, server_s] = seconds.map(median);
    Found {
        process_s,
        server_s,
        ..found
    }
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

impl Found {
    /// Whether the server serves what is in the file.
    fn agrees(&self) -> bool {
        self.questions > 0
            && self.alone == 0
            && self.differ.is_empty()
            && self.tokens_more.keys().all(|more| *more == 0)
    }

    /// For people.
    fn lines(&self) -> Vec<String> {
        let all = self.questions;
        let mut lines = vec![format!(
            "answers    {} of {all} the same{}",
            self.same,
            match self.near_ties {
                0 => String::new(),
                ties => format!(
                    ", {ties} other at near ties (probabilities in process less than {NEAR} apart)"
                ),
            }
        )];
        if !self.differ.is_empty() {
            let shown: Vec<String> = self.differ.iter().take(10).map(u32::to_string).collect();
            let more = match self.differ.len().saturating_sub(10) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            lines.push(format!("  other    questions {}{more}", shown.join(", ")));
        }
        if let Some(apart) = self.largest_difference {
            lines.push(format!(
                "  letters' probabilities are at most {apart:.4} apart"
            ));
        }
        if self.by_text > 0 {
            lines.push(format!(
                "  {} letters were read in texts through the server, which gives no probabilities of all letters",
                self.by_text
            ));
        }
        if self.alone > 0 {
            lines.push(format!(
                "  {} questions were answered by one of them alone",
                self.alone
            ));
        }
        lines.push(format!("prompts    {}", self.prompts()));
        if let (Some(process), Some(server)) = (self.process_s, self.server_s) {
            lines.push(format!(
                "latency    median {process:.3} s in process, {server:.3} s through the server ({:.2}); \
                 {} tokens of prompts were in its cache",
                server / process,
                self.server_cached
            ));
        }
        let verdict = match self.agrees() {
            true => "the server serves the model of the file with its chat template",
            false => "the server does not answer as the file does",
        };
        lines.push(verdict.to_owned());
        lines
    }

    /// What the lengths of prompts say.
    fn prompts(&self) -> String {
        let all: usize = self.tokens_more.values().sum();
        let lengths: Vec<(&i64, &usize)> = self.tokens_more.iter().collect();
        match lengths.as_slice() {
            [] => "none".to_owned(),
            [(0, _)] => format!("{all} of {all} have the same tokens, by number"),
            [(more @ 1.., _)] => format!(
                "each has {more} tokens more through the server: it applies another chat template, or adds a system \
                 message of its own"
            ),
            [(less, _)] => format!(
                "each has {} tokens less through the server: it applies another chat template, or leaves a message out",
                less.unsigned_abs()
            ),
            several => {
                let same = self.tokens_more.get(&0).copied().unwrap_or(0);
                let shortest = several.first().map_or(0, |(more, _)| **more);
                let why = match shortest < -16 {
                    true => "its context is cut, or it applies another chat template",
                    false => "another chat template, or another tokenizer",
                };
                format!("{same} of {all} have the same number of tokens through the server: {why}")
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn with(tokens_more: &[(i64, usize)]) -> String {
        let found = Found {
            questions: tokens_more.iter().map(|(_, count)| count).sum(),
            tokens_more: tokens_more.iter().copied().collect(),
            ..Found::default()
        };
        found.prompts()
    }

    #[test]
    fn lengths_of_prompts_say_what_is_wrong() {
        assert!(with(&[(0, 8)]).starts_with("8 of 8 have the same tokens"));
        assert!(with(&[(12, 8)]).contains("12 tokens more"));
        assert!(with(&[(-3, 8)]).contains("3 tokens less"));
        assert!(with(&[(-300, 2), (0, 6)]).contains("its context is cut"));
        assert!(with(&[(1, 2), (2, 6)]).contains("another tokenizer"));
    }
}
