//! Provenance: where, with what and how a run was made, by name.

use edgescore_probe::{Reading, Reason};
use edgescore_record::{
    CacheType, Constrain, EngineRow, FlashAttention, ModelLoaded, Order, Scenario, ServerEnd,
    ServerRow, SessionEnd, SessionStart, Stop, SystemPlace, TemplateOrigin, TemplateRow, Think,
    ToolsPlace, Tuning, Weights,
};
use schemars::JsonSchema;
use serde::Serialize;

use crate::figure::{Figure, Missing, Sha256};
use crate::labels::Labelled;
use crate::plain::plain;
use crate::prompt_parts::PromptParts;
use edgescore_record::Labels;

/// Where, with what and how the run was made. Facts of the model are absent if it was never
/// loaded, those of the end if the result was cut off.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Provenance {
    /// The facts of the first row.
    #[serde(flatten)]
    pub start: StartFacts,
    /// How prompts were made; absent from results of version 1.
    #[serde(flatten)]
    pub template: Option<TemplateFacts>,
    /// The facts of the loaded model.
    #[serde(flatten)]
    pub model: Option<ModelFacts>,
    /// What ran the model.
    #[serde(flatten)]
    pub engine: EngineFacts,
    /// The facts of the server that answered in place of a loaded model.
    #[serde(flatten)]
    pub server: Option<ServerFacts>,
    /// The facts of the last row.
    #[serde(flatten)]
    pub end: Option<EndFacts>,
}

/// A fact of any kind.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Fact {
    /// Text.
    Text(String),
    /// A whole number.
    Count(u64),
    /// A number.
    Real(f64),
    /// Yes or no.
    Flag(bool),
    /// Not measured.
    Missing(Missing),
    /// There is none.
    None,
}

impl From<&String> for Fact {
    fn from(text: &String) -> Fact {
        Fact::Text(text.clone())
    }
}

impl From<&Sha256> for Fact {
    fn from(hash: &Sha256) -> Fact {
        Fact::Text(hash.0.to_string())
    }
}

impl<T: Labels> From<&Labelled<T>> for Fact {
    fn from(value: &Labelled<T>) -> Fact {
        Fact::Text(value.0.label().to_owned())
    }
}

impl From<&PromptParts> for Fact {
    fn from(parts: &PromptParts) -> Fact {
        Fact::Text(parts.line())
    }
}

impl From<&u64> for Fact {
    fn from(count: &u64) -> Fact {
        Fact::Count(*count)
    }
}

impl From<&f64> for Fact {
    fn from(value: &f64) -> Fact {
        Fact::Real(*value)
    }
}

impl From<&bool> for Fact {
    fn from(flag: &bool) -> Fact {
        Fact::Flag(*flag)
    }
}

impl From<&Figure<u64>> for Fact {
    fn from(figure: &Figure<u64>) -> Fact {
        match figure {
            Figure::Value(count) => Fact::Count(*count),
            Figure::Missing(missing) => Fact::Missing(missing.clone()),
        }
    }
}

impl From<&Option<u64>> for Fact {
    fn from(count: &Option<u64>) -> Fact {
        count.map_or(Fact::None, Fact::Count)
    }
}

impl<T: Labels> From<&Option<Labelled<T>>> for Fact {
    fn from(value: &Option<Labelled<T>>) -> Fact {
        value.as_ref().map_or(Fact::None, Fact::from)
    }
}

