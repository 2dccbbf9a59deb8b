//! Accuracy against latency, with memory as area, and the Pareto front.

use edgescore_score::{AgainstChance, CHANCE, Estimate, Place, Reading};
use edgescore_summary::RankedRun;
use edgescore_summary::published::{PublishedModel, Source};

use super::scale::places;
use crate::render::pages::several::label;
use crate::render::values;

/// The plot's frame: x in percent of the width, y in px.
const LEFT: f64 = 4.0;
const RIGHT: f64 = 98.0;
const TOP: f64 = 20.0;
const BOTTOM: f64 = 320.0;

/// Height of a line of labels in px.
const LINE: f64 = 14.0;

/// Labels nearer than this share of the width stand above each other: 3 digits on a phone.
const NEAR: f64 = 7.0;

/// The plot.
pub struct Plot {
    /// Dots, published ones first so that the runs lie above them.
    pub points: Vec<Point>,
    /// The best accuracy of the runs at each latency: x and y of both ends of the lines.
    pub stairs: Vec<(f64, f64, f64, f64)>,
    /// Latencies on the axis.
    pub x_ticks: Vec<Tick>,
    /// Accuracies on the axis.
    pub y_ticks: Vec<Tick>,
    /// Height of chance.
    pub chance: f64,
    /// Whether there are published dots.
    pub has_published: bool,
    /// Whether a run is on the Pareto front.
    pub has_front: bool,
    /// The runs by their numbers, which stand beside the dots: names of files are too long to.
    pub legend: Vec<String>,
}

/// One dot.
pub struct Point {
    /// `point`, `point front` or `published`.
    pub class: &'static str,
    /// Everything about it, in words.
    pub title: String,
    /// Place in percent.
    pub x: f64,
    /// Place in px.
    pub y: f64,
    /// Upper and lower end of the interval in px.
    pub range: Option<(f64, f64)>,
    /// Radius in px.
    pub radius: f64,
    /// Its number, where it is a run.
    pub label: Option<Label>,
}

/// A number beside a dot.
pub struct Label {
    /// The number in the legend.
    pub number: usize,
    /// Place in px.
    pub y: f64,
    /// Whether it stands left of its dot, near the right edge.
    pub left: bool,
}

/// A line across the plot.
pub struct Tick {
    /// Place, in percent or px.
    pub at: f64,
    /// Its value.
    pub text: String,
}

/// What a dot shows, in units of the axes.
struct Dot {
    name: String,
    accuracy: Estimate,
    chance: f64,
    latency_s: f64,
    memory_gib: Option<f64>,
    published: bool,
    front: bool,
}

