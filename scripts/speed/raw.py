"""Prefill and decode in tokens/s against llama-bench, and their share of the machine."""

import statistics

from .sitting import column, in_turn, over, spread, total

ROUNDS = True
GENERATED = 33


def measure(sitting, number):
    figures = {}

    def us():
        rows, report, _ = sitting.ours(f"raw-{number}", "--mode", "generate", "--draws", "0", "--max-tokens",
                                       str(GENERATED), "--limit", "2", "--no-reuse")
        figures["prompt_tokens"] = [int(row["prompt_tokens"]) for row in rows]
        figures["prefill"] = total(rows, "prompt_tokens") / total(rows, "prefill_us") * 1e6
        # The first token comes out of the prefill.
        figures["decode"] = (total(rows, "generated_tokens") - len(rows)) / total(rows, "decode_us") * 1e6
        figures["roofline"] = report["roofline"]

    def them():
        # Total tokens over total time, as ours, not the mean of rates. The prompts of the two
        # questions have about the same length.
        prompt = mean_prompt(sitting)
        run, _ = sitting.llama_bench(f"raw-{number}-prefill", "-p", str(prompt), "-n", "0", "-r", "2")
        figures["llama_bench_prefill"] = prompt / statistics.mean(run["samples_ns"]) * 1e9
        run, _ = sitting.llama_bench(f"raw-{number}-decode", "-p", "0", "-n", str(GENERATED - 1), "-d", str(prompt),
                                     "-r", "2")
        figures["llama_bench_decode"] = (GENERATED - 1) / statistics.mean(run["samples_ns"]) * 1e9

    in_turn(number, [us, them])
    return figures


def mean_prompt(sitting):
    """Tokens of a prompt of the two questions, from a run that is made once."""
    import csv
    import os
    file = f"{sitting.out}/raw-0.csv"
    if os.path.exists(file):
        rows = list(csv.DictReader(open(file)))
    else:
        rows = sitting.ours("raw-0", "--limit", "2")[0]
    return round(total(rows, "prompt_tokens") / len(rows))


def summary(rounds):
    share = lambda key: spread([made["roofline"][key] for made in rounds])
    return {
        "prefill_vs_llama_bench": over(rounds, "prefill", "llama_bench_prefill"),
        "decode_vs_llama_bench": over(rounds, "decode", "llama_bench_decode"),
        "decode_bandwidth_utilisation": share("decode_bandwidth_utilisation"),
        "prefill_arithmetic_utilisation": share("prefill_arithmetic_utilisation"),
        "bandwidth_bytes_per_s": share("bandwidth_bytes_per_s"),
        "int8_operations_per_s": share("int8_operations_per_s"),
        "raw_prompt_tokens": rounds[0]["prompt_tokens"],
        "raw_tokens_per_second": {
            key: [round(value, 2) for value in column(rounds, key)]
            for key in ("prefill", "decode", "llama_bench_prefill", "llama_bench_decode")
        },
    }
