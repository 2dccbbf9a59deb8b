//! From a text to calls.

use super::call::Call;
use super::dialect::Dialect;
use super::{
    gemma, gemma_code, granite, hermes, lfm2, llama, mistral, plain, pythonic, qwen_xml, tags,
};
use crate::wording;

/// What a text says about calls.
#[derive(Clone, Debug)]
pub enum Parsed {
    /// Calls, at least one, and how they are written.
    Calls(Dialect, Vec<Call>),
    /// Text without a call.
    None,
    /// An attempt at a call that is not well-formed, or in a dialect that is not known.
    Broken,
}

/// The calls in `text`, which is all that a model answered. A tag decides on the dialect; without one
/// the whole text must be calls.
pub fn parse(text: &str) -> Parsed {
    let text = text.trim();
    let Some(dialect) = tags::first(text) else {
        return untagged(text);
    };
    let calls = match dialect {
        Dialect::Hermes => hermes::calls(text),
        Dialect::LlamaJson => llama::calls(text),
        Dialect::Mistral => mistral::calls(text),
        Dialect::Lfm2 => lfm2::calls(text),
        Dialect::GemmaCode => gemma_code::calls(text),
        Dialect::FunctionGemma => gemma::function_gemma(text),
        Dialect::Gemma4 => gemma::gemma_4(text),
        Dialect::Granite => granite::calls(text),
        Dialect::Pythonic => pythonic::calls(text),
        Dialect::Json => plain::calls(text),
        Dialect::QwenXml => qwen_xml::calls(text),
    };
    calls.map_or(Parsed::Broken, |calls| Parsed::Calls(dialect, calls))
}

fn untagged(text: &str) -> Parsed {
    let (word, inside) = wording::fence(text).unwrap_or(("", text));
    let json = matches!(word, "" | "json");
    // By its members, an object or an array is of Llama or of any other.
    if let Some(calls) = llama::calls(inside).filter(|_| json) {
        return Parsed::Calls(Dialect::LlamaJson, calls);
    }
    if let Some(calls) = plain::calls(inside).filter(|_| json) {
        return Parsed::Calls(Dialect::Json, calls);
    }
    if let Some(calls) = pythonic::calls(text) {
        return Parsed::Calls(Dialect::Pythonic, calls);
    }
    if tags::any(text) || plain::attempted(inside) || pythonic::attempted(inside) {
        return Parsed::Broken;
    }
    Parsed::None
}
