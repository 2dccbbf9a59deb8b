//! Loading: facts, and an error for each way that a file can be wrong.

use std::ops::ControlFlow;

use edgescore_engine::{LoadError, LoadProblem, Model, cpu_features, llama_version, system_info};
use edgescore_record::Weights;

use crate::tiny::{Kind, TRAINED_CONTEXT, Tiny, VOCABULARY, Value, WINDOW, load};

fn problem(file: &[u8]) -> LoadError {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("wrong.gguf");
    std::fs::write(&path, file).unwrap();
    load(&path, Weights::Mapped).err().expect("must be refused")
}

#[test]
fn facts_are_the_files() {
    for kind in Kind::ALL {
        let model = Tiny::new(kind).load(Weights::Mapped);
        let facts = model.facts();
        assert_eq!(facts.architecture, kind.architecture());
        assert_eq!(facts.name.as_deref(), Some("Tiny"));
        assert_eq!(facts.quantisation, "Q4_0");
        assert_eq!(facts.trained_context, TRAINED_CONTEXT);
        assert_eq!(facts.vocabulary, VOCABULARY);
        assert_eq!(facts.recurrent, kind == Kind::Recurrent);
        assert_eq!(facts.hybrid, kind == Kind::Hybrid);
        assert_eq!(
            facts.sliding_window,
            if kind == Kind::Window { WINDOW } else { 0 }
        );
        assert!(
            facts.description.starts_with(kind.architecture()),
            "{facts:?}"
        );
    }
}

#[test]
fn parameters_and_bytes_are_counted() {
    let facts = Tiny::new(Kind::Attention)
        .load(Weights::Mapped)
        .facts()
        .clone();
    // Embedding and the norms in F32, then two layers of Q4_0 at 18 bytes for 32.
    let floats = 64 * 264 + 64 + 2 * (64 + 64);
    let blocks = 2 * (64 * 64 + 2 * 64 * 32 + 64 * 64 + 3 * 64 * 128);
    assert_eq!(facts.parameters, floats + blocks);
    assert_eq!(facts.tensor_bytes, floats * 4 + blocks / 32 * 18);
}

#[test]
fn metadata_is_readable_by_key() {
    let long = "x".repeat(1000);
    let model = Tiny::new(Kind::Attention)
        .set("general.license", Value::Text(long.clone()))
        .load(Weights::Mapped);
    assert_eq!(model.meta("llama.block_count").as_deref(), Some("2"));
    assert_eq!(model.meta("general.license"), Some(long));
    assert_eq!(model.meta("general.author"), None);
    assert_eq!(model.meta("a\0b"), None);
}

#[test]
fn a_missing_file_is_named() {
    let error = load("no/such/model.gguf".as_ref(), Weights::Mapped)
        .err()
        .unwrap();
    assert!(matches!(error.problem, LoadProblem::NotFound), "{error:?}");
    assert!(
        error.to_string().starts_with("no/such/model.gguf: "),
        "{error}"
    );
}

#[test]
fn a_directory_is_unreadable() {
    let dir = tempfile::tempdir().unwrap();
    let error = load(dir.path(), Weights::Mapped).err().unwrap();
    assert!(
        matches!(error.problem, LoadProblem::Unreadable(_)),
        "{error:?}"
    );
}

#[test]
fn a_file_without_the_magic_is_no_gguf() {
    for file in [&b"PK\x03\x04 a zip file"[..], b"GG", b""] {
        assert!(matches!(problem(file).problem, LoadProblem::NotGguf));
    }
}

#[test]
fn a_cut_file_says_how_much_is_missing() {
    let whole = Tiny::new(Kind::Attention).bytes();
    let error = problem(&whole[..whole.len() - 5000]);
    let LoadProblem::Truncated {
        file_bytes,
        needed_bytes,
    } = error.problem
    else {
        panic!("{error:?}");
    };
    assert_eq!(file_bytes, whole.len() as u64 - 5000);
    assert_eq!(needed_bytes, whole.len() as u64);
}

