//! edgescore-rt-ort, the worker that runs ONNX models with ONNX Runtime GenAI. edgescore-rt starts it where a
//! plan names a folder in place of a GGUF file; it stays a program of its own, since it loads shared
//! libraries, which the static edgescore-rt cannot.

mod decoder;
mod engine;
mod ffi;
mod folder;
mod graph;
mod library;
mod pieces;
mod vocabulary;

use std::process::ExitCode;

use edgescore_runtime::supervisor::worker;

use engine::OrtGenAi;

const HELP: &str = "\
edgescore-rt-ort runs ONNX models with ONNX Runtime GenAI in place of edgescore-rt's own engine.

Usage: edgescore-rt-ort --version  print the version

edgescore-rt starts it (`edgescore run --engine ort --model FOLDER`) and looks for it beside itself;
$EDGESCORE_RT_ORT names another one. Its libraries are looked for in $EDGESCORE_ORT, a folder such
as the site-packages of Python with onnxruntime-genai, then in `ort` beside it, then by the loader.
";

fn main() -> ExitCode {
    worker::program("edgescore-rt-ort", HELP, &OrtGenAi)
}
