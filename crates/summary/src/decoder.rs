//! The one decoder of records on the host: of a file, and of a run that is going on.

use edgescore_probe::{Hertz, Microseconds, Reading};
use edgescore_record::file::Damage;
use edgescore_record::{
    AnswerRules, Ask, Conditions, LegRow, Mode, Origin, Prompts, Question, Record, Scenario,
    SessionStart, Verdict, VerdictKind, WhySkipped,
};
use edgescore_score::ScoredTask;
use edgescore_taskpack::Layout;

use crate::asked::{Asked, Draws, Notes};
use crate::error::Error;
use crate::labels::Labelled;
use crate::memory::{BeforeLoad, MemorySummary};
use crate::plain::plain;
use crate::power::{PowerSource, PowerSummary};
use crate::provenance::{
    EndFacts, EngineFacts, ModelFacts, ServerFacts, StartFacts, TemplateFacts,
};
use crate::roofline::Machine;
use crate::rules;
use crate::sustained::LoadRows;

/// Takes the records of a run one after the other and keeps what they say. They may stop at any
/// point: a result that was cut off has no end, and a run that is going on none yet.
#[derive(Clone, Debug, Default)]
pub struct Decoder {
    /// The first row.
    pub start: Option<Start>,
    /// Which questions of a longer run these are, where they are a leg of one.
    pub leg: Option<LegRow>,
    /// How prompts are made.
    pub template: Option<TemplateFacts>,
    /// The model, once it is loaded.
    pub model: Option<Model>,
    /// Another engine than llama.cpp.
    pub engine: Option<EngineFacts>,
    /// The server that answers in its place.
    pub server: Option<ServerFacts>,
    /// The task table.
    pub tasks: Vec<TaskInfo>,
    /// Ids of the groups; [`ScoredTask::group`] is an index into it.
    pub groups: Vec<String>,
    /// How long the prompts are.
    pub prompts: Option<Prompts>,
    /// How generated text is read.
    pub answer_rules: Option<AnswerRules>,
    /// About the answer whose row comes next.
    notes: Notes,
    /// What was asked, in the order of asking.
    pub asked: Vec<Asked>,
    /// Memory.
    pub memory: MemorySummary,
    /// Power.
    pub power: PowerSummary,
    /// Sustained load.
    pub load: LoadRows,
    /// Heat, throttling and waiting.
    pub conditions: Option<Conditions>,
    /// What the machine could do at best.
    pub machine: Option<Machine>,
    /// Questions before each session that went on with the run.
    pub resumed: Vec<u32>,
    /// What is wrong with the file that the records came from.
    pub damage: Damage,
    /// How the run ended.
    pub verdict: Option<Ending>,
    /// The last row.
    pub end: Option<EndFacts>,
}

/// Tasks of a pack.
const MOST_TASKS: usize = 256;

/// A result file, decoded.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// First 16 digits of the SHA-256 of the file.
    pub id: String,
    /// What its records say.
    pub records: Decoder,
}

/// The first row.
#[derive(Clone, Debug)]
pub struct Start {
    /// Provenance.
    pub facts: StartFacts,
    /// Name of the model.
    pub model: String,
    /// Name of the pack.
    pub pack: String,
    /// Board and CPU.
    pub board: String,
    /// How answers are obtained.
    pub mode: Mode,
    /// Order of the prompt's parts.
    pub layout: Layout,
    /// Highest CPU clock that was allowed.
    pub max_clock: Reading<Hertz>,
    /// Questions that will be asked, each counted once however many rotations are asked.
    pub questions: u32,
    /// The same with every rotation counted.
    pub asks: u32,
    /// Temperature of the draws in 1/1000.
    pub temperature_milli: u16,
}

/// The model as loaded.
#[derive(Clone, Debug)]
pub struct Model {
    /// Provenance.
    pub facts: ModelFacts,
    /// Where the weights come from.
    pub origin: Origin,
    /// Threads used.
    pub threads: u16,
    /// Time of the load.
    pub load: Microseconds,
}

/// One task of the pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskInfo {
    /// Short id.
    pub id: String,
    /// Name.
    pub name: String,
    /// The task as the scores take it.
    pub scored: ScoredTask,
    /// Questions of it that the run will ask, rotations counted.
    pub asks: u32,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// The verdict.
    pub kind: VerdictKind,
    /// What happened and how to mend it; empty when all is well.
    pub detail: String,
}

