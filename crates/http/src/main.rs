//! edgescore-rt-http, the worker that asks a server: llama-server, Ollama, vLLM and whatever else speaks the
//! protocol of OpenAI. edgescore-rt starts it where a plan names the address of a server in place of
//! a model; it stays a program of its own, so that edgescore-rt is linked with no HTTP, TLS and JSON.

mod answers;
mod chat;
mod client;
mod engine;
mod letters;
mod monitor;
mod reply;

use std::process::ExitCode;

use edgescore_runtime::supervisor::worker;

use engine::Server;

const HELP: &str = "\
edgescore-rt-http asks a server of the OpenAI protocol in place of edgescore-rt's own engine.

Usage: edgescore-rt-http --version  print the version

edgescore-rt starts it (`edgescore run --engine http://127.0.0.1:8080/v1`) and looks for it beside itself;
$EDGESCORE_RT_HTTP names another one. A key is read from $EDGESCORE_API_KEY or $OPENAI_API_KEY.
";

fn main() -> ExitCode {
    worker::program("edgescore-rt-http", HELP, &Server)
}
