"""Training questions: made by `edgescore`, tokenized, never asked twice."""

import json
import pathlib
import subprocess
import tempfile

import numpy as np


def questions(edgescore, kind, split, seed, per_task, level):
    """Questions of all tasks of a kind, as `edgescore pack show --messages` prints them."""
    with tempfile.TemporaryDirectory() as folder:
        pack = pathlib.Path(folder, "questions.pack")
        build = [edgescore, "pack", "build", "--kind", kind, "--split", split, "--seed", str(seed)]
        build += ["--per-task", str(per_task), "--level", str(level), "--force", "-o", pack]
        subprocess.run(build, check=True, stderr=subprocess.DEVNULL)
        shown = subprocess.run(
            [edgescore, "pack", "show", pack, "--messages"], check=True, stdout=subprocess.PIPE
        )
    return [json.loads(line) for line in shown.stdout.splitlines()]


class Shard:
    """Tokenized questions: `tokens` end to end, `start` and `length` of each, and what else a kind
    of question keeps of each, by name."""

    def __init__(self, arrays):
        self.start, self.length, self.tokens = (arrays.pop(n) for n in ("start", "length", "tokens"))
        self.each = arrays

    @staticmethod
    def of(tokens, each):
        """A shard of the tokens of each question, and of lists with as many values."""
        length = np.array([len(t) for t in tokens])
        start = np.concatenate(([0], np.cumsum(length)[:-1]))
        arrays = {name: np.array(values, np.int64) for name, values in each.items()}
        tokens = np.concatenate([np.array(t, np.uint16) for t in tokens])
        return Shard(dict(arrays, tokens=tokens, start=start, length=length))

    def __len__(self):
        return len(self.start)

    def batch(self, rows, multiple=16):
        """Tokens [row, position] padded at the end, the place `end` of each last one, and what is
        kept of each of these rows."""
        longest = -(-int(self.length[rows].max()) // multiple) * multiple
        tokens = np.zeros((len(rows), longest), np.int64)
        for to, row in zip(tokens, rows):
            start, n = self.start[row], self.length[row]
            to[:n] = self.tokens[start : start + n]
        rest = {name: values[rows] for name, values in self.each.items()}
        return dict(tokens=tokens, end=self.length[rows] - 1, **rest)

    def save(self, path):
        """Writes the shard whole or not at all."""
        part = path.with_suffix(".part.npz")
        np.savez(part, tokens=self.tokens, start=self.start, length=self.length, **self.each)
        part.rename(path)


def load(path):
    """Reads a shard."""
    with np.load(path) as arrays:
        return Shard(dict(arrays))


def batches(folder, seen, size):
    """Batches of questions of like length, from the question `seen` on, out of the numbered
    shards of a folder. In which order depends on the shard alone, so a training that goes on
    sees what it would have seen."""
    number = 0
    while True:
        path = folder / f"{number}.npz"
        if not path.exists():
            return
        shard = load(path)
        n = len(shard) // size * size
        if seen >= n:
            seen -= n
        else:
            rng = np.random.default_rng(number)
            # Sorted by length among neighbours of a random order: little padding, mixed batches.
            order = rng.permutation(len(shard))[:n]
            pools = [p[np.argsort(shard.length[p], kind="stable")] for p in np.array_split(order, max(1, n // (size * 32)))]
            groups = np.concatenate(pools).reshape(-1, size)
            for rows in rng.permutation(groups)[seen // size :]:
                yield shard.batch(rows)
            seen = 0
        number += 1
