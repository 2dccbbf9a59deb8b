//! Files of a board's kernel: whatever they hold, nothing that reads them panics, and a reading has a value or a reason.

use std::fs;

use edgescore_probe::power::Choice;
use edgescore_probe::{
    BoardFacts, Gpu, MemorySample, Pressure, Shortage, Thermometer, ThrottleSource, allowed_clock,
    clock_policies, clocks, current_clock, free_memory, nvpmodel,
};

/// Files of boards; what the input holds of each stands between zeros.
const FILES: [&str; 27] = [
    "proc/device-tree/model",
    "proc/cpuinfo",
    "proc/meminfo",
    "proc/pressure/cpu",
    "proc/self/mounts",
    "proc/self/cgroup",
    "sys/class/hwmon/hwmon0/name",
    "sys/class/hwmon/hwmon0/power1_input",
    "sys/class/hwmon/hwmon0/in1_input",
    "sys/class/hwmon/hwmon0/curr1_input",
    "sys/class/hwmon/hwmon0/in1_label",
    "sys/class/hwmon/hwmon0/in2_input",
    "sys/class/hwmon/hwmon0/curr2_input",
    "sys/class/hwmon/hwmon0/in2_label",
    "sys/class/hwmon/hwmon0/energy1_input",
    "sys/class/powercap/intel-rapl:0/name",
    "sys/class/powercap/intel-rapl:0/energy_uj",
    "sys/class/powercap/intel-rapl:0/max_energy_range_uj",
    "sys/class/thermal/thermal_zone0/type",
    "sys/class/thermal/thermal_zone0/temp",
    "sys/devices/system/cpu/cpufreq/policy0/scaling_max_freq",
    "sys/devices/system/cpu/cpufreq/policy0/scaling_cur_freq",
    "sys/devices/system/cpu/cpufreq/policy0/scaling_available_frequencies",
    "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor",
    "sys/class/devfreq/17000000.gpu/cur_freq",
    "sys/class/devfreq/17000000.gpu/device/load",
    "etc/nvpmodel.conf",
];

/// Takes an input.
pub fn run(bytes: &[u8]) {
    let folder = crate::folder();
    let root = folder.path();
    for (file, text) in FILES.iter().zip(bytes.split(|byte| *byte == 0)) {
        // A file that is empty is one that the board lacks.
        if text.is_empty() {
            continue;
        }
        let path = root.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let _ = BoardFacts::read(root);
    let _ = (
        allowed_clock(root),
        current_clock(root),
        clocks(root),
        clock_policies(root),
    );
    let _ = free_memory(root);
    let _ = (nvpmodel::mode(root), MemorySample::read(root));
    for shortage in [Shortage::Cpu, Shortage::Memory, Shortage::Io] {
        let _ = Pressure::of_board(root, shortage);
    }
    let heat = Thermometer::open(root);
    let _ = (heat.zones().count(), heat.hottest());
    if let Ok(mut throttling) = ThrottleSource::open(root) {
        let _ = throttling.read();
    }
    if let Ok(gpu) = Gpu::open(root) {
        let _ = (gpu.load_per_mille(), gpu.clock());
    }
    for name in ["hwmon", "jetson-ina3221", "rapl", "pi5-pmic"] {
        match name.parse::<Choice>().unwrap().open(root) {
            Err(refused) => assert!(!refused.why.is_empty()),
            Ok(mut source) => {
                let _ = edgescore_probe::power::sample(source.as_mut());
            }
        }
    }
}