#[test]
fn a_refusal_carries_llama_cpps_reason() {
    let header_only = problem(&Tiny::new(Kind::Attention).bytes()[..600]);
    assert!(
        header_only.to_string().contains("failed to read"),
        "{header_only}"
    );

    let unknown = problem(
        &Tiny::new(Kind::Attention)
            .set("general.architecture", Value::Text("nonesuch".to_owned()))
            .bytes(),
    );
    assert!(
        matches!(unknown.problem, LoadProblem::Refused(_)),
        "{unknown:?}"
    );
    assert!(
        unknown
            .to_string()
            .contains("unknown model architecture: 'nonesuch'"),
        "{unknown}"
    );

    let incomplete = problem(
        &Tiny::new(Kind::Attention)
            .without("llama.block_count")
            .bytes(),
    );
    assert!(
        incomplete.to_string().contains("llama.block_count"),
        "{incomplete}"
    );
}

#[test]
fn a_model_that_cannot_continue_a_text_is_refused() {
    let encoder = problem(
        &Tiny::new(Kind::Attention)
            .set("llama.attention.causal", Value::Bool(false))
            .bytes(),
    );
    assert!(
        matches!(encoder.problem, LoadProblem::NotADecoder(_)),
        "{encoder:?}"
    );

    let mute = problem(
        &Tiny::new(Kind::Attention)
            .set("tokenizer.ggml.model", Value::Text("none".to_owned()))
            .set("llama.vocab_size", Value::U32(VOCABULARY))
            .bytes(),
    );
    assert!(matches!(mute.problem, LoadProblem::NoTokenizer), "{mute:?}");
}

#[test]
fn progress_rises_and_can_give_up() {
    let (_dir, path) = Tiny::new(Kind::Attention).write();
    let mut shares = Vec::new();
    Model::load(&path, Weights::Mapped, &mut |share| {
        shares.push(share);
        ControlFlow::Continue(())
    })
    .unwrap();
    assert!(
        shares.is_sorted() && shares.last() == Some(&1.0),
        "{shares:?}"
    );

    let error = Model::load(&path, Weights::Mapped, &mut |_| ControlFlow::Break(())).err();
    let problem = error.expect("given up").problem;
    assert!(matches!(problem, LoadProblem::GivenUp), "{problem:?}");
}

#[test]
fn a_split_model_loads_by_its_first_file() {
    let whole = Tiny::new(Kind::Attention);
    let dir = tempfile::tempdir().unwrap();
    let part = |number: u16, tiny: Tiny| {
        let path = dir
            .path()
            .join(format!("tiny-{:05}-of-00002.gguf", number + 1));
        let file = tiny
            .set("split.no", Value::U16(number))
            .set("split.count", Value::U16(2))
            .set(
                "split.tensors.count",
                Value::I32(whole.tensors.len() as i32),
            );
        std::fs::write(&path, file.bytes()).unwrap();
        path
    };
    let (front, back) = whole.tensors.split_at(5);
    let first = part(
        0,
        Tiny {
            tensors: front.to_vec(),
            meta: whole.meta.clone(),
        },
    );
    part(
        1,
        Tiny {
            tensors: back.to_vec(),
            meta: Vec::new(),
        },
    );
    let split = load(&first, Weights::Mapped).unwrap();
    let one_file = whole.load(Weights::Mapped);
    assert_eq!(split.facts(), one_file.facts());
}

#[test]
fn the_build_says_what_it_is() {
    assert!(llama_version().starts_with("0."), "{}", llama_version());
    let info = system_info();
    for feature in cpu_features() {
        let named = info.contains(&format!("{} = 1", feature.name));
        assert_eq!(named, feature.compiled, "{feature:?} in {info}");
    }
    assert!(
        cpu_features().iter().any(|feature| feature.compiled),
        "{info}"
    );
}
