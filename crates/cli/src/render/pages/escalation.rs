//! A small model that asks a large one where it is not sure.

use edgescore_score::{
    AsGoodAsLarge, Choice, CostLimits, ESCALATE_ALL, EscalationPoint, Estimate, Goal, Interval,
    Reading, Reason,
};
use edgescore_summary::Escalation;

use crate::render::blocks::{Block, Table};
use crate::render::values;

/// The threshold that was chosen, then all of them.
pub fn page(found: &Escalation) -> Vec<Block> {
    let mut blocks = vec![Block::Title(title(found))];
    blocks.extend(found.warnings().into_iter().map(Block::Line));
    blocks.push(Block::Line(sentence(found)));
    if let Ok(choice) = &found.choice {
        blocks.push(Block::Table(stated(found, choice)));
    }
    blocks.push(Block::Title("Along the threshold".to_owned()));
    blocks.push(Block::Line(about_curve(found)));
    blocks.push(Block::Table(curve(found)));
    blocks
}

/// Which models, on which pack.
pub fn title(found: &Escalation) -> String {
    format!(
        "{}, and where it is not sure {}, pack {}",
        found.small.name(),
        found.large.name(),
        found.small.start.pack
    )
}

/// What was chosen, what it promises and whether that was kept; or why nothing was.
pub fn sentence(found: &Escalation) -> String {
    let choice = match &found.choice {
        Ok(choice) => choice,
        Err(why) => return format!("No threshold was chosen: {why}."),
    };
    let goal = match choice.goal {
        Goal::AsGoodAsLarge(AsGoodAsLarge { margin }) => format!(
            "the lowest whose accuracy is at most {:.1} points (half of its interval) below the large \
             model's",
            100.0 * margin
        ),
        Goal::Within(limits) => format!("the most accurate that takes {}", limits_of(limits)),
    };
    let kept = match choice.kept {
        true => "kept",
        false => "NOT kept",
    };
    format!(
        "Threshold {}: {goal}. It was chosen on {} questions; on the {} others, below, the promise is \
         {kept}.{}",
        threshold(choice.threshold),
        choice.chosen_on,
        choice.stated.questions,
        match choice.large_serves_as_well() {
            true => " But the large model alone serves as well: escalation does not pay here.",
            false => "",
        }
    )
}

/// What the table along the threshold is over.
pub fn about_curve(found: &Escalation) -> String {
    let left_out = match found.unpaired {
        0 => String::new(),
        unpaired => format!("; {unpaired} that only one of them answered are left out"),
    };
    let energy = match found.large_alone.joules.missing().or(no_energy(found)) {
        Some(reason) => format!(" Energy: {reason}."),
        None => String::new(),
    };
    format!(
        "All {} questions that both answered{left_out}. A question is escalated if its confidence is \
         below the threshold, and then takes the time and the energy of both models.{energy}",
        found.questions
    )
}

/// Why the small model has no energy, if it has none.
fn no_energy(found: &Escalation) -> Option<Reason> {
    found.curve.first()?.1.joules.missing()
}

/// The chosen threshold beside each model alone, on the half that it was not chosen on.
pub fn stated(found: &Escalation, choice: &Choice) -> Table {
    let memory =
        |memory| values::or_reason(memory, |bytes: edgescore_probe::Bytes| bytes.to_string());
    let row = |name: &str, point: &EscalationPoint, memory: String| {
        let mut cells = vec![name.to_owned()];
        cells.extend(figures(point));
        cells.push(memory);
        cells
    };
    let mut small = row(
        "small alone",
        &choice.small,
        memory(found.small.peak_memory()),
    );
    let mut large = row(
        "large alone",
        &choice.large,
        memory(found.large.peak_memory()),
    );
    let mut with = row("with escalation", &choice.stated, memory(found.memory()));
    with.push(values::points(Reading::Value(choice.difference)));
    small.push(String::new());
    large.push(String::new());
    Table {
        head: vec![
            "",
            "escalated",
            "accuracy (95 % interval)",
            "time a question",
            "energy a question",
            "memory",
            "points against large",
        ],
        rows: vec![with, small, large],
    }
}

/// Every threshold.
pub fn curve(found: &Escalation) -> Table {
    let row = |name: String, point: &EscalationPoint| {
        let mut cells = vec![name];
        cells.extend(figures(point));
        cells
    };
    let points = found.curve.iter();
    let mut rows: Vec<_> = points
        .map(|(at, point)| {
            let mark = match found.choice {
                Ok(choice) if choice.threshold == *at => " (chosen)",
                _ => "",
            };
            row(threshold(*at) + mark, point)
        })
        .collect();
    rows.push(row("large alone".to_owned(), &found.large_alone));
    Table {
        head: vec![
            "threshold",
            "escalated",
            "accuracy (95 % interval)",
            "time a question",
            "energy a question",
        ],
        rows,
    }
}

fn figures(point: &EscalationPoint) -> [String; 4] {
    [
        format!("{:.1} %", 100.0 * point.escalated),
        values::percent(Reading::Value(point.accuracy)),
        cost(point.seconds, values::seconds),
        match point.joules {
            // The reason is stated once, above the table.
            Reading::Missing(_) => "-".to_owned(),
            joules => cost(joules, |joules| format!("{} J", values::score(joules))),
        },
    ]
}

fn cost(mean: Reading<Estimate>, show: impl Fn(f64) -> String) -> String {
    values::or_reason(mean, |mean| match mean.interval {
        Reading::Value(Interval { low, high }) => {
            format!("{} ({} to {})", show(mean.value), show(low), show(high))
        }
        Reading::Missing(_) => show(mean.value),
    })
}

/// A threshold, or what the two ends do.
pub fn threshold(threshold: f64) -> String {
    match threshold {
        0.0 => "0".to_owned(),
        ESCALATE_ALL => "above 1".to_owned(),
        threshold => values::confidence(threshold),
    }
}

fn limits_of(limits: CostLimits) -> String {
    let seconds = limits.seconds.map(values::seconds);
    let joules = limits
        .joules
        .map(|joules| format!("{} J", values::score(joules)));
    let both: Vec<String> = seconds.into_iter().chain(joules).collect();
    format!("at most {} a question", both.join(" and "))
}
