"""What the network that calls functions learns: the text of the calls."""

import json

import torch
from torch.nn import functional as F

from . import tokenizer as tok
from .model import Llama, autocast
from .shards import Shard

KIND = "tool"
TEMPLATE = tok.CALL_TEMPLATE
# What the tokens of a prompt weigh, beside those of its answer with 1: they are dense, and teach to
# copy.
PROMPT_WEIGHT = 0.1
# Tokens of an answer, as a mean: what the loss of a batch's answers is divided by for each.
ANSWER_TOKENS = 38


def answer(calls):
    """Calls as the network writes them; none is an empty list."""
    return json.dumps(calls) + tok.CLOSE


def texts(asked):
    """What the tokenizer learns from."""
    for q in asked:
        yield tok.call_prompt(q["messages"], q["functions"]) + answer(q["answer"])


def tokenized(tokenizer, asked):
    """A shard of questions, each with its answer, which has the last `answer` tokens."""
    prompts = [tok.call_prompt(q["messages"], q["functions"]) for q in asked]
    prompts = tokenizer.encode_batch(prompts)
    answers = tokenizer.encode_batch([answer(q["answer"]) for q in asked])
    tokens = [p.ids + a.ids for p, a in zip(prompts, answers)]
    return Shard.of(tokens, dict(answer=[len(a.ids) for a in answers]))


class Network(Llama):
    """The network; nothing but its text is learned."""

    def __init__(self, s, vocab):
        super().__init__(s, vocab)
        self.start()

    def forward(self, tokens):
        """Logits of the next token at every place."""
        x, turn = self.embedded(tokens)
        for block in self.blocks:
            x = block(x, turn)
        return self.logits(x)


def losses(model, b):
    """Losses of the tokens of answers and of prompts, and the share of answers whose tokens are
    all right, each after the right ones before it."""
    with autocast():
        logits = model(b["tokens"])[:, :-1]
    wanted = b["tokens"][:, 1:]
    place, end = torch.arange(wanted.shape[1]) + 1, b["end"][:, None]
    answer = (place > end - b["answer"][:, None]) & (place <= end)
    prompt = place <= end - b["answer"][:, None]
    each = F.cross_entropy(logits.flatten(0, 1), wanted.flatten(), reduction="none").view_as(wanted)
    right = ((logits.argmax(2) == wanted) | ~answer).all(1).float().mean()
    # Not the mean over the batch: questions of like length stand together, so batches without a call have
    # few tokens of answers, and each would weigh more. A network that learned so answered nothing by calls,
    # although it knew them from their second token on.
    answers = each[answer].sum() / (len(each) * ANSWER_TOKENS)
    losses = [answers, PROMPT_WEIGHT * each[prompt].mean()]
    return losses, dict(answer=right)
