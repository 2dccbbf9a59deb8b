//! `edgescore doctor` on captured boards: each source reads what the files say, and whatever is
//! missing, offline, old, forbidden or malformed gives a reason, never a number.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use edgescore_tests::{Outcome, Sandbox, copy_folder, each};
use serde_json::Value;

const BOARDS: [&str; 7] = [
    "pi5",
    "pi4",
    "jetson-orin-nano",
    "jetson-agx-orin",
    "jetson-nano-jp4",
    "x86-rapl",
    "usb-meter",
];

/// A copy of a captured board that a test may change.
struct Board {
    sandbox: Sandbox,
}

impl Board {
    fn new(name: &str) -> Board {
        let sandbox = Sandbox::default();
        let boards = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/boards");
        copy_folder(&Path::new(boards).join(name), &sandbox.path("board"));
        Board { sandbox }
    }

    fn path(&self, file: &str) -> PathBuf {
        self.sandbox.path("board").join(file)
    }

    fn put(&self, file: &str, content: &str) -> &Board {
        fs::create_dir_all(self.path(file).parent().unwrap()).unwrap();
        fs::write(self.path(file), content).unwrap();
        self
    }

    fn remove(&self, path: &str) -> &Board {
        match self.path(path) {
            folder if folder.is_dir() => fs::remove_dir_all(folder).unwrap(),
            file => fs::remove_file(file).unwrap(),
        }
        self
    }

    /// Replaces `from`, which must be there, by `to`.
    fn replace(&self, file: &str, from: &str, to: &str) -> &Board {
        let text = fs::read_to_string(self.path(file)).unwrap();
        assert!(text.contains(from), "{from:?} is not in {file}");
        self.put(file, &text.replace(from, to))
    }

    #[track_caller]
    fn survey(&self) -> Survey {
        let printed = self.sandbox.done("doctor --json --sysfs-root board");
        Survey(serde_json::from_str(&printed).unwrap())
    }

    /// The finding on `subject` is `reason`, with a detail that holds `words`.
    #[track_caller]
    fn misses(&self, subject: &str, reason: &str, words: &str) {
        self.survey().misses(subject, reason, words);
    }
}

/// What `doctor --json` printed.
struct Survey(Value);

impl Survey {
    fn findings(&self) -> &Vec<Value> {
        self.0["findings"].as_array().unwrap()
    }

    #[track_caller]
    fn finding(&self, subject: &str) -> &Value {
        let of_subject = |finding: &&Value| finding["subject"] == subject;
        let found = self.findings().iter().find(of_subject);
        found.unwrap_or_else(|| panic!("no finding on {subject}: {:#}", self.0))
    }

    #[track_caller]
    fn value(&self, subject: &str) -> f64 {
        let finding = self.finding(subject);
        finding["value"]
            .as_f64()
            .unwrap_or_else(|| panic!("{finding:#}"))
    }

    #[track_caller]
    fn misses(&self, subject: &str, reason: &str, words: &str) {
        let finding = self.finding(subject);
        assert_eq!(finding["missing"], reason, "{finding:#}");
        assert_eq!(finding.get("value"), None, "{finding:#}");
        let said = [&finding["detail"], &finding["remedy"]]
            .map(|text| text.as_str().unwrap_or_default())
            .join("; ");
        assert!(said.contains(words), "{words:?} is not in {finding:#}");
    }
}

#[track_caller]
fn assert_near(value: f64, expected: f64, tolerance: f64) {
    let off = (value - expected).abs();
    assert!(
        off <= tolerance,
        "{value} is not {expected} within {tolerance}"
    );
}

