"""Trains one network of the ladder. Stopped at any time, it goes on from its checkpoint."""

import argparse
import json
import os
import pathlib
import time

import numpy as np
import torch

from . import ladder, shards
from . import tokenizer as tok
from .muon import Muon

# Part of the steps in which the rate rises, and part at whose end it falls to 0.
WARM, DECAY = 0.02, 0.35
CHECKPOINT_S = 60


def rate(part):
    """The learning rate over its maximum, at `part` of the steps: rise, plateau, fall (WSD)."""
    return min(1.0, part / WARM, (1 - part) / DECAY)


def optimizers(model, lr):
    """Muon for the matrices of the layers, AdamW for the rest."""
    inner = [p for p in model.blocks.parameters() if p.dim() == 2]
    taken = set(map(id, inner))
    rest = [p for p in model.parameters() if id(p) not in taken]
    return [
        Muon(inner, lr),
        torch.optim.AdamW(rest, lr=lr, betas=(0.9, 0.98), weight_decay=0.0),
    ]


def main():
    """The command."""
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("model", choices=ladder.NETWORKS)
    args.add_argument("--steps", type=int, help="another number: less brings the fall forward")
    args.add_argument("--work", type=pathlib.Path, required=True)
    args = args.parse_args()
    rung = ladder.NETWORKS[args.model]
    steps = args.steps or rung.steps

    torch.manual_seed(1)
    folder = rung.folder(args.work)
    tokenizer = tok.load(folder / "tokenizer.json")
    model = rung.subject.Network(rung.shape, tokenizer.get_vocab_size())
    run = torch.compile(model, dynamic=True)
    optims = optimizers(model, rung.lr)
    step, seen, tokens_seen, spent = 0, 0, 0, 0.0
    saved = args.work / f"{args.model}.pt"
    if saved.exists():
        state = torch.load(saved)
        model.load_state_dict(state["model"])
        for o, s in zip(optims, state["optims"]):
            o.load_state_dict(s)
        step, seen, tokens_seen, spent = state["at"]

    def save():
        state = dict(
            model=model.state_dict(),
            optims=[o.state_dict() for o in optims],
            at=(step, seen, tokens_seen, spent),
        )
        torch.save(state, f"{saved}.part")
        os.replace(f"{saved}.part", saved)

    began, last_save = time.monotonic(), time.monotonic()
    recent = []
    for batch in shards.batches(folder, seen, rung.batch):
        if step >= steps:
            break
        scale = rate((step + 1) / (steps + 1))
        for o in optims:
            for g in o.param_groups:
                g["lr"] = rung.lr * scale
        batch = {name: torch.from_numpy(array) for name, array in batch.items()}
        each, shares = rung.subject.losses(run, batch)
        sum(each).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for o in optims:
            o.step()
            o.zero_grad()
        step, seen, tokens_seen = step + 1, seen + len(batch["end"]), tokens_seen + int(batch["end"].sum())
        recent.append([v.item() for v in (*each, *shares.values())])
        now = time.monotonic()
        if step % 25 == 0 or step == steps:
            means = np.mean(recent, 0).round(3).tolist()
            recent.clear()
            shown = dict(zip(shares, means[len(each) :]), losses=means[: len(each)])
            line = dict(step=step, seen=seen, tokens=tokens_seen, seconds=round(spent + now - began))
            print(json.dumps(line | shown), flush=True)
        if now - last_save > CHECKPOINT_S:
            spent, began, last_save = spent + now - began, now, now
            save()
    spent += time.monotonic() - began
    save()


if __name__ == "__main__":
    main()
