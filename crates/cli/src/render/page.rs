//! A page of text and tables, printed for a terminal or as Markdown.

use std::io::{self, Write};

use clap::ValueEnum;
use serde_json::Value;

use crate::failure::Failure;
use crate::output::{self, Content, Output};

/// One part of a page.
pub enum Block {
    /// A heading.
    Title(String),
    /// A line of prose.
    Line(String),
    /// Labels with what belongs to them.
    Facts(Vec<(&'static str, String)>),
    /// A table.
    Table(Table),
}

/// A table; every row has as many cells as `head`.
pub struct Table {
    /// Column titles.
    pub head: Vec<&'static str>,
    /// Rows of cells.
    pub rows: Vec<Vec<String>>,
}

/// How a command prints that has no rows to export.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Tables for reading
    Table,
    /// One JSON object
    Json,
    /// Markdown
    Md,
}

/// Prints `blocks`, or `json` in their place, to where `output` says.
pub fn print(
    output: &Output,
    format: Format,
    blocks: &[Block],
    json: impl FnOnce() -> Value,
) -> Result<(), Failure> {
    output::to(output.path.as_deref(), Content::Text, |out| {
        match format {
            Format::Table => text(out, blocks),
            Format::Md => markdown(out, blocks),
            Format::Json => writeln!(out, "{:#}", json()),
        }
        .map_err(Failure::data)
    })
}

/// Prints `blocks` for a terminal: columns are aligned, and a blank line stands between two
/// blocks unless both are lines.
pub fn text(out: &mut dyn Write, blocks: &[Block]) -> io::Result<()> {
    let mut after_line = false;
    for block in blocks {
        let is_line = matches!(block, Block::Line(_) | Block::Title(_));
        if !(is_line && after_line) {
            writeln!(out)?;
        }
        after_line = is_line;
        match block {
            Block::Title(text) | Block::Line(text) => writeln!(out, "{text}")?,
            Block::Facts(facts) => {
                let widest = facts.iter().map(|(label, _)| label.chars().count()).max();
                let width = widest.unwrap_or(0);
                for (label, text) in facts {
                    writeln!(out, "{label:width$}  {text}")?;
                }
            }
            Block::Table(table) => text_table(out, table)?,
        }
    }
    Ok(())
}

fn text_table(out: &mut dyn Write, table: &Table) -> io::Result<()> {
    let mut widths: Vec<usize> = table.head.iter().map(|cell| cell.chars().count()).collect();
    for row in &table.rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut write_row = |cells: &mut dyn Iterator<Item = &str>| {
        let mut line = String::new();
        for (width, cell) in widths.iter().zip(cells) {
            line.push_str(&format!("{cell:width$}  "));
        }
        writeln!(out, "{}", line.trim_end())
    };
    write_row(&mut table.head.iter().copied())?;
    for row in &table.rows {
        write_row(&mut row.iter().map(String::as_str))?;
    }
    Ok(())
}

/// Prints `blocks` as Markdown.
pub fn markdown(out: &mut dyn Write, blocks: &[Block]) -> io::Result<()> {
    for (index, block) in blocks.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        match block {
            Block::Title(text) => writeln!(out, "## {}", escaped(text))?,
            Block::Line(text) => writeln!(out, "{}", escaped(text))?,
            Block::Facts(facts) => {
                writeln!(out, "| | |\n|---|---|")?;
                for (label, text) in facts {
                    writeln!(out, "| {} | {} |", escaped(label), escaped(text))?;
                }
            }
            Block::Table(table) => {
                writeln!(out, "| {} |", table.head.join(" | "))?;
                writeln!(out, "|{}", "---|".repeat(table.head.len()))?;
                for row in &table.rows {
                    let cells: Vec<String> = row.iter().map(|cell| escaped(cell)).collect();
                    writeln!(out, "| {} |", cells.join(" | "))?;
                }
            }
        }
    }
    Ok(())
}

/// What Markdown would take for its own is set apart.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.trim().chars() {
        if matches!(
            character,
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#'
        ) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks() -> Vec<Block> {
        vec![
            Block::Title("m*".to_owned()),
            Block::Line("synthetic".to_owned()),
            Block::Facts(vec![("a", "1".to_owned()), ("long", "2 | 3".to_owned())]),
            Block::Table(Table {
                head: vec!["task", "p"],
                rows: vec![vec!["T1".to_owned(), "0.5".to_owned()]],
            }),
        ]
    }

    fn printed(print: impl Fn(&mut dyn Write, &[Block]) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        print(&mut out, &blocks()).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_same_page_twice() {
        assert_eq!(
            printed(text),
            "\nm*\nsynthetic\n\na     1\nlong  2 | 3\n\ntask  p\nT1    0.5\n"
        );
        assert_eq!(
            printed(markdown),
            "## m\\*\n\nsynthetic\n\n| | |\n|---|---|\n| a | 1 |\n| long | 2 \\| 3 |\n\n\
             | task | p |\n|---|---|\n| T1 | 0.5 |\n"
        );
    }
}
