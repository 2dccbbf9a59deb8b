#!/usr/bin/env bash
# Greedy alone, five draws one after another, and five together, in turn: draws.sh EDGESCORE MODEL PACK OUT ROUNDS
set -euo pipefail
for round in $(seq "$5"); do
  for way in greedy alone together; do
    case $way in
      greedy) o="--draws 0" ;;
      alone) o="--draws 5 --parallel 1" ;;
      together) o="--draws 5" ;;
    esac
    # shellcheck disable=SC2086
    "$1" run "$2" --pack "$3" --mode generate --max-tokens 64 --no-calibrate --power-source simulated $o --force -o "$4/$way-$round.esr" >/dev/null 2>&1
    "$1" report "$4/$way-$round.esr" --format json >"$4/$way-$round.json"
  done
done
python3 - "$4" "$5" <<'E'
import json, sys, statistics
out, rounds = sys.argv[1], int(sys.argv[2])
def run(way, n): return json.load(open(f"{out}/{way}-{n}.json"))["runs"][0]
for way in ("alone", "together"):
    ratios = [run(way, n)["power"]["length_s"] / run("greedy", n)["power"]["length_s"] for n in range(1, rounds + 1)]
    print(f"greedy and five draws {way}: {statistics.median(ratios):.2f} of greedy alone ({min(ratios):.2f} to {max(ratios):.2f})")
for n in range(1, rounds + 1):
    m = run("together", n)["memory"]["estimate"]; print("memory estimate error", round(m["error"], 4))
E
