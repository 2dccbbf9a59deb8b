//! Options whose values have labels: what the command line takes is what reports show.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use edgescore_record::{CacheType, FlashAttention, Labels, Mode, Parser, Scenario, Weights};
use edgescore_taskpack::Layout;

/// A parser of the labels of `T`, each with its help.
pub fn labels<T: Labels + Send + Sync>(
    help: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> {
    let values = T::ALL
        .iter()
        .map(|value| PossibleValue::new(value.label()).help(help(*value)));
    PossibleValuesParser::new(values)
        .try_map(|label| T::from_label(&label).ok_or("not one of the values"))
}

/// What a mode does.
pub fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Letter => {
            "One forward pass; the letters' logits give the answer and its probabilities"
        }
        Mode::Generate => "Greedy text, parsed, and draws for pass@k: the reference protocol",
    }
}

/// How questions come.
pub fn scenario(scenario: Scenario) -> &'static str {
    match scenario {
        Scenario::SingleStream => "One after another",
        Scenario::Offline => "All at the start, several answered at once; no latencies",
    }
}

/// What a layout does.
pub fn layout(layout: Layout) -> &'static str {
    match layout {
        Layout::Reference => "The order of 6G-Bench, byte for byte",
        Layout::SharedPrefix => {
            "The episode first, so that the questions of an episode share its prefill"
        }
    }
}

/// How a letter is found.
pub fn parser(parser: Parser) -> &'static str {
    match parser {
        Parser::Strict => "As a person would read it",
        Parser::Reference => "As the notebook of 6G-Bench does",
    }
}

/// How weights are held.
pub fn weights(weights: Weights) -> &'static str {
    match weights {
        Weights::Mapped => "Memory-mapped as in the file",
        Weights::Repacked => "Rearranged for the CPU's matrix instructions",
    }
}

/// Whether attention is computed in one pass.
pub fn flash_attention(flash: FlashAttention) -> &'static str {
    match flash {
        FlashAttention::Auto => "llama.cpp decides",
        FlashAttention::On => "On",
        FlashAttention::Off => "Off",
    }
}

/// What an element takes.
pub fn cache_type(cache: CacheType) -> &'static str {
    match cache {
        CacheType::F16 => "Two bytes an element",
        CacheType::Q8_0 => "34 bytes for 32 elements",
    }
}
