//! Columns of text in a given width.

use textwrap::core::display_width;

use super::blocks::Table;
use crate::screen::wrap;

/// Spaces between two columns.
pub const GAP: usize = 2;
/// Lines of a cell at most; a row of more is easier to read as a list.
const MOST_LINES: usize = 3;

/// The widths of the columns of `table` in a screen of `width` columns; `None` if they are too many
/// or too wide to stand beside one another.
pub fn fit(table: &Table, width: Option<usize>) -> Option<Vec<usize>> {
    let widest = |measure: fn(&str) -> usize| {
        let mut widths: Vec<usize> = table.head.iter().map(|cell| measure(cell)).collect();
        for row in &table.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(measure(cell));
            }
        }
        widths
    };
    let mut widths = widest(display_width);
    let Some(room) = width else {
        return Some(widths);
    };
    let gaps = GAP * widths.len().saturating_sub(1);
    let taken = |widths: &[usize]| widths.iter().sum::<usize>() + gaps;
    let least = widest(longest_word);
    while taken(&widths) > room {
        let columns = widths.iter_mut().zip(&least);
        // The widest one gives way.
        let (width, _) = columns
            .filter(|(width, least)| **width > **least)
            .max_by_key(|(width, _)| **width)?;
        *width -= 1;
    }
    let is_short = |row: &Vec<String>| {
        let mut cells = row.iter().zip(&widths);
        cells.all(|(cell, width)| wrap(cell, Some(*width)).len() <= MOST_LINES)
    };
    table.rows.iter().all(is_short).then_some(widths)
}

/// A row in columns of these widths: as many lines as its longest cell takes.
pub fn lines(cells: &[impl AsRef<str>], widths: &[usize]) -> Vec<String> {
    let cells: Vec<Vec<String>> = cells
        .iter()
        .zip(widths)
        .map(|(cell, width)| wrap(cell.as_ref(), Some(*width)))
        .collect();
    let height = cells.iter().map(Vec::len).max().unwrap_or(0);
    let line = |number: usize| {
        let mut line = String::new();
        for (cell, width) in cells.iter().zip(widths) {
            let part = cell.get(number).map_or("", String::as_str);
            let padding = width.saturating_sub(display_width(part)) + GAP;
            line.push_str(&format!("{part}{:padding$}", ""));
        }
        line.truncate(line.trim_end().len());
        line
    };
    (0..height).map(line).collect()
}

fn longest_word(text: &str) -> usize {
    text.split(' ').map(display_width).max().unwrap_or(0)
}
