use super::super::{Integral, Measure, Sample};
use super::*;
use proptest::prelude::*;
use std::vec;
use std::vec::Vec;

const PERIOD_US: u64 = 100_000;

fn power(at_us: u64, watts: f64) -> Sample {
    Sample {
        at: Microseconds(at_us),
        reading: Reading::Value(Measure::Power(Microwatts((watts * 1e6).round() as u64))),
    }
}

fn counter(at_us: u64, microjoules: u64) -> Sample {
    Sample {
        at: Microseconds(at_us),
        reading: Reading::Value(Measure::Energy(Microjoules(microjoules))),
    }
}

fn missing(at_us: u64, reason: Reason) -> Sample {
    Sample {
        at: Microseconds(at_us),
        reading: Reading::Missing(reason),
    }
}

/// The window over `samples`; the first and the last are its edges.
fn window(samples: &[Sample]) -> Window {
    let mut integral = Integral::new(Microseconds(PERIOD_US));
    let from = integral.edge(samples[0]);
    for sample in &samples[1..samples.len() - 1] {
        integral.push(*sample);
    }
    from.until(integral.edge(samples[samples.len() - 1]))
}

/// A power over time made of straight pieces: (seconds, watts) corners. Two corners at the
/// same time are a step.
#[derive(Debug)]
struct Profile(Vec<(f64, f64)>);

impl Profile {
    fn length_us(&self) -> u64 {
        (self.0[self.0.len() - 1].0 * 1e6) as u64
    }

    fn watts(&self, at_us: u64) -> f64 {
        let at = at_us as f64 / 1e6;
        let piece = self.0.windows(2).find(|piece| at <= piece[1].0);
        let Some(&[(t0, w0), (t1, w1)]) = piece.map(|p| p.first_chunk().unwrap()) else {
            return self.0[self.0.len() - 1].1;
        };
        if t1 == t0 {
            w1
        } else {
            w0 + (w1 - w0) * (at - t0) / (t1 - t0)
        }
    }

    fn joules(&self) -> f64 {
        let area =
            |piece: &[(f64, f64)]| (piece[0].1 + piece[1].1) / 2.0 * (piece[1].0 - piece[0].0);
        self.0.windows(2).map(area).sum()
    }

    /// Sampled at 10 Hz with both edges; `lost[i]` tells that tick i is missing.
    fn sampled(&self, phase_us: u64, lost: &[bool]) -> Window {
        let end = self.length_us();
        let mut samples = vec![power(0, self.watts(0))];
        let ticks = (phase_us..end)
            .step_by(PERIOD_US as usize)
            .filter(|at| *at > 0);
        for (tick, at) in ticks.enumerate() {
            match lost.get(tick) {
                Some(true) => samples.push(missing(at, Reason::Error)),
                _ => samples.push(power(at, self.watts(at))),
            }
        }
        samples.push(power(end, self.watts(end)));
        window(&samples)
    }
}

/// Gross energy in J, gaps bridged.
fn bridged_joules(window: &Window) -> f64 {
    window.bridged_pj().value().unwrap() as f64 / 1e12
}

fn error(profile: &Profile, window: &Window) -> f64 {
    (bridged_joules(window) - profile.joules()).abs() / profile.joules()
}

/// Plateaus of 2.7 to 7.5 W, 1 to 5 s each, with steps between: 5 minutes at least.
fn steps() -> impl Strategy<Value = Profile> {
    prop::collection::vec((1.0..5.0, 2.7..7.5), 120..200).prop_map(|plateaus| {
        let mut at = 0.0;
        let mut corners = Vec::new();
        for (seconds, watts) in plateaus {
            corners.push((at, watts));
            at += seconds;
            corners.push((at, watts));
        }
        Profile(corners)
    })
}

/// Straight ramps between 2.7 and 7.5 W.
fn ramps() -> impl Strategy<Value = Profile> {
    prop::collection::vec((0.5..5.0, 2.7..7.5), 40..80).prop_map(|pieces| {
        let mut at = 0.0;
        let mut corners = vec![(0.0, 4.0)];
        for (seconds, watts) in pieces {
            at += seconds;
            corners.push((at, watts));
        }
        Profile(corners)
    })
}

/// Idle at 2.7 W with bursts of 0.5 to 2 s at 7.5 W: what decoding questions looks like.
fn bursts() -> impl Strategy<Value = Profile> {
    prop::collection::vec((1.0..4.0, 0.5..2.0), 80..120).prop_map(|bursts| {
        let mut at = 0.0;
        let mut corners = Vec::new();
        for (pause, burst) in bursts {
            corners.extend([(at, 2.7), (at + pause, 2.7)]);
            at += pause;
            corners.extend([(at, 7.5), (at + burst, 7.5)]);
            at += burst;
        }
        Profile(corners)
    })
}

/// One tick in a hundred is lost.
fn one_percent() -> impl Strategy<Value = Vec<bool>> {
    prop::collection::vec(prop::bool::weighted(0.01), 6000)
}

