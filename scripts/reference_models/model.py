"""The network: a llama as llama.cpp runs it (RMSNorm, rotary positions, SwiGLU, tied embedding)."""

import dataclasses
import pathlib
import re

import torch
from torch import nn
from torch.nn import functional as F

NORM_EPS = 1e-5
ROPE_BASE = 500_000.0
# Without instructions for bfloat16 it takes 15 times the time of float (an EPYC of 2021).
_CPU = pathlib.Path("/proc/cpuinfo")
BF16 = _CPU.exists() and re.search(r"\b(amx_bf16|avx512_bf16|bf16)\b", _CPU.read_text()) is not None


def autocast():
    """The number format of training: bfloat16 where the CPU computes it, else float."""
    return torch.autocast("cpu", torch.bfloat16, enabled=BF16)


@dataclasses.dataclass(frozen=True)
class Shape:
    """Sizes of one network of the ladder."""

    width: int
    layers: int
    heads: int
    ff: int

    @property
    def head(self):
        """Width of a head."""
        return self.width // self.heads


class Block(nn.Module):
    """One layer: attention and feed-forward, each added to the stream."""

    def __init__(self, s: Shape):
        super().__init__()
        self.s = s
        self.norm1 = nn.RMSNorm(s.width, NORM_EPS)
        self.q = nn.Linear(s.width, s.width, bias=False)
        self.k = nn.Linear(s.width, s.width, bias=False)
        self.v = nn.Linear(s.width, s.width, bias=False)
        self.out = nn.Linear(s.width, s.width, bias=False)
        self.norm2 = nn.RMSNorm(s.width, NORM_EPS)
        self.gate = nn.Linear(s.width, s.ff, bias=False)
        self.up = nn.Linear(s.width, s.ff, bias=False)
        self.down = nn.Linear(s.ff, s.width, bias=False)

    def forward(self, x, turn, at=None):
        """The stream after this layer: all of it, or at the positions `at` [batch, some]."""
        y = self.norm1(x)
        k, v = rotate(self.split(self.k(y)), turn), self.split(self.v(y))
        if at is None:
            q = rotate(self.split(self.q(y)), turn)
            a = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        else:
            rows = torch.arange(len(x))[:, None]
            x, y = x[rows, at], y[rows, at]
            q = rotate(self.split(self.q(y)), turn[:, at].unsqueeze(2))
            seen = torch.arange(k.shape[2]) <= at[:, None, :, None]
            a = F.scaled_dot_product_attention(q, k, v, attn_mask=seen)
        x = x + self.out(a.transpose(1, 2).flatten(2))
        y = self.norm2(x)
        return x + self.down(F.silu(self.gate(y)) * self.up(y))

    def split(self, x):
        """[batch, position, width] to [batch, head, position, head width]."""
        return x.unflatten(2, (self.s.heads, self.s.head)).transpose(1, 2)


def rotate(x, turn):
    """Rotary positions over the two halves of a head. Export interleaves the rows of the
    projections, since llama.cpp turns neighbours. `turn` holds cosines and sines."""
    a, b = x.chunk(2, -1)
    cos, sin = turn[0], turn[1]
    return torch.cat((a * cos - b * sin, b * cos + a * sin), -1)


class Llama(nn.Module):
    """The network, without what is read off it."""

    def __init__(self, s: Shape, vocab: int):
        super().__init__()
        self.s = s
        self.embed = nn.Embedding(vocab, s.width)
        self.blocks = nn.ModuleList(Block(s) for _ in range(s.layers))
        self.norm = nn.RMSNorm(s.width, NORM_EPS)

    def start(self):
        """Sets the weights of an untrained network."""
        for name, p in self.named_parameters():
            if p.dim() == 2:
                nn.init.normal_(p, std=0.1 if "embed" in name else p.shape[1] ** -0.5)
        with torch.no_grad():
            for block in self.blocks:
                # At first a token looks for its like and copies what it finds, which is how a
                # name finds its row (after Trockman and Kolter, arXiv:2305.09828).
                block.k.weight.copy_(block.q.weight)
                block.out.weight.copy_(0.3 * block.v.weight.T)
                block.down.weight.mul_(0.3)

    def embedded(self, tokens):
        """The stream before the first layer, and the cosines and sines of the positions."""
        half = self.s.head // 2
        angle = torch.outer(
            torch.arange(tokens.shape[1]), ROPE_BASE ** (-torch.arange(half) / half)
        )
        turn = torch.stack((angle.cos(), angle.sin()))
        x = self.embed(tokens)
        if torch.is_autocast_enabled("cpu"):
            turn, x = turn.bfloat16(), x.bfloat16()
        return x, turn

    def logits(self, x):
        """Logits of the next token, of the stream behind the last layer."""
        return F.linear(self.norm(x), self.embed.weight).float()
