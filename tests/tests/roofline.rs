//! What the machine could do and what a token takes, in the result and in the report.
#![allow(clippy::unwrap_used, clippy::panic)]

use edgescore_tests::{Sandbox, SmallTasks};

#[test]
fn a_run_says_how_close_it_came_to_the_machine() {
    let sandbox = Sandbox::with_small_pack(SmallTasks {
        tasks: 2,
        questions: 2,
    });
    // Layers of 64 wide with 4 heads, of which 2 have keys: q and o 64 x 64, k and v 64 x 32, three
    // matrices of 64 x 192, two norms of 64. The shape's vocabulary is at least that of bytes.
    let shape = "arch=llama,embd=64,layers=2,heads=4,kv=2,ff=192,vocab=512,ctx=4096";
    let layer = 2 * 64 * 64 + 2 * 64 * 32 + 3 * 64 * 192 + 2 * 64;
    let multiplied = 2 * layer + 64;
    // At 8.5 bits; norms and the like are floats.
    let bytes = |weights: u64, floats: u64| weights * 34 / 32 + floats * 4;
    let norms = 2 * 2 * 64 + 64;
    let layers = bytes(multiplied - norms, norms);
    for (tied, copies) in [("true", 1), ("false", 2)] {
        sandbox.done(&format!(
            "synth --force --shape {shape},tied={tied} --quant q8_0 -o m.gguf"
        ));
        sandbox.done(
            "run --model m.gguf --pack small.pack --force -o run.esr --mode generate --max-tokens 9",
        );
        let report = sandbox.report("run.esr");
        let roofline = &report["roofline"];
        let number = |name: &str| roofline[name].as_u64().unwrap();
        assert_eq!(number("weights_multiplied_per_token"), multiplied, "{tied}");
        // Decode reads the output's weights, and never a second copy that is only looked up.
        let output = number("weight_bytes_per_token") - layers;
        let total = report["provenance"]["tensor_bytes"].as_u64().unwrap();
        assert_eq!(output, bytes(512 * 64, 0), "{tied}");
        assert_eq!(layers + copies * output, total, "{tied}");
        // Keys and values of two layers, 32 wide, two bytes each; and where the token stands.
        let kv = number("kv_bytes_per_token");
        assert!((256..=256 + 32).contains(&kv), "{kv}");

        let figure = |name: &str| roofline[name].as_f64().unwrap();
        let prefill = 2.0 * multiplied as f64 * report["prefill_tps"].as_f64().unwrap();
        let share = prefill / figure("int8_operations_per_s");
        assert!((share / figure("prefill_arithmetic_utilisation") - 1.0).abs() < 1e-9);
        // What was read lies between the weights alone and the weights with a full context.
        let read = figure("decode_bandwidth_utilisation") * figure("bandwidth_bytes_per_s");
        let context = report["provenance"]["context"].as_u64().unwrap();
        let weights = (layers + output) as f64;
        let per_token = read / report["decode_tps"].as_f64().unwrap();
        assert!(per_token > weights && per_token < weights + (context * kv) as f64);
    }
}
