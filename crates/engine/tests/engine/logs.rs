//! llama.cpp's log arrives in the `log` crate, in whole lines.

use std::cell::RefCell;

use edgescore_engine::cpu_features;
use edgescore_record::Weights;
use log::{Level, LevelFilter, Log, Metadata, Record};

use crate::tiny::{Kind, Tiny, load};

thread_local! {
    /// The lines of this thread, if it wants them: the other tests run with the log off.
    static LINES: RefCell<Option<Vec<(Level, String)>>> = const { RefCell::new(None) };
}

struct Collector;

impl Log for Collector {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "llama.cpp" && LINES.with_borrow(Option::is_some)
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            let line = (record.level(), record.args().to_string());
            LINES.with_borrow_mut(|lines| lines.as_mut().map(|lines| lines.push(line)));
        }
    }

    fn flush(&self) {}
}

fn lines_of(work: impl FnOnce()) -> Vec<(Level, String)> {
    LINES.set(Some(Vec::new()));
    work();
    LINES.take().unwrap()
}

fn has(lines: &[(Level, String)], level: Level, part: &str) -> bool {
    lines
        .iter()
        .any(|(at, line)| *at == level && line.contains(part))
}

/// One test: there is one logger for the process.
#[test]
fn lines_arrive_whole_and_one_level_lower() {
    log::set_logger(&Collector).unwrap();
    log::set_max_level(LevelFilter::Trace);
    let tiny = Tiny::new(Kind::Attention);

    let mapped = lines_of(|| drop(tiny.load(Weights::Mapped)));
    assert!(
        has(&mapped, Level::Debug, "general.architecture"),
        "{mapped:#?}"
    );
    assert!(
        mapped
            .iter()
            .all(|(level, line)| *level > Level::Error && !line.is_empty() && !line.contains('\n'))
    );

    let (_dir, path) = tiny.clone().without("llama.block_count").write();
    let refused = lines_of(|| drop(load(&path, Weights::Mapped)));
    assert!(
        has(&refused, Level::Warn, "key not found in model"),
        "{refused:#?}"
    );

    // Only the log says whether the weights were repacked.
    let repacked = lines_of(|| drop(tiny.load(Weights::Repacked)));
    let can_repack = cpu_features()
        .iter()
        .any(|f| f.compiled && matches!(f.name, "AVX2" | "DOTPROD"));
    assert_eq!(
        has(&repacked, Level::Debug, "CPU_REPACK"),
        can_repack,
        "{repacked:#?}"
    );
    assert!(!has(&mapped, Level::Debug, "CPU_REPACK"));
}
