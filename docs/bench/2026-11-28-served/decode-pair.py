"""Tokens a second of one build over another's, run in turn: decode-pair.py MODEL.gguf EDGESCORE_BEFORE EDGESCORE_BEHIND"""

import json
import statistics
import subprocess
import sys

ROUNDS = 15
HOW = "--limit 30 --mode generate --max-tokens 64 --draws 0 -t 1 --no-calibrate --power-source none --force -q"


def speeds(program: str, model: str, result: str) -> tuple[float, float]:
    """Decode and prefill of a run."""
    run = [program, "run", "--model", model, *HOW.split(), "-o", result]
    subprocess.run(run, check=True, stdout=subprocess.DEVNULL)
    report = subprocess.run([program, "report", "--format", "json", result], check=True, capture_output=True)
    run = json.loads(report.stdout)["runs"][0]
    return run["decode_tps"], run["prefill_tps"]


def main() -> None:
    model, before, behind = sys.argv[1:]
    ratios = []
    for number in range(ROUNDS):
        order = [("before", before), ("behind", behind)]
        if number % 2:
            order.reverse()
        found = {name: speeds(program, model, f"{name}.esr") for name, program in order}
        ratios.append([b / a for a, b in zip(found["before"], found["behind"])])
        print(number + 1, *(f"{ratio:.3f}" for ratio in ratios[-1]), flush=True)
    decode, prefill = zip(*ratios)
    for name, values in [("decode", decode), ("prefill", prefill), ("decode over prefill", [d / p for d, p in ratios])]:
        quartiles = statistics.quantiles(values, n=4)
        print(name, "quartiles", *(f"{value:.3f}" for value in quartiles))


if __name__ == "__main__":
    main()