#[test]
fn every_board_reads_what_its_files_say() {
    let cases = [
        // Rounding to 1 µA and 1 µV costs some microwatts.
        ("pi5", "pi5-pmic", "rails", 1.628_799, 5e-6),
        (
            "jetson-orin-nano",
            "jetson-ina3221",
            "module",
            4.809_024,
            1e-9,
        ),
        // 19.08 V x 0.152 A + 19.08 V x 0.040 A + 4.968 V x (0.656 A + 0.080 A)
        (
            "jetson-agx-orin",
            "jetson-ina3221",
            "rails",
            7.319_808,
            1e-9,
        ),
        (
            "jetson-nano-jp4",
            "jetson-ina3221",
            "module",
            2.011_680,
            1e-9,
        ),
        ("usb-meter", "hwmon:powerz", "board_in", 2.980_296, 1e-9),
    ];
    each(&cases, |(board, best, scope, watts, tolerance)| {
        let survey = Board::new(board).survey();
        assert_eq!(survey.0["best"], *best, "{board}");
        assert_near(survey.value(best), *watts, *tolerance);
        let finding = survey.finding(best);
        assert_eq!(finding["unit"], "W");
        assert_eq!(finding["source"]["scope"], *scope);
        assert_eq!(finding["source"]["measured"], true);
        assert_ne!(finding["source"]["omits"], "");
    });
    assert_eq!(Board::new("pi4").survey().0["best"], "none");
}

#[test]
fn every_finding_is_a_value_with_its_unit_or_a_reason_with_its_detail() {
    let reasons = ["off", "unsupported", "denied", "stale", "error", "gaps"];
    let check = |survey: Survey| {
        assert!(survey.findings().len() > 12);
        for finding in survey.findings() {
            match finding.get("missing") {
                Some(reason) => {
                    assert!(reasons.contains(&reason.as_str().unwrap()), "{finding:#}");
                    assert!(finding["detail"].is_string(), "{finding:#}");
                }
                None if finding["value"].is_number() => {
                    assert!(finding["unit"].is_string(), "{finding:#}");
                }
                None => assert!(finding["value"].is_string(), "{finding:#}"),
            }
        }
        let simulated = survey.finding("simulated");
        assert_eq!(simulated["source"]["measured"], false);
        assert_eq!(simulated["source"]["scope"], "simulated");
    };
    each(&BOARDS, |board| check(Board::new(board).survey()));
    let this_machine = Sandbox::default().done("doctor --json");
    check(Survey(serde_json::from_str(&this_machine).unwrap()));
}

#[test]
fn the_table_says_what_the_json_says() {
    let board = Board::new("pi5");
    let table = board.sandbox.done("doctor --sysfs-root board");
    for line in [
        "power (a run takes: pi5-pmic)",
        "  pi5-pmic         1.629 W",
        "scope rails, up to 10 Hz",
        "omits USB, HAT and NVMe devices",
        "  cpu-thermal      48.3 °C",
        "  cpu 0-3          1500 MHz",
        "-> for steady timings: echo performance",
        "  throttling       none",
        "-> boot with cgroup_enable=memory",
        "  swap             on: /var/swap",
        "with psi=1",
    ] {
        assert!(table.contains(line), "{line:?} is not in:\n{table}");
    }
    let nowhere = ["--sysfs-root nowhere: no such folder"];
    board
        .sandbox
        .refused(2, "doctor --sysfs-root nowhere", &nowhere);
}

#[test]
fn a_pi_5_without_a_rail_has_no_power() {
    let answer = "dev/vcio_gencmd/pmic_read_adc";
    let cases = [
        ("  VDD_CORE_A current(7)=0.40108000A\n", ""),
        ("      HDMI_V volt(23)=5.10698000V\n", ""),
        ("0.40108000A", "0.40108000"),
        ("0.40108000A", "-0.4010800A"),
        ("0.40108000A", "nanA"),
        ("3V3_DAC_A current(17)", "3V3_ADC_A current(17)"),
    ];
    each(&cases, |(from, to)| {
        let board = Board::new("pi5");
        board.replace(answer, from, to);
        board.misses("pi5-pmic", "error", "lacks a rail");
    });
    let board = Board::new("pi5");
    board
        .put(answer, "")
        .misses("pi5-pmic", "error", "lacks a rail");
    board.remove("dev");
    board.misses("pi5-pmic", "unsupported", "no Raspberry Pi firmware");
    board.misses("throttling", "unsupported", "no Raspberry Pi firmware");
}

