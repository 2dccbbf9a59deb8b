//! Sessions of one run, joined: a run that ended too early goes on in the same file.

use std::collections::BTreeSet;

use edgescore_probe::Microseconds;

use crate::decoder::Decoder;
use crate::error::Error;
use crate::legs::{conditions, join_ends, memory, power, shifted};

impl Decoder {
    /// Whether `next` goes on with this run, which ended too early.
    ///
    /// # Errors
    /// What differs between the two.
    pub fn continues(&self, next: &Decoder) -> Result<(), String> {
        let (Some(start), Some(other)) = (&self.start, &next.start) else {
            return Err("the first row".to_owned());
        };
        let (facts, others) = (&start.facts, &other.facts);
        let mut same = vec![
            (
                "the model",
                facts.model_sha256 == others.model_sha256 && start.model == other.model,
            ),
            ("the pack", facts.pack_sha256 == others.pack_sha256),
            ("the board", start.board == other.board),
            (
                "the engine",
                facts.llama_cpp == others.llama_cpp && alike(&self.engine, &next.engine),
            ),
            ("--mode", start.mode == other.mode),
            ("--layout", start.layout == other.layout),
            ("the order of questions", facts.order == others.order),
            ("--rotate", facts.rotate == others.rotate),
            ("--seed", facts.seed == others.seed),
            ("--draws", facts.draws == others.draws),
            (
                "--temperature",
                start.temperature_milli == other.temperature_milli,
            ),
            ("--max-tokens", facts.max_tokens == others.max_tokens),
            ("--max-clock", start.max_clock == other.max_clock),
            ("--parser", alike(&self.answer_rules, &next.answer_rules)),
        ];
        if let Some((model, other)) = self.model.as_ref().zip(next.model.as_ref()) {
            let (facts, others) = (&model.facts, &other.facts);
            same.extend([
                ("--threads", facts.threads == others.threads),
                ("--context", facts.context == others.context),
                ("--ubatch", facts.ubatch == others.ubatch),
                ("--weights", facts.weights == others.weights),
                (
                    "--flash-attention",
                    facts.flash_attention_used == others.flash_attention_used,
                ),
                ("--cache-type", facts.cache_type == others.cache_type),
                ("--scenario", facts.scenario == others.scenario),
            ]);
        }
        if let Some((name, _)) = same.iter().find(|(_, same)| !same) {
            return Err((*name).to_owned());
        }
        let (Some(template), Some(other)) = (&self.template, &next.template) else {
            return Ok(());
        };
        Err(match template {
            same if same == other => return Ok(()),
            of_a_day if of_a_day.template_date != other.template_date => {
                format!(
                    "the day in prompts (--template-date {})",
                    of_a_day.template_date
                )
            }
            _ => "how prompts are made (--template and the options beside it)".to_owned(),
        })
    }

    /// Adds a session that went on with this run. Questions that it asked again count once, with the
    /// later answer.
    ///
    /// # Errors
    /// It does not say where it went on.
    pub(crate) fn resume(&mut self, next: Decoder) -> Result<(), Error> {
        let (Some(_), Some(leg)) = (&next.start, next.leg) else {
            return Err(Error::NoStart);
        };
        let again: BTreeSet<u32> = next
            .asked
            .iter()
            .map(|asked| asked.ask.question())
            .collect();
        self.asked
            .retain(|asked| !again.contains(&asked.ask.question()));
        self.asked.extend(next.asked);
        self.resumed.push(leg.first);
        // A session that ended at its start says less than the one that went on.
        if self.tasks.len() < next.tasks.len() {
            (self.tasks, self.groups) = (next.tasks, next.groups);
        }
        self.engine = self.engine.take().or(next.engine);
        self.server = next.server.or(self.server.take());
        self.model = self.model.take().or(next.model);
        self.template = self.template.take().or(next.template);
        self.prompts = self.prompts.or(next.prompts);
        self.answer_rules = self.answer_rules.or(next.answer_rules);
        self.machine = self.machine.take().or(next.machine);
        self.memory.before = self.memory.before.take().or(next.memory.before);
        self.memory.end = joined(self.memory.end, next.memory.end, memory);
        self.power.source = self.power.source.take().or(next.power.source);
        // A session that was killed has no totals, and lasted until its last point at least.
        let last = self.power.points.last().map(|point| point.at);
        let lasted = self.power.end.map(|end| end.length).or(last);
        let points = shifted(next.power.points, lasted.unwrap_or(Microseconds(0)));
        self.power.points.extend(points);
        self.power.end = joined(self.power.end, next.power.end, power);
        self.conditions = joined(self.conditions, next.conditions, conditions);
        self.verdict = next.verdict;
        self.end = next.end;
        Ok(())
    }
}

/// Whether two sessions say the same of something. One that ended early may not have come to it.
fn alike<T: PartialEq>(first: &Option<T>, next: &Option<T>) -> bool {
    first
        .as_ref()
        .zip(next.as_ref())
        .is_none_or(|(first, next)| first == next)
}

/// What both sessions say together, or the one that says something.
fn joined<T: Copy>(first: Option<T>, next: Option<T>, join: impl Fn(T, T) -> T) -> Option<T> {
    join_ends(first, next, join).or(next).or(first)
}
