//! Values as people read them, or the reasons why there are none: the same way on every page.

use edgescore_score::{Estimate, Interval, Percentile, Reading, Reason, Refusal};
use edgescore_summary::{Fact, Figure};

/// A value, or its reason.
pub fn or_reason<T>(value: Reading<T>, show: impl FnOnce(T) -> String) -> String {
    match value {
        Reading::Value(value) => show(value),
        Reading::Missing(reason) => reason.to_string(),
    }
}

/// A figure of a view, or its reason.
pub fn figure(figure: &Figure<f64>, show: impl FnOnce(f64) -> String) -> String {
    match figure {
        Figure::Value(value) => show(*value),
        Figure::Missing(missing) => missing.missing.clone(),
    }
}

/// A fact of a run's provenance.
pub fn fact(fact: &Fact) -> String {
    match fact {
        Fact::Text(text) => text.clone(),
        Fact::Count(count) => count.to_string(),
        Fact::Real(value) => format!("{value:?}"),
        Fact::Flag(flag) => flag.to_string(),
        Fact::Missing(missing) => missing.missing.clone(),
        Fact::None => "none".to_owned(),
    }
}

/// `43.3 % (27.4 to 60.8)`.
pub fn percent(estimate: Reading<Estimate>) -> String {
    or_reason(estimate, |estimate| {
        let value = 100.0 * estimate.value;
        match estimate.interval {
            Reading::Value(Interval { low, high }) => {
                format!("{value:.1} % ({:.1} to {:.1})", 100.0 * low, 100.0 * high)
            }
            Reading::Missing(_) => format!("{value:.1} %"),
        }
    })
}

/// `+3.4 (-1.0 to +7.8)`, in points.
pub fn points(difference: Reading<Estimate>) -> String {
    // A tenth of a point that is rounded away leaves no `-0.0`.
    let points = |value: f64| format!("{:+.1}", (1000.0 * value).round() / 10.0 + 0.0);
    or_reason(difference, |e| match e.interval {
        Reading::Value(Interval { low, high }) => {
            format!("{} ({} to {})", points(e.value), points(low), points(high))
        }
        Reading::Missing(Reason::Insufficient { have, need }) => {
            format!(
                "{} ({have} of {need} needed for an interval)",
                points(e.value)
            )
        }
        Reading::Missing(_) => points(e.value),
    })
}

/// A confidence with the digits in which a result records it.
pub fn confidence(confidence: f64) -> String {
    format!("{confidence:.5}")
}

/// `0.356 (0.329 to 0.383)`.
pub fn number(estimate: Reading<Estimate>) -> String {
    or_reason(estimate, |Estimate { value, interval }| {
        let value = thousandths(value);
        match interval {
            Reading::Value(Interval { low, high }) => {
                format!("{value} ({} to {})", thousandths(low), thousandths(high))
            }
            Reading::Missing(Reason::Insufficient { have, need }) => {
                format!("{value} (no interval: {have} of the {need} questions it needs)")
            }
            Reading::Missing(_) => value,
        }
    })
}

/// `0.356`. The Delta_5 of a model that is always right lies a hair below 0, which is no `-0.000`.
pub fn thousandths(value: f64) -> String {
    let value = if value.abs() < 5e-4 { 0.0 } else { value };
    format!("{value:.3}")
}

/// Seconds as seconds or milliseconds, three digits.
pub fn seconds(seconds: f64) -> String {
    match seconds {
        s if s >= 10.0 => format!("{s:.1} s"),
        s if s >= 1.0 => format!("{s:.2} s"),
        s if s >= 0.1 => format!("{:.0} ms", s * 1e3),
        s if s >= 0.01 => format!("{:.1} ms", s * 1e3),
        s => format!("{:.2} ms", s * 1e3),
    }
}

/// Hours and minutes, or less.
pub fn duration(seconds: f64) -> String {
    match seconds {
        ..120.0 => self::seconds(seconds),
        ..7200.0 => format!("{:.0} min", seconds / 60.0),
        _ => format!("{:.1} h", seconds / 3600.0),
    }
}

/// A latency percentile, or how many questions it needs.
pub fn percentile(percentile: Reading<Percentile>) -> String {
    match percentile {
        Reading::Missing(Reason::Insufficient { have, need }) => {
            format!("insufficient ({have} of {need} questions)")
        }
        value => or_reason(value, |p| seconds(f64::from(p.value_us) / 1e6)),
    }
}

/// GiB, or MiB below 0.1 GiB.
pub fn gib(gib: f64) -> String {
    if gib < 0.1 {
        format!("{:.1} MiB", gib * 1024.0)
    } else {
        format!("{gib:.2} GiB")
    }
}

/// Three significant digits, for scores that span many magnitudes.
pub fn score(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    if !(1e-4..1e6).contains(&value.abs()) {
        return format!("{value:.2e}");
    }
    let digits = (2 - value.abs().log10().floor() as i32).max(0) as usize;
    format!("{value:.digits$}")
}

/// An Edge Score, or why there is none.
pub fn score_or_refusal(value: Result<f64, Refusal>) -> String {
    match value {
        Ok(value) => score(value),
        Err(Refusal { component, reason }) => {
            format!("none: {}: {reason}", component.replace('_', " "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_digits_at_every_magnitude() {
        let shown = [2.239, 0.0, 0.142, 23.41, 1234.5, 1e-6, 3.2e7].map(score);
        assert_eq!(
            shown,
            ["2.24", "0", "0.142", "23.4", "1234", "1.00e-6", "3.20e7"]
        );
        let shown = [0.0091, 0.0909, 0.1123, 1.234, 12.34].map(seconds);
        assert_eq!(shown, ["9.10 ms", "90.9 ms", "112 ms", "1.23 s", "12.3 s"]);
        assert_eq!([0.03, 0.89].map(gib), ["30.7 MiB", "0.89 GiB"]);
        let shown = [0.3561, -0.0002, -0.0, -0.0006, 4e-4].map(thousandths);
        let difference = Estimate {
            value: -0.0001,
            interval: Reading::Value(Interval {
                low: -0.02,
                high: 0.0199,
            }),
        };
        assert_eq!(points(Reading::Value(difference)), "+0.0 (-2.0 to +2.0)");
        assert_eq!(shown, ["0.356", "0.000", "0.000", "-0.001", "0.000"]);
    }

    #[test]
    fn a_reason_takes_the_place_of_a_value() {
        assert_eq!(
            percent(Reading::Missing(Reason::Off)),
            "not measured in this run"
        );
        let few = Reason::Insufficient { have: 30, need: 64 };
        assert_eq!(
            percentile(Reading::Missing(few)),
            "insufficient (30 of 64 questions)"
        );
    }
}
