"""Makes the tokenizer and the training questions, unless they are there."""

import argparse
import pathlib

from . import data, ladder
from . import tokenizer as tok


def texts(asked):
    """What the tokenizer learns from: the prompts, and again the names of the actions, since a
    name that is one token is looked up in one step."""
    for q in asked:
        text = tok.prompt(q["messages"])
        yield text
        for name in data.names(text):
            yield from [f" {name}"] * 5


def main():
    """The command."""
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("--edgescore", default="target/release/edgescore")
    args.add_argument("--work", type=pathlib.Path, required=True)
    args = args.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)

    file = args.work / "tokenizer.json"
    if not file.exists():
        asked = data.questions(args.edgescore, "train", 0, 200, ladder.LEVEL)
        tok.train(texts(asked), ladder.VOCAB).save(str(file))
    tokenizer = tok.load(file)
    for number in range(ladder.SHARDS):
        path = args.work / f"{number}.npz"
        if not path.exists():
            asked = data.questions(args.edgescore, "train", number + 1, 400, ladder.LEVEL)
            shard = data.tokenized(tokenizer, asked)
            data.save(shard, path)
            print(f"{path}: {len(shard)} questions, {shard.length.mean():.0f} tokens each")


if __name__ == "__main__":
    main()
