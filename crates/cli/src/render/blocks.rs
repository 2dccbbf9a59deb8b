//! A page of text and tables, for people.

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

/// A page with one block of each kind.
#[cfg(test)]
pub fn sample() -> Vec<Block> {
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
