//! Pages for a terminal.

use std::io::{self, Write};

use textwrap::core::display_width;

use super::blocks::{Block, Table};
use super::columns::{self, GAP};
use crate::failure::Failure;
use crate::output::print;
use crate::screen::{LABEL, Screen, TITLE, wrap};

/// Room that text beside a label needs; with less, it stands below the label.
const LEAST: usize = 24;

/// Prints `blocks` to standard output, as wide as the terminal and in colour where there is one.
pub fn show(blocks: &[Block]) -> Result<(), Failure> {
    print(|out| write_for(out, blocks, Screen::of_stdout()))
}

/// Prints `blocks` plain, with lines as long as they are.
pub fn write(out: &mut dyn Write, blocks: &[Block]) -> io::Result<()> {
    write_for(out, blocks, Screen::PLAIN)
}

/// Prints `blocks` for `screen`: columns are aligned, lines end at a word's end, and a blank line
/// stands between two blocks unless both are lines.
pub fn write_for(out: &mut dyn Write, blocks: &[Block], screen: Screen) -> io::Result<()> {
    let mut after_line = false;
    for block in blocks {
        let is_line = matches!(block, Block::Line(_) | Block::Title(_));
        if !(is_line && after_line) {
            writeln!(out)?;
        }
        after_line = is_line;
        match block {
            Block::Title(text) => {
                for line in wrap(text, screen.width) {
                    writeln!(out, "{}", screen.paint(TITLE, &line))?;
                }
            }
            Block::Line(text) => {
                for line in wrap(text, screen.width) {
                    writeln!(out, "{line}")?;
                }
            }
            Block::Facts(facts) => {
                let facts: Vec<_> = facts.iter().map(|(l, text)| (*l, text.as_str())).collect();
                write_facts(out, &facts, screen)?;
            }
            Block::Table(table) => write_table(out, table, screen)?,
        }
    }
    Ok(())
}

/// Labels with what belongs to them, which begins at one column.
fn write_facts(out: &mut dyn Write, facts: &[(&str, &str)], screen: Screen) -> io::Result<()> {
    let widest = facts.iter().map(|(label, _)| display_width(label)).max();
    let widest = widest.unwrap_or(0);
    let room = screen.width.map(|width| width.saturating_sub(widest + GAP));
    let below = room.is_some_and(|room| room < LEAST);
    let (room, indent) = match screen.width {
        Some(width) if below => (Some(width.saturating_sub(GAP)), GAP),
        _ => (room, widest + GAP),
    };
    for (label, text) in facts {
        let mut start = match below {
            true => format!("{}\n{:indent$}", screen.paint(LABEL, label), ""),
            false => {
                let padding = indent - display_width(label);
                format!("{}{:padding$}", screen.paint(LABEL, label), "")
            }
        };
        for line in wrap(text, room) {
            writeln!(out, "{start}{line}")?;
            start = " ".repeat(indent);
        }
    }
    Ok(())
}

/// A table as columns, or on a screen that is too narrow for them as a list of facts for each row.
fn write_table(out: &mut dyn Write, table: &Table, screen: Screen) -> io::Result<()> {
    if let Some(widths) = columns::fit(table, screen.width) {
        for line in columns::lines(&table.head, &widths) {
            writeln!(out, "{}", screen.paint(LABEL, &line))?;
        }
        for row in &table.rows {
            for line in columns::lines(row, &widths) {
                writeln!(out, "{line}")?;
            }
        }
        return Ok(());
    }
    for (number, row) in table.rows.iter().enumerate() {
        if number > 0 {
            writeln!(out)?;
        }
        let cells = table.head.iter().zip(row);
        let facts: Vec<_> = cells
            .filter(|(_, cell)| !cell.is_empty())
            .map(|(head, cell)| (*head, cell.as_str()))
            .collect();
        write_facts(out, &facts, screen)?;
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::blocks::sample;
    use super::*;

    fn text(blocks: &[Block], screen: Screen) -> String {
        let mut out = Vec::new();
        write_for(&mut out, blocks, screen).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn screen(width: usize) -> Screen {
        Screen {
            width: Some(width),
            colours: false,
        }
    }

    #[test]
    fn columns_are_aligned() {
        let aligned = "\nm*\nsynthetic\n\na     1\nlong  2 | 3\n\ntask  p\nT1    0.5\n";
        assert_eq!(text(&sample(), Screen::PLAIN), aligned);
        assert_eq!(text(&sample(), screen(80)), aligned);
    }

    #[test]
    fn colours_are_for_titles_and_labels() {
        let coloured = Screen {
            width: None,
            colours: true,
        };
        let text = text(&sample(), coloured);
        assert!(
            text.starts_with("\n\x1b[1mm*\x1b[0m\nsynthetic\n"),
            "{text:?}"
        );
        assert!(text.contains("\x1b[36mtask  p\x1b[0m"), "{text:?}");
    }

    #[test]
    fn what_does_not_fit_wraps_at_words_and_then_becomes_records() {
        let table = |words: &str| {
            Block::Table(Table {
                head: vec!["model", "what it does"],
                rows: vec![vec!["a-long-name".to_owned(), words.to_owned()]; 2],
            })
        };
        let wrapped = text(&[table("answers every question")], screen(30));
        assert_eq!(
            wrapped,
            "\nmodel        what it does\n\
             a-long-name  answers every\n             question\n\
             a-long-name  answers every\n             question\n"
        );
        let records = text(&[table("answers every question")], screen(20));
        assert_eq!(
            records,
            "\nmodel\n  a-long-name\nwhat it does\n  answers every\n  question\n\n\
             model\n  a-long-name\nwhat it does\n  answers every\n  question\n"
        );
    }

    #[test]
    fn every_line_fits_every_screen() {
        let cell = |i: usize| format!("{i} of some words with a longer-word-{i}");
        let blocks = [
            Block::Title("a title that is rather long for a narrow terminal".to_owned()),
            Block::Facts(vec![("a label of some width", cell(7))]),
            Block::Table(Table {
                head: vec!["one", "two", "three", "four", "five", "six", "seven"],
                rows: (0..3).map(|_| (0..7).map(cell).collect()).collect(),
            }),
        ];
        let words = |text: &str| {
            let mut words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
            words.sort();
            words.dedup();
            words
        };
        let plain = words(&text(&blocks, Screen::PLAIN));
        for width in [60, 80, 120, 200] {
            let text = text(&blocks, screen(width));
            for line in text.lines() {
                assert!(display_width(line) <= width, "{width}: {line:?}");
            }
            // No word is broken or lost.
            assert_eq!(words(&text), plain, "{width}");
        }
    }
}
