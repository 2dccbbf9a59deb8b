"""A long run: whether memory grows, and whether what comes with a question takes longer at the end than at the start.

Usage: scripts/long-run QUESTIONS [MODEL.gguf]    100000 of the smallest synthetic model take some four minutes

Reads the resident memory of edgescore, edgescore-rt and its worker every half second, and fits a line through it behind the
first tenth of the questions, over which pages are first touched. Overhead is what a question takes beside its prefill.
"""

import csv
import io
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
EDGESCORE = ROOT / "target/release/edgescore"
# Bytes of memory that 1,000 more questions may take in any process.
LIMIT = 1024


def children(pid):
    try:
        return [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def resident(pid):
    """Bytes, without those of files: what grows is memory that was asked for."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return 1024 * int(line.split()[1])
    return 0


def slope(points):
    """Of a line through the points by least squares."""
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    over = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / over if over else 0.0


def main():
    if len(sys.argv) not in (2, 3) or not sys.argv[1].isdigit():
        sys.exit(__doc__)
    questions = int(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        model = sys.argv[2] if len(sys.argv) == 3 else str(folder / "tiny.gguf")
        if len(sys.argv) == 2:
            subprocess.run([EDGESCORE, "-q", "synth", "-o", model], check=True, stdout=subprocess.DEVNULL)
        pack, result = folder / "long.pack", folder / "long.esr"
        # Short ones: what grows with a question does not grow with its length.
        with (folder / "long.csv").open("w") as rows:
            rows.write("question,A,B,C,D,answer\n")
            rows.writelines(f"Which cell takes user {number}?,north,east,south,west,{'ABCD'[number % 4]}\n" for number in range(questions))
        build = ["pack", "import", "csv", folder / "long.csv", "-o", pack]
        subprocess.run([EDGESCORE, *build], check=True, stdout=subprocess.DEVNULL)
        run = [EDGESCORE, "-q", "run", model, "--pack", pack, "-t", "1", "--limit", str(questions), "-o", result]
        host = subprocess.Popen([*run, "--power-source", "none"], stdout=subprocess.DEVNULL)
        samples = []
        while host.poll() is None:
            time.sleep(0.5)
            try:
                supervisor = children(host.pid)[0]
                processes = [host.pid, supervisor, children(supervisor)[0]]
                samples.append((time.monotonic(), result.stat().st_size, [resident(pid) for pid in processes]))
            except (IndexError, OSError):
                continue
        if host.returncode != 0:
            sys.exit(f"the run ended with exit code {host.returncode}")
        rows = subprocess.run(
            [EDGESCORE, "report", "--questions", "--format", "csv", result], check=True, capture_output=True, text=True
        )
        prefill = [float(row["prefill_us"]) / 1e6 for row in csv.DictReader(io.StringIO(rows.stdout))]
    size = samples[-1][1]
    asked = [(at, min(round(length / size * len(prefill)), len(prefill)), memory) for at, length, memory in samples]
    late = [sample for sample in asked if sample[1] > len(prefill) / 10]
    failed = False
    for number, name in enumerate(["edgescore", "edgescore-rt", "worker"]):
        grows = 1000 * slope([(count, memory[number]) for _, count, memory in late])
        failed |= grows > LIMIT
        first, last = late[0][2][number], late[-1][2][number]
        print(f"{name}: {grows:+.0f} bytes for 1,000 questions; {first / 2**20:.2f} MiB to {last / 2**20:.2f} MiB")
    tenth = len(prefill) // 10

    def overhead(low, high):
        part = [sample for sample in asked if low <= sample[1] <= high]
        (begin, first, _), (end, last, _) = part[0], part[-1]
        return (end - begin - sum(prefill[first:last])) / max(last - first, 1)

    early, end = overhead(tenth, 3 * tenth), overhead(8 * tenth, 10 * tenth)
    print(f"{len(prefill)} questions; beside its prefill a question takes {1e6 * early:.0f} us at first and {1e6 * end:.0f} us at last")
    sys.exit(failed)


if __name__ == "__main__":
    main()
