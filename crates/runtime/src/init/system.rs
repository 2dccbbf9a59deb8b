//! File systems, modules, processes and power.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::kmod::{ModuleInitFlags, finit_module};
use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sys::reboot::{RebootMode, reboot};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{Pid, sync};

/// Kind and place of what every system has mounted.
const FILE_SYSTEMS: [(&str, &str); 5] = [
    ("proc", "/proc"),
    ("sysfs", "/sys"),
    ("devtmpfs", "/dev"),
    ("cgroup2", "/sys/fs/cgroup"),
    ("tmpfs", "/tmp"),
];

/// The label of the partition with plan, pack and model. FAT has room for 11 characters.
const LABEL: &[u8; 11] = b"EDGESCOREDA";

/// How long a card may take to appear. A slow card reader on USB needs about 5 s.
const CARD: Duration = Duration::from_secs(15);

/// Mounts the kernel's file systems; returns what did not work.
pub fn mount_all() -> Vec<String> {
    let tries = FILE_SYSTEMS.iter().map(|(kind, place)| {
        fs::create_dir_all(place).map_err(|error| format!("cannot make {place}: {error}"))?;
        let flags = MsFlags::MS_NOSUID | MsFlags::MS_NOEXEC;
        match mount(Some(*kind), *place, Some(*kind), flags, None::<&str>) {
            // The kernel has mounted it.
            Ok(()) | Err(Errno::EBUSY) => Ok(()),
            Err(error) => Err(format!("cannot mount {kind} on {place}: {error}")),
        }
    });
    tries.filter_map(Result::err).collect()
}

/// Keeps the kernel's lines off the console, which is the line to the host: from now on only
/// those of a dying kernel (kernel.printk in Documentation/admin-guide/sysctl/kernel.rst).
pub fn quiet_kernel_console() {
    let _ = fs::write("/proc/sys/kernel/printk", "1");
}

/// Loads the modules of the initramfs in the order of their names; returns what did not work.
pub fn load_modules() -> Vec<String> {
    let Ok(entries) = fs::read_dir("/modules") else {
        return Vec::new();
    };
    let mut modules: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    modules.sort();
    let tries = modules.iter().map(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let file = File::open(path).map_err(|error| format!("cannot open {name}: {error}"))?;
        match finit_module(&file, c"", ModuleInitFlags::empty()) {
            Ok(()) | Err(Errno::EEXIST) => Ok(()),
            Err(error) => Err(format!(
                "the kernel does not take the module {name}: {error}"
            )),
        }
    });
    tries.filter_map(Result::err).collect()
}

/// Mounts the card's data on `/data`.
pub fn mount_data() -> Result<(), String> {
    let started = Instant::now();
    let device = loop {
        if let Some(device) = data_partition() {
            break device;
        }
        if started.elapsed() > CARD {
            return Err(format!(
                "no partition is labelled {}: write the whole image to the card",
                String::from_utf8_lossy(LABEL)
            ));
        }
        sleep(Duration::from_millis(20));
    };
    fs::create_dir_all("/data").map_err(|error| format!("cannot make /data: {error}"))?;
    let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC | MsFlags::MS_NOATIME;
    mount(Some(&device), "/data", Some("vfat"), flags, Some("utf8"))
        .map_err(|error| format!("cannot mount {}: {error}", device.display()))
}

/// The partition whose boot sector has the label (FAT32: offset 71, type at 82).
fn data_partition() -> Option<PathBuf> {
    let partitions = fs::read_dir("/sys/class/block").ok()?.flatten();
    partitions
        .filter(|entry| entry.path().join("partition").exists())
        .map(|entry| Path::new("/dev").join(entry.file_name()))
        .find(|device| {
            let mut sector = [0; 512];
            let read = File::open(device).and_then(|mut file| file.read_exact(&mut sector));
            read.is_ok() && sector[71..82] == *LABEL && sector[82..87] == *b"FAT32"
        })
}

/// Ends every other process, by TERM at first.
pub fn end_all_processes() {
    signal_all(Signal::SIGTERM);
    let started = Instant::now();
    loop {
        match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
            Err(Errno::ECHILD) => return,
            Ok(WaitStatus::StillAlive) if started.elapsed() > Duration::from_secs(5) => {
                signal_all(Signal::SIGKILL);
                sleep(Duration::from_millis(50));
            }
            Ok(WaitStatus::StillAlive) => sleep(Duration::from_millis(20)),
            _ => {}
        }
    }
}

/// Sends `signal` to every process but this one.
fn signal_all(signal: Signal) {
    let _ = kill(Pid::from_raw(-1), signal);
}

/// Writes everything to the card and turns the board off.
pub fn power_off() -> ! {
    sync();
    // Busy or not there: what was synced stands.
    let _ = umount2(OsStr::new("/data"), MntFlags::MNT_DETACH);
    sync();
    loop {
        // It returns only where the kernel cannot; then there is nothing left to do.
        let _ = reboot(RebootMode::RB_POWER_OFF);
        sleep(Duration::from_secs(60));
    }
}
