//! Every answer as a flat table: one row a question, four with `run --rotate`.

use std::path::{Path, PathBuf};

use anyhow::Context;
use edgescore_probe::Reading;
use edgescore_record::Record;
use edgescore_record::file::ResultFile;
use edgescore_taskpack::{Fault, Letter};

use super::asked::{Asked, Collector};
use super::load;
use crate::failure::Failure;
use crate::render::sheet::{Cell, Column, Kind, column};
use crate::render::words;

/// The columns of the table `questions`.
pub const COLUMNS: [Column; 34] = [
    column("run", Kind::Text),
    column("model", Kind::Text),
    column("quantisation", Kind::Text),
    column("board", Kind::Text),
    column("pack", Kind::Text),
    column("mode", Kind::Text),
    column("task_group", Kind::Text),
    column("task", Kind::Text),
    column("question", Kind::Int),
    column("rotation", Kind::Int),
    column("right_letter", Kind::Text),
    column("given_letter", Kind::Text),
    column("found", Kind::Text),
    column("correct", Kind::Bool),
    column("fault", Kind::Text),
    column("skipped", Kind::Text),
    column("p_a", Kind::Real),
    column("p_b", Kind::Real),
    column("p_c", Kind::Real),
    column("p_d", Kind::Real),
    column("outside_letters", Kind::Real),
    column("draws", Kind::Int),
    column("draws_correct", Kind::Int),
    column("draws_tokens", Kind::Int),
    column("draws_decode_us", Kind::Int),
    column("prompt_tokens", Kind::Int),
    column("cached_tokens", Kind::Int),
    column("generated_tokens", Kind::Int),
    column("prefill_us", Kind::Int),
    column("decode_us", Kind::Int),
    column("latency_us", Kind::Int),
    column("prefill_uj", Kind::Int),
    column("decode_uj", Kind::Int),
    column("energy_missing", Kind::Text),
];

/// The rows of all `paths`, one file in memory at a time.
pub fn rows(paths: &[PathBuf]) -> impl Iterator<Item = Result<Vec<Cell>, Failure>> {
    paths.iter().flat_map(|path| match of_file(path) {
        Ok(rows) => rows.into_iter().map(Ok).collect::<Vec<_>>(),
        Err(failure) => vec![Err(failure)],
    })
}

fn of_file(path: &Path) -> Result<Vec<Vec<Cell>>, Failure> {
    load::read(path, |file, id| {
        let table = Texts::of(file, &id)?;
        let mut collector = Collector::default();
        file.records().for_each(|record| collector.take(&record));
        Ok(collector
            .asked
            .iter()
            .map(|asked| table.row(asked))
            .collect())
    })
}

/// The texts that rows repeat.
struct Texts {
    run: [Cell; 6],
    /// Group and id of each task.
    tasks: Vec<[Cell; 2]>,
}

impl Texts {
    fn of(file: &ResultFile, id: &str) -> anyhow::Result<Texts> {
        let mut start = None;
        let mut quantisation = Cell::Empty;
        let mut tasks = Vec::new();
        for record in file.records() {
            match record {
                Record::SessionStart(row) => start = Some(row),
                Record::ModelLoaded(row) => quantisation = row.quantisation.into(),
                Record::Task(task) => tasks.push([task.group.into(), task.id.into()]),
                _ => {}
            }
        }
        let start = start.context("the result has no first row")?;
        let model = start.model_file;
        Ok(Texts {
            run: [
                id.into(),
                model.strip_suffix(".gguf").unwrap_or(model).into(),
                quantisation,
                load::board(start.board, start.cpu).as_str().into(),
                start.pack.into(),
                words::label(start.mode).into(),
            ],
            tasks,
        })
    }

    fn row(&self, asked: &Asked) -> Vec<Cell> {
        let mut row = Vec::with_capacity(COLUMNS.len());
        row.extend_from_slice(&self.run);
        match self.tasks.get(asked.task as usize) {
            Some(task) => row.extend_from_slice(task),
            None => row.extend([Cell::Empty, Cell::Empty]),
        }
        row.push(asked.ask.question().into());
        row.push(u32::from(asked.ask.rotation().steps()).into());
        let question = match &asked.outcome {
            Ok(question) => question,
            Err(why) => {
                row.extend([const { Cell::Empty }; 5]);
                row.push(why.label().into());
                row.resize(COLUMNS.len(), Cell::Empty);
                return row;
            }
        };
        let answer = question.answer;
        row.push(letter(answer.key()));
        row.push(answer.choice().map_or(Cell::Empty, letter));
        row.push(words::label(answer.found()).into());
        row.push(answer.is_correct().into());
        row.push(answer.fault().map(Fault::name).into());
        row.push(Cell::Empty);
        match question.probabilities {
            Some(probabilities) => {
                row.extend(probabilities.letters().map(Cell::from));
                row.push(probabilities.outside().into());
            }
            None => row.extend([const { Cell::Empty }; 5]),
        }
        let draws = asked.draws;
        row.push(u32::from(draws.drawn).into());
        row.push(u32::from(draws.correct).into());
        row.push(draws.tokens.into());
        row.push(draws.decode_us.into());
        row.push(question.prompt_tokens.into());
        row.push(question.cached_tokens.into());
        row.push(question.generated.map(|generated| generated.tokens).into());
        row.push(question.prefill.0.into());
        row.push(
            question
                .generated
                .map(|generated| generated.decode.0)
                .into(),
        );
        row.push(load::time_us(question).into());
        row.extend(match question.energy {
            Reading::Value(energy) => {
                [energy.prefill.0.into(), energy.decode.0.into(), Cell::Empty]
            }
            Reading::Missing(reason) => {
                [Cell::Empty, Cell::Empty, reason.to_string().as_str().into()]
            }
        });
        row
    }
}

fn letter(letter: Letter) -> Cell {
    letter.to_string().as_str().into()
}