#[test]
fn a_pi_4_says_that_it_throttles_and_needs_a_meter() {
    let board = Board::new("pi4");
    let survey = board.survey();
    survey.misses("pi5-pmic", "unsupported", "KM003C");
    let throttling = survey.finding("throttling");
    assert_eq!(throttling["value"], "undervoltage now, throttled now");
    each(&["throttled=", "0x50005", "throttled=0x5000g", ""], |odd| {
        let board = Board::new("pi4");
        board.put("dev/vcio/get_throttled", odd);
        board.misses("throttling", "error", "");
    });
}

#[test]
fn shunt_voltages_are_no_rails() {
    let board = Board::new("jetson-agx-orin");
    let chip = "sys/bus/i2c/drivers/ina3221/1-0040/hwmon/hwmon3";
    for channel in 4..=7 {
        board.put(&format!("{chip}/in{channel}_input"), "5000\n");
        board.put(&format!("{chip}/curr{channel}_input"), "1000\n");
        board.put(&format!("{chip}/in{channel}_label"), "VDD_SHUNT\n");
    }
    assert_near(board.survey().value("jetson-ina3221"), 7.319_808, 1e-9);
}

#[test]
fn a_jetson_with_a_rail_missing_or_odd_has_no_power() {
    let chips = "sys/bus/i2c/drivers/ina3221";
    let board = Board::new("jetson-agx-orin");
    board.remove(&format!("{chips}/1-0041"));
    board.misses(
        "jetson-ina3221",
        "error",
        "VDDQ_VDD2_1V8AO of this AGX Orin is missing",
    );

    let odd = [
        "",
        "-4\n",
        "4968 mV\n",
        "0x1368\n",
        "99999999999999999999\n",
    ];
    each(&odd, |odd| {
        let board = Board::new("jetson-agx-orin");
        board.put(&format!("{chips}/1-0040/hwmon/hwmon3/in3_input"), odd);
        let survey = board.survey();
        survey.misses("jetson-ina3221", "error", "");
        assert_eq!(survey.0["best"], "none");
    });
    let board = Board::new("jetson-orin-nano");
    board.remove(&format!("{chips}/1-0040/hwmon/hwmon1/curr1_input"));
    board.misses("jetson-ina3221", "unsupported", "curr1_input");
}

#[test]
fn offline_and_odd_zones_have_no_temperature() {
    let board = Board::new("jetson-orin-nano");
    let survey = board.survey();
    assert_near(survey.value("cpu-thermal"), 49.312, 1e-9);
    for zone in ["cv0-thermal", "cv1-thermal", "cv2-thermal"] {
        survey.misses(zone, "off", "no power");
    }
    let cases = [
        ("-256\n", "off"),
        ("warm\n", "error"),
        ("491312\n", "error"),
    ];
    each(&cases, |(odd, reason)| {
        let board = Board::new("jetson-orin-nano");
        board.put("sys/class/thermal/thermal_zone0/temp", odd);
        board.misses("cpu-thermal", reason, "");
    });
    board.remove("sys/class/thermal");
    board.misses("temperature", "unsupported", "no thermal zone");
}

#[test]
fn gpu_clocks_and_modes_are_read() {
    let board = Board::new("jetson-orin-nano");
    let survey = board.survey();
    assert_near(survey.value("gpu load"), 12.3, 1e-9);
    assert_eq!(survey.finding("nvpmodel")["value"], "1 (25W)");
    let capped = survey.finding("cpu 4-5")["detail"].as_str().unwrap();
    assert!(
        capped.contains("capped at 1344 MHz of 1510 MHz"),
        "{capped}"
    );
    let clock = "sys/devices/system/cpu/cpufreq/policy4/scaling_cur_freq";
    let load = "sys/class/devfreq/17000000.gpu/device/load";
    let cases = [
        (load, "1001\n", "gpu load"),
        (load, "-1\n", "gpu load"),
        (load, "busy\n", "gpu load"),
        ("var/lib/nvpmodel/status", "pmode:\n", "nvpmodel"),
        (clock, "<unknown>\n", "cpu 4-5"),
    ];
    each(&cases, |(file, odd, subject)| {
        let board = Board::new("jetson-orin-nano");
        board.put(file, odd).misses(subject, "error", "");
    });
}

