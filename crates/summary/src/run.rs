//! One run, scored.

use edgescore_probe::{Bytes, Reading, Reason};
use edgescore_record::file::Damage;
use edgescore_record::{Conditions, Labels, Origin, Scenario, Stop, VerdictKind, WhySkipped};
use edgescore_score::{
    EdgeInputs, Energy, Estimate, Faults, Indecision, Row, Run, ScoredTask, Summary, Temperature,
    stopped_accuracy, tokens_per_second,
};
use edgescore_taskpack::{Fault, Hash, Rotation};

use crate::answers::AnswersSummary;
use crate::asked::{AnswerText, Asked};
use crate::decoder::{Decoder, Ending, Model, Start, TaskInfo};
use crate::energy::{EnergySummary, Load};
use crate::error::Error;
use crate::labels::Labelled;
use crate::memory::MemorySummary;
use crate::power::PowerSummary;
use crate::provenance::{EngineFacts, Provenance};
use crate::roofline::{DecodeWork, RooflineSummary};
use crate::rows::score_row;
use crate::rules;
use crate::skips;
use crate::sustained::SustainedSummary;

/// One run, scored.
#[derive(Clone, Debug)]
pub struct RunSummary {
    /// The result file, as it was named.
    pub file: String,
    /// First 16 digits of the SHA-256 of the result file: names the run in tables of questions.
    pub id: String,
    /// What the first row says.
    pub start: Start,
    /// The model as loaded, if it was.
    pub model: Option<Model>,
    /// Provenance.
    pub provenance: Provenance,
    /// The task table.
    pub tasks: Vec<TaskInfo>,
    /// Ids of the groups; [`ScoredTask::group`] is an index into it.
    pub groups: Vec<String>,
    /// The rows in the order of asking.
    pub rows: Vec<Row>,
    /// The scores.
    pub scores: Summary,
    /// What speaks against a decision. Faults, groups and tasks are then withheld: of random weights
    /// nobody expects one, so nothing is said.
    pub indecision: Option<Indecision>,
    /// Faults of the wrong letters, in the pack's own order of options.
    pub faults: Reading<Faults>,
    /// pass@1 with the interval that fits how the run ended: Wilson's, or that of the
    /// confidence sequence that stopped it.
    pub pass_at_1: Reading<Estimate>,
    /// Whether the run was ended by what it showed.
    pub stopped_early: bool,
    /// Prefill speed over all questions, in tokens a second.
    pub prefill_tps: Reading<f64>,
    /// Decode speed over all generated tokens, in tokens a second.
    pub decode_tps: Reading<f64>,
    /// How questions came.
    pub scenario: Scenario,
    /// How close prefill and decode came to the machine.
    pub roofline: RooflineSummary,
    /// How generated answers were read.
    pub answers: AnswersSummary,
    /// The texts that were kept.
    pub texts: Vec<AnswerText>,
    /// Why questions were skipped, with how many.
    pub skips: Vec<(WhySkipped, u32)>,
    /// Memory.
    pub memory: MemorySummary,
    /// Energy.
    pub energy: EnergySummary,
    /// Power.
    pub power: PowerSummary,
    /// Sustained load, with --minutes.
    pub sustained: Option<SustainedSummary>,
    /// Heat, throttling and waiting, if the run came to its end.
    pub conditions: Option<Conditions>,
    /// How the run ended; `None` if the file was cut off.
    pub verdict: Option<Ending>,
    /// Questions before each session that went on with the run, where it ended too early.
    pub resumed: Vec<u32>,
    /// What is wrong with the file.
    pub damage: Damage,
    score_tasks: Vec<ScoredTask>,
}

