//! Power sources, each watched for a second.

use std::boxed::Box;
use std::format;
use std::path::Path;
use std::string::{String, ToString};
use std::thread::sleep;
use std::time::Duration;
use std::vec::Vec;

use super::{Figure, Finding, Meaning, Topic};
use crate::energy::{Edge, Integral};
use crate::power::simulated::Board;
use crate::power::{Choice, Source, hwmon, sample};
use crate::{Microseconds, Microwatts, Reading, Reason, Unavailable};

/// 11 samples, 0.1 s apart.
const INTERVALS: u32 = 10;
const INTERVAL: Duration = Duration::from_millis(100);

const POWERZ: &str = "hwmon:powerz";

/// A source by the name under which it is listed.
type Tried = (String, Result<Box<dyn Source>, Unavailable>);

/// Name of the best source, and a finding for each.
pub(super) fn findings(root: &Path) -> (String, Vec<Finding<String>>) {
    let mut tried: Vec<Tried> = Choice::best()
        .into_iter()
        .map(|choice| (name(&choice), choice.open(root)))
        .collect();
    for other in hwmon::names(root) {
        if other != hwmon::POWERZ {
            let source = hwmon::open(root, Some(&other));
            tried.push((format!("hwmon:{other}"), source));
        }
    }
    let simulated = Choice::Simulated(Board::default());
    tried.push((name(&simulated), simulated.open(root)));

    let mut watched: Vec<Watch> = tried
        .iter_mut()
        .filter_map(|(_, source)| source.as_mut().ok())
        .map(Watch::new)
        .collect();
    for _ in 0..INTERVALS {
        sleep(INTERVAL);
        watched.iter_mut().for_each(Watch::look);
    }
    let means: Vec<_> = watched.into_iter().map(|watch| watch.mean()).collect();
    let mut means = means.into_iter();
    let mut findings: Vec<Finding<String>> = tried
        .into_iter()
        .map(|(subject, source)| match source {
            Ok(source) => {
                let mean = means.next().unwrap_or(Reading::Missing(Reason::Off));
                open(subject, source.as_ref(), mean)
            }
            Err(refused) => Finding::refused(Topic::Power, subject, refused),
        })
        .collect();
    findings.push(
        Finding::read(Topic::Power, "trace", Reading::Missing(Reason::Off))
            .detail("plays power that was recorded before")
            .remedy("name the file: --power-source trace:FILE"),
    );
    (best(&findings), findings)
}

/// The first source of [`Choice::best`] that has a value: findings are in its order.
fn best(findings: &[Finding<String>]) -> String {
    let candidates = Choice::best().map(|choice| name(&choice));
    let first = findings
        .iter()
        .find(|finding| finding.reason().is_none() && candidates.contains(&finding.subject));
    first.map_or("none".to_string(), |finding| finding.subject.clone())
}

/// How a source is listed.
fn name(choice: &Choice) -> String {
    let name = match choice {
        Choice::Fnb58 => "fnb58",
        Choice::Hwmon(_) => POWERZ,
        Choice::Pi5Pmic(_) => "pi5-pmic",
        Choice::JetsonIna3221 => "jetson-ina3221",
        Choice::Rapl => "rapl",
        Choice::Simulated(_) => "simulated",
        Choice::Best | Choice::Trace(_) | Choice::None => "",
    };
    name.to_string()
}

fn open(subject: String, source: &dyn Source, mean: Reading<Microwatts>) -> Finding<String> {
    let about = source.about();
    let remedy = match mean {
        Reading::Value(_) => "",
        Reading::Missing(Reason::Denied) => "give this user the right to read it, or run as root",
        Reading::Missing(Reason::Stale) => "plug the meter in again, or reload its driver",
        Reading::Missing(_) => "read its files by hand: what they say is no valid value",
    };
    Finding {
        meaning: Some(Meaning {
            scope: about.scope,
            measured: about.measured,
            max_rate_hz: about.max_rate_hz,
            resolution: about.resolution,
            omits: about.omits.to_string(),
        }),
        ..Finding::read(Topic::Power, subject, mean.map(Figure::Power))
            .detail(about.found.as_str())
            .remedy(remedy)
    }
}

/// A source that is watched, and what it said so far.
struct Watch<'a> {
    source: &'a mut dyn Source,
    integral: Integral,
    from: Edge,
    to: Edge,
    failed: Option<Reason>,
}

impl<'a> Watch<'a> {
    fn new(source: &'a mut Box<dyn Source>) -> Watch<'a> {
        let source = source.as_mut();
        // Samples cannot come late here: nothing else is measured meanwhile.
        let mut integral = Integral::new(Microseconds(u64::MAX));
        let from = integral.edge(sample(source));
        let mut watch = Watch {
            source,
            integral,
            from,
            to: from,
            failed: None,
        };
        watch.note(from);
        watch
    }

    fn look(&mut self) {
        self.to = self.integral.edge(sample(self.source));
        self.note(self.to);
    }

    /// One reading without a value is enough to tell of it.
    fn note(&mut self, edge: Edge) {
        if let Reading::Missing(reason) = edge.point() {
            self.failed.get_or_insert(reason);
        }
    }

    fn mean(&self) -> Reading<Microwatts> {
        match self.failed {
            Some(reason) => Reading::Missing(reason),
            None => self.from.until(self.to).mean(),
        }
    }
}
