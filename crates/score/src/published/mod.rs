//! Published 6G-Bench results, to set measured runs beside.
//!
//! Figures and model names only; sources and licences are in `data/README.md`.
//!
//! The published Delta_5 is pass@5 over the 856 questions of the seven pass@k tasks less
//! pass@1 over all 3,722, each a mean over questions: Qwen2.5-1.5B-Instruct has 0.669 -
//! 0.531 = 0.138 that way, while means over tasks would give 0.674 - 0.535 = 0.139, and
//! 0.729 - 0.373 = 0.356 for Llama-3.2-1B-Instruct, against 0.728 - 0.372. The source lists
//! Llama-3.2-1B twice: 0.724 is the pass@5 of the FP8 build, 0.729 that of the original.

mod figures;
#[path = "../../data/gguf_builds.rs"]
mod gguf_builds;
#[path = "../../data/tiny_models.rs"]
mod tiny_models;

pub use figures::{
    Counts, GgufBuild, PASS_K_QUESTIONS, PublishedTask, QUESTIONS, SingleQuery, TASKS, TinyModel,
    task_table,
};

/// 14 models over all questions (arXiv:2603.02156, CC BY 4.0).
pub const TINY_MODELS: [TinyModel; 14] = tiny_models::TINY_MODELS;

/// 19 GGUF builds under Ollama on an NVIDIA L40S (maferrag/6G-Bench, Agentic6G, MIT).
pub const GGUF_BUILDS: [GgufBuild; 19] = gguf_builds::GGUF_BUILDS;
