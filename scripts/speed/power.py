"""What power budgets and power measurement cost, in rounds of paired runs.

    scripts/bench-power governor FOLDER [--rounds 3] [--budgets 4] [--beside 0] [ARGUMENTS OF run]
    scripts/bench-power sampler  FOLDER [--rounds 8] [ARGUMENTS OF run]

governor: whether the power governor keeps budgets (4 W, or several: 4,5,6) on the simulated board, and
at which throughput. A run without a budget, then one with each. With --beside 0.5 another process uses
half a CPU meanwhile, and the source sees it. sampler: the cost of 10 samples a second and of readings at the
edges of every phase. A run that measures no power, then one that does, in alternating order.

Raw files are written to FOLDER. Use an idle machine: the summary states the CPU time that other
processes used during each run."""
import argparse
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
IDLE_W, ACTIVE_W = 2.7, 7.5
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


class Competitor:
    """A process that uses a share of a CPU, in turns of 20 ms."""

    def __init__(self, share):
        busy = f"""
import time
while True:
    start = time.monotonic()
    while time.monotonic() - start < {0.02 * share}:
        pass
    time.sleep({0.02 * (1 - share)})
"""
        # It ends with this process, also when that is killed.
        command = ["setpriv", "--pdeathsig", "KILL", sys.executable, "-c", busy]
        self.process = subprocess.Popen(command) if share else None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process:
            self.process.kill()
            self.process.wait()


def governor(number, folder, arguments, options, lines):
    source = ["--power-source", SOURCE + (",of=board" if options.beside else "")]
    free = run([*source, *arguments], folder / f"free-{number}.esr")
    lines.append(f"free-{number} mean {free['power']['mean_w']:.3f} W; {free['speed']:.4f} questions/s in "
                 f"{free['power']['length_s']:.1f} s; {free['noise']}")
    figures = {}
    for watts in options.budgets:
        budget = ["--power", f"{watts}W"]
        with Competitor(options.beside):
            held = run([*source, *budget, *arguments], folder / f"held-{watts:g}-{number}.esr")
        power = held["power"]
        literal = held["speed"] / free["speed"] / ((watts - IDLE_W) / (ACTIVE_W - IDLE_W))
        mean, worst = power["mean_w"] / watts, power["worst_window_w"] / watts
        lines.append(f"held-{watts:g}-{number} {held['verdict']['kind']} {held['verdict'].get('detail', '')}; mean {mean:.4f} "
                     f"and worst window {worst:.4f} of the budget, over {power['time_over_s']:.2f} s; "
                     f"{literal:.4f} of the throughput that (budget - idle)/(active - idle) allows, in "
                     f"{power['length_s']:.1f} s; idle {power['idle_before_w']:.3f} W, active {power['active_w']:.3f} W; "
                     f"{held['noise']}")
        figures |= {f"{watts:g} W mean": mean, f"{watts:g} W worst": worst, f"{watts:g} W throughput": literal}
    return figures


def sampler(number, folder, arguments, options, lines):
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
    tokens, questions = [with_it / without for with_it, without in zip(speed["sampled"], speed["none"])]
    lines.append(f"round {number}: {tokens:.4f} of the tokens/s, {questions:.4f} of the questions/s")
    return {"tokens/s": tokens, "questions/s": questions, "CPU time left": 1 - share}


def main():
    if len(sys.argv) < 3 or sys.argv[1] not in ("governor", "sampler"):
        sys.exit(__doc__)
    part, folder = globals()[sys.argv[1]], Path(sys.argv[2])
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--rounds", type=int, default=3 if part is governor else 8)
    parser.add_argument("--budgets", type=lambda text: [float(watts) for watts in text.split(",")], default=[4.0])
    parser.add_argument("--beside", type=float, default=0)
    options, arguments = parser.parse_known_args(sys.argv[3:])
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    results = []
    for number in range(1, options.rounds + 1):
        results.append(part(number, folder, arguments, options, lines))
        print(lines[-1], flush=True)
    for name in results[0]:
        figure = [figures[name] for figures in results]
        lines.append(f"{name}: median {median(figure):.4f}, {min(figure):.4f} to {max(figure):.4f}")
    text = "\n".join(lines) + "\n"
    (folder / "summary.txt").write_text(text)
    print(text, end="")


if __name__ == "__main__":
    main()
