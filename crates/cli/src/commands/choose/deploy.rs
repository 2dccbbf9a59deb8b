//! The commands that put the chosen model to work.

use std::path::Path;

use edgescore_probe::Hertz;
use edgescore_record::{CacheType, FlashAttention, Labels, Served, Weights};
use edgescore_summary::RunSummary;

use super::args::Args;
use super::candidate::Candidate;
use crate::session::{ModelKind, OperatingPoint};

/// llama.cpp's server with the settings that were measured, or what serves the model already.
pub fn serve(winner: &Candidate, run: &RunSummary) -> String {
    match ModelKind::of(&winner.model) {
        ModelKind::Gguf => llama_server(winner, run),
        ModelKind::Folder => {
            let engine = &run.provenance.engine;
            format!(
                "{} {} ({}): {}",
                engine.engine,
                engine.engine_version,
                engine.engine_on,
                path(&winner.given)
            )
        }
        ModelKind::Server => format!("as it is at {}", path(&winner.given)),
    }
}

fn llama_server(winner: &Candidate, run: &RunSummary) -> String {
    let mut command = format!("llama-server --jinja -m {}", path(&winner.given));
    if let Some(model) = run.provenance.model.as_ref() {
        command += &format!(" -t {} -c {}", model.threads, model.context);
        command += match model.flash_attention_used.0 {
            FlashAttention::Auto => "",
            FlashAttention::On => " -fa on",
            FlashAttention::Off => " -fa off",
        };
        if model.cache_type.0 != CacheType::F16 {
            let kind = model.cache_type.0.label();
            command += &format!(" -ctk {kind} -ctv {kind}");
        }
        if model.weights.0 == Weights::Mapped {
            command += " --no-repack";
        }
    }
    command
}

/// What caps the clock on the board, until it starts again.
pub fn cap(Hertz(clock): Hertz) -> String {
    let policies = "/sys/devices/system/cpu/cpufreq/policy*/scaling_max_freq";
    format!("echo {} | sudo tee {policies}", clock / 1000)
}

/// The gate that the chosen one has passed at `point`, for a pipeline.
pub fn gate(args: &Args, winner: &Candidate, point: OperatingPoint) -> String {
    let mut command = format!("edgescore run{}", engine(winner));
    if let Some(pack) = &args.pack {
        command += &format!(" --pack {}", path(pack));
    }
    command += &point.arguments();
    let goal = args.goal(1);
    command += " -o check.esr && edgescore gate check.esr";
    if let Some(limit) = goal.max_latency_s {
        command += &format!(" --max-latency {limit}s");
    }
    command += &format!(
        " --min-accuracy {}",
        goal.min_accuracy.unwrap_or_else(|| floor(winner))
    );
    command
}

/// The lower end of the interval: an accuracy that the model keeps on other questions of the kind.
fn floor(winner: &Candidate) -> f64 {
    let accuracy = winner.run.as_ref().and_then(|run| run.pass_at_1.value());
    let interval = accuracy.and_then(|accuracy| accuracy.interval.value());
    interval.map_or(0.25, |interval| (interval.low * 100.0).floor() / 100.0)
}

/// The arguments of `edgescore run` that name the model.
fn engine(winner: &Candidate) -> String {
    let given = path(&winner.given);
    let served = winner.model.to_str().and_then(Served::parse);
    match (served, ModelKind::of(&winner.model)) {
        (Some(served), _) if served.model.is_empty() => format!(" --engine {}", served.url),
        (Some(served), _) => format!(" --engine {} --model {}", served.url, quoted(served.model)),
        (None, ModelKind::Folder) => format!(" --engine ort --model {given}"),
        (None, _) => format!(" --model {given}"),
    }
}

fn path(path: &Path) -> String {
    quoted(&path.display().to_string())
}

/// As a shell takes it.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=:@".contains(c);
    match text.chars().all(plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}