impl RunSummary {
    /// Scores what `decoder` took of the result `file`, whose id is `id`.
    ///
    /// # Errors
    /// A result without its first row, or with rows that contradict each other.
    pub fn of(decoder: Decoder, file: String, id: String) -> Result<RunSummary, Error> {
        let start = decoder.started()?.clone();
        let quantisation = decoder.quantisation().to_owned();
        let score_tasks: Vec<ScoredTask> = decoder.tasks.iter().map(|task| task.scored).collect();
        let rows = decoder.asked.iter().map(score_row);
        let mut rows = rows.collect::<Result<Vec<_>, _>>()?;
        let scenario = decoder.scenario();
        if scenario == Scenario::Offline {
            // What an answer took is its share of what several took.
            rows.iter_mut().for_each(|row| row.latency_us = None);
        }
        let temperature = Temperature::new(f64::from(start.temperature_milli.max(1)) / 1000.0)?;
        let run = Run::new(&score_tasks, &rows)?;
        let mut scores = Summary::of(&run, temperature);
        if scenario == Scenario::Offline {
            scores.latency = scores.latency.missing(Reason::Shared);
        }
        let origin = decoder.model.as_ref().map(|model| model.origin);
        let texts = decoder.asked.iter().filter_map(|asked| {
            let text = asked.notes.text.as_ref()?;
            (asked.outcome.is_ok() && !text.cut).then(|| text.split().1)
        });
        let accuracy = scores.accuracy.overall.accuracy().value();
        let one_text = accuracy.and_then(|accuracy| Indecision::of_texts(texts, accuracy.value));
        let indecision = scores
            .indecision
            .or(one_text)
            .filter(|_| origin != Some(Origin::Synthetic));
        if indecision.is_some() {
            scores.accuracy.groups.clear();
            scores.accuracy.tasks.clear();
        }
        let stop = decoder.end.as_ref().and_then(|end| end.stop);
        let stopped_early = stop == Some(Labelled(Stop::Decided));
        // A leg, or a run whose legs ended before the whole was asked, is a part of a random order.
        let of = decoder.leg.map_or(start.questions, |leg| leg.of);
        let pass_at_1 = match stopped_early || start.questions < of {
            true => stopped_accuracy(&run, of)?,
            false => scores.accuracy.overall.accuracy(),
        };
        let totals = Totals::of(&decoder.asked);
        let max_tokens = start.facts.max_tokens;
        let prefill_tps = tokens_per_second(totals.prefill_tokens, totals.prefill_us);
        Ok(RunSummary {
            file,
            id,
            provenance: Provenance {
                template: decoder.template,
                start: start.facts.clone(),
                model: decoder.model.as_ref().map(|model| model.facts.clone()),
                engine: EngineFacts {
                    prompt_tokens_mean: totals.prompt_tokens_mean(),
                    ..decoder
                        .engine
                        .unwrap_or_else(|| EngineFacts::llama(&start.facts))
                },
                server: decoder.server,
                end: decoder.end,
            },
            start,
            model: decoder.model,
            tasks: decoder.tasks,
            groups: decoder.groups,
            scores,
            faults: match indecision {
                Some(_) => Reading::Missing(Reason::Undecided),
                None => Faults::of(decoder.asked.iter().filter_map(wrong)),
            },
            indecision,
            pass_at_1,
            stopped_early,
            scenario,
            prefill_tps,
            decode_tps: tokens_per_second(totals.decode_tokens, totals.decode_us),
            roofline: RooflineSummary::of(
                decoder.machine,
                &quantisation,
                prefill_tps,
                totals.decoded,
                totals.decode_us,
            ),
            answers: AnswersSummary::of(decoder.answer_rules, &decoder.asked, max_tokens),
            texts: decoder.asked.iter().filter_map(AnswerText::of).collect(),
            skips: skips::reasons(&decoder.asked),
            memory: decoder.memory,
            energy: EnergySummary::of(&decoder.asked),
            power: decoder.power,
            sustained: SustainedSummary::of(&decoder.load),
            conditions: decoder.conditions,
            verdict: decoder.verdict,
            resumed: decoder.resumed,
            damage: decoder.damage,
            rows,
            score_tasks,
        })
    }

    /// Name of the model.
    pub fn model(&self) -> &str {
        &self.start.model
    }

    /// Quantisation as llama.cpp names it; empty if the model was never loaded.
    pub fn quantisation(&self) -> &str {
        self.model
            .as_ref()
            .map_or("", |model| &model.facts.quantisation)
    }

    /// SHA-256 of the pack.
    pub fn pack_hash(&self) -> Hash {
        self.start.facts.pack_sha256.0
    }

    /// SHA-256 of the chat template, if the model was loaded.
    pub fn template_hash(&self) -> Option<Hash> {
        let model = self.model.as_ref();
        model.map(|model| model.facts.template_sha256.0)
    }

    /// What else of the prompts' making a score depends on.
    pub fn prompt_making(&self) -> Option<([&str; 4], u64)> {
        let facts = self.provenance.template.as_ref()?;
        let texts = [
            facts.template_arguments.as_str(),
            &facts.template_date,
            facts.system_message.0.label(),
            &facts.think,
        ];
        Some((texts, facts.shots))
    }

    /// Model and quantisation.
    pub fn name(&self) -> String {
        match self.quantisation() {
            "" => self.model().to_owned(),
            quantisation => format!("{} ({quantisation})", self.model()),
        }
    }

    /// Where the weights come from, as far as is known.
    pub fn origin(&self) -> Origin {
        self.model
            .as_ref()
            .map_or(Origin::Given, |model| model.origin)
    }

    /// Threads used, if the model was loaded.
    pub fn threads(&self) -> Option<u16> {
        self.model.as_ref().map(|model| model.threads)
    }

    /// Questions answered.
    pub fn answered(&self) -> u32 {
        self.scores.accuracy.overall.counted
    }

    /// Questions skipped.
    pub fn skipped(&self) -> u32 {
        self.scores.accuracy.overall.skipped
    }

    /// Whether the run came to its end and nothing was wrong.
    pub fn ended_well(&self) -> bool {
        let kind = self.verdict.as_ref().map(|ending| ending.kind);
        kind == Some(VerdictKind::Ok)
    }