/// Declares facts, and lists them by name.
macro_rules! facts {
    ($(#[$about:meta])* $name:ident { $($(#[$of_field:meta])* $field:ident: $kind:ty,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
        pub struct $name {
            $($(#[$of_field])* pub $field: $kind,)+
        }

        impl $name {
            fn list(&self) -> Vec<(&'static str, Fact)> {
                vec![$((stringify!($field), Fact::from(&self.$field)),)+]
            }
        }
    };
}

facts! {
    /// The facts of the first row.
    StartFacts {
        /// Version of edgescore-rt.
        runtime: String,
        /// Version of llama.cpp.
        llama_cpp: String,
        /// CPU features that llama.cpp was compiled with.
        cpu_features: String,
        /// CPU features that this build leaves unused though the CPU has them.
        cpu_features_unused: String,
        /// Model of the board; may be empty.
        board: String,
        /// CPU model; may be empty.
        cpu: String,
        /// Kernel release and version.
        kernel: String,
        /// cpufreq governor; may be empty.
        governor: String,
        /// Highest CPU clock that was allowed.
        max_clock_hz: Figure<u64>,
        /// Start of the run in seconds since 1970, by the board's clock, which may be wrong.
        started_unix_s: u64,
        /// SHA-256 of the pack.
        pack_sha256: Sha256,
        /// Questions in the pack.
        pack_questions: u64,
        /// File name of the model.
        model_file: String,
        /// SHA-256 of the model file.
        model_sha256: Sha256,
        /// Size of the model file.
        model_bytes: u64,
        /// Order of the questions.
        order: Labelled<Order>,
        /// Whether all cyclic orders of the options were asked.
        rotate: bool,
        /// Seed of choice, order and draws.
        seed: u64,
        /// Draws a question on the pass@k tasks.
        draws: u64,
        /// Temperature of the draws.
        temperature: f64,
        /// Tokens generated at most for one answer.
        max_tokens: u64,
    }
}

facts! {
    /// How prompts were made.
    TemplateFacts {
        /// Where the chat template comes from.
        template_origin: Labelled<TemplateOrigin>,
        /// Name of the variant, the file or the built-in template; else empty.
        template_name: String,
        /// What it was rendered with besides the messages: a JSON object.
        template_arguments: String,
        /// The day that it wrote, YYYY-MM-DD; empty where it writes none.
        template_date: String,
        /// Where the system message stands.
        system_message: Labelled<SystemPlace>,
        /// Questions with answers that came before each question.
        shots: u64,
        /// Whether all prompts are the same parts with other messages.
        prompt_linear: bool,
        /// The parts.
        prompt_parts: PromptParts,
        /// Where functions that may be called stood; null where there were none.
        functions: Option<Labelled<ToolsPlace>>,
        /// What a grammar let the model write; null where it wrote freely.
        constrained: Option<Labelled<Constrain>>,
        /// Whether the model was to think: `auto`, `off`, or the tokens of a trace at most.
        think: String,
        /// Whether prompts end inside a trace.
        prompt_in_trace: bool,
        /// What llama.cpp's own matcher of templates would have made of it; empty where that is
        /// the same prompt.
        llama_cpp_prompt: String,
    }
}

facts! {
    /// The facts of the loaded model.
    ModelFacts {
        /// `general.name` of the GGUF; may be empty.
        model_name: String,
        /// Architecture, such as `qwen2`.
        architecture: String,
        /// How the weights are quantised, as the engine names it.
        quantisation: String,
        /// Number of parameters.
        parameters: u64,
        /// Bytes of all tensors.
        tensor_bytes: u64,
        /// SHA-256 of the chat template's text.
        template_sha256: Sha256,
        /// Threads used.
        threads: u64,
        /// Context in tokens.
        context: u64,
        /// Logical batch in tokens.
        batch: u64,
        /// Physical batch in tokens.
        ubatch: u64,
        /// Where threads and ubatch come from.
        tuning: Labelled<Tuning>,
        /// How the weights were held.
        weights: Labelled<Weights>,
        /// Free memory by which weights were chosen, or the memory budget if that decided; null
        /// where they were asked for.
        weights_chosen_with_bytes: Option<u64>,
        /// Whether the KV cache kept what a prompt shared with the one before it.
        reuse: bool,
        /// As asked for.
        flash_attention: Labelled<FlashAttention>,
        /// As asked for, or as calibration chose; auto: as llama.cpp decided.
        flash_attention_used: Labelled<FlashAttention>,
        /// Type of the KV cache's elements.
        cache_type: Labelled<CacheType>,
        /// How questions came: offline, several were answered at once, and none has a latency.
        scenario: Labelled<Scenario>,
        /// Texts that were decoded at once: draws of a question; offline, of any questions.
        texts_at_once: u64,
        /// Time from opening the file to a session that can be used, without hashing the file.
        load_ms: f64,
        /// Time of the warm-up, which no other figure includes.
        warm_up_ms: f64,
    }
}

facts! {
    /// What ran the model, and how its tokenizer and template wrote prompts.
    EngineFacts {
        /// Its name: `llama.cpp` or another, `server` where a server answered.
        engine: String,
        /// Its version; empty where that is not known.
        engine_version: String,
        /// What it ran on, such as `ONNX Runtime 1.32.0, CPU`; empty where it needs nothing.
        engine_on: String,
        /// Tokens of a prompt, on average: another number for the same questions is another tokenizer or
        /// another template.
        prompt_tokens_mean: f64,
    }
}

facts! {
    /// The facts of a server.
    ServerFacts {
        /// Where it is, up to `/v1`.
        server_url: String,
        /// The model that it was asked for, by its own name of it.
        server_model: String,
        /// What it says it is; empty where it does not.
        server_software: String,
        /// Name of its process on the board; empty where it is elsewhere or not found.
        server_process: String,
        /// Why its memory and energy were not measured; empty where they were.
        server_unmeasured: String,
        /// Requests that it answered.
        server_requests: u64,
        /// Requests that were sent again.
        server_retries: u64,
        /// Letters that were read in a text in letter mode, for it gave no probabilities of all letters; in
        /// generate mode answers whose calls were, for it could not read them.
        letters_by_text: u64,
        /// CPU time of its processes since the first question.
        server_cpu_ms: Figure<u64>,
    }
}

facts! {
    /// The facts of the last row.
    EndFacts {
        /// Why the run ended before its last question, if it did.
        stop: Option<Labelled<Stop>>,
        /// Time from the first row to the last.
        elapsed_s: f64,
        /// SHA-256 over all rows.
        chain_sha256: Sha256,
    }
}

/// Facts that differ from run to run even when nothing else does: they are no difference.
const OF_ONE_RUN: [&str; 11] = [
    "server_requests",
    "server_retries",
    "server_cpu_ms",
    "tuning",
    "weights_chosen_with_bytes",
    "started_unix_s",
    "load_ms",
    "warm_up_ms",
    "elapsed_s",
    "chain_sha256",
    "stop",
];

/// A fact that is not the same in two runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FactPair {
    /// Of the first run.
    pub first: Fact,
    /// Of the other.
    pub other: Fact,
}

impl Provenance {
    /// All facts by name.
    pub fn facts(&self) -> Vec<(&'static str, Fact)> {
        let mut facts = self.start.list();
        facts.extend(self.template.iter().flat_map(TemplateFacts::list));
        facts.extend(self.model.iter().flat_map(ModelFacts::list));
        facts.extend(self.engine.list());
        facts.extend(self.server.iter().flat_map(ServerFacts::list));
        facts.extend(self.end.iter().flat_map(EndFacts::list));
        facts
    }

    /// The facts that both have and that differ, without those that differ from run to run.
    pub fn differences(&self, other: &Provenance) -> Vec<(&'static str, FactPair)> {
        let others = other.facts();
        let differs = self.facts().into_iter().filter_map(|(name, first)| {
            let (_, other) = others.iter().find(|(other, _)| *other == name)?;
            (first != *other && !OF_ONE_RUN.contains(&name)).then(|| {
                let other = other.clone();
                (name, FactPair { first, other })
            })
        });
        differs.collect()
    }
}

impl From<&SessionStart<'_>> for StartFacts {
    fn from(start: &SessionStart) -> StartFacts {
        StartFacts {
            runtime: plain(start.runtime),
            llama_cpp: plain(start.llama),
            cpu_features: plain(start.features),
            cpu_features_unused: plain(start.unused_features),
            board: plain(start.board.trim()),
            cpu: plain(start.cpu.trim()),
            kernel: plain(start.kernel),
            governor: plain(start.governor),
            max_clock_hz: start.clock.map(|clock| clock.0).into(),
            started_unix_s: start.unix_time_s,
            pack_sha256: Sha256(start.pack_hash),
            pack_questions: start.pack_questions.into(),
            model_file: plain(start.model_file),
            model_sha256: Sha256(start.model_hash),
            model_bytes: start.model_bytes.0,
            order: Labelled(start.order),
            rotate: start.rotate,
            seed: start.seed,
            draws: start.draws.into(),
            temperature: f64::from(start.temperature_milli) / 1000.0,
            max_tokens: start.max_tokens.into(),
        }
    }
}

impl From<&TemplateRow<'_>> for TemplateFacts {
    fn from(row: &TemplateRow) -> TemplateFacts {
        TemplateFacts {
            template_origin: Labelled(row.origin),
            template_name: plain(row.name),
            template_arguments: plain(row.arguments),
            template_date: plain(row.date),
            system_message: Labelled(row.system),
            shots: row.shots.into(),
            prompt_linear: row.linear,
            prompt_parts: PromptParts::default(),
            functions: None,
            constrained: None,
            think: match row.think {
                Think::Auto => "auto".to_owned(),
                Think::Off => "off".to_owned(),
                Think::Tokens(tokens) => tokens.to_string(),
            },
            prompt_in_trace: row.in_trace,
            llama_cpp_prompt: plain(row.llama_cpp),
        }
    }
}

