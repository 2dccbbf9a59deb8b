//! llama.cpp's matcher of chat templates, and control tokens.

use edgescore_engine::Segment;
use edgescore_record::Weights;

use crate::tiny::{Kind, Tiny, Value};

const MESSAGES: [(&str, &str); 2] = [("system", "Answer in JSON."), ("user", "Why, \u{1F680}?")];

#[test]
fn a_template_that_the_matcher_knows_gives_a_prompt() {
    let model = Tiny::new(Kind::Attention).load(Weights::Mapped);
    let prompt = model.matched_prompt(&MESSAGES).unwrap();
    assert_eq!(
        prompt,
        "<|im_start|>system\nAnswer in JSON.<|im_end|>\n\
         <|im_start|>user\nWhy, \u{1F680}?<|im_end|>\n\
         <|im_start|>assistant\n"
    );
    let content = "0123456789".repeat(10_000);
    let prompt = model.matched_prompt(&[("user", &content)]).unwrap();
    assert_eq!(
        prompt,
        format!("<|im_start|>user\n{content}<|im_end|>\n<|im_start|>assistant\n")
    );
}

#[test]
fn where_the_matcher_knows_nothing_there_is_no_prompt() {
    let bare = Tiny::new(Kind::Attention).without("tokenizer.chat_template");
    assert_eq!(bare.load(Weights::Mapped).matched_prompt(&MESSAGES), None);
    let foreign = Tiny::new(Kind::Attention).set(
        "tokenizer.chat_template",
        Value::Text("{{ messages | tojson }}".to_owned()),
    );
    assert_eq!(
        foreign.load(Weights::Mapped).matched_prompt(&MESSAGES),
        None
    );
    let model = Tiny::new(Kind::Attention).load(Weights::Mapped);
    for messages in [[("user", "a\0b")], [("us\0er", "ab")]] {
        assert_eq!(model.matched_prompt(&messages), None);
    }
}

#[test]
fn control_tokens_are_found_in_a_templates_text() {
    let model = Tiny::new(Kind::Attention).load(Weights::Mapped);
    let specials = model.special_tokens();
    let segments = specials.split("<|im_start|>user\n<|im_end|>");
    let texts: Vec<&str> = segments
        .iter()
        .map(|segment| match segment {
            Segment::Text(text) => text,
            Segment::Special(special) => special.text.as_str(),
        })
        .collect();
    assert_eq!(texts, ["<|im_start|>", "user\n", "<|im_end|>"]);
    assert!(matches!(segments[0], Segment::Special(_)));
}
