"""Tokens a second of passes of several tokens: what decoding texts together, and small batches, bring."""

import json

from .sitting import column, spread

ROUNDS = True
TOKENS = (1, 2, 4, 5, 8, 16, 64, 128, 256, 512)


def measure(sitting, number):
    sizes = ",".join(map(str, TOKENS))
    text, _ = sitting.call([f"{sitting.tools}/llama-bench", "-m", sitting.model, "-t", str(sitting.threads), "-p", sizes,
                            "-n", "0", "-r", "3", "-o", "json"], f"columns-{number}.json")
    return {str(run["n_prompt"]): run["avg_ts"] for run in json.loads(text)}


def summary(rounds):
    return {
        "tokens_per_second_by_tokens_of_a_pass": {str(n): spread(column(rounds, str(n))) for n in TOKENS},
    }