impl From<&ModelLoaded<'_>> for ModelFacts {
    fn from(model: &ModelLoaded) -> ModelFacts {
        ModelFacts {
            model_name: plain(model.name),
            architecture: plain(model.architecture),
            quantisation: plain(model.quantisation),
            parameters: model.parameters,
            tensor_bytes: model.tensor_bytes.0,
            template_sha256: Sha256(model.template_hash),
            threads: model.threads.into(),
            context: model.context.into(),
            batch: model.batch.into(),
            ubatch: model.ubatch.into(),
            tuning: Labelled(model.tuning),
            weights: Labelled(model.weights),
            weights_chosen_with_bytes: model.chosen_with.and_then(|free| Some(free.value()?.0)),
            reuse: model.reuse,
            flash_attention: Labelled(model.flash),
            flash_attention_used: Labelled(model.flash_used),
            cache_type: Labelled(model.cache),
            // A row of its own says where they are more.
            scenario: Labelled(Scenario::SingleStream),
            texts_at_once: 1,
            load_ms: model.load.0 as f64 / 1e3,
            warm_up_ms: model.warm_up.0 as f64 / 1e3,
        }
    }
}

impl EngineFacts {
    /// llama.cpp of the first row, where no other row names another engine.
    pub fn llama(start: &StartFacts) -> EngineFacts {
        EngineFacts {
            engine: "llama.cpp".to_owned(),
            engine_version: start.llama_cpp.clone(),
            engine_on: String::new(),
            prompt_tokens_mean: 0.0,
        }
    }

