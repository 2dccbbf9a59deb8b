use half::f16;

use super::super::quant::Format;
use super::super::shape::{TINY, named};
use super::super::weights::fnv1a;
use super::*;
use crate::gguf;

/// The tiny model in q4_0, byte tokens, seed 0.
fn tiny() -> Spec {
    Spec {
        name: TINY.name.to_owned(),
        shape: TINY.shape,
        quant: Quant::Q4_0,
        tokenizer: None,
        template: None,
        says: None,
        seed: 0,
    }
}

fn bytes(spec: &Spec) -> Vec<u8> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("model.gguf");
    let summary = write(spec, &path).unwrap();
    let bytes = fs::read(&path).unwrap();
    assert_eq!(summary.bytes, bytes.len() as u64);
    assert_eq!(summary.path, path);
    bytes
}

#[test]
fn the_tiny_model_has_the_bytes_it_always_had() {
    // If this changes, results measured with the old file no longer repeat.
    for (quant, hash) in [
        (Quant::F16, 0x4b3a_d9cf_acae_4fea),
        (Quant::Q8_0, 0x2807_22a0_8933_0198),
        (Quant::Q4_0, 0xca96_e86e_edd8_65c1),
    ] {
        let hash_now = fnv1a(&bytes(&Spec { quant, ..tiny() }));
        assert_eq!(hash_now, hash, "{quant}: {hash_now:#018x}");
    }
}

#[test]
fn another_seed_gives_other_weights_under_the_same_metadata() {
    let (a, b) = (bytes(&tiny()), bytes(&Spec { seed: 1, ..tiny() }));
    assert_eq!(a.len(), b.len());
    let differ = a.iter().zip(&b).filter(|(a, b)| a != b).count();
    // The weights, and one byte of metadata: the seed.
    assert!(differ > a.len() / 2, "{differ} of {}", a.len());
}

#[test]
fn metadata_says_what_llama_cpp_needs_and_that_it_is_synthetic() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("model.gguf");
    let spec = Spec {
        name: "qwen2.5-0.5b".to_owned(),
        shape: named("qwen2.5-0.5b").unwrap().shape,
        seed: 7,
        ..tiny()
    };
    let Parts {
        metadata: entries,
        tensors,
    } = random(&spec).unwrap();
    let infos: Vec<_> = tensors.iter().map(Tensor::info).collect();
    fs::write(&path, front(&entries, &infos)).unwrap();
    assert_eq!(gguf::metadata(&path, |_| true).unwrap(), entries);
    for (key, value) in [
        ("general.architecture", Value::string("qwen2")),
        ("general.name", Value::string("synthetic qwen2.5-0.5b")),
        ("general.file_type", Value::u32(2)),
        ("edgescore.synthetic", Value::bool(true)),
        ("edgescore.seed", Value::u64(7)),
        ("qwen2.attention.head_count_kv", Value::u32(2)),
        ("qwen2.rope.freq_base", Value::f32(1e6)),
    ] {
        let found = entries.iter().find(|(k, _)| k == key).map(|(_, v)| v);
        assert_eq!(found, Some(&value), "{key}");
    }
}

/// The data of one tensor.
fn data(tensor: &Tensor) -> Vec<u8> {
    let mut data = Vec::new();
    let keep = |part: &[u8]| {
        data.extend_from_slice(part);
        Ok(())
    };
    Buffers::default().write(tensor, 3, keep).unwrap();
    assert_eq!(data.len() as u64, padded(tensor.bytes(), ALIGNMENT));
    data.truncate(tensor.bytes() as usize);
    data
}

#[test]
fn a_seed_is_one_model_in_every_quantisation() {
    let shape: Shape = "embd=256,layers=1,heads=4,ff=512,vocab=300"
        .parse()
        .unwrap();
    let half = tensors(&shape, Quant::F16);
    for quant in [Quant::Q8_0, Quant::Q4_0] {
        for (half, packed) in half.iter().zip(tensors(&shape, quant)) {
            if half.format != Format::F16 {
                assert_eq!(data(half), data(&packed));
                continue;
            }
            // What llama-quantize would do: read the half floats, pack them.
            let bytes = data(half);
            let (halves, _) = bytes.as_chunks();
            let weights: Vec<f32> = halves
                .iter()
                .map(|half| f16::from_le_bytes(*half).to_f32())
                .collect();
            let mut expected = Vec::new();
            packed.format.encode(&weights, &mut expected);
            assert!(expected == data(&packed), "{} {quant}", packed.name);
        }
    }
}

#[test]
fn long_and_odd_tensors_are_whole() {
    // Longer than the buffer, and of a length that fills neither it nor the alignment.
    let tensor = Tensor {
        name: "w".to_owned(),
        dims: vec![65_537],
        format: Format::F32,
        fill: Fill::Values((0..65_537).map(|i| i as f32).collect()),
    };
    let data = data(&tensor);
    let (floats, rest) = data.as_chunks();
    assert!(rest.is_empty());
    let floats = floats.iter().map(|c| f32::from_le_bytes(*c));
    assert!(floats.eq((0..65_537).map(|i| i as f32)));
}

#[test]
fn a_file_is_replaced_whole_and_an_error_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("model.gguf");
    let files = || fs::read_dir(dir.path()).unwrap().count();
    fs::write(&path, "old").unwrap();
    let no_tokenizer = Spec {
        tokenizer: Some(path.clone()),
        ..tiny()
    };
    assert!(matches!(
        write(&no_tokenizer, &path),
        Err(SynthError::Tokenizer(_))
    ));
    assert_eq!((fs::read(&path).unwrap(), files()), (b"old".to_vec(), 1));
    write(&tiny(), &path).unwrap();
    assert_eq!(
        (fs::read(&path).unwrap()[..4].to_vec(), files()),
        (b"GGUF".to_vec(), 1)
    );

    drop(PartFile::create(&path).unwrap());
    assert_eq!(files(), 1);
    assert!(matches!(
        write(&tiny(), dir.path()),
        Err(SynthError::NotAFile(_))
    ));
    let nowhere = write(&tiny(), &dir.path().join("none/model.gguf")).unwrap_err();
    let message = nowhere.to_string();
    assert!(
        message.contains("bytes") && message.contains("KiB"),
        "{message}"
    );
}

#[test]
fn a_link_is_written_through() {
    let dir = tempfile::tempdir().unwrap();
    let (path, link) = (dir.path().join("model.gguf"), dir.path().join("link"));
    fs::write(&path, "old").unwrap();
    std::os::unix::fs::symlink(&path, &link).unwrap();
    write(&tiny(), &link).unwrap();
    assert!(link.is_symlink());
    assert_eq!(fs::read(&path).unwrap()[..4], *b"GGUF");
}