/// A package at 10 W. The counter of the captured board stands 28.85 mJ before the end of its
/// range, so it wraps in the first millisecond that is watched.
#[test]
fn a_counter_that_wraps_is_read_and_its_domains_are_not_added() {
    const WATTS: u64 = 10;
    let board = Board::new("x86-rapl");
    let zone = "sys/class/powercap/intel-rapl:0";
    let number = |name: &str| -> u64 {
        let text = fs::read_to_string(board.path(&format!("{zone}/{name}"))).unwrap();
        text.trim().parse().unwrap()
    };
    let (start, range) = (number("energy_uj"), number("max_energy_range_uj"));
    let file = OpenOptions::new()
        .write(true)
        .open(board.path(&format!("{zone}/energy_uj")))
        .unwrap();
    let began = Instant::now();
    let survey = ticking(
        || {
            let energy = start + WATTS * began.elapsed().as_micros() as u64;
            // One write of one length, so that a reader sees the old or the new number.
            file.write_all_at(format!("{:012}\n", energy % range).as_bytes(), 0)
                .unwrap();
        },
        || board.survey(),
    );
    assert!(number("energy_uj") < start, "it has wrapped");
    assert_eq!(survey.0["best"], "rapl");
    assert_near(survey.value("rapl"), WATTS as f64, 2.0);
    assert_eq!(survey.finding("rapl")["source"]["scope"], "cpu_package");
}

/// Runs `work` while `tick` is called again and again.
fn ticking<T>(mut tick: impl FnMut() + Send, work: impl FnOnce() -> T) -> T {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                tick();
                thread::sleep(Duration::from_millis(2));
            }
        });
        // Also when `work` panics: the scope waits for the thread.
        let _end = End(&done);
        work()
    })
}

struct End<'a>(&'a AtomicBool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn a_counter_that_stands_still_or_is_odd_has_no_power() {
    let board = Board::new("x86-rapl");
    let survey = board.survey();
    survey.misses("rapl", "stale", "reload its driver");
    assert_eq!(survey.0["best"], "none");
    let counter = "sys/class/powercap/intel-rapl:0/energy_uj";
    // The third one is beyond the range.
    each(&["", "-1\n", "262143328851\n", "1e9\n"], |odd| {
        Board::new("x86-rapl")
            .put(counter, odd)
            .misses("rapl", "error", "");
    });
    // A folder can be opened like a file, but not read.
    board.remove(counter);
    fs::create_dir(board.path(counter)).unwrap();
    board.misses("rapl", "error", "");
    board.remove(counter);
    board.misses("rapl", "unsupported", "energy_uj");
    board.remove("sys/class/powercap");
    board.misses("rapl", "unsupported", "modprobe intel_rapl_msr");
    board.replace("proc/cpuinfo", "avx2", "avx2 hypervisor");
    board.misses("rapl", "unsupported", "a virtual machine");
}

/// Permissions do not stop root, so as root the program runs as the user nobody (65534), from a
/// copy that this user can reach.
#[test]
fn what_may_not_be_read_is_denied_and_names_the_remedy() {
    let cases = [
        (
            "x86-rapl",
            "sys/class/powercap/intel-rapl:0/energy_uj",
            "rapl",
            "/etc/udev/rules.d/99-rapl.rules",
        ),
        ("pi5", "dev/vcio_gencmd", "pi5-pmic", "usermod -aG video"),
        ("pi5", "dev/vcio_gencmd", "throttling", "usermod -aG video"),
        ("usb-meter", "dev/hidraw1", "fnb58", "99-fnb58.rules"),
        (
            "usb-meter",
            "sys/class/hwmon/hwmon1/curr1_input",
            "hwmon:powerz",
            "run as root",
        ),
        (
            "jetson-orin-nano",
            "sys/class/thermal/thermal_zone0/temp",
            "cpu-thermal",
            "",
        ),
    ];
    each(&cases, |(board, file, subject, remedy)| {
        let board = Board::new(board);
        if board.path(file).is_dir() {
            // The mailbox is a device; a file that may not be opened stands for it.
            board.remove(file).put(file, "");
        }
        fs::set_permissions(board.path(file), Permissions::from_mode(0o000)).unwrap();
        as_somebody(&board).misses(subject, "denied", remedy);
    });
}

