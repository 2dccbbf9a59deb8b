use super::*;
use crate::energy::{Measure, Scope};
use crate::power::Choice;
use crate::{Microjoules, Microwatts};
use std::path::Path;
use std::string::String;

/// A source made of a function of time.
struct Made<F>(About, F);

impl<F: FnMut(Microseconds) -> Reading<Measure> + Send> Source for Made<F> {
    fn about(&self) -> &About {
        &self.0
    }

    fn read(&mut self, now: Microseconds) -> Reading<Measure> {
        self.1(now)
    }
}

fn made(read: impl FnMut(Microseconds) -> Reading<Measure> + Send + 'static) -> Box<dyn Source> {
    let about = About {
        name: "made",
        scope: Scope::BoardIn,
        measured: false,
        max_rate_hz: 100,
        resolution: None,
        omits: "",
        found: String::new(),
    };
    Box::new(Made(about, read))
}

fn sampler(hz: u32, source: Box<dyn Source>) -> Sampler {
    let window = Microseconds(100_000);
    Sampler::start(source, Rate { hz, window }).unwrap()
}

/// Mean power of the newest window so far and its length, from the samples that are there.
fn trailing(sampler: &mut Sampler) -> Reading<(Microwatts, Microseconds)> {
    sampler.drain();
    sampler.integral.state().and_then(|()| {
        let mean = sampler.trail.mean();
        mean.map_or(Reading::Missing(Reason::Off), Reading::Value)
    })
}

/// 1 J/s since the first reading.
fn one_watt() -> Box<dyn Source> {
    made(|now| Reading::Value(Measure::Energy(Microjoules(now.0))))
}

#[test]
fn a_counter_gives_exact_energy_between_edges() {
    let mut sampler = sampler(50, one_watt());
    let from = sampler.mark();
    sleep(Duration::from_millis(300));
    let to = sampler.mark();
    let window = from.until(to);
    let gross = window.gross().value().unwrap().0;
    // Sample times are the middle of a reading, the counter's value is its start.
    assert!(gross.abs_diff(window.length().0) < 10_000, "{window:?}");
    let mean = window.mean().value().unwrap().0;
    assert!(mean.abs_diff(1_000_000) < 30_000, "{mean}");
    let summary = sampler.finish();
    assert_eq!(summary.rate_hz, 50);
    // 300 ms at 50 Hz; a loaded machine may come late, but not that much.
    assert!((4..=20).contains(&summary.samples), "{summary:?}");
    assert_eq!((summary.failed, summary.regularity.overflowed), (0, 0));
}

#[test]
fn the_trailing_window_is_read_without_an_edge() {
    let mut sampler = sampler(100, one_watt());
    assert_eq!(trailing(&mut sampler), Reading::Missing(Reason::Off));
    sampler.watch(Some(Microwatts(900_000)));
    sleep(Duration::from_millis(400));
    let (mean, span) = trailing(&mut sampler).value().unwrap();
    assert!(mean.0.abs_diff(1_000_000) < 50_000, "{mean}");
    assert_eq!(span, Microseconds(100_000));
    let watched = sampler.watched();
    assert!(watched.worst.value().unwrap().0 > 950_000, "{watched:?}");
    assert!(watched.over.0 > 100_000, "{watched:?}");
}

#[test]
fn no_source_needs_no_thread_and_says_why() {
    let source = Choice::None.open(Path::new("/")).ok().unwrap();
    let mut sampler = Sampler::start(source, Rate::default()).unwrap();
    assert!(sampler.running.is_none());
    let from = sampler.mark();
    let off = Reading::Missing(Reason::Off);
    assert_eq!(from.until(sampler.mark()).mean(), off);
    assert_eq!(sampler.watched().worst, Reading::Missing(Reason::Off));
    let asked = AtomicBool::new(true);
    assert_eq!(sampler.idle(Duration::from_secs(60), &asked), off);
}

#[test]
fn a_source_that_stops_answering_is_its_reason() {
    let mut left = 3;
    let mut sampler = sampler(
        100,
        made(move |_| match left {
            0 => Reading::Missing(Reason::Stale),
            _ => {
                left -= 1;
                Reading::Value(Measure::Power(Microwatts(4_000_000)))
            }
        }),
    );
    let from = sampler.mark();
    sleep(Duration::from_millis(100));
    let stale = Reading::Missing(Reason::Stale);
    assert_eq!(from.until(sampler.mark()).mean(), stale);
    assert_eq!(trailing(&mut sampler), Reading::Missing(Reason::Stale));
    assert!(sampler.finish().failed > 0);
}

#[test]
fn a_slow_source_loses_samples_and_says_so() {
    // 30 ms a reading at 100 Hz: two of three samples are lost.
    let mut sampler = sampler(
        100,
        made(|_| {
            sleep(Duration::from_millis(30));
            Reading::Value(Measure::Power(Microwatts(4_000_000)))
        }),
    );
    let from = sampler.mark();
    sleep(Duration::from_millis(300));
    let window = from.until(sampler.mark());
    assert_eq!(window.gross(), Reading::Missing(Reason::Gaps));
    let summary = sampler.finish();
    assert!(summary.regularity.skipped > 5, "{summary:?}");
    assert!(summary.lost.0 > 100_000, "{summary:?}");
    assert!(summary.largest_gap.0 >= 20_000, "{summary:?}");
}

#[test]
fn a_source_keeps_its_own_maximum() {
    let sampler = sampler(1_000_000, one_watt());
    assert_eq!(sampler.rate_hz(), 100);
}

#[test]
fn rings_are_used_again() {
    for _ in 0..20 {
        let mut sampler = sampler(100, one_watt());
        let from = sampler.mark();
        sleep(Duration::from_millis(2));
        assert!(from.until(sampler.mark()).mean().value().is_some());
    }
}