/// The plot of `runs` and of the published builds; `None` with fewer than two dots.
pub fn plot(runs: &[RankedRun], published: &[PublishedModel]) -> Option<Plot> {
    let builds = published.iter().filter(|m| m.source == Source::Builds);
    let mut dots: Vec<Dot> = builds
        .filter_map(|model| {
            Some(Dot {
                name: model.name.to_owned(),
                accuracy: model.pass_1.value()?,
                chance: CHANCE,
                latency_s: model.latency_s.value()?,
                memory_gib: model.memory_gib.value(),
                published: true,
                front: false,
            })
        })
        .collect();
    dots.extend(runs.iter().enumerate().filter_map(|(index, ranked)| {
        Some(Dot {
            name: label(runs, index),
            accuracy: ranked.run.pass_at_1.value()?,
            chance: ranked.run.chance(),
            latency_s: ranked.run.latency_s().positive().value()?,
            memory_gib: ranked.run.memory_gib().value(),
            published: false,
            front: ranked.place == Place::Front,
        })
    }));
    if dots.len() < 2 {
        return None;
    }
    let axis = Axis::of(dots.iter().map(|dot| dot.latency_s))?;
    let most_memory = dots
        .iter()
        .filter_map(|dot| dot.memory_gib)
        .fold(0.0, f64::max);
    let point = |dot: &Dot| Point {
        class: match (dot.published, dot.front) {
            (true, _) => "published",
            (false, true) => "point front",
            (false, false) => "point",
        },
        title: format!(
            "{}: {}, {}, {}",
            dot.name,
            values::percent(Reading::Value(dot.accuracy)),
            values::seconds(dot.latency_s),
            dot.memory_gib
                .map_or("memory not measured".into(), values::gib)
        ),
        x: axis.place(dot.latency_s),
        y: height(dot.accuracy.value),
        range: match dot.published {
            true => None,
            false => {
                let interval = dot.accuracy.interval.value();
                interval.map(|interval| (height(interval.high), height(interval.low)))
            }
        },
        radius: match dot.memory_gib {
            Some(memory) if most_memory > 0.0 => places(3.0 + 9.0 * (memory / most_memory).sqrt()),
            _ => 3.0,
        },
        label: None,
    };
    let mut points: Vec<Point> = dots.iter().map(point).collect();
    let runs_at = dots.iter().position(|dot| !dot.published);
    let runs = runs_at.and_then(|at| points.get_mut(at..));
    number(runs.unwrap_or_default());
    Some(Plot {
        points,
        stairs: stairs(&dots, &axis),
        x_ticks: axis.ticks(),
        y_ticks: (0..=5)
            .map(|fifth| Tick {
                at: height(f64::from(fifth) / 5.0),
                text: format!("{} %", 20 * fifth),
            })
            .collect(),
        // Runs of several packs may have several; that of the first is drawn.
        chance: height(
            dots.iter()
                .find(|dot| !dot.published)
                .map_or(CHANCE, |dot| dot.chance),
        ),
        has_published: dots.iter().any(|dot| dot.published),
        has_front: dots.iter().any(|dot| dot.front),
        legend: dots
            .iter()
            .filter(|dot| !dot.published)
            .map(|dot| dot.name.clone())
            .collect(),
    })
}

/// Writes numbers beside the dots of runs, none over another: from the top down, each as low as those
/// near it need.
fn number(runs: &mut [Point]) {
    let mut order: Vec<usize> = (0..runs.len()).collect();
    let at = |runs: &[Point], index: usize| runs.get(index).map_or(0.0, |point| point.y);
    order.sort_by(|&a, &b| at(runs, a).total_cmp(&at(runs, b)));
    let mut written: Vec<(f64, f64)> = Vec::new();
    for index in order {
        let Some(point) = runs.get_mut(index) else {
            continue;
        };
        let mut y = point.y;
        for &(x, taken) in &written {
            if (x - point.x).abs() < NEAR && (y - taken).abs() < LINE {
                y = taken + LINE;
            }
        }
        written.push((point.x, y));
        point.label = Some(Label {
            number: index + 1,
            y: places(y),
            left: point.x > 90.0,
        });
    }
}

fn height(accuracy: f64) -> f64 {
    places(BOTTOM - (BOTTOM - TOP) * accuracy)
}

/// From each run above chance that is better than all quicker ones, level to the next, then
/// up.
fn stairs(dots: &[Dot], axis: &Axis) -> Vec<(f64, f64, f64, f64)> {
    let above = |dot: &&Dot| dot.accuracy.against(dot.chance) == AgainstChance::Above;
    let ours = dots.iter().filter(|dot| !dot.published);
    let mut ours: Vec<&Dot> = ours.filter(above).collect();
    ours.sort_by(|a, b| a.latency_s.total_cmp(&b.latency_s));
    let mut corners: Vec<(f64, f64)> = Vec::new();
    for dot in ours {
        let (x, y) = (axis.place(dot.latency_s), height(dot.accuracy.value));
        // Higher up is a smaller y.
        if corners.last().is_none_or(|&(_, best)| y < best) {
            corners.push((x, y));
        }
    }
    let end = corners.last().map(|&(_, y)| (RIGHT, y));
    let next = corners.iter().copied().skip(1).chain(end);
    let steps = corners.iter().zip(next);
    steps
        .flat_map(|(&(x, y), (next_x, next_y))| [(x, y, next_x, y), (next_x, y, next_x, next_y)])
        .collect()
}

/// A logarithmic axis of latencies.
struct Axis {
    low: f64,
    high: f64,
}

