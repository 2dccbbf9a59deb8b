//! Figures in words, on both tables of the page.

use edgescore_summary::Figure;

use crate::render::values;

/// Joules of an answer, in words.
pub fn joules(joules: &Figure<f64>, simulated: bool) -> String {
    let simulated = if simulated { " (simulated)" } else { "" };
    match joules {
        Figure::Value(joules) => format!("{} J{simulated}", values::score(*joules)),
        Figure::Missing(_) => String::new(),
    }
}
