use clap::Parser;

use super::*;

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    args: Args,
}

fn spec(words: &str) -> Result<Spec, String> {
    Cli::try_parse_from(
        ["synth", "-o", "x.gguf"]
            .into_iter()
            .chain(words.split(' ')),
    )
    .map_err(|error| error.to_string())
    .and_then(|cli| cli.args.spec().map_err(|error| error.to_string()))
}

#[test]
fn arguments_become_a_spec() {
    assert_eq!(
        spec("--like tiny"),
        Ok(Spec {
            name: "tiny".to_owned(),
            shape: TINY.shape,
            quant: Quant::Q4_0,
            seed: 0,
            tokenizer: None,
            template: None,
            says: None,
        })
    );
    assert_eq!(
        spec("--like 1.5B --quant q8_0 --seed 7 --tokenizer v.gguf"),
        Ok(Spec {
            name: "qwen2.5-1.5b".to_owned(),
            shape: named("qwen2.5-1.5b").unwrap().shape,
            quant: Quant::Q8_0,
            seed: 7,
            tokenizer: Some("v.gguf".into()),
            template: None,
            says: None,
        })
    );
    let custom = spec("--shape embd=32,layers=1,heads=1,ff=32").unwrap();
    assert_eq!((custom.name.as_str(), custom.shape.embd), ("custom", 32));
}

#[test]
fn wrong_arguments_are_refused_with_the_choices() {
    assert!(spec("--like gpt-5").unwrap_err().contains("qwen2.5-0.5b"));
    let both = "--like tiny --shape embd=32,layers=1,heads=1,ff=32";
    assert!(spec(both).unwrap_err().contains("cannot be used with"));
    assert!(
        spec("--shape embd=32")
            .unwrap_err()
            .contains("lacks layers")
    );
    assert!(spec("--quant q2_k").unwrap_err().contains("q4_0"));
}
