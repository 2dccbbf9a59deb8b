//! Pages for a terminal.

use std::io::{self, Write};

use super::blocks::{Block, Table};

/// Prints `blocks` for a terminal: columns are aligned, and a blank line stands between two
/// blocks unless both are lines.
pub fn write(out: &mut dyn Write, blocks: &[Block]) -> io::Result<()> {
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

#[cfg(test)]
mod tests {
    use super::super::blocks::sample;

    #[test]
    fn columns_are_aligned() {
        let mut out = Vec::new();
        super::write(&mut out, &sample()).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "\nm*\nsynthetic\n\na     1\nlong  2 | 3\n\ntask  p\nT1    0.5\n"
        );
    }
}
