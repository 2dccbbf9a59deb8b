//! Tokens and pieces.

use edgescore_engine::{Model, Token, Tokenize};
use edgescore_record::Weights;

use crate::tiny::{Kind, Tiny, VOCABULARY, Value};

fn tokens(model: &Model, text: &str, how: Tokenize) -> Vec<Token> {
    let mut out = Vec::new();
    model.tokenize(text, how, &mut out).unwrap();
    out
}

fn text(model: &Model, tokens: &[Token]) -> Vec<u8> {
    let mut out = Vec::new();
    for &token in tokens {
        model.piece(token, true, &mut out).unwrap();
    }
    out
}

#[test]
fn text_survives_the_round_trip() {
    let model = Tiny::new(Kind::Attention).load(Weights::Mapped);
    for sample in [
        "",
        "the thin hen",
        "  two  spaces, tabs\t\tand\r\nlines\n",
        "Grüße, 日本語, 🚀 and a \0 NUL",
        "\"answer\": \"B\"}",
    ] {
        let tokens = tokens(&model, sample, Tokenize::TEXT);
        assert_eq!(text(&model, &tokens), sample.as_bytes(), "{sample:?}");
    }
}

#[test]
fn merges_apply() {
    let model = Tiny::new(Kind::Attention).load(Weights::Mapped);
    assert_eq!(tokens(&model, "he", Tokenize::TEXT), [Token(256)]);
    assert_eq!(tokens(&model, "h", Tokenize::TEXT).len(), 1);
    // "in", " t", "he"
    assert_eq!(
        tokens(&model, "in the", Tokenize::TEXT),
        [Token(257), Token(258), Token(256)]
    );
}

#[test]
fn control_tokens_are_parsed_only_when_asked() {
    let model = Tiny::new(Kind::Attention).load(Weights::Mapped);
    let parsed = tokens(&model, "<|im_end|>", Tokenize::PROMPT);
    let &[end] = parsed.as_slice() else {
        panic!("{parsed:?}");
    };
    assert!(model.ends_generation(end));
    assert!(!model.ends_generation(Token(0)));
    assert_eq!(tokens(&model, "<|im_end|>", Tokenize::TEXT).len(), 10);

    let mut hidden = Vec::new();
    model.piece(end, false, &mut hidden).unwrap();
    assert!(hidden.is_empty());
    assert_eq!(text(&model, &[end]), b"<|im_end|>");
}

#[test]
fn a_model_says_whether_it_wants_a_beginning() {
    let model = Tiny::new(Kind::Attention)
        .set("tokenizer.ggml.add_bos_token", Value::Bool(true))
        .load(Weights::Mapped);
    let (bos, wanted) = model.bos().unwrap();
    assert!(wanted);
    assert_eq!(text(&model, &[bos]), b"<s>");
    let without = Tiny::new(Kind::Attention).load(Weights::Mapped);
    assert_eq!(without.bos(), Some((bos, false)));
}

#[test]
fn a_token_of_another_model_is_an_error() {
    let model = Tiny::new(Kind::Attention).load(Weights::Mapped);
    let error = model
        .piece(Token(VOCABULARY), true, &mut Vec::new())
        .unwrap_err();
    assert_eq!(
        (error.token, error.vocabulary),
        (Token(VOCABULARY), VOCABULARY)
    );
    assert!(!model.ends_generation(Token(u32::MAX)));
}
