//! Finding the letter of an option in generated text.

mod reference;
mod strict;

use edgescore_record::{Found, Parser};
use edgescore_taskpack::Letter;

/// The letter in `text` of one of `options` options and how it was found; `None` is a parse failure.
pub fn read(text: &str, options: u8, parser: Parser) -> Option<(Letter, Found)> {
    match parser {
        Parser::Strict => strict::answer(text, options),
        Parser::Reference => reference::answer(text, options),
    }
}
