//! Every answer as a flat table: one row a question, one for each of its options with `run --rotate`.

use edgescore_record::{Answer, AnswerKind, CallAxes, Labels, Scenario};
use std::path::{Path, PathBuf};

use edgescore_probe::Reading;
use edgescore_summary::{Asked, Decoded, decode_file, rules};
use edgescore_taskpack::{Fault, Letter};

use super::table::{Cell, Column, Kind, Table, column};
use crate::failure::Failure;
use crate::render::labels;

/// The columns of the table `questions`.
const COLUMNS: [Column; 53] = [
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
    column("key", Kind::Text),
    column("choice", Kind::Text),
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
    column("trace_tokens", Kind::Int),
    column("trace_us", Kind::Int),
    column("other_parser", Kind::Text),
    column("text", Kind::Text),
    column("options", Kind::Int),
    column("p_e", Kind::Real),
    column("p_f", Kind::Real),
    column("p_g", Kind::Real),
    column("p_h", Kind::Real),
    column("p_i", Kind::Real),
    column("p_j", Kind::Real),
    column("kind", Kind::Text),
    column("well_formed", Kind::Bool),
    column("called", Kind::Bool),
    column("call_expected", Kind::Bool),
    column("right_function", Kind::Bool),
    column("right_arguments", Kind::Bool),
    column("right_steps", Kind::Int),
    column("steps", Kind::Int),
];

/// Hands the questions of the results at `paths` on as a table, one file in memory at a time.
pub fn with(
    paths: &[PathBuf],
    write: impl FnOnce(Table) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut rows = paths.iter().flat_map(|path| match of_file(path) {
        Ok(rows) => rows.into_iter().map(Ok).collect::<Vec<_>>(),
        Err(failure) => vec![Err(failure)],
    });
    write(Table {
        name: "questions",
        columns: &COLUMNS,
        rows: &mut rows,
    })
}

fn of_file(path: &Path) -> Result<Vec<Vec<Cell>>, Failure> {
    let decoded = decode_file(path).map_err(Failure::data)?;
    let texts = Texts::of(&decoded).map_err(Failure::data)?;
    let asked = decoded.records.asked.iter();
    Ok(asked.map(|asked| texts.row(asked)).collect())
}

/// The texts that rows repeat.
struct Texts {
    run: [Cell; 6],
    /// Group and id of each task.
    tasks: Vec<[Cell; 2]>,
    scenario: Scenario,
}

impl Texts {
    fn of(decoded: &Decoded) -> Result<Texts, edgescore_summary::Error> {
        let records = &decoded.records;
        let start = records.started()?;
        let tasks = records.tasks.iter().map(|task| {
            let group = records.groups.get(usize::from(task.scored.group));
            [group.into(), (&task.id).into()]
        });
        Ok(Texts {
            run: [
                (&decoded.id).into(),
                (&start.model).into(),
                match &records.model {
                    Some(model) => (&model.facts.quantisation).into(),
                    None => Cell::Empty,
                },
                (&start.board).into(),
                (&start.pack).into(),
                start.mode.label().into(),
            ],
            tasks: tasks.collect(),
            scenario: records.scenario(),
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
        row.push(answer.key().map(Labels::label).into());
        row.push(answer.choice().map(Labels::label).into());
        row.push(match answer {
            Answer::Choice(chosen) => chosen.found.label().into(),
            Answer::Judged(_) => labels::answered(answer).into(),
        });
        row.push(answer.is_correct().into());
        row.push(answer.fault().map(Fault::name).into());
        row.push(Cell::Empty);
        let p = question.probabilities;
        let p = |letter| {
            p.filter(|p| has(p.options(), letter))
                .map(|p| p.of(letter))
                .into()
        };
        row.extend([Letter::A, Letter::B, Letter::C, Letter::D].map(p));
        row.push(question.probabilities.map(|p| p.outside()).into());
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
        row.push(match self.scenario {
            Scenario::SingleStream => rules::answer_time(question).0.into(),
            // What it took is its share of what several took.
            Scenario::Offline => Cell::Empty,
        });
        row.extend(match question.energy {
            Reading::Value(energy) => {
                [energy.prefill.0.into(), energy.decode.0.into(), Cell::Empty]
            }
            Reading::Missing(reason) => {
                [Cell::Empty, Cell::Empty, reason.to_string().as_str().into()]
            }
        });
        let notes = &asked.notes;
        row.push(notes.trace.map(|trace| trace.tokens).into());
        row.push(notes.trace.map(|trace| trace.time.0).into());
        row.push(match notes.other {
            Some(Some(letter)) => letter.label().into(),
            Some(None) => "none".into(),
            None => Cell::Empty,
        });
        row.push(match &notes.text {
            Some(text) => (&text.text).into(),
            None => Cell::Empty,
        });
        row.push(
            answer
                .chosen()
                .map(|chosen| u32::from(chosen.options))
                .into(),
        );
        row.extend(Letter::ALL.into_iter().skip(4).map(p));
        row.extend(judged(answer));
        row
    }
}

fn has(options: u8, letter: Letter) -> bool {
    letter.index() < usize::from(options)
}

/// What became of an answer that is no letter: its kind, the axes of a call, and the steps of a
/// conversation.
fn judged(answer: Answer) -> [Cell; 8] {
    let Answer::Judged(judged) = answer else {
        let mut cells = [const { Cell::Empty }; 8];
        if let Some(kind) = cells.first_mut() {
            *kind = "choice".into();
        }
        return cells;
    };
    let axes = match judged.kind {
        AnswerKind::Tool | AnswerKind::Turns => Some(judged.axes),
        AnswerKind::Number | AnswerKind::Text => None,
    };
    let axis = |is: fn(CallAxes) -> bool| axes.map(is).into();
    let steps = |count: u8| (judged.steps > 0).then(|| u32::from(count)).into();
    [
        labels::kind(judged.kind).into(),
        axis(CallAxes::well_formed),
        axis(CallAxes::called),
        axis(CallAxes::expected),
        axis(CallAxes::function),
        axis(CallAxes::arguments),
        steps(judged.right_steps),
        steps(judged.steps),
    ]
}
