"""The networks, what they learn from, and how."""

import dataclasses
import types

from . import calls, choices
from .model import Shape

VOCAB = 2048
# Of the training questions: that of the default pack.
LEVEL = 1
# Questions of a shard: enough shards for every network to see no question twice.
SHARD = 12_000


@dataclasses.dataclass(frozen=True)
class Rung:
    """One network, its highest learning rate, its steps, and what it learns."""

    shape: Shape
    lr: float
    steps: int
    # Questions of a step.
    batch: int = 32
    subject: types.ModuleType = choices

    def folder(self, work):
        """Where the questions and the tokenizer of this subject lie."""
        return work / self.subject.KIND


NETWORKS = {
    "0.1m": Rung(Shape(width=32, layers=3, heads=2, ff=96), 0.005, 1000),
    "0.3m": Rung(Shape(width=64, layers=4, heads=2, ff=192), 0.005, 1000),
    "1m": Rung(Shape(width=128, layers=5, heads=4, ff=320), 0.004, 1000),
    "3m": Rung(Shape(width=192, layers=6, heads=3, ff=512), 0.003, 1400),
    "1m-calls": Rung(Shape(width=128, layers=6, heads=4, ff=320), 0.004, 2450, 16, calls),
}
