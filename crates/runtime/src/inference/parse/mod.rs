//! Finding the letter in generated text.

mod reference;
mod strict;

use edgescore_record::{Found, Parser};
use edgescore_taskpack::Letter;

/// The letter in `text` and how it was found; `None` is a parse failure.
pub fn answer(text: &str, parser: Parser) -> Option<(Letter, Found)> {
    match parser {
        Parser::Strict => strict::answer(text),
        Parser::Reference => reference::answer(text),
    }
}
