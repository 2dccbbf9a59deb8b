//! Pages as Markdown.

use std::io::{self, Write};

use super::blocks::Block;

/// Prints `blocks` as Markdown.
pub fn write(out: &mut dyn Write, blocks: &[Block]) -> io::Result<()> {
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
    use super::super::blocks::sample;

    #[test]
    fn what_markdown_would_take_for_its_own_is_escaped() {
        let mut out = Vec::new();
        super::write(&mut out, &sample()).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "## m\\*\n\nsynthetic\n\n| | |\n|---|---|\n| a | 1 |\n| long | 2 \\| 3 |\n\n\
             | task | p |\n|---|---|\n| T1 | 0.5 |\n"
        );
    }
}
