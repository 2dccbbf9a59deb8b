"""What power budgets and power measurement cost, in rounds of paired runs.

    scripts/bench-power governor FOLDER [--rounds 3] [ARGUMENTS OF run]
    scripts/bench-power sampler  FOLDER [--rounds 8] [ARGUMENTS OF run]

governor: whether the power governor keeps 4 W on the simulated board, and at which throughput. A run
without a budget, then one with. sampler: the cost of 10 samples a second and of readings at the
edges of every phase. A run that measures no power, then one that does, in alternating order.

Raw files are written to FOLDER. Use an idle machine: the summary states the CPU time that other
processes used during each run."""
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from statistics import median

from .sitting import cpu_time

EDGESCORE = os.environ.get("EDGESCORE", "target/release/edgescore")
IDLE_W, ACTIVE_W, BUDGET_W = 2.7, 7.5, 4.0
SAMPLER = "sampler"  # its thread, in crates/probe
SOURCE = f"simulated:idle={IDLE_W}W,active={ACTIVE_W}W"


class Threads(threading.Thread):
    """On-CPU seconds (/proc/PID/task/TID/schedstat) of each worker thread by name, as long as `run`
    goes on: the kernel's own account, in nanoseconds."""

    def __init__(self, run):
        super().__init__()
        self.run_process, self.seconds = run, {}

    def run(self):
        while self.run_process.poll() is None:
            for task in Path("/proc").glob("[0-9]*/task/[0-9]*"):
                try:
                    if "--worker" in (task / "cmdline").read_text():
                        name = (task / "comm").read_text().strip()
                        spent = int((task / "schedstat").read_text().split()[0]) / 1e9
                        self.seconds[task.name, name] = spent
                except (OSError, IndexError):
                    pass  # It has ended.
            time.sleep(0.5)

    def of(self, name):
        return sum(spent for (_, named), spent in self.seconds.items() if named == name)

    def total(self):
        return sum(self.seconds.values())


def run(arguments, file):
    """One run; returns its row of the report, with its speed and what others did meanwhile."""
    (busy, steal), own = cpu_time(), os.times()
    done = subprocess.Popen([EDGESCORE, "run", "--force", "-o", file, *arguments],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    threads = Threads(done)
    threads.start()
    out, err = done.communicate()
    threads.join()
    file.with_suffix(".txt").write_text(out + err)
    if done.returncode not in (0, 1):
        sys.exit(err)
    (busy_after, steal_after), own_after = cpu_time(), os.times()
    own_s = sum(own_after[2:4]) - sum(own[2:4])
    report = subprocess.run([EDGESCORE, "report", file, "--format", "json"],
                            check=True, capture_output=True, text=True)
    row = json.loads(report.stdout)["runs"][0]
    row["threads"] = threads
    row["speed"] = row["answered"] / row["power"]["length_s"]
    row["noise"] = (f"others {max(0.0, busy_after - busy - own_s):.1f} s CPU, "
                    f"stolen {steal_after - steal:.1f} s")
    return row


def governor(number, folder, arguments, lines):
    free = run(["--power-source", SOURCE, *arguments], folder / f"free-{number}.esr")
    budget = ["--power", f"{BUDGET_W}W"]
    held = run(["--power-source", SOURCE, *budget, *arguments], folder / f"held-{number}.esr")
    for name, row in [("free", free), ("held", held)]:
        power = row["power"]
        lines.append(f"{name}-{number} {row['verdict']['kind']}; mean {power['mean_w']:.3f} W; "
                     f"worst window {power['worst_window_w']:.3f} W, over {power['time_over_s']:.2f} s; "
                     f"{row['speed']:.3f} questions/s in {power['length_s']:.1f} s; {row['noise']}")
    power = held["power"]
    lines.append(f"held-{number} active {power['active_w']:.3f} W, pieces of {power['piece_tokens']} tokens")
    share, allowed = held["speed"] / free["speed"], BUDGET_W - IDLE_W
    literal = share / (allowed / (ACTIVE_W - IDLE_W))
    strict = share / (allowed / (free["power"]["mean_w"] - IDLE_W))
    lines.append(f"round {number}: {share:.4f} of the free throughput: {literal:.4f} of what (budget - idle)/"
                 f"(active - idle) allows, {strict:.4f} with the free run's mean as active power")
    return literal, strict


def sampler(number, folder, arguments, lines):
    sources = [("none", "none"), ("sampled", SOURCE)]
    speed = {}
    for name, source in sources if number % 2 else reversed(sources):
        row = run(["--power-source", source, *arguments], folder / f"{name}-{number}.esr")
        speed[name] = (row["prefill_tps"], row["speed"])
        lines.append(f"{name}-{number} {row['prefill_tps']:.1f} tokens/s, {row['speed']:.3f} questions/s; "
                     f"{row['power']['samples']} samples; {row['noise']}")
        threads = row["threads"]
        if name == "sampled":
            share = threads.of(SAMPLER) / threads.total()
            lines.append(f"sampled-{number} sampler's thread {1e3 * threads.of(SAMPLER):.2f} ms of "
                         f"{threads.total():.2f} s CPU: {100 * share:.4f} %")
    ratios = [with_it / without for with_it, without in zip(speed["sampled"], speed["none"])]
    lines.append(f"round {number}: {ratios[0]:.4f} of the tokens/s, {ratios[1]:.4f} of the questions/s")
    return [*ratios, 1 - share]


def main():
    if len(sys.argv) < 3 or sys.argv[1] not in ("governor", "sampler"):
        sys.exit(__doc__)
    part, folder, arguments = globals()[sys.argv[1]], Path(sys.argv[2]), sys.argv[3:]
    rounds = 3 if part is governor else 8
    if arguments[:1] == ["--rounds"]:
        rounds, arguments = int(arguments[1]), arguments[2:]
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    results = [part(number, folder, arguments, lines) for number in range(1, rounds + 1)]
    for figure in zip(*results):
        lines.append(f"median {median(figure):.4f}, {min(figure):.4f} to {max(figure):.4f}")
    text = "\n".join(lines) + "\n"
    (folder / "summary.txt").write_text(text)
    print(text, end="")


if __name__ == "__main__":
    main()
