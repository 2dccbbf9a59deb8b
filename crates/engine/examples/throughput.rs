//! Prefill and decode speed through this crate, measured as llama-bench measures it: a
//! warm-up, then the median of repetitions, each from an empty context. The two must agree
//! within a few percent, or the crate costs something.
//!
//! ```text
//! cargo run --release -p edgescore-engine --example throughput -- MODEL.gguf [THREADS [PROMPT [GENERATE [REPETITIONS]]]]
//! llama-bench -m MODEL.gguf -t THREADS -p PROMPT -n GENERATE -r REPETITIONS
//! ```

use std::error::Error;
use std::ops::ControlFlow;
use std::process::ExitCode;
use std::time::Instant;

use edgescore_engine::{Model, Session, SessionOptions, Token};
use edgescore_record::Weights;

fn main() -> ExitCode {
    match measure() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn measure() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("name a GGUF file")?;
    let mut number = |default: u32| match arguments.next() {
        Some(text) => text.parse().map_err(|e| format!("{text:?}: {e}")),
        None => Ok(default),
    };
    let (threads, prompt, generate, repetitions) =
        (number(1)?, number(512)?, number(128)?, number(5)?);

    let on_progress = &mut |_| ControlFlow::Continue(());
    let model = Model::load(path.as_ref(), Weights::Repacked, on_progress)?;
    let options = SessionOptions::new(prompt.max(generate), threads);
    let mut session = Session::new(&model, &options)?;
    let tokens: Vec<Token> = (0..prompt.max(generate))
        .map(|i| Token(i * 7919 % model.facts().vocabulary))
        .collect();
    let (prompt, generate) = (prompt as usize, generate as usize);

    session.prefill(&tokens[..prompt])?;
    let mut prefill = Vec::new();
    for _ in 0..repetitions {
        session.clear();
        let start = Instant::now();
        session.prefill(&tokens[..prompt])?;
        prefill.push(prompt as f64 / start.elapsed().as_secs_f64());
    }
    let mut decode = Vec::new();
    for _ in 0..repetitions {
        session.clear();
        let start = Instant::now();
        for &token in &tokens[..generate] {
            session.decode(token)?;
        }
        decode.push(generate as f64 / start.elapsed().as_secs_f64());
    }
    println!("{}", model.facts().description);
    for (name, mut speeds) in [("prefill", prefill), ("decode", decode)] {
        speeds.sort_by(f64::total_cmp);
        let median = speeds
            .get(speeds.len() / 2)
            .ok_or("at least one repetition")?;
        println!("{name:8} {median:9.2} tokens/s (median of {speeds:.2?})");
    }
    Ok(())
}
