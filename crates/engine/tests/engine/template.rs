//! Chat templates.

use edgescore_engine::{TemplateError, TemplateSource, known_templates};
use edgescore_record::Weights;

use crate::tiny::{CHATML, Kind, Tiny, Value};

const MESSAGES: [(&str, &str); 2] = [("system", "Answer in JSON."), ("user", "Why, \u{1F680}?")];

#[test]
fn the_files_template_is_recognised_and_applied() {
    let model = Tiny::new(Kind::Attention).load(Weights::Mapped);
    let template = model.template(None).unwrap();
    assert_eq!(template.source(), TemplateSource::File);
    assert_eq!(template.text().to_str(), Ok(CHATML));

    let mut prompt = "what was here before".to_owned();
    template.apply(&MESSAGES, true, &mut prompt).unwrap();
    assert_eq!(
        prompt,
        "<|im_start|>system\nAnswer in JSON.<|im_end|>\n\
         <|im_start|>user\nWhy, \u{1F680}?<|im_end|>\n\
         <|im_start|>assistant\n"
    );
    template.apply(&MESSAGES[1..], false, &mut prompt).unwrap();
    assert_eq!(prompt, "<|im_start|>user\nWhy, \u{1F680}?<|im_end|>\n");
}

#[test]
fn a_long_prompt_is_whole() {
    let model = Tiny::new(Kind::Attention).load(Weights::Mapped);
    let content = "0123456789".repeat(10_000);
    let mut prompt = String::new();
    model
        .template(None)
        .unwrap()
        .apply(&[("user", &content)], false, &mut prompt)
        .unwrap();
    assert_eq!(prompt, format!("<|im_start|>user\n{content}<|im_end|>\n"));
}

#[test]
fn an_override_goes_before_the_files() {
    let model = Tiny::new(Kind::Attention).load(Weights::Mapped);
    let template = model.template(Some("llama3")).unwrap();
    assert_eq!(template.source(), TemplateSource::Override);
    assert_eq!(template.text(), c"llama3");
    let mut prompt = String::new();
    template
        .apply(&[("user", "Hi")], false, &mut prompt)
        .unwrap();
    assert_eq!(
        prompt,
        "<|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>"
    );
}

#[test]
fn every_known_name_is_a_template() {
    let model = Tiny::new(Kind::Attention).load(Weights::Mapped);
    let known = known_templates();
    assert!(known.len() > 50, "{known:?}");
    for name in known {
        let mut prompt = String::new();
        let template = model.template(Some(name)).unwrap();
        template.apply(&MESSAGES, true, &mut prompt).unwrap();
        assert!(prompt.contains("Why, \u{1F680}?"), "{name}: {prompt}");
    }
}

#[test]
fn errors_list_the_names() {
    let model = Tiny::new(Kind::Attention).load(Weights::Mapped);
    // Jinja is no name, even where llama.cpp would recognise it.
    for name in ["chat-ml", CHATML, "", "chatml\0"] {
        let error = model.template(Some(name)).unwrap_err();
        assert!(
            matches!(error, TemplateError::UnknownName { .. }),
            "{error:?}"
        );
        assert!(error.to_string().contains("chatml, "), "{error}");
    }

    let bare = Tiny::new(Kind::Attention).without("tokenizer.chat_template");
    let error = bare.load(Weights::Mapped).template(None).unwrap_err();
    assert!(matches!(error, TemplateError::None { .. }), "{error:?}");
    assert!(error.to_string().contains("llama3"), "{error}");

    let foreign = Tiny::new(Kind::Attention).set(
        "tokenizer.chat_template",
        Value::Text("{{ messages | tojson }}".to_owned()),
    );
    let error = foreign.load(Weights::Mapped).template(None).unwrap_err();
    assert!(
        matches!(error, TemplateError::Unrecognised { .. }),
        "{error:?}"
    );
    assert!(error.to_string().contains("gemma"), "{error}");
}

#[test]
fn a_nul_is_an_error_not_an_end() {
    let model = Tiny::new(Kind::Attention).load(Weights::Mapped);
    let template = model.template(None).unwrap();
    let mut prompt = String::new();
    for messages in [[("user", "a\0b")], [("us\0er", "ab")]] {
        let error = template.apply(&messages, true, &mut prompt).unwrap_err();
        assert_eq!(error, TemplateError::Nul);
    }
}
