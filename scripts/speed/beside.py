"""Decode beside a process that keeps a CPU busy, over that of the quiet machine. The others' share of
a round is that process, so the round's check leaves it out: it is a child of this one."""

import subprocess

from .raw import GENERATED
from .sitting import column, in_turn, over, total

ROUNDS = True


def measure(sitting, number):
    figures = {}

    def decode(name):
        # Threads are the board's choice.
        rows, report, _ = sitting.ours(f"beside-{name}-{number}", "--mode", "generate", "--draws", "0", "--max-tokens",
                                       str(GENERATED), "--limit", "4", threads=None)
        figures[name] = (total(rows, "generated_tokens") - len(rows)) / total(rows, "decode_us") * 1e6
        figures[f"{name}_threads"] = report["provenance"]["threads"]
        depth = round(total(rows, "prompt_tokens") / len(rows))
        run, _ = sitting.llama_bench(f"beside-{name}-{number}", "-p", "0", "-n", str(GENERATED - 1), "-d", str(depth),
                                     "-r", "4")
        figures[f"llama_bench_{name}"] = run["avg_ts"]

    def quiet():
        decode("quiet")

    def busy():
        competitor = subprocess.Popen(["sh", "-c", "while :; do :; done"])
        try:
            decode("busy")
        finally:
            competitor.kill()
            competitor.wait()

    in_turn(number, [quiet, busy])
    return figures


def summary(rounds):
    return {
        "decode_beside_over_quiet": over(rounds, "busy", "quiet"),
        "llama_bench_beside_over_quiet": over(rounds, "llama_bench_busy", "llama_bench_quiet"),
        "threads_beside": column(rounds, "busy_threads"),
        "beside_tokens_per_second": {
            key: [round(value, 2) for value in column(rounds, key)]
            for key in ("quiet", "busy", "llama_bench_quiet", "llama_bench_busy")
        },
    }
