//! The operating points of the chosen model, as a part of the page.

use edgescore_summary::{EstimateView, Figure};

use super::candidate::Candidate;
use super::contender::PointView;
use super::figures::joules;
use super::points::PointsView;
use crate::render::blocks::{Block, Table};
use crate::render::values;

/// A title, one sentence, and a table.
pub fn blocks(winner: &Candidate, view: &PointsView) -> Vec<Block> {
    let asked = view.points.iter().map(row);
    let refused = winner.other_points.iter().filter_map(|(point, planned)| {
        let why = planned.refused.clone()?;
        Some(vec![
            point.label(),
            String::new(),
            String::new(),
            String::new(),
            why,
        ])
    });
    vec![
        Block::Title(format!("Operating points of {}", winner.name)),
        Block::Line(sentence(view)),
        Block::Table(Table {
            head: vec!["point", "an answer", "energy", "of the best", ""],
            rows: asked.chain(refused).collect(),
        }),
    ]
}

fn sentence(view: &PointsView) -> String {
    let meter = match view.by {
        "seconds" => ", since no meter measured the energy of all",
        _ => "",
    };
    let how = format!(
        "Told apart by the {} of an answer{meter}: each was asked the same {} questions, in two turns \
         of opposite order.",
        view.by, view.questions
    );
    let Some(best) = view.best() else {
        return format!(
            "{how} None is certain to keep the limits: the commands below are those of the point \
             that raced."
        );
    };
    let open = view.points.iter().filter(|point| !point.settled);
    let open: Vec<&str> = open.map(|point| point.point.as_str()).collect();
    let settled = match open.as_slice() {
        [] => String::new(),
        open => format!(
            " These questions do not tell it apart from {}.",
            open.join(" and ")
        ),
    };
    format!(
        "{how} Take {}; with at most {} % probability one of the intervals misses, or it breaks the \
         limits.{settled}",
        best.point,
        100.0 * view.error_rate
    )
}

fn row(point: &PointView) -> Vec<String> {
    let fate = match (&point.left, point.best) {
        (_, true) => "chosen".to_owned(),
        (Some(why), _) => why.clone(),
        (None, false) if point.settled => "certainly takes more".to_owned(),
        (None, false) => "not told apart from the chosen one".to_owned(),
    };
    let answers = match point.other_answers {
        0 => String::new(),
        1 => "; 1 answer differs from the race".to_owned(),
        count => format!("; {count} answers differ from the race"),
    };
    vec![
        point.point.clone(),
        match &point.seconds {
            Figure::Value(seconds) => values::seconds(*seconds),
            Figure::Missing(_) => String::new(),
        },
        joules(&point.joules, point.joules_simulated),
        match &point.ratio {
            Figure::Value(ratio) => times(ratio),
            Figure::Missing(_) => String::new(),
        },
        format!("{fate}{answers}"),
    ]
}

/// `1.32 times (1.28 to 1.37)`.
fn times(ratio: &EstimateView) -> String {
    match ratio {
        EstimateView::Interval { value, low, high } => {
            format!("{value:.2} times ({low:.2} to {high:.2})")
        }
        EstimateView::Point { value, .. } => format!("{value:.2} times"),
    }
}
