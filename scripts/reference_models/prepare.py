"""Makes the tokenizer and the training questions of a network, unless they are there."""

import argparse
import pathlib

from . import ladder, shards
from . import tokenizer as tok

# Tasks that have questions of a kind (docs/TASKS.md).
TASKS = dict(choice=30, tool=13)


def main():
    """The command."""
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("model", choices=ladder.NETWORKS)
    args.add_argument("--edgescore", default="target/release/edgescore")
    args.add_argument("--work", type=pathlib.Path, required=True)
    args = args.parse_args()
    rung = ladder.NETWORKS[args.model]
    subject, folder = rung.subject, rung.folder(args.work)
    folder.mkdir(parents=True, exist_ok=True)

    def asked(seed, questions):
        per_task = questions // TASKS[subject.KIND]
        return shards.questions(args.edgescore, subject.KIND, "train", seed, per_task, ladder.LEVEL)

    file = folder / "tokenizer.json"
    if not file.exists():
        tok.train(subject.texts(asked(0, ladder.SHARD // 2)), ladder.VOCAB).save(str(file))
    tokenizer = tok.load(file)
    for number in range(-(-rung.steps * rung.batch // ladder.SHARD)):
        path = folder / f"{number}.npz"
        if not path.exists():
            shard = subject.tokenized(tokenizer, asked(number + 1, ladder.SHARD))
            shard.save(path)
            print(f"{path}: {len(shard)} questions, {shard.length.mean():.0f} tokens each")


if __name__ == "__main__":
    main()
