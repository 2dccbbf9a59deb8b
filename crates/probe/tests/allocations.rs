//! After its start the sampler makes no heap allocation, on its own thread or on the thread
//! that takes edges. An allocator counts those of the whole process, so there is one test.
#![allow(unsafe_code, clippy::unwrap_used)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::sleep;
use std::time::Duration;

use edgescore_probe::power::Choice;
use edgescore_probe::{Microseconds, Microwatts, Rate, Sampler};

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: passes every call on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// Allocations while a source is sampled at 100 Hz, edges are taken and means are asked for.
fn allocations(choice: &str, root: &Path) -> u64 {
    let source = choice.parse::<Choice>().unwrap().open(root).ok().unwrap();
    let rate = Rate {
        hz: 100,
        window: Microseconds(100_000),
    };
    let mut sampler = Sampler::start(source, rate).unwrap();
    // The thread's own start allocates.
    sleep(Duration::from_millis(50));
    let before = ALLOCATIONS.load(Ordering::Relaxed);
    let mut edge = sampler.watch(Some(Microwatts(4_000_000)));
    let mut values = 0;
    for _ in 0..20 {
        sleep(Duration::from_millis(10));
        let next = sampler.mark();
        let window = edge.until(next);
        edge = next;
        values += u32::from(window.mean().value().is_some());
        values += u32::from(sampler.watched().worst.value().is_some());
    }
    let after = ALLOCATIONS.load(Ordering::Relaxed);
    assert!(values > 20, "{choice}: only {values} values");
    after - before
}

#[test]
fn sampling_and_window_arithmetic_allocate_nothing() {
    let trace = tempfile::NamedTempFile::new().unwrap();
    fs::write(trace.path(), "0,3\n1,4\n9,3\n").unwrap();
    let trace = format!("trace:{}", trace.path().display());
    let hwmon = tempfile::tempdir().unwrap();
    let sensor = hwmon.path().join("sys/class/hwmon/hwmon0");
    fs::create_dir_all(&sensor).unwrap();
    for (file, content) in [
        ("name", "powerz\n"),
        ("in0_input", "5100\n"),
        ("curr1_input", "-812\n"),
    ] {
        fs::write(sensor.join(file), content).unwrap();
    }
    for (choice, root) in [
        ("simulated", Path::new("/")),
        (trace.as_str(), Path::new("/")),
        ("hwmon:powerz", hwmon.path()),
    ] {
        assert_eq!(allocations(choice, root), 0, "{choice}");
    }

    let before = ALLOCATIONS.load(Ordering::Relaxed);
    drop(vec![0u8; 1]);
    let after = ALLOCATIONS.load(Ordering::Relaxed);
    assert_eq!(after, before + 1, "the allocator does count");
}
