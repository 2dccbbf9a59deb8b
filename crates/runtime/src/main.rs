//! edgescore-rt, the program on the board.
//!
//! It speaks frames on standard input and output (docs/FORMATS.md) and logs to standard
//! error. `edgescore run` on the host starts it; there is nothing to type into it. The process
//! on the host link is the supervisor; the measured work is done by its child, the worker.

use std::io::IsTerminal;
use std::path::Path;
use std::process::ExitCode;

use edgescore_runtime::link::serial::SerialPort;
use edgescore_runtime::run::cpu_level::CpuLevel;
use edgescore_runtime::run::llama::LlamaCpp;
use edgescore_runtime::run::show::{self, Shown};
use edgescore_runtime::supervisor::{self, worker};
use edgescore_runtime::{init, logs};

const HELP: &str = "\
edgescore-rt runs task packs on language models and reports to the edgescore program.

Usage: edgescore-rt --link     speak the link protocol on standard input and output
       edgescore-rt --serial DEVICE[@BAUD] [--plan FILE [--once]]
                               speak it on a serial line, such as /dev/ttyAMA0@115200; with
                               --plan, start with the run in FILE; with --once, end when
                               it is over and no host is connected
       edgescore-rt --version  print versions and compiled CPU features

On the host itself and over SSH `edgescore run` starts it; behind a serial line you do.
Files and journals are kept in $EDGESCORE_HOME, or else $XDG_CACHE_HOME/edgescore, or else
~/.cache/edgescore. Logs go to standard error; RUST_LOG sets their level (error, warn, info,
debug, trace; default warn).
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if init::is_process_1(arguments.first().copied()) {
        init::start();
    }
    match arguments.first().copied() {
        Some("--link") if std::io::stdout().is_terminal() => {
            eprintln!(
                "edgescore-rt: the link is binary and standard output is a terminal: use `edgescore run`"
            );
            ExitCode::from(2)
        }
        Some("--link") => serve(supervisor::serve, "the host link", false),
        Some("--serial") => serve_serial(&arguments),
        // Started by the supervisor, and by nobody else.
        Some("--worker") => serve(
            || worker::work(&LlamaCpp::new()),
            "the pipe to the supervisor",
            false,
        ),
        // Started by `edgescore prompt`.
        Some("--prompt") => show_prompt(&arguments),
        Some("--version") => {
            println!("edgescore-rt {}", env!("CARGO_PKG_VERSION"));
            println!("llama.cpp {}", edgescore_engine::llama_version());
            // Asking llama.cpp itself already runs its kernels' set-up.
            if let Some(refusal) = CpuLevel::read().refusal() {
                eprintln!("edgescore-rt: {refusal}");
                return ExitCode::from(3);
            }
            println!("{}", edgescore_engine::system_info());
            ExitCode::SUCCESS
        }
        Some("--help" | "-h") => {
            print!("{HELP}");
            ExitCode::SUCCESS
        }
        _ => {
            eprint!("{HELP}");
            ExitCode::from(2)
        }
    }
}

fn show_prompt(arguments: &[&str]) -> ExitCode {
    let &[_, model, pack, prompts, layout, mode, question] = arguments else {
        eprint!("{HELP}");
        return ExitCode::from(2);
    };
    logs::start(false);
    let shown = Shown {
        model,
        pack,
        prompts,
        layout,
        mode,
        question,
    };
    match show::print(&shown) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("edgescore-rt: {why}");
            ExitCode::from(4)
        }
    }
}

fn serve_serial(arguments: &[&str]) -> ExitCode {
    let (port, plan, once) = match arguments {
        [_, port] => (port, None, false),
        [_, port, "--plan", plan] => (port, Some(Path::new(plan)), false),
        [_, port, "--plan", plan, "--once"] => (port, Some(Path::new(plan)), true),
        _ => {
            eprint!("{HELP}");
            return ExitCode::from(2);
        }
    };
    match SerialPort::parse(port) {
        Ok(port) => {
            let line = || supervisor::serve_serial(&port, plan, once);
            serve(line, "the serial line", true)
        }
        Err(error) => {
            eprintln!("edgescore-rt: --serial {error}");
            ExitCode::from(2)
        }
    }
}

/// Serves; the log goes to the host too where nobody may see standard error.
fn serve(serve: impl FnOnce() -> std::io::Result<()>, what: &str, log_to_host: bool) -> ExitCode {
    logs::start(log_to_host);
    match serve() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log::error!("{what} failed: {error}");
            ExitCode::from(3)
        }
    }
}
