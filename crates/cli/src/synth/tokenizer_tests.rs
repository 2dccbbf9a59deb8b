use super::*;
use crate::gguf::front;

fn value<'a>(entries: &'a [Entry], key: &str) -> &'a Value {
    &entries.iter().find(|(k, _)| k == key).unwrap().1
}

fn array<'a>(entries: &'a [Entry], key: &str) -> &'a Array {
    match value(entries, key) {
        Value::Array(array) => array,
        Value::Scalar { .. } => panic!("{key} is no array"),
    }
}

fn types(entries: &[Entry]) -> Vec<i32> {
    let (chunks, _) = array(entries, TYPES).bytes.as_chunks();
    chunks.iter().map(|c| i32::from_le_bytes(*c)).collect()
}

fn token(entries: &[Entry], id: usize) -> String {
    let text = array(entries, TOKENS).strings().nth(id).unwrap();
    String::from_utf8(text.to_vec()).unwrap()
}

#[test]
fn byte_tokens_are_gpt2s_symbols_in_byte_order() {
    let entries = byte_level(300).unwrap();
    for (byte, symbol) in [
        (b'A', "A"),
        (b'~', "~"),
        (b'\n', "Ċ"),
        (b' ', "Ġ"),
        (0, "Ā"),
        (0xa1, "¡"),
        (0xff, "ÿ"),
        // The last symbol of GPT-2's table.
        (0xad, "Ń"),
    ] {
        assert_eq!(token(&entries, usize::from(byte)), symbol, "{byte:#x}");
    }
    for (id, text) in [END_OF_TEXT, TURN_START, TURN_END] {
        assert_eq!(token(&entries, id as usize), text);
    }
    assert_eq!(token(&entries, 299), "[PAD299]");
    let texts: HashSet<_> = array(&entries, TOKENS).strings().collect();
    assert_eq!(texts.len(), 300);
    let types = types(&entries);
    assert_eq!(
        (types[0], types[258], types[259], types.len()),
        (1, 3, 5, 300)
    );
}

#[test]
fn a_model_too_small_for_the_bytes_is_refused() {
    assert!(byte_level(259).is_ok());
    let message = byte_level(258).unwrap_err().to_string();
    assert!(message.contains("--shape with vocab=259"), "{message}");
}

/// A file with these entries, kept until the value is dropped.
fn vocabulary(entries: &[Entry]) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), front(entries, &[])).unwrap();
    file
}

fn strings(texts: &[&str]) -> Value {
    let mut array = Array::empty(Kind::String);
    texts.iter().for_each(|text| array.push(text.as_bytes()));
    Value::Array(array)
}

#[test]
fn a_copied_tokenizer_is_filled_up_and_keeps_its_other_keys() {
    let mut scores = Array::empty(Kind::F32);
    (0..2).for_each(|_| scores.push(&1f32.to_le_bytes()));
    let file = vocabulary(&[
        ("general.name".to_owned(), Value::string("other")),
        ("tokenizer.ggml.model".to_owned(), Value::string("gpt2")),
        (TOKENS.to_owned(), strings(&["a", "<|start_header_id|>"])),
        (SCORES.to_owned(), Value::Array(scores)),
    ]);
    let entries = copied(file.path(), Some(4)).unwrap();
    assert!(entries.iter().all(|(key, _)| key.starts_with(PREFIX)));
    assert_eq!(
        *value(&entries, "tokenizer.ggml.model"),
        Value::string("gpt2")
    );
    assert_eq!(token(&entries, 3), "[PAD3]");
    assert_eq!(types(&entries), [1, 1, 5, 5]);
    assert_eq!(array(&entries, SCORES).len, 4);
    assert_eq!(*value(&entries, TEMPLATE), Value::string(LLAMA3));
}

#[test]
fn a_chat_template_of_its_own_is_kept() {
    let own = Value::string("<|im_start|> mine");
    let file = vocabulary(&[
        (TEMPLATE.to_owned(), own.clone()),
        (TOKENS.to_owned(), strings(&["<|im_start|>"])),
    ]);
    assert_eq!(
        *value(&copied(file.path(), Some(1)).unwrap(), TEMPLATE),
        own
    );
}

#[test]
fn files_without_a_fitting_tokenizer_are_refused_with_the_reason() {
    let refusal = |entries: &[Entry], vocab| {
        let file = vocabulary(entries);
        copied(file.path(), Some(vocab)).unwrap_err().to_string()
    };
    let tokens = |texts: &[&str]| (TOKENS.to_owned(), strings(texts));
    assert!(refusal(&[], 4).contains("no list of tokens"));
    assert!(refusal(&[tokens(&["a", "a"])], 4).contains("twice"));
    // The filler's name is taken: llama.cpp would stop at the double.
    assert!(refusal(&[tokens(&["[PAD1]"])], 4).contains("twice"));
    assert!(refusal(&[tokens(&["a", "b"])], 1).contains("vocab=2"));
    let wrong = (TYPES.to_owned(), Value::u32(1));
    assert!(refusal(&[tokens(&["a"]), wrong], 1).contains("wrong type"));
    let short = (TYPES.to_owned(), Value::Array(Array::empty(Kind::I32)));
    assert!(refusal(&[tokens(&["a"]), short], 1).contains("differ in length"));
    assert!(matches!(
        copied(Path::new("no such file"), Some(1)),
        Err(TokenizerError::Read { .. })
    ));
}

#[test]
fn real_vocabularies_are_copied() {
    let shared = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/tokenizers/");
    for (name, vocab, tokens, template) in [
        ("ggml-vocab-qwen2.gguf", 152_064, 151_936, None),
        ("ggml-vocab-llama-bpe.gguf", 128_256, 128_256, Some(LLAMA3)),
    ] {
        let path = Path::new(shared).join(name);
        if !path.exists() {
            println!("skipped: {} is not there", path.display());
            continue;
        }
        let entries = copied(&path, Some(vocab)).unwrap();
        assert_eq!(array(&entries, TOKENS).len, u64::from(vocab));
        assert_eq!(types(&entries).len() as u64, u64::from(vocab));
        assert!(array(&entries, "tokenizer.ggml.merges").len > 100_000);
        if let Some(template) = template {
            assert_eq!(*value(&entries, TEMPLATE), Value::string(template));
        }
        let fewer = copied(&path, Some(tokens - 1)).unwrap_err().to_string();
        assert!(fewer.contains(&format!("vocab={tokens}")), "{fewer}");
    }
}