impl Decoder {
    /// Takes the next record.
    ///
    /// # Errors
    /// A task of the 257th group.
    pub fn take(&mut self, record: &Record) -> Result<(), Error> {
        match record {
            Record::SessionStart(row) => {
                self.memory.model = row.model_bytes;
                self.start = Some(Start::from(row));
            }
            Record::Leg(row) => self.leg = Some(*row),
            Record::Turned(row) => {
                if let Some(start) = &mut self.start {
                    start.questions = row.questions;
                }
            }
            Record::Task(row) => {
                self.fill_tasks(row.index)?;
                let group = self.group(&plain(row.group))?;
                self.tasks.push(TaskInfo {
                    id: plain(row.id),
                    name: plain(row.name),
                    scored: ScoredTask {
                        group,
                        pass_k: row.pass_at_k,
                    },
                    asks: row.asks,
                });
            }
            Record::ModelLoaded(row) => {
                self.model = Some(Model {
                    facts: ModelFacts::from(row),
                    origin: row.origin,
                    threads: row.threads,
                    load: row.load,
                });
            }
            Record::Engine(row) => self.engine = Some(EngineFacts::from(row)),
            Record::Server(row) => {
                self.engine = Some(EngineFacts::server(row));
                self.server = Some(ServerFacts::from(row));
                if let Some(start) = &mut self.start {
                    start.model = plain(rules::served_name(row.model));
                }
            }
            Record::ServerEnd(row) => {
                if let Some(server) = &mut self.server {
                    server.end(row);
                }
            }
            Record::Together(row) => {
                if let Some(model) = &mut self.model {
                    model.facts.scenario = Labelled(row.scenario);
                    model.facts.texts_at_once = row.texts.into();
                }
            }
            Record::Template(row) => self.template = Some(TemplateFacts::from(row)),
            Record::Constrained(constrain) => {
                if let Some(template) = &mut self.template {
                    template.constrained = Some(Labelled(*constrain));
                }
            }
            Record::Tools(place) => {
                if let Some(template) = &mut self.template {
                    template.functions = Some(Labelled(*place));
                }
            }
            // Parts stand behind the template that they belong to.
            Record::PromptPart(part) => {
                if let Some(template) = &mut self.template {
                    template.prompt_parts.take(part);
                }
            }
            Record::Prompts(row) => self.prompts = Some(*row),
            Record::AnswerRules(rules) => self.answer_rules = Some(*rules),
            // They stand before the row of the answer that they belong to.
            Record::Trace(_) | Record::OtherReading(_) | Record::Text(_) => self.notes.take(record),
            Record::Question(row) => self.ask(row.ask, row.task, Ok(*row))?,
            Record::Skipped(row) => self.ask(row.ask, row.task, Err(row.why))?,
            // Samples stand behind the question they belong to. Of a draw only the row counts.
            Record::Sample(row) => {
                self.notes = Notes::default();
                if let Some(last) = self.asked.last_mut()
                    && last.ask == row.ask
                {
                    last.draws.add(row);
                }
            }
            Record::MemoryStart(row) => self.memory.before = Some(BeforeLoad::from(row)),
            Record::Memory(row) => self.memory.end = Some(*row),
            Record::PowerStart(row) => self.power.source = Some(PowerSource::from(row)),
            Record::SustainedLoad(row) => self.load.planned = Some(*row),
            Record::Timed(row) => self.load.answers.push(*row),
            Record::Vitals(row) => self.load.vitals.push(*row),
            Record::Power(row) => self.power.points.push(*row),
            Record::PowerEnd(row) => self.power.end = Some(*row),
            Record::Conditions(row) => self.conditions = Some(*row),
            Record::Roofline(row) => self.machine = Some(Machine::from(row)),
            Record::Verdict(Verdict { kind, detail }) => {
                self.verdict = Some(Ending {
                    kind: *kind,
                    detail: plain(detail),
                });
            }
            Record::SessionEnd(row) => self.end = Some(EndFacts::from(row)),
            // The file counts it.
            Record::Lost => {}
        }
        Ok(())
    }

    /// The first row of a run that must have one.
    ///
    /// # Errors
    /// It has not come.
    pub fn started(&self) -> Result<&Start, Error> {
        self.start.as_ref().ok_or(Error::NoStart)
    }

    /// How questions came; one after another if the model was never loaded.
    pub fn scenario(&self) -> Scenario {
        let model = self.model.as_ref();
        model.map_or(Scenario::SingleStream, |model| model.facts.scenario.0)
    }

    /// Quantisation as llama.cpp names it; empty if the model was never loaded.
    pub fn quantisation(&self) -> &str {
        self.model
            .as_ref()
            .map_or("", |model| model.facts.quantisation.as_str())
    }

    fn ask(
        &mut self,
        ask: Ask,
        task: u32,
        outcome: Result<Question, WhySkipped>,
    ) -> Result<(), Error> {
        self.fill_tasks(task.saturating_add(1))?;
        self.asked.push(Asked {
            ask,
            task,
            outcome,
            notes: std::mem::take(&mut self.notes),
            draws: Draws::default(),
        });
        Ok(())
    }

    /// Holds the places of tasks before number `count` whose rows are missing from a damaged file.
    fn fill_tasks(&mut self, count: u32) -> Result<(), Error> {
        if count as usize > MOST_TASKS {
            return Err(Error::TooMany("tasks"));
        }
        while self.tasks.len() < count as usize {
            let group = self.group("?")?;
            self.tasks.push(TaskInfo {
                id: format!("task {}", self.tasks.len() + 1),
                name: String::new(),
                scored: ScoredTask {
                    group,
                    pass_k: false,
                },
                asks: 0,
            });
        }
        Ok(())
    }

    fn group(&mut self, id: &str) -> Result<u8, Error> {
        let known = self.groups.iter().position(|group| group == id);
        let index = known.unwrap_or_else(|| {
            self.groups.push(id.to_owned());
            self.groups.len() - 1
        });
        u8::try_from(index).map_err(|_| Error::TooMany("groups"))
    }
}

impl From<&SessionStart<'_>> for Start {
    fn from(row: &SessionStart) -> Start {
        Start {
            facts: StartFacts::from(row),
            model: plain(rules::model_name(row.model_file)),
            pack: plain(row.pack),
            board: plain(&rules::board_name(row.board, row.cpu)),
            mode: row.mode,
            layout: row.layout,
            max_clock: row.clock,
            questions: rules::questions(row),
            asks: row.asks,
            temperature_milli: row.temperature_milli,
        }
    }
}
