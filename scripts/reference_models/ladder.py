"""The ladder: four networks, what they learn from, and how."""

import dataclasses

from .model import Shape

VOCAB = 2048
# Of the training questions: that of the default pack.
LEVEL = 1
# Each holds 12,000 questions, enough for every network to see none twice.
SHARDS = 4
# Questions a step.
BATCH = 32


@dataclasses.dataclass(frozen=True)
class Rung:
    """One network, its highest learning rate, and its steps."""

    shape: Shape
    lr: float
    steps: int


LADDER = {
    "0.1m": Rung(Shape(width=32, layers=3, heads=2, ff=96), 0.005, 1000),
    "0.3m": Rung(Shape(width=64, layers=4, heads=2, ff=192), 0.005, 1000),
    "1m": Rung(Shape(width=128, layers=5, heads=4, ff=320), 0.004, 1000),
    "3m": Rung(Shape(width=192, layers=6, heads=3, ff=512), 0.003, 1400),
}
