"""What the networks of the ladder learn: the letter of an option."""

import re

import torch
from torch import nn
from torch.nn import functional as F

from . import tokenizer as tok
from .model import Llama, autocast
from .shards import Shard

KIND = "choice"
TEMPLATE = tok.CHAT_TEMPLATE
# The kinds of an option, in the order of the auxiliary head.
KINDS = ("right", "myopic", "average-case", "policy-blind")
# An option opens with the name of its action: "A: relay: film at half the frame rate"; so does
# the row of its costs: "- relay 26 18 15".
OPTION = re.compile(r"^([ABCD]): ([^:\n]*)", re.M)
ROW = re.compile(r"^- ([^:\n]*?)((?: \d+)+)$", re.M)


def names(text):
    """Names of the actions of options A to D."""
    return [m[2] for m in OPTION.finditer(text)][-4:]


def texts(asked):
    """What the tokenizer learns from: the prompts, and again the names of the actions, since a
    name that is one token is looked up in one step."""
    for q in asked:
        text = tok.letter_prompt(q["messages"])
        yield text
        for name in names(text):
            yield from [f" {name}"] * 5


def tokenized(tokenizer, asked):
    """A shard of questions."""
    texts = [tok.letter_prompt(q["messages"]) for q in asked]
    tokens = []
    each = {name: [] for name in EACH}
    letters = [tokenizer.token_to_id(c) for c in "ABCD"]
    for q, text, encoding in zip(asked, texts, tokenizer.encode_batch(texts)):
        tokens.append(encoding.ids)
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
    return Shard.of(tokens, each)


class Network(Llama):
    """The network and its auxiliary heads, which export drops."""

    def __init__(self, s, vocab):
        super().__init__(s, vocab)
        # The largest cost of a row in tens, and whether the policy forbids its action.
        self.row_worst, self.row_banned = nn.Linear(s.width, 10), nn.Linear(s.width, 2)
        self.option_worst, self.option_kind = nn.Linear(s.width, 10), nn.Linear(s.width, len(KINDS))
        self.start()

    def forward(self, tokens, rows, options, end):
        """Logits at the place of the answer `end` [batch], and of the auxiliary heads: at the
        ends of the four `rows` of costs half way up, and at the names of the four `options`
        [batch, 4] one layer below the top. The top layer works at the answer only, which
        changes nothing and saves the time of a layer."""
        x, turn = self.embedded(tokens)
        batch = torch.arange(len(x))[:, None]
        aux = []
        for i, block in enumerate(self.blocks[:-1], 1):
            x = block(x, turn)
            if i == self.s.layers // 2:
                y = F.rms_norm(x[batch, rows], (self.s.width,))
                aux += [F.linear(y, self.embed.weight), self.row_worst(y), self.row_banned(y)]
            if i == self.s.layers - 1:
                y = F.rms_norm(x[batch, options], (self.s.width,))
                aux += [F.linear(y, self.embed.weight), self.option_worst(y), self.option_kind(y)]
        answer = self.logits(self.blocks[-1](x, turn, end[:, None]))
        return answer[:, 0], [a.float() for a in aux]


def losses(model, b):
    """Losses of the answer and of the auxiliary heads, and the shares of answers and kinds that
    were right."""
    with autocast():
        answer, aux = model(b["tokens"], b["rows"], b["options"], b["end"])
    wanted = [b[name] for name in ("names", "row_worst", "banned", "letters", "option_worst", "kinds")]
    each = [F.cross_entropy(a.flatten(0, 1), w.flatten()) for a, w in zip(aux, wanted)]
    letter = b["letters"].gather(1, b["answer"][:, None])[:, 0]
    chosen = answer.gather(1, b["letters"]).argmax(1)
    right = (chosen == b["answer"]).float().mean()
    kinds = (aux[-1].argmax(2) == b["kinds"]).float().mean()
    return [F.cross_entropy(answer, letter), *each], dict(answer=right, kinds=kinds)