proptest! {
    #[test]
    fn energy_of_steps_is_within_1_percent(profile in steps(), phase in 0..PERIOD_US, lost in one_percent()) {
        prop_assert!(error(&profile, &profile.sampled(phase, &[])) < 0.01);
        prop_assert!(error(&profile, &profile.sampled(phase, &lost)) < 0.01);
    }

    #[test]
    fn energy_of_ramps_is_within_1_percent(profile in ramps(), phase in 0..PERIOD_US, lost in one_percent()) {
        // The trapezoid is exact on a ramp; only the corners lie between samples.
        prop_assert!(error(&profile, &profile.sampled(phase, &[])) < 0.001);
        prop_assert!(error(&profile, &profile.sampled(phase, &lost)) < 0.01);
    }

    #[test]
    fn energy_of_bursts_is_within_1_percent(profile in bursts(), phase in 0..PERIOD_US, lost in one_percent()) {
        prop_assert!(error(&profile, &profile.sampled(phase, &[])) < 0.01);
        prop_assert!(error(&profile, &profile.sampled(phase, &lost)) < 0.01);
    }

    /// Every lost tick is found, and a window that lost more than 0.1 % says so.
    #[test]
    fn lost_samples_are_counted(lost in one_percent()) {
        let profile = Profile(vec![(0.0, 5.0), (600.1, 5.0)]);
        let window = profile.sampled(PERIOD_US, &lost);
        let count = lost.iter().filter(|lost| **lost).count() as u64;
        prop_assert_eq!(window.lost(), Microseconds(count * PERIOD_US));
        let valid = count * PERIOD_US * 1000 <= window.length().0;
        prop_assert_eq!(window.gross().value().is_some(), valid);
        if !valid {
            prop_assert_eq!(window.gross(), Reading::Missing(Reason::Gaps));
        }
    }

    /// A counter loses nothing when samples are lost.
    #[test]
    fn a_counter_is_exact_with_gaps(steps in prop::collection::vec(0u64..1_000_000, 3..200)) {
        let mut at = 0;
        let mut total = 5;
        let mut samples = vec![counter(0, total)];
        for (i, step) in steps.iter().enumerate() {
            at += PERIOD_US * (1 + i as u64 % 7);
            total += step;
            samples.push(counter(at, total));
        }
        let expected = match total - 5 {
            0 => Reading::Missing(Reason::Stale),
            gross => Reading::Value(Microjoules(gross)),
        };
        prop_assert_eq!(window(&samples).gross(), expected);
    }

    /// A clock that steps back never makes energy, and time that goes on is counted once.
    #[test]
    fn a_clock_step_makes_no_energy(back in 1u64..5_000_000) {
        let samples: Vec<_> = (0..100).map(|i| power(10_000_000 + i * PERIOD_US, 4.0)).collect();
        let mut stepped = samples.clone();
        stepped.insert(50, power(samples[49].at.0 - back, 900.0));
        prop_assert_eq!(window(&stepped).gross(), window(&samples).gross());
    }
}

#[test]
fn phases_that_end_where_power_steps_are_exact() {
    // With the edges of every phase sampled, a step between phases costs no accuracy.
    let mut integral = Integral::new(Microseconds(PERIOD_US));
    let start = integral.edge(power(0, 2.7));
    integral.push(power(100_000, 2.7));
    integral.edge(power(149_999, 2.7));
    let load = integral.edge(power(150_000, 7.5));
    integral.push(power(200_000, 7.5));
    let end = integral.edge(power(250_000, 7.5));
    let gross = |window: Window| window.gross().value().unwrap().0;
    assert_eq!(gross(load.until(end)), 750_000);
    assert!(gross(start.until(load)).abs_diff(405_000) <= 3);
    assert_eq!(start.until(end).mean().value().unwrap().0, 4_620_010);
}

#[test]
fn a_missing_edge_is_its_reason() {
    for (from, to) in [(true, false), (false, true)] {
        let edge = |bad, at| match bad {
            true => missing(at, Reason::Denied),
            false => power(at, 4.0),
        };
        let samples = [edge(from, 0), power(50_000, 4.0), edge(to, 100_000)];
        assert_eq!(window(&samples).gross(), Reading::Missing(Reason::Denied));
    }
}

#[test]
fn a_source_that_never_answers_is_its_reason() {
    let samples: Vec<_> = (0..20)
        .map(|i| missing(i * PERIOD_US, Reason::Unsupported))
        .collect();
    assert_eq!(
        window(&samples).mean(),
        Reading::Missing(Reason::Unsupported)
    );
    assert_eq!(window(&samples).samples(), 0);
}

#[test]
fn a_counter_that_stands_still_is_stale() {
    let samples = [counter(0, 7), counter(100_000, 7)];
    assert_eq!(window(&samples).gross(), Reading::Missing(Reason::Stale));
}

#[test]
fn energy_is_gross() {
    let samples: Vec<_> = (0..=100).map(|i| power(i * PERIOD_US, 4.0)).collect();
    let gross = window(&samples).gross();
    assert_eq!(gross, Reading::Value(Microjoules(40_000_000)));
}

#[test]
fn an_empty_window_has_no_mean() {
    let edge = Integral::new(Microseconds(PERIOD_US)).edge(power(5, 4.0));
    assert_eq!(edge.until(edge).mean(), Reading::Missing(Reason::Error));
    assert_eq!(edge.until(edge).gross(), Reading::Value(Microjoules(0)));
}

#[test]
fn absurd_values_do_not_panic() {
    let huge = |at| Sample {
        at: Microseconds(at),
        reading: Reading::Value(Measure::Power(Microwatts(u64::MAX))),
    };
    let samples = [huge(0), huge(u64::MAX / 2), huge(u64::MAX)];
    assert_eq!(window(&samples).gross(), Reading::Missing(Reason::Gaps));
    let mut integral = Integral::new(Microseconds(u64::MAX));
    let from = integral.edge(huge(0));
    let to = integral.edge(huge(u64::MAX));
    let window = from.until(to);
    assert_eq!(window.gross(), Reading::Missing(Reason::Error));
}
