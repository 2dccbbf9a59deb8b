//! Models that cannot be used: exit code 4, a message that names the remedy, no file changed.
#![allow(clippy::unwrap_used, clippy::panic)]

use edgescore_tests::{Sandbox, SmallTasks, with_shared};

fn sandbox() -> Sandbox {
    Sandbox::with_small_pack(SmallTasks {
        tasks: 2,
        questions: 1,
    })
}

const RUN: &str = "run --pack small.pack --model bad.gguf -t 1 -o new.esr";

/// `tiny.gguf` with a text in it replaced by another of the same length.
fn patched(sandbox: &Sandbox, from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut bytes = sandbox.read("tiny.gguf");
    let starts_here = |at: &usize| bytes[*at..].starts_with(from.as_bytes());
    let places: Vec<_> = (0..bytes.len()).filter(starts_here).collect();
    assert!(!places.is_empty(), "{from:?} is in the model");
    for at in places {
        bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
    }
    bytes
}

#[test]
fn a_truncated_model_is_refused_wherever_it_ends() {
    let sandbox = sandbox();
    let good = sandbox.read("tiny.gguf");
    let tensors = 20_000;
    for length in [tensors, good.len() / 2, good.len() - 1] {
        sandbox.write("bad.gguf", &good[..length]);
        let words = ["bad.gguf", "cut short at", "copy the file again"];
        sandbox.refused(4, RUN, &words);
    }
    // In the metadata the full size is not known yet.
    for length in [4, 12, 100, 3000] {
        sandbox.write("bad.gguf", &good[..length]);
        sandbox.refused(4, RUN, &["bad.gguf", "ends inside its metadata", "copy"]);
    }
    for length in [0, 3] {
        sandbox.write("bad.gguf", &good[..length]);
        sandbox.refused(4, RUN, &["bad.gguf", "not a GGUF file", "fetch a GGUF"]);
    }
}

#[test]
fn what_is_no_model_is_refused() {
    let sandbox = sandbox();
    sandbox.refused(4, RUN, &["bad.gguf", "No such file", "check --model"]);
    sandbox.write("bad.gguf", "<html>404 Not Found</html>");
    sandbox.refused(4, RUN, &["not a GGUF file", "fetch a GGUF"]);
    let noise: Vec<u8> = (0..5000u32).map(|i| (i * i % 251) as u8).collect();
    sandbox.write("bad.gguf", [b"GGUF", noise.as_slice()].concat());
    sandbox.refused(4, RUN, &["bad.gguf"]);
    std::fs::remove_file(sandbox.path("bad.gguf")).unwrap();
    std::fs::create_dir(sandbox.path("bad.gguf")).unwrap();
    sandbox.refused(
        4,
        RUN,
        &["bad.gguf has no genai_config.json", "takes a GGUF file"],
    );
}

#[test]
fn a_tokenizer_alone_is_refused() {
    let file = ("tokenizers/ggml-vocab-qwen2.gguf", "bad.gguf");
    let Some(shared) = with_shared(&[file]) else {
        return;
    };
    let sandbox = sandbox();
    std::fs::rename(shared.path("bad.gguf"), sandbox.path("bad.gguf")).unwrap();
    sandbox.refused(4, RUN, &["bad.gguf", "token_embd.weight"]);
}

#[test]
fn a_model_without_chat_template_looks_like_a_base_model() {
    let sandbox = sandbox();
    let nameless = patched(
        &sandbox,
        "tokenizer.chat_template",
        "tokenizer.chat_templatX",
    );
    sandbox.write("bad.gguf", nameless);
    let words = [
        "looks like a base model",
        "--template none",
        "--shots",
        "chatml",
    ];
    sandbox.refused(4, RUN, &words);

    for template in ["chatml", "none", "none --shots 2"] {
        sandbox.done(&format!("{RUN} --force --template {template}"));
        assert_eq!(sandbox.rows("new.esr").questions.len(), 2, "{template}");
    }
}

#[test]
fn a_template_that_llama_cpp_does_not_know_is_rendered_and_that_is_said() {
    let sandbox = sandbox();
    // llama.cpp knows the template by this phrase.
    sandbox.write(
        "bad.gguf",
        patched(&sandbox, "<|im_start|>", "<|am_start|>"),
    );
    sandbox.done(RUN);
    let provenance = &sandbox.report("new.esr")["provenance"];
    assert_eq!(provenance["template_origin"], "model");
    assert_eq!(
        provenance["llama_cpp_prompt"],
        "does not recognise the template"
    );
}

#[test]
fn a_template_that_cannot_be_had_is_refused_with_what_can() {
    let sandbox = sandbox();
    let run = "run --pack small.pack --model tiny.gguf -o new.esr --template";
    let words = ["\"chatmm\"", "FILE.jinja", "none", "chatml, llama3"];
    sandbox.refused(4, &format!("{run} chatmm"), &words);
    sandbox.refused(
        4,
        &format!("{run} no.jinja"),
        &["no.jinja", "check the path"],
    );
    sandbox.write("bad.jinja", "a\n{% for %}");
    let words = ["cannot be read: line 2", "--template FILE.jinja"];
    sandbox.refused(4, &format!("{run} bad.jinja"), &words);
    sandbox.write("refuses.jinja", "{{ raise_exception('not today') }}");
    sandbox.refused(
        4,
        &format!("{run} refuses.jinja"),
        &["refuses: not today", "--template-arg"],
    );
    sandbox.write("drops.jinja", "{{ messages[0].role }}");
    sandbox.refused(4, &format!("{run} drops.jinja"), &["leaves a message out"]);
}

#[test]
fn the_template_decides_the_prompt() {
    let sandbox = sandbox();
    let tokens = |options: &str| {
        sandbox.done(&format!(
            "run --pack small.pack --model tiny.gguf -t 1 --force -o a.esr {options}"
        ));
        let rows = sandbox.rows("a.esr");
        rows.questions
            .iter()
            .map(|q| q.prompt_tokens)
            .collect::<Vec<_>>()
    };
    let own = tokens("");
    assert_eq!(
        own,
        tokens("--template chatml"),
        "the model's own is ChatML"
    );
    assert_ne!(own, tokens("--template llama3"));
}

#[test]
fn synth_refuses_what_it_cannot_make() {
    let sandbox = sandbox();
    sandbox.refused(
        2,
        "synth --like gpt-9 -o new.gguf",
        &["gpt-9", "qwen2.5-0.5b"],
    );
    let shape = "synth -o new.gguf --shape";
    sandbox.refused(
        2,
        &format!("{shape} embd=64"),
        &["lacks", "write for example"],
    );
    let odd = "embd=65,layers=1,heads=5,ff=64";
    sandbox.refused(2, &format!("{shape} {odd}"), &["multiple of"]);
    sandbox.refused(4, "synth --tokenizer none.gguf -o new.gguf", &["none.gguf"]);
    sandbox.write("bad.gguf", "no tokenizer");
    sandbox.refused(4, "synth --tokenizer bad.gguf -o new.gguf", &["bad.gguf"]);
    sandbox.refused(4, "synth -o nowhere/new.gguf", &["nowhere/new.gguf"]);
    sandbox.refused(4, "synth -o tasks", &["no regular file", "-o"]);
    // It may have been a long download.
    sandbox.refused(4, "synth -o bad.gguf", &["bad.gguf exists", "--force"]);
    let same = sandbox.done("synth --force -o tiny.gguf");
    assert!(same.contains("synthetic weights"), "{same}");
}
