//! Short round: inputs of the corpus that are changed at random. `scripts/fuzz` goes on where this ends.

use std::fs;
use std::path::Path;

use edgescore_taskpack::SplitMix64;

/// Inputs of each target.
const INPUTS: usize = 10_000;

/// Gives `run` inputs of the corpus of `target`, each changed in some places.
fn feed(target: &str, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(target);
    let files = fs::read_dir(folder).expect("it has a corpus");
    let mut corpus: Vec<Vec<u8>> = files
        .map(|file| fs::read(file.expect("it can be listed").path()).expect("it can be read"))
        .collect();
    corpus.sort();
    assert!(!corpus.is_empty());
    corpus.iter().for_each(|input| run(input));
    let mut chance = SplitMix64::new(7);
    let mut below = |end: usize| (chance.next_u64() % end.max(1) as u64) as usize;
    for _ in 0..INPUTS {
        let mut input = corpus[below(corpus.len())].clone();
        for _ in 0..=below(4) {
            let at = below(input.len());
            match below(5) {
                0 if !input.is_empty() => input[at] ^= 1 << below(8),
                1 => input.truncate(at),
                2 => input.insert(at, below(256) as u8),
                3 => {
                    let other = &corpus[below(corpus.len())];
                    let part = other[below(other.len())..].to_vec();
                    input.splice(at.., part);
                }
                _ => {
                    let end = (at + below(16)).min(input.len());
                    input.drain(at..end);
                }
            }
        }
        run(&input);
    }
}

/// Bytes that are no UTF-8 are pictures of themselves.
macro_rules! text {
    ($target:ident) => {
        |bytes| edgescore_fuzz::$target::run(&String::from_utf8_lossy(bytes))
    };
}

#[test]
fn calls() {
    feed("calls", text!(calls));
}

#[test]
fn frames() {
    feed("frames", edgescore_fuzz::frames::run);
}

#[test]
fn gguf() {
    feed("gguf", edgescore_fuzz::gguf::run);
}

#[test]
fn letter() {
    feed("letter", text!(letter));
}

#[test]
fn number() {
    feed("number", text!(number));
}

#[test]
fn own() {
    feed("own", edgescore_fuzz::own::run);
}

#[test]
fn pack() {
    feed("pack", edgescore_fuzz::pack::run);
}

#[test]
fn reorder() {
    feed("reorder", edgescore_fuzz::reorder::run);
}

#[test]
fn result_file() {
    feed("result_file", edgescore_fuzz::result_file::run);
}

#[test]
fn sensors() {
    feed("sensors", edgescore_fuzz::sensors::run);
}

#[test]
fn six_g_bench() {
    feed("six_g_bench", edgescore_fuzz::six_g_bench::run);
}

#[test]
fn summary() {
    feed("summary", edgescore_fuzz::summary::run);
}

#[test]
fn template() {
    feed("template", text!(template));
}
