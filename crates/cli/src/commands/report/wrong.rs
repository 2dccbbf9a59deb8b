//! `edgescore report --wrong`: the questions that were answered wrongly.

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use edgescore_record::{Answer, Found, Labels};
use edgescore_summary::{Asked, Decoded, KeptText, decode_file};
use edgescore_taskpack::{Choice, Hash, Letter, Pack, Question, Rotation};

use crate::defaults;
use crate::failure::Failure;
use crate::files;
use crate::output::{self, Content};
use crate::questions::right_answer;
use crate::render::blocks::Block;
use crate::render::{labels, markdown, text};
use crate::screen::Screen;

/// Prints those of `results`, which were made with the pack at `pack`, or the built-in one: a table,
/// or Markdown.
pub fn show(
    results: &[PathBuf],
    pack: Option<&Path>,
    path: Option<&Path>,
    as_markdown: bool,
) -> Result<(), Failure> {
    let pack_path = pack.map_or_else(defaults::pack, |pack| Ok(pack.to_owned()))?;
    let bytes = files::read(&pack_path)?;
    let pack = files::open_pack(&pack_path, &bytes)?;
    let built_in = built_in_hash();
    let mut blocks = Vec::new();
    for result in results {
        let decoded = decode_file(result).map_err(Failure::data)?;
        let start = decoded.records.started().map_err(Failure::data)?;
        if start.facts.pack_sha256.0 != pack.hash() {
            let short = |hash: Hash| {
                hash.to_string()
                    .get(..12)
                    .map(str::to_owned)
                    .unwrap_or_default()
            };
            return Err(Failure::Data(anyhow!(
                "{} was made with the pack {} ({}), and {} is another ({}): {}",
                result.display(),
                start.pack,
                short(start.facts.pack_sha256.0),
                pack_path.display(),
                short(pack.hash()),
                match built_in == Some(start.facts.pack_sha256.0) {
                    true => "leave --pack out, it was the built-in one",
                    false => "give that one as --pack",
                }
            )));
        }
        blocks.extend(page(&decoded, &start.model, &pack));
    }
    output::to(path, Content::Text, |out| {
        match as_markdown {
            true => markdown::write(out, &blocks),
            false => text::write_for(out, &blocks, Screen::of(path)),
        }
        .map_err(Failure::data)
    })
}

/// The hash of the built-in pack; none where it cannot be read.
fn built_in_hash() -> Option<Hash> {
    let bytes = files::read(&defaults::pack().ok()?).ok()?;
    Some(Pack::open(&bytes).ok()?.hash())
}

fn page(decoded: &Decoded, model: &str, pack: &Pack) -> Vec<Block> {
    let asked = &decoded.records.asked;
    let answered = asked.iter().filter(|asked| asked.outcome.is_ok()).count();
    let wrong: Vec<&Asked> = asked.iter().filter(|asked| is_wrong(asked)).collect();
    let mut blocks = vec![Block::Title(format!(
        "{model}: {} of {answered} answers are wrong",
        wrong.len()
    ))];
    let rules = decoded.records.answer_rules;
    if rules.is_some_and(|rules| !rules.text_kept) {
        let line = "the texts were not kept: run it again with --keep-text";
        blocks.push(Block::Line(line.to_owned()));
    }
    for asked in wrong {
        // The pack is the run's, so it has the question.
        if let Ok(question) = pack.question(asked.ask.question()) {
            blocks.extend(one(asked, &question));
        }
    }
    blocks
}

fn is_wrong(asked: &Asked) -> bool {
    asked
        .outcome
        .as_ref()
        .is_ok_and(|question| !question.answer.is_correct())
}

fn one(asked: &Asked, question: &Question) -> Vec<Block> {
    let Ok(row) = &asked.outcome else {
        return Vec::new();
    };
    let (answer, rotation) = (row.answer, asked.ask.rotation());
    let rotated = match rotation == Rotation::default() {
        true => String::new(),
        false => format!(", rotation {}", rotation.steps()),
    };
    let task = question.task;
    let mut blocks = vec![Block::Title(format!(
        "question {}{rotated}, {} {}",
        asked.ask.question(),
        task.id,
        task.name
    ))];
    let episode = question.episode.map(|episode| episode.summary);
    let texts = episode.into_iter().chain([question.text]);
    blocks.extend(texts.map(|text| Block::Line(text.to_owned())));
    for letter in question.choice().map_or(&[][..], Choice::letters) {
        let letter = Some(*letter);
        let mark = match (letter == answer.key(), letter == answer.choice()) {
            (true, _) => "key",
            (_, true) => "chosen",
            _ => "",
        };
        let option = question.choice().zip(letter);
        let option = option.map(|(choice, letter)| (letter, choice.option(letter, rotation)));
        blocks.extend(
            option.map(|(letter, text)| Block::Line(format!("{mark:>6}  {letter}: {text}"))),
        );
    }
    blocks.extend(right_answer(&question.kind).map(Block::Line));
    blocks.push(Block::Line(match answer {
        Answer::Choice(chosen) => match (chosen.choice, chosen.found) {
            (Some(letter), found) => format!("chosen: {letter} ({})", found.label()),
            (None, Found::Incomplete) => "incomplete: the trace did not end".to_owned(),
            (None, _) => "unparsed: no letter was found".to_owned(),
        },
        Answer::Judged(judged) => match labels::fault_of_call(&judged) {
            Some(fault) => format!("answered: {}, {fault}", labels::answered(answer)),
            None => format!("answered: {}", labels::answered(answer)),
        },
    }));
    if let Some(other) = asked.notes.other {
        let letter = other.map_or("none", Letter::label);
        blocks.push(Block::Line(format!("the other parser reads: {letter}")));
    }
    blocks.extend(
        asked
            .notes
            .text
            .iter()
            .map(|text| Block::Line(generated(text))),
    );
    blocks
}

/// A generated text, with its white space and whatever else it holds escaped, in one line.
fn generated(text: &KeptText) -> String {
    let (trace, answer) = text.split();
    let cut = if text.cut { "… " } else { "" };
    match trace {
        "" => format!("text: {cut}{answer:?}"),
        trace => format!("trace: {cut}{trace:?}; text: {answer:?}"),
    }
}
