"""RssAnon at its highest, less the anonymous buffers that llama.cpp names, of our worker and of
llama-bench.

llama-bench with batches of one token, whose buffers are small, has what llama.cpp itself takes beside
them: above all the tables of the tokenizer. What remains of ours is Edgescore's own."""

import glob
import os
import re
import subprocess
import threading
import time

ROUNDS = False
MIB = 1024


def measure(sitting, number):
    run = [sitting.edgescore, "run", "--model", sitting.model, "--pack", sitting.pack, "--threads",
           str(sitting.threads), "--ubatch", "512", "--force", "--limit", "2", "-o", f"{sitting.out}/memory.esr"]
    ours = watched(sitting, run, "edgescore-work", "memory-ours.log")
    bench = [f"{sitting.tools}/llama-bench", "-m", sitting.model, "-t", str(sitting.threads), "-b", "1", "-ub",
             "1", "-p", "1", "-n", "0", "-r", "1", "-v"]
    theirs = watched(sitting, bench, "llama-bench", "memory-llama-bench.log")
    return {"ours": ours, "llama_bench": theirs, "own_mib": round(ours["beyond_mib"] - theirs["beyond_mib"], 1)}


def watched(sitting, command, name, log):
    """Runs a command and watches the process called `name`, every 20 ms."""
    sitting.commands.append("RUST_LOG=debug " + sitting.shown(command))
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                               env={**os.environ, "RUST_LOG": "debug"})
    lines = []
    reader = threading.Thread(target=lambda: lines.extend(process.stderr))
    reader.start()
    peak = 0
    while process.poll() is None:
        for status in glob.glob("/proc/[0-9]*/status"):
            try:
                text = open(status).read()
            except OSError:
                continue
            anon = re.search(r"RssAnon:\s+(\d+)", text)
            if text.startswith(f"Name:\t{name}") and anon:
                peak = max(peak, int(anon[1]))
        time.sleep(0.02)
    reader.join()
    named = {}
    for line in lines:
        found = re.search(r"(\S+) +(model|KV|RS|output|compute) buffer size = +([\d.]+) MiB", line)
        if found:
            named[f"{found[1]} {found[2]}"] = float(found[3])
    with open(f"{sitting.out}/{log}", "w") as file:
        file.writelines(line for line in lines if "buffer size" in line)
    buffers = sum(size for key, size in named.items() if "Mapped" not in key)
    return {"peak_anon_mib": round(peak / MIB, 1), "buffers_mib": named,
            "beyond_mib": round(peak / MIB - buffers, 1)}


def summary(rounds):
    return {"memory": rounds[0]}