#[test]
fn a_cgroup_that_may_not_be_written_has_no_limit() {
    let board = Board::new("pi4");
    let cgroup = "sys/fs/cgroup/user.slice/user-1000.slice/session-1.scope";
    let own = board.survey();
    assert_eq!(own.finding("cgroup limit")["value"], "can be set");
    assert_near(own.value("cgroup"), 31_457_280.0, 0.0);
    fs::set_permissions(board.path(cgroup), Permissions::from_mode(0o555)).unwrap();
    let other = as_somebody(&board);
    other.misses("cgroup limit", "denied", "Delegate=yes");
    assert_near(other.value("cgroup"), 31_457_280.0, 0.0);
    fs::set_permissions(board.path(cgroup), Permissions::from_mode(0o755)).unwrap();
}

/// The survey of a user who is not root.
#[track_caller]
fn as_somebody(board: &Board) -> Survey {
    const NOBODY: u32 = 65534;
    let mut command = board.sandbox.command("doctor --json --sysfs-root board");
    let uid = fs::read_to_string("/proc/self/status").unwrap();
    let is_root = uid.lines().any(|line| line.starts_with("Uid:\t0\t"));
    if is_root {
        let program = board.sandbox.path("edgescore");
        // By a process of its own: a file that this one had open for writing could still be
        // open in a child that another thread is starting, and could not be run (ETXTBSY).
        let mut copy = Command::new("cp");
        Outcome::of(copy.arg(command.get_program()).arg(&program)).expect(0);
        let work = board.sandbox.path("");
        let readable = Permissions::from_mode(0o755);
        fs::set_permissions(work.parent().unwrap(), readable).unwrap();
        command = Command::new(program);
        command.args("doctor --json --sysfs-root board".split(' '));
        board.sandbox.inside(&mut command);
        command.uid(NOBODY).gid(NOBODY);
    }
    let printed = Outcome::of(&mut command).expect(0).stdout;
    Survey(serde_json::from_str(&printed).unwrap())
}

/// A Pi 4 with an INA226 on its bus.
fn with_ina226(power: Option<&str>, millivolts: &str) -> Board {
    let board = Board::new("pi4");
    let sensor = "sys/class/hwmon/hwmon2";
    board.put(&format!("{sensor}/name"), "ina226\n");
    board.put(&format!("{sensor}/in1_input"), millivolts);
    board.put(&format!("{sensor}/curr1_input"), "700\n");
    board.put(&format!("{sensor}/update_interval"), "200\n");
    if let Some(power) = power {
        board.put(&format!("{sensor}/power1_input"), power);
    }
    board
}

#[test]
fn sensors_of_any_driver_are_read() {
    let survey = with_ina226(Some("3575000\n"), "5088\n").survey();
    assert_near(survey.value("hwmon:ina226"), 3.575, 1e-9);
    let source = &survey.finding("hwmon:ina226")["source"];
    assert_eq!(source["scope"], "rails");
    assert_eq!(source["max_rate_hz"], 5, "its update_interval is 200 ms");
    // Nobody knows what it is wired to, so a run does not take it by itself.
    assert_eq!(survey.0["best"], "none");

    let survey = with_ina226(None, "5088\n").survey();
    assert_near(survey.value("hwmon:ina226"), 3.561_6, 1e-9);
    each(&["", "5,088\n", "-5088\n", "5088.5\n"], |odd| {
        with_ina226(None, odd).misses("hwmon:ina226", "error", "");
    });
}

#[test]
fn a_meter_that_was_unplugged_is_gone() {
    let board = Board::new("usb-meter");
    board.remove("sys/class/hwmon/hwmon1");
    board.remove("sys/class/hidraw/hidraw1");
    let survey = board.survey();
    survey.misses("hwmon:powerz", "unsupported", "plug the meter's USB in");
    survey.misses("fnb58", "unsupported", "no FNB58 is plugged in");
    assert_eq!(survey.0["best"], "none");
}

