//! How results are shown: pages of blocks for people, tables and JSON for programs.

pub mod blocks;
mod columns;
pub mod format;
pub mod html;
pub mod json;
pub mod labels;
pub mod markdown;
pub mod pages;
pub mod print;
pub mod tables;
pub mod text;
pub mod values;
