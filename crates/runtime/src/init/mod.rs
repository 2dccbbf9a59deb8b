//! Process 1: a card image starts edgescore-rt and nothing else.
//!
//! It makes the system ready, starts itself once more as the process that serves the host link,
//! and powers off when the run is over. It measures nothing and shares no memory with what does.

mod reporter;
mod setup;
mod system;
mod uart;
mod watchdog;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use edgescore_record::Level;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::Pid;

use reporter::Reporter;
use setup::Setup;
use uart::Uart;

/// What to run when the power comes: the frame that a host would send.
const PLAN: &str = "/data/plan";

/// Whether this process is what the kernel started. The kernel hands process 1 the words of its
/// command line that it does not know; options are ours.
pub fn is_process_1(argument: Option<&str>) -> bool {
    std::process::id() == 1 && !argument.is_some_and(|argument| argument.starts_with('-'))
}

/// Runs what lies on the card, and powers off.
pub fn start() -> ! {
    // Until a UART is known, lines go to the kernel's log alone.
    let reporter = Reporter::default();
    reporter.report_panics();
    let troubles = system::mount_all();
    let setup = Setup::read();
    let uart = Uart::open(&setup.uart);
    reporter.send_through(&uart);
    system::quiet_kernel_console();
    for trouble in troubles {
        reporter.report(Level::Warn, &trouble);
    }
    for trouble in system::load_modules() {
        reporter.report(Level::Warn, &trouble);
    }
    // After its driver.
    if let Some(watchdog) = watchdog::feed() {
        reporter.report(Level::Info, &watchdog);
    }
    if setup.must_panic {
        // A test of the report of a panic, which nothing else can bring about.
        #[expect(clippy::panic, reason = "asked for")]
        {
            panic!("asked for on the kernel's command line");
        }
    }
    let mounted = system::mount_data();
    if let Err(trouble) = &mounted {
        reporter.report(Level::Error, trouble);
    }
    let on_card = mounted.is_ok() && Path::new(PLAN).exists();
    if !on_card {
        reporter.report(
            Level::Info,
            "there is no plan on a card: waiting for a host",
        );
    }
    uart.drain();
    if let Err(error) = serve(&setup, &reporter, on_card) {
        reporter.report(Level::Error, &format!("cannot start edgescore-rt: {error}"));
    }
    system::end_all_processes();
    uart.drain();
    system::power_off()
}

/// Starts the process that serves the host link, and waits for its end.
fn serve(setup: &Setup, reporter: &Reporter, on_card: bool) -> std::io::Result<()> {
    let mut command = Command::new("/proc/self/exe");
    command.args(["--serial", &setup.uart]);
    if on_card {
        command.args(["--plan", PLAN, "--once"]);
    }
    // Without a card, files that a host sends lie in memory.
    let home = if on_card { "/data" } else { "/tmp/edgescore" };
    let mut child = command
        .env("EDGESCORE_HOME", home)
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    // The line is the child's now, so its log goes to the kernel's.
    if let Some(stderr) = child.stderr.take() {
        let lines = BufReader::new(stderr).lines();
        lines
            .map_while(Result::ok)
            .for_each(|line| reporter::to_kernel_log(&line));
    }
    match wait_for(Pid::from_raw(child.id().cast_signed())) {
        Some(WaitStatus::Exited(_, 0)) => {}
        status => reporter.report(
            Level::Error,
            &format!("edgescore-rt ended early: {status:?}"),
        ),
    }
    Ok(())
}

/// Waits for `child`, and for every process that ends before it.
fn wait_for(child: Pid) -> Option<WaitStatus> {
    loop {
        match waitpid(None, None) {
            Ok(status) if status.pid() == Some(child) => return Some(status),
            Ok(_) | Err(nix::errno::Errno::EINTR) => {}
            Err(_) => return None,
        }
    }
}
