//! How results are shown: blocks of a page, tables for other programs, and labels.

pub mod page;
pub mod sheet;
pub mod words;
