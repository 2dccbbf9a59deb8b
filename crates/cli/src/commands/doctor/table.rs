//! A survey as a table for reading.

use std::io::{self, Write};

use edgescore_probe::survey::{Figure, Finding, Meaning, Survey, Topic};
use edgescore_probe::{Reading, Reason};
use indicatif::HumanBytes;

use crate::link::BoardAddress;
use crate::screen::{Screen, wrap};

/// Where what is said of a subject begins.
const INDENT: usize = 19;

/// Writes a survey topic by topic.
pub fn write(
    out: &mut dyn Write,
    survey: &Survey,
    at: &BoardAddress,
    screen: Screen,
) -> io::Result<()> {
    match survey.board.as_str() {
        "" => writeln!(out, "board {at}")?,
        name => writeln!(out, "board {at} ({name})")?,
    }
    for topic in Topic::ALL {
        writeln!(out)?;
        match topic {
            Topic::Power => writeln!(out, "power (a run takes: {})", survey.best)?,
            _ => writeln!(out, "{}", topic.name())?,
        }
        let findings = survey.findings.iter().filter(|f| f.topic == topic);
        findings
            .into_iter()
            .try_for_each(|f| finding(out, f, screen))?;
    }
    Ok(())
}

fn finding(out: &mut dyn Write, finding: &Finding<String>, screen: Screen) -> io::Result<()> {
    let state = match &finding.state {
        Reading::Value(value) => figure(value),
        Reading::Missing(Reason::Off) => "- not measured, or switched off".to_owned(),
        Reading::Missing(reason) => format!("- {reason}"),
    };
    let mut start = format!("  {:<16} ", finding.subject);
    let mut say = |text: &str| {
        let room = screen.width.map(|width| width.saturating_sub(INDENT));
        wrap(text, room).iter().try_for_each(|line| {
            let start = std::mem::replace(&mut start, " ".repeat(INDENT));
            writeln!(out, "{start}{line}")
        })
    };
    say(&state)?;
    let mut more = |head: &str, text: &str| match text {
        "" => Ok(()),
        text => say(&format!("{head}{text}")),
    };
    more("", &finding.detail)?;
    if let Some(source) = &finding.meaning {
        more("", &meaning(source))?;
        more("omits ", &source.omits)?;
    }
    more("-> ", &finding.remedy)
}

fn figure(figure: &Figure<String>) -> String {
    match figure {
        Figure::Power(power) => power.to_string(),
        Figure::Temperature(temperature) => temperature.to_string(),
        Figure::Clock(clock) => clock.to_string(),
        Figure::PerMille(share) => format!("{:.1} %", f64::from(*share) / 10.0),
        Figure::Memory(bytes) => HumanBytes(bytes.0).to_string(),
        Figure::Time(time) => format!("{:.1} s", time.0 as f64 / 1e6),
        Figure::Throttled(flags) => flags.to_string(),
        Figure::Text(text) => text.clone(),
    }
}

/// `scope rails, up to 10 Hz, steps of 40 mW`.
fn meaning(source: &Meaning<String>) -> String {
    let steps = match source.resolution {
        Some(step) => format!(", steps of {} mW", step.0 as f64 / 1e3),
        None => String::new(),
    };
    format!(
        "scope {}, up to {} Hz{steps}",
        source.scope, source.max_rate_hz
    )
}
