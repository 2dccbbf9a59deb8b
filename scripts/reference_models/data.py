"""Training questions: made by `edgescore`, tokenized, never asked twice."""

import json
import pathlib
import re
import subprocess
import tempfile

import numpy as np

from . import tokenizer as tok
from .model import KINDS

# An option opens with the name of its action: "A: relay: film at half the frame rate"; so does
# the row of its costs: "- relay 26 18 15".
OPTION = re.compile(r"^([ABCD]): ([^:\n]*)", re.M)
ROW = re.compile(r"^- ([^:\n]*?)((?: \d+)+)$", re.M)


def names(text):
    """Names of the actions of options A to D."""
    return [m[2] for m in OPTION.finditer(text)][-4:]


def questions(edgescore, split, seed, per_task, level):
    """Questions of all tasks, as `edgescore pack show --messages` prints them."""
    with tempfile.TemporaryDirectory() as folder:
        pack = pathlib.Path(folder, "questions.pack")
        build = [edgescore, "pack", "build", "--split", split, "--seed", str(seed)]
        build += ["--per-task", str(per_task), "--level", str(level), "--force", "-o", pack]
        subprocess.run(build, check=True, stderr=subprocess.DEVNULL)
        shown = subprocess.run(
            [edgescore, "pack", "show", pack, "--messages"], check=True, stdout=subprocess.PIPE
        )
    return [json.loads(line) for line in shown.stdout.splitlines()]


class Shard:
    """Tokenized questions: `tokens` end to end, `start` and `length` of each, the places `rows`
    and `options` of the last token of each row of costs and of each option's name, the wanted
    `answer`, and what the auxiliary heads are to say there."""

    def __init__(self, arrays):
        self.__dict__.update(arrays)

    def __len__(self):
        return len(self.start)

    def batch(self, rows, multiple=16):
        """Tokens [row, position] padded at the end, and the other arrays of these rows."""
        longest = -(-int(self.length[rows].max()) // multiple) * multiple
        tokens = np.zeros((len(rows), longest), np.int64)
        for to, row in zip(tokens, rows):
            start, n = self.start[row], self.length[row]
            to[:n] = self.tokens[start : start + n]
        rest = {name: self.__dict__[name][rows] for name in EACH}
        return dict(tokens=tokens, end=self.length[rows] - 1, **rest)


EACH = ("rows", "options", "answer", "names", "row_worst", "banned", "letters", "option_worst", "kinds")


def tokenized(tokenizer, asked):
    """A shard of questions."""
    texts = [tok.prompt(q["messages"]) for q in asked]
    tokens = []
    each = {name: [] for name in EACH}
    letters = [tokenizer.token_to_id(c) for c in "ABCD"]
    for q, text, encoding in zip(asked, texts, tokenizer.encode_batch(texts)):
        tokens.append(np.array(encoding.ids, np.uint16))
        options = list(OPTION.finditer(text))[-4:]
        names = [m[2] for m in options]
        rows = [m for m in ROW.finditer(text) if m[1] in names]
        kinds = [q["faults"].get(c, "right") for c in "ABCD"]
        worst = {m[1]: min(9, max(map(int, m[2].split())) // 10) for m in rows}
        each["rows"].append([encoding.char_to_token(m.end() - 1) for m in rows])
        each["options"].append([encoding.char_to_token(m.end(2) - 1) for m in options])
        each["answer"].append("ABCD".index(q["answer"]))
        ids = [tokenizer.token_to_id(f"\u0120{m[1]}") for m in rows]
        each["names"].append([-100 if i is None else i for i in ids])
        each["row_worst"].append([worst[m[1]] for m in rows])
        each["banned"].append([kinds[names.index(m[1])] == "policy-blind" for m in rows])
        each["letters"].append(letters)
        each["option_worst"].append([worst[name] for name in names])
        each["kinds"].append([KINDS.index(kind) for kind in kinds])
    length = np.array([len(t) for t in tokens])
    arrays = {name: np.array(values, np.int64) for name, values in each.items()}
    start = np.concatenate(([0], np.cumsum(length)[:-1]))
    return Shard(dict(tokens=np.concatenate(tokens), start=start, length=length, **arrays))


def save(shard, path):
    """Writes a shard whole or not at all."""
    part = path.with_suffix(".part.npz")
    np.savez(part, **shard.__dict__)
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
