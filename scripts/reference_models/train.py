"""Trains one network of the ladder. Stopped at any time, it goes on from its checkpoint."""

import argparse
import json
import os
import pathlib
import time

import numpy as np
import torch
from torch.nn import functional as F

from . import data, ladder
from . import tokenizer as tok
from .model import Llama

# Part of the steps in which the rate rises, and part at whose end it falls to 0.
WARM, DECAY = 0.02, 0.35
CHECKPOINT_S = 60


def rate(part):
    """The learning rate over its maximum, at `part` of the steps: rise, plateau, fall (WSD)."""
    return min(1.0, part / WARM, (1 - part) / DECAY)


def losses(model, batch, letters):
    """Losses of the answer and of the auxiliary heads, and how many answers and kinds were
    right."""
    b = {name: torch.from_numpy(array) for name, array in batch.items()}
    with torch.autocast("cpu", torch.bfloat16):
        answer, aux = model(b["tokens"], b["rows"], b["options"], b["end"])
    wanted = [b[name] for name in ("names", "row_worst", "banned", "letters", "option_worst", "kinds")]
    each = [F.cross_entropy(a.flatten(0, 1), w.flatten()) for a, w in zip(aux, wanted)]
    return (
        [F.cross_entropy(answer, letters[b["answer"]]), *each],
        (answer[:, letters].argmax(1) == b["answer"]).float().mean().item(),
        (aux[-1].argmax(2) == b["kinds"]).float().mean().item(),
    )


def optimizers(model, lr):
    """Muon for the matrices of the layers, AdamW for the rest."""
    inner = [p for p in model.blocks.parameters() if p.dim() == 2]
    taken = set(map(id, inner))
    rest = [p for p in model.parameters() if id(p) not in taken]
    return [
        torch.optim.Muon(inner, lr=lr, weight_decay=0.01, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(rest, lr=lr, betas=(0.9, 0.98), weight_decay=0.0),
    ]


def main():
    """The command."""
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("model", choices=ladder.LADDER)
    args.add_argument("--steps", type=int, help="another number: less brings the fall forward")
    args.add_argument("--work", type=pathlib.Path, required=True)
    args = args.parse_args()
    rung = ladder.LADDER[args.model]
    steps = args.steps or rung.steps

    torch.manual_seed(1)
    tokenizer = tok.load(args.work / "tokenizer.json")
    letters = torch.tensor([tokenizer.token_to_id(c) for c in "ABCD"])
    model = Llama(rung.shape, tokenizer.get_vocab_size())
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
    sums = np.zeros(9)
    for batch in data.batches(args.work, seen, ladder.BATCH):
        if step >= steps:
            break
        scale = rate((step + 1) / (steps + 1))
        for o in optims:
            for g in o.param_groups:
                g["lr"] = rung.lr * scale
        each, right, kinds_right = losses(run, batch, letters)
        sum(each).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for o in optims:
            o.step()
            o.zero_grad()
        step, seen, tokens_seen = step + 1, seen + len(batch["end"]), tokens_seen + int(batch["end"].sum())
        sums += [*(e.item() for e in each), right, kinds_right]
        now = time.monotonic()
        if step % 25 == 0 or step == steps:
            n = (step - 1) % 25 + 1
            *means, r, kr = (sums / n).round(3).tolist()
            sums[:] = 0
            line = dict(step=step, seen=seen, tokens=tokens_seen, seconds=round(spent + now - began))
            print(json.dumps(line | dict(losses=means, answer=r, kinds=kr)), flush=True)
        if now - last_save > CHECKPOINT_S:
            spent, began, last_save = spent + now - began, now, now
            save()
    spent += time.monotonic() - began
    save()


if __name__ == "__main__":
    main()
