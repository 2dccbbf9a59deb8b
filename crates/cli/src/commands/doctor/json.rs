//! A survey as JSON. A finding has `value` and `unit`, or `missing` with the reason in one word.

use edgescore_probe::Reading;
use edgescore_probe::survey::{Figure, Finding, Meaning, Survey};
use serde_json::{Value, json};

use crate::link::BoardAddress;
use crate::prompt::Prompts;

/// `{"board": {"at": "local", "name": "Raspberry Pi 5"}, "best": "rapl", "findings": […]}`, and with a
/// model the `template` as `edgescore prompt --json` has it.
pub fn of(survey: &Survey, at: &BoardAddress, prompts: Option<&Prompts>) -> Value {
    let mut found = json!({
        "board": { "at": at.to_string(), "name": survey.board },
        "best": survey.best,
        "findings": survey.findings.iter().map(finding).collect::<Vec<_>>(),
    });
    if let Some(prompts) = prompts {
        found["template"] = json!(prompts.template_view());
    }
    found
}

fn finding(finding: &Finding<String>) -> Value {
    let mut object = json!({
        "topic": finding.topic.name(),
        "subject": finding.subject,
    });
    match &finding.state {
        Reading::Value(figure) => {
            let (value, unit) = value(figure);
            object["value"] = value;
            object["unit"] = json!(unit);
        }
        Reading::Missing(reason) => object["missing"] = json!(reason.name()),
    }
    for (key, text) in [("detail", &finding.detail), ("remedy", &finding.remedy)] {
        if !text.is_empty() {
            object[key] = json!(text);
        }
    }
    if let Some(meaning) = &finding.meaning {
        object["source"] = source(meaning);
    }
    object
}

/// The number and its unit; no unit for a text.
fn value(figure: &Figure<String>) -> (Value, Option<&'static str>) {
    match figure {
        Figure::Power(power) => (json!(power.0 as f64 / 1e6), Some("W")),
        Figure::Temperature(temperature) => (json!(f64::from(temperature.0) / 1e3), Some("°C")),
        Figure::Clock(clock) => (json!(clock.0), Some("Hz")),
        Figure::PerMille(share) => (json!(f64::from(*share) / 10.0), Some("%")),
        Figure::Memory(bytes) => (json!(bytes.0), Some("B")),
        Figure::Time(time) => (json!(time.0 as f64 / 1e6), Some("s")),
        Figure::Throttled(flags) => (json!(flags.to_string()), None),
        Figure::Text(text) => (json!(text), None),
    }
}

fn source(meaning: &Meaning<String>) -> Value {
    json!({
        "scope": meaning.scope.name(),
        "measured": meaning.measured,
        "max_rate_hz": meaning.max_rate_hz,
        "resolution_w": meaning.resolution.map(|step| step.0 as f64 / 1e6),
        "omits": meaning.omits,
    })
}
