"""Programs that are run, and the files that remain of it."""

import csv
import glob
import json
import os
import re
import statistics
import subprocess
import sys
import time


class Sitting:
    def __init__(self, here, tools, model, pack, out):
        self.here, self.tools, self.model, self.pack, self.out = here, tools, model, pack, out
        self.threads = os.cpu_count()
        self.edgescore = f"{here}/target/release/edgescore"
        self.commands = []
        os.makedirs(out, exist_ok=True)

    def shown(self, command):
        """A command without the paths of this machine."""
        line = " ".join(command)
        shorts = ((self.out, "OUT"), (self.here + "/", ""), (self.tools, "TOOLS"), (self.model, "MODEL"),
                  (self.pack, "PACK"))
        for path, short in shorts:
            line = line.replace(path, short)
        return line

    def call(self, command, name=None):
        """Runs a command, keeps its output under `name`, returns it with the seconds it took."""
        line = self.shown(command)
        if line not in self.commands:
            self.commands.append(line)
        start = time.monotonic()
        done = subprocess.run(command, capture_output=True, text=True)
        seconds = time.monotonic() - start
        if done.returncode != 0:
            sys.exit(f"{line}: exit code {done.returncode}\n{done.stderr[-2000:]}")
        if name:
            with open(f"{self.out}/{name}", "w") as file:
                file.write(done.stdout)
        return done.stdout, seconds

    def ours(self, name, *options, model=None, pack=None, threads="all"):
        """One run. Returns its rows, its report, and the seconds from start to end."""
        result = f"{self.out}/{name}.esr"
        run = [self.edgescore, "run", "--model", model or self.model, "--pack", pack or self.pack]
        if threads:
            # As llama-bench is told to: nothing is calibrated.
            run += ["--threads", str(self.threads), "--ubatch", "512"]
        _, seconds = self.call([*run, "--force", "-o", result, *options])
        rows, _ = self.call([self.edgescore, "report", result, "--format", "csv", "--questions"], f"{name}.csv")
        report, _ = self.call([self.edgescore, "report", result, "--format", "json"])
        return list(csv.DictReader(rows.splitlines())), json.loads(report)["runs"][0], seconds

    def llama_bench(self, name, *options):
        """One test of llama-bench, with the seconds from start to end."""
        bench = [f"{self.tools}/llama-bench", "-m", self.model, "-t", str(self.threads), "-b", "2048", "-ub", "512"]
        text, seconds = self.call([*bench, "-o", "json", *options], f"{name}.json")
        return json.loads(text)[0], seconds

    def round(self, part, number, measure):
        """Makes a round unless its figures are there."""
        file = f"{self.out}/round-{part}-{number}.json"
        if os.path.exists(file):
            return
        self.commands = []
        before = busy()
        figures = measure(self, number)
        # Server and runs are over and waited for, so what they used is in busy()'s second half.
        others = others_share(before, busy())
        if others > MOST_OTHERS:
            sys.exit(f"{part} {number}: others used {100 * others:.0f} % of a CPU meanwhile; the round does not "
                     "count: end them, and call again")
        print(part, number, json.dumps(figures), flush=True)
        # Whole or not at all: a call may be cut at any time.
        with open(file + ".new", "w") as new:
            json.dump({"figures": figures, "others_cpu_share": round(others, 4), "commands": self.commands}, new, indent=1)
        os.rename(file + ".new", file)

    def conclude(self, summaries):
        """Writes summary.json from the rounds that are there."""
        commands, shares, summary = [], [], {}
        for part, summarize in summaries.items():
            numbered = [(int(re.search(r"(\d+)\.json$", file)[1]), file)
                        for file in glob.glob(f"{self.out}/round-{part}-*.json")]
            rounds = [json.load(open(file)) for _, file in sorted(numbered)]
            shares += [made["others_cpu_share"] for made in rounds]
            for made in rounds:
                commands += [line for line in made["commands"] if line not in commands]
            if rounds:
                summary.update(summarize([made["figures"] for made in rounds]))
        ours, _ = self.call([f"{self.edgescore}-rt", "--version"])
        theirs = subprocess.run([f"{self.tools}/llama-bench", "--version"], capture_output=True, text=True)
        summary["others_cpu_share_at_most"] = max(shares, default=None)
        summary.update(threads=self.threads, edgescore=ours.split("\n")[:2],
                       llama_cpp_tools=(theirs.stdout + theirs.stderr).strip().split("\n"),
                       energy="no power source on this machine", commands=commands)
        with open(f"{self.out}/summary.json", "w") as file:
            json.dump(summary, file, indent=1)
            file.write("\n")
        for key, value in summary.items():
            if key != "commands":
                print(key, json.dumps(value), flush=True)


# Share of one CPU that other processes may use in a round that counts.
MOST_OTHERS = 0.1


def busy():
    """Seconds: the clock, what all CPUs worked since the start (proc_stat(5)), and what this
    process and its children that have ended did."""
    used = os.times()
    return (time.monotonic(), sum(cpu_time()),
            used.user + used.system + used.children_user + used.children_system)


def cpu_time():
    """Seconds that all processes worked since boot, and that the host stole (proc_stat(5))."""
    fields = [int(field) for field in open("/proc/stat").readline().split()[1:9]]
    user, nice, system, _idle, _iowait, irq, softirq, steal = fields
    tick = os.sysconf("SC_CLK_TCK")
    return (user + nice + system + irq + softirq) / tick, steal / tick


def others_share(before, after):
    """CPUs that somebody else used on average between two looks."""
    clock, all_of_us, ours = (b - a for a, b in zip(before, after))
    return max(0, all_of_us - ours) / clock


def total(rows, column):
    return sum(int(row[column]) for row in rows)


def in_turn(number, sides):
    """Who goes first changes from round to round, so that drift hits all alike."""
    turn = number % len(sides)
    for side in sides[turn:] + sides[:turn]:
        side()


def spread(values):
    return {"median": round(statistics.median(values), 4), "low": round(min(values), 4),
            "high": round(max(values), 4), "rounds": len(values)}


def over(rounds, a, b):
    """The ratio of two figures, round by round."""
    return spread([made[a] / made[b] for made in rounds])


def column(rounds, key):
    return [made[key] for made in rounds]