/// A report as an FNB58 sends it: `volts` and `amps` in 1e-5, four times, and its CRC-8.
fn report(volts: u32, amps: u32) -> [u8; 64] {
    let mut report = [0; 64];
    report[..2].copy_from_slice(&[0xaa, 0x04]);
    for sample in report[2..62].chunks_exact_mut(15) {
        sample[..4].copy_from_slice(&volts.to_le_bytes());
        sample[4..8].copy_from_slice(&amps.to_le_bytes());
    }
    let bits = report[1..63]
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1));
    let crc = bits.fold(0x42u8, |crc, bit| match crc >> 7 ^ bit {
        0 => crc << 1,
        _ => crc << 1 ^ 0x39,
    });
    report[63] = crc;
    report
}

/// The survey while a meter sends `report` every 40 ms.
fn with_live_meter(board: &Board, mut report: impl FnMut() -> [u8; 64] + Send) -> Survey {
    board.remove("dev/hidraw1");
    let made = Command::new("mkfifo")
        .arg(board.path("dev/hidraw1"))
        .status();
    assert!(made.unwrap().success());
    // Open for both, so that neither end waits for the other.
    let mut meter = OpenOptions::new()
        .read(true)
        .write(true)
        .open(board.path("dev/hidraw1"))
        .unwrap();
    let mut due = Instant::now();
    ticking(
        || {
            if Instant::now() >= due {
                due += Duration::from_millis(40);
                send(&mut meter, &report());
            }
        },
        || board.survey(),
    )
}

fn send(meter: &mut File, report: &[u8]) {
    meter.write_all(report).unwrap();
}

#[test]
fn a_live_meter_is_the_best_source() {
    let board = Board::new("usb-meter");
    // The first report after the start is garbage.
    let mut first = true;
    let survey = with_live_meter(&board, || match std::mem::take(&mut first) {
        true => report(u32::MAX, u32::MAX),
        false => report(512_000, 78_125),
    });
    assert_eq!(survey.0["best"], "fnb58");
    assert_near(survey.value("fnb58"), 4.0, 1e-6);
    assert_eq!(survey.finding("fnb58")["source"]["scope"], "board_in");
}

#[test]
fn a_meter_that_is_silent_or_damaged_has_no_power() {
    // Recorded reports that end are a meter that fell silent.
    let board = Board::new("usb-meter");
    board.misses("fnb58", "stale", "plug the meter in again");
    let damaged = with_live_meter(&board, || {
        let mut report = report(512_000, 78_125);
        report[5] ^= 1;
        report
    });
    damaged.misses("fnb58", "error", "");
    assert_eq!(damaged.0["best"], "hwmon:powerz", "the other meter");
}

#[test]
fn memory_accounts_say_why_they_are_missing() {
    let pi5 = Board::new("pi5");
    let survey = pi5.survey();
    survey.misses("cgroup", "unsupported", "cgroup_enable=memory");
    survey.misses("cgroup limit", "unsupported", "cgroup_enable=memory");
    survey.misses("pressure", "unsupported", "psi=1");
    // A kernel of which version 1 has the memory.
    let nano = Board::new("jetson-nano-jp4").survey();
    assert_near(nano.value("cgroup"), 734_003_200.0, 0.0);
    assert_eq!(nano.finding("cgroup limit")["value"], "can be set");
    nano.misses("pressure", "unsupported", "Linux 4.20");

    let board = Board::new("x86-rapl");
    assert_near(board.survey().value("process"), 4_722_688.0, 0.0);
    board.put("proc/pressure/memory", "some avg10=0.00 total=1\n");
    board.misses("pressure", "error", "");
    board.put("proc/self/status", "VmHWM:\tlots\n");
    board.misses("process", "error", "");
    let cgroup = "sys/fs/cgroup/user.slice/user-1000.slice/session-1.scope";
    board.put(&format!("{cgroup}/memory.current"), "much\n");
    board.misses("cgroup", "error", "");
    board.put(&format!("{cgroup}/cgroup.controllers"), "cpu pids\n");
    board.misses("cgroup", "unsupported", "Delegate=yes");
    board.put("proc/self/mounts", "proc /proc proc rw 0 0\n");
    board.misses("cgroup", "unsupported", "mount -t cgroup2");
}
