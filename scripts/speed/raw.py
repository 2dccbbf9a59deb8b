"""Prefill and decode in tokens/s against llama-bench, and their share of the machine."""

import csv
import os
import statistics

from .sitting import column, in_turn, over, spread, total

ROUNDS = True
GENERATED = 33


def measure(sitting, number):
    figures = {}

    def us():
        # The first question also computes what the others share with it: the others are counted.
        rows, report, _ = sitting.ours(f"raw-{number}", "--mode", "generate", "--draws", "0", "--max-tokens",
                                       str(GENERATED), "--limit", "3")
        figures["fresh_tokens"] = fresh_tokens(rows)
        figures["prefill"] = sum(fresh_tokens(rows)) / total(rows[1:], "prefill_us") * 1e6
        # The first token comes out of the prefill.
        figures["decode"] = (total(rows, "generated_tokens") - len(rows)) / total(rows, "decode_us") * 1e6
        figures["roofline"] = report["roofline"]

    def them():
        # Total tokens over total time, as ours, not the mean of rates. The prompts have about the
        # same length, and begin behind what they share.
        prompt, shared = mean_prompt(sitting), shared_tokens(sitting)
        run, _ = sitting.llama_bench(f"raw-{number}-prefill", "-p", str(prompt), "-n", "0", "-d", str(shared),
                                     "-r", "2")
        figures["llama_bench_prefill"] = prompt / statistics.mean(run["samples_ns"]) * 1e9
        run, _ = sitting.llama_bench(f"raw-{number}-decode", "-p", "0", "-n", str(GENERATED - 1), "-d",
                                     str(shared + prompt), "-r", "2")
        figures["llama_bench_decode"] = (GENERATED - 1) / statistics.mean(run["samples_ns"]) * 1e9

    in_turn(number, [us, them])
    return figures


def fresh_tokens(rows):
    return [int(row["prompt_tokens"]) - int(row["cached_tokens"]) for row in rows[1:]]


def first_run(sitting):
    """Rows of three questions, from a run that is made once."""
    file = f"{sitting.out}/raw-0.csv"
    if os.path.exists(file):
        return list(csv.DictReader(open(file)))
    return sitting.ours("raw-0", "--limit", "3")[0]


def mean_prompt(sitting):
    """Tokens that a question takes to compute, behind those it shares."""
    return round(statistics.mean(fresh_tokens(first_run(sitting))))


def shared_tokens(sitting):
    return int(first_run(sitting)[-1]["cached_tokens"])


def summary(rounds):
    share = lambda key: spread([made["roofline"][key] for made in rounds])
    return {
        "prefill_vs_llama_bench": over(rounds, "prefill", "llama_bench_prefill"),
        "decode_vs_llama_bench": over(rounds, "decode", "llama_bench_decode"),
        "decode_bandwidth_utilisation": share("decode_bandwidth_utilisation"),
        "prefill_arithmetic_utilisation": share("prefill_arithmetic_utilisation"),
        "bandwidth_bytes_per_s": share("bandwidth_bytes_per_s"),
        "int8_operations_per_s": share("int8_operations_per_s"),
        "raw_fresh_tokens": rounds[0]["fresh_tokens"],
        "raw_tokens_per_second": {
            key: [round(value, 2) for value in column(rounds, key)]
            for key in ("prefill", "decode", "llama_bench_prefill", "llama_bench_decode")
        },
    }
