use super::*;

#[test]
fn every_named_model_can_be_built_in_every_quantisation() {
    for model in MODELS {
        for quant in [Quant::F16, Quant::Q8_0, Quant::Q4_0] {
            assert_eq!(model.shape.check(quant), Ok(()), "{} {quant}", model.name);
        }
    }
}

#[test]
fn names_and_aliases_are_found_and_others_are_told_the_list() {
    assert_eq!(named("1.5B").unwrap().name, "qwen2.5-1.5b");
    assert_eq!(named("tiny").unwrap().shape.context, 8192);
    let message = named("gpt-5").unwrap_err().to_string();
    for model in MODELS {
        assert!(message.contains(model.name), "{message}");
    }
}

#[test]
fn a_shape_is_read_with_its_defaults() {
    let shape: Shape = "embd=64, layers=2,heads=4,ff=192".parse().unwrap();
    assert_eq!(shape, llama(64, 2, 4, 4, 192, 512));
    let shape: Shape = EXAMPLE.trim_start_matches("--shape ").parse().unwrap();
    assert_eq!(
        shape,
        Shape {
            context: 4096,
            ..llama(64, 2, 4, 2, 192, 512)
        }
    );
    let shape: Shape = "arch=qwen2,embd=64,layers=1,heads=1,ff=32,vocab=300,tied=false"
        .parse()
        .unwrap();
    assert_eq!((shape.vocab, shape.tied), (300, false));
    assert_eq!(shape.rope_base, 1_000_000.0);
}

#[test]
fn text_that_is_no_shape_is_refused_with_the_reason() {
    let error = |text: &str| text.parse::<Shape>().unwrap_err();
    assert_eq!(error("embd"), ShapeError::NotAPair("embd".into()));
    assert_eq!(error("embd=1,embd=1"), ShapeError::Twice("embd".into()));
    assert_eq!(error("embd=64"), ShapeError::Missing("layers"));
    assert_eq!(
        error("embd=64,layers=2,heads=4,ff=192,depth=3"),
        ShapeError::UnknownKey("depth".into())
    );
    assert!(matches!(
        error("embd=-1"),
        ShapeError::BadValue { key: "embd", .. }
    ));
    assert!(matches!(
        error("arch=gemma"),
        ShapeError::BadValue { key: "arch", .. }
    ));
}

#[test]
fn impossible_shapes_are_refused_with_the_remedy() {
    let check = |text: &str, quant| {
        let shape: Shape = text.parse().unwrap();
        shape.check(quant).map_err(|e| e.to_string())
    };
    let q4 = Quant::Q4_0;
    let refusal = |text: &str| check(text, q4).unwrap_err();
    assert!(refusal("embd=64,layers=2,heads=5,ff=64").contains("multiple of 10"));
    assert!(refusal("embd=96,layers=2,heads=32,ff=64").contains("multiple of 64"));
    assert!(refusal("embd=64,layers=2,heads=4,kv=3,ff=64").contains("kv must divide heads"));
    assert!(refusal("embd=64,layers=2,heads=4,ff=100").contains("--quant f16"));
    assert!(refusal("embd=64,layers=2,heads=0,ff=64").contains("1 to"));
    assert!(refusal("embd=64,layers=513,heads=4,ff=64").contains("1 to 512"));
    assert_eq!(check("embd=64,layers=2,heads=4,ff=100", Quant::F16), Ok(()));
}