impl Axis {
    /// Half as much room again on both sides.
    fn of(times: impl Iterator<Item = f64> + Clone) -> Option<Axis> {
        Some(Axis {
            low: times.clone().reduce(f64::min)? / 1.5,
            high: times.reduce(f64::max)? * 1.5,
        })
    }

    fn place(&self, time: f64) -> f64 {
        let share = (time / self.low).ln() / (self.high / self.low).ln();
        places(LEFT + (RIGHT - LEFT) * share)
    }

    /// 1, 2 and 5 of every power of ten over little more than a decade, then 1 and 3, then the
    /// powers alone: on a phone the plot is 350 px wide.
    fn ticks(&self) -> Vec<Tick> {
        let steps: &[f64] = match (self.high / self.low).log10() {
            decades if decades > 3.0 => &[1.0],
            decades if decades > 1.5 => &[1.0, 3.0],
            _ => &[1.0, 2.0, 5.0],
        };
        let powers = (self.low.log10().floor() as i32)..=(self.high.log10().ceil() as i32);
        powers
            .flat_map(|power| steps.iter().map(move |step| step * 10f64.powi(power)))
            .filter(|time| (self.low..=self.high).contains(time))
            .map(|time| Tick {
                at: self.place(time),
                text: round_time(time),
            })
            .collect()
    }
}

/// A time of one digit: `200 ms`, `5 s`.
fn round_time(seconds: f64) -> String {
    match seconds {
        s if s >= 0.9995 => format!("{s:.0} s"),
        s if s >= 0.9995e-3 => format!("{:.0} ms", s * 1e3),
        s => format!("{:.0} us", s * 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        let axis = Axis::of([0.3, 3.8].into_iter()).unwrap();
        let ticks = axis.ticks();
        let texts: Vec<&str> = ticks.iter().map(|tick| tick.text.as_str()).collect();
        assert_eq!(texts, ["200 ms", "500 ms", "1 s", "2 s", "5 s"]);
        assert!(ticks.iter().all(|tick| (LEFT..=RIGHT).contains(&tick.at)));
        assert!(ticks.is_sorted_by(|a, b| a.at < b.at));
        assert_eq!(axis.place(axis.low), LEFT);
    }

    #[test]
    fn numbers_do_not_cover_each_other() {
        let point = |x, y| Point {
            class: "point",
            title: String::new(),
            x,
            y,
            range: None,
            radius: 3.0,
            label: None,
        };
        let mut runs = [
            point(50.0, 100.0),
            point(51.0, 103.0),
            point(95.0, 104.0),
            point(49.0, 98.0),
        ];
        number(&mut runs);
        let labels: Vec<_> = runs.iter().filter_map(|run| run.label.as_ref()).collect();
        let places: Vec<_> = labels.iter().map(|l| (l.number, l.y, l.left)).collect();
        assert_eq!(
            places,
            [
                (1, 112.0, false),
                (2, 126.0, false),
                (3, 104.0, true),
                (4, 98.0, false)
            ]
        );
    }

    #[test]
    fn stairs_pass_over_what_is_slower_and_no_better() {
        let dot = |latency_s, value| Dot {
            chance: CHANCE,
            name: String::new(),
            accuracy: Estimate {
                value,
                interval: Reading::Value(edgescore_score::Interval {
                    low: value - 0.1,
                    high: value + 0.1,
                }),
            },
            latency_s,
            memory_gib: None,
            published: false,
            front: false,
        };
        let dots = [dot(4.0, 0.6), dot(1.0, 0.5), dot(2.0, 0.4), dot(0.5, 0.3)];
        let axis = Axis::of(dots.iter().map(|dot| dot.latency_s)).unwrap();
        let (one, four) = (axis.place(1.0), axis.place(4.0));
        let (half, more) = (height(0.5), height(0.6));
        assert_eq!(
            stairs(&dots, &axis),
            [
                (one, half, four, half),
                (four, half, four, more),
                (four, more, RIGHT, more),
                (RIGHT, more, RIGHT, more),
            ]
        );
    }
}