    /// A server, which may say what it is.
    pub fn server(row: &ServerRow) -> EngineFacts {
        EngineFacts {
            engine: "server".to_owned(),
            engine_version: plain(row.software),
            engine_on: String::new(),
            prompt_tokens_mean: 0.0,
        }
    }
}

impl From<&EngineRow<'_>> for EngineFacts {
    fn from(row: &EngineRow) -> EngineFacts {
        EngineFacts {
            engine: plain(row.name),
            engine_version: plain(row.version),
            engine_on: plain(row.on),
            prompt_tokens_mean: 0.0,
        }
    }
}

impl From<&ServerRow<'_>> for ServerFacts {
    fn from(row: &ServerRow) -> ServerFacts {
        ServerFacts {
            server_url: plain(row.url),
            server_model: plain(row.model),
            server_software: plain(row.software),
            server_process: plain(row.process),
            server_unmeasured: plain(row.unmeasured),
            // The row at the end says how many.
            server_requests: 0,
            server_retries: 0,
            letters_by_text: 0,
            server_cpu_ms: Reading::<u64>::Missing(Reason::Off).into(),
        }
    }
}

impl ServerFacts {
    /// What the row at the end adds.
    pub fn end(&mut self, row: &ServerEnd) {
        self.server_requests = row.requests.into();
        self.server_retries = row.retries.into();
        self.letters_by_text = row.by_text.into();
        self.server_cpu_ms = row.cpu.map(|cpu| cpu.0 / 1000).into();
    }
}

impl From<&SessionEnd> for EndFacts {
    fn from(end: &SessionEnd) -> EndFacts {
        EndFacts {
            stop: end.stop.map(Labelled),
            elapsed_s: end.elapsed.0 as f64 / 1e6,
            chain_sha256: Sha256(end.chain),
        }
    }
}