    /// The rows as the scores take them.
    ///
    /// # Errors
    /// None: they were taken once already.
    pub fn run(&self) -> Result<Run<'_>, Error> {
        Ok(Run::new(&self.score_tasks, &self.rows)?)
    }

    /// Accuracy of a uniform guess.
    pub fn chance(&self) -> f64 {
        self.scores.accuracy.chance
    }

    /// What the Edge Score is made of.
    pub fn edge_inputs(&self) -> EdgeInputs {
        EdgeInputs {
            accuracy: self.pass_at_1,
            chance: self.chance(),
            latency_s: self.latency_s(),
            memory_gib: self.memory_gib(),
            energy: self.energy(),
        }
    }

    /// Seconds an answer: what a limit on latency is held against, and the Edge Score divides by. The
    /// median, or with a power budget the mean with its rests, since single answers then come in two
    /// heaps, with a rest and without.
    pub fn latency_s(&self) -> Reading<f64> {
        match self.power.budget_w() {
            Some(_) => self.sustained_s(),
            None => self.median_s(),
        }
    }

    /// Median time of computing an answer, in seconds.
    pub fn median_s(&self) -> Reading<f64> {
        self.scores.latency.median_us.map(|us| us / 1e6)
    }

    /// Mean time of an answer in seconds, draws left out.
    pub fn answer_s(&self) -> Reading<f64> {
        let times = self.rows.iter().filter_map(|row| row.latency_us);
        let (count, sum) = times.fold((0u32, 0.0), |(count, sum), us| {
            (count + 1, sum + f64::from(us.get()))
        });
        match count {
            0 => Reading::Missing(match self.scenario {
                Scenario::SingleStream => Reason::NoRows,
                Scenario::Offline => Reason::Shared,
            }),
            count => Reading::Value(sum / 1e6 / f64::from(count)),
        }
    }

    /// Questions answered in an hour, draws and rests included.
    pub fn questions_per_hour(&self) -> Reading<f64> {
        let over = self.conditions.map(|conditions| conditions.stalls.over);
        match over {
            Some(over) if over.0 > 0 => {
                Reading::Value(f64::from(self.answered()) * 3600e6 / over.0 as f64)
            }
            _ => Reading::Missing(Reason::NoRows),
        }
    }

    /// Mean time of an answer in seconds with the rests that a power budget makes: what the board
    /// sustains.
    pub fn sustained_s(&self) -> Reading<f64> {
        self.answer_s()
            .map(|seconds| seconds * self.power.stretch())
    }

    /// Peak resident memory of the runtime.
    pub fn peak_memory(&self) -> Reading<Bytes> {
        self.memory.peak()
    }

    /// Peak memory in GiB.
    pub fn memory_gib(&self) -> Reading<f64> {
        self.peak_memory()
            .map(|bytes| bytes.0 as f64 / f64::from(1 << 30))
    }

    /// Mean gross energy of a counted question.
    pub fn energy(&self) -> Reading<Energy> {
        self.energy.per_question_j().map(|joules| Energy {
            joules,
            simulated: self.power.is_simulated(),
        })
    }

    /// What loading the model took.
    pub fn load(&self) -> Load {
        let model = self.model.as_ref();
        Load {
            joules: self.power.load_j(),
            seconds: model.map_or(0.0, |model| model.load.0 as f64 / 1e6),
        }
    }
}

/// The fault of a wrong letter, if known; `None` for rows that count no wrong letter.
fn wrong(asked: &Asked) -> Option<Option<Fault>> {
    let answer = asked.outcome.as_ref().ok()?.answer;
    let counts = asked.ask.rotation() == Rotation::default();
    (counts && answer.choice().is_some() && !answer.is_correct()).then_some(answer.fault())
}

/// Sums over the answered questions, every order of options and every draw included.
#[derive(Default)]
struct Totals {
    answers: u64,
    prompt_tokens: u64,
    prefill_tokens: u64,
    prefill_us: u64,
    decode_tokens: u64,
    decode_us: u64,
    decoded: DecodeWork,
}

impl Totals {
    /// Tokens of a prompt to a tenth; 0 without answers.
    fn prompt_tokens_mean(&self) -> f64 {
        let mean = self.prompt_tokens as f64 / self.answers.max(1) as f64;
        (10.0 * mean).round() / 10.0
    }

    fn of(asked: &[Asked]) -> Totals {
        let mut totals = Totals::default();
        for asked in asked {
            if let Ok(question) = &asked.outcome {
                totals.answers += 1;
                totals.prompt_tokens += u64::from(question.prompt_tokens);
                totals.prefill_tokens += u64::from(rules::computed_tokens(question));
                totals.prefill_us = totals.prefill_us.saturating_add(question.prefill.0);
                if let Some(generated) = question.generated {
                    totals.decode_tokens += u64::from(rules::decoded_tokens(&generated));
                    totals.decode_us = totals.decode_us.saturating_add(generated.decode.0);
                }
            }
            totals.decoded.add(asked);
            totals.decode_tokens += asked.draws.decoded;
            totals.decode_us = totals.decode_us.saturating_add(asked.draws.decode_us);
        }
        totals
    }
}
