//! llama.cpp in this process.

use std::io::Write;
use std::path::Path;
use std::time::Instant;

use edgescore_engine::{llama_version, system_info};
use edgescore_probe::{Bytes, CpuUse, free_memory};
use edgescore_record::Plan;
use edgescore_taskpack::Hash;

use super::answer_rows::Counts;
use super::cpu_level::CpuLevel;
use super::engine::{About, Engine};
use super::job::Job;
use super::loading::{self, WeightsChoice};
use super::memory_control::MemoryControl;
use super::model_answers::ModelAnswers;
use super::prepare::{self, Loaded};
use super::prompts::prompter;
use super::report::Reports;
use super::{ask_all, memory_estimate, roofline};
use crate::error::{Refusal, RunError};
use crate::measure::conditions::ConditionsMonitor;
use crate::measure::memory::MemoryMonitor;
use crate::measure::meter::Meter;
use crate::storage::model_file;

/// The engine.
pub struct LlamaCpp {
    level: CpuLevel,
    unused: String,
    features: String,
}

impl LlamaCpp {
    /// As this program was built with it.
    pub fn new() -> LlamaCpp {
        let level = CpuLevel::read();
        // Asking llama.cpp itself already runs its kernels' set-up, which a CPU without their instructions
        // does not survive.
        let can_run = level.refusal().is_none();
        LlamaCpp {
            unused: level.unused(),
            features: if can_run {
                system_info()
            } else {
                String::new()
            },
            level,
        }
    }
}

impl Default for LlamaCpp {
    fn default() -> LlamaCpp {
        LlamaCpp::new()
    }
}

impl Engine for LlamaCpp {
    fn about(&self) -> About<'_> {
        About {
            llama: llama_version(),
            features: self.features.trim(),
            unused: &self.unused,
        }
    }

    fn check(&self) -> Result<(), Refusal> {
        match self.level.refusal() {
            Some(why) => Err(Refusal::board(why)),
            None => Ok(()),
        }
    }

    fn identify<'p>(
        &self,
        plan: &Plan<'p>,
        memory: &MemoryControl,
    ) -> Result<(&'p str, Bytes, Hash), Refusal> {
        let path = Path::new(plan.model);
        let (bytes, hash) = model_file::identify(path, memory.has_cgroup()).map_err(|e| {
            Refusal::data(format!(
                "cannot read the model {}: {e}; check --model",
                plan.model
            ))
        })?;
        let name = path.file_name().and_then(|name| name.to_str());
        Ok((name.unwrap_or_default(), bytes, hash))
    }

    fn carry_out<W: Write>(
        &self,
        job: &Job,
        counts: &mut Counts,
        reports: &mut Reports<W>,
    ) -> Result<(), RunError> {
        let budgets = &job.plan.budgets;
        let cpus = CpuUse::read(Path::new(budgets.root));
        let roofline = roofline::measure(job.model_bytes);
        let memory = MemoryMonitor::start(job.memory.has_cgroup());
        let choice = WeightsChoice::new(job.plan, job.model_bytes, free_memory(Path::new("/")));
        let (options, choice) = memory_estimate::estimate(job, choice, reports)?;
        let conditions = ConditionsMonitor::start(budgets)?;
        let mut meter = Meter::start(budgets)?;
        meter.check()?;
        let load_from = meter.edge();
        let started = Instant::now();
        let model = loading::load(job.plan, choice.weights)?;
        let load_time = started.elapsed();
        meter.loaded(load_from);
        let loaded = Loaded {
            model: &model,
            choice,
            options,
            load_time,
            roofline,
            meter,
            memory,
            cpus,
        };
        let mut prompter = prompter(job, loaded.model)?;
        let (answerer, memory) = prepare::prepare(job, loaded, &mut prompter, reports)?;
        let answers = ModelAnswers {
            plan: job.plan,
            prompter,
            answerer,
            memory,
        };
        ask_all(job, answers, conditions, counts, reports)
    }
}
