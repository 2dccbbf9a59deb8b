"""Muon, whose steps of a matrix have singular values of about one (Jordan and others, 2024)."""

import torch

# Coefficients of the iteration and how often it runs; momentum and decay.
NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)
ROUNDS = 5
MOMENTUM = 0.95
DECAY = 0.01


def orthogonal(x):
    """A matrix near to `x` whose singular values are about one. PyTorch's own iterates in bfloat16,
    which takes a quarter of a step's time on a CPU that has no instructions for it."""
    a, b, c = NEWTON_SCHULZ
    tall = x.shape[0] > x.shape[1]
    x = x.T if tall else x
    x = x / x.norm().clamp(min=1e-7)
    for _ in range(ROUNDS):
        square = x @ x.T
        x = a * x + (b * square + c * square @ square) @ x
    return x.T if tall else x


class Muon(torch.optim.Optimizer):
    """Of matrices; steps have the size of AdamW's (Liu and others, arXiv:2502.16982)."""

    def __init__(self, matrices, lr):
        super().__init__(matrices, dict(lr=lr))

    @torch.no_grad()
    def step(self):
        """One step, with Nesterov's momentum."""
        for group in self.param_groups:
            for p in group["params"]:
                state = self.state[p]
                mean = state.setdefault("mean", torch.zeros_like(p))
                mean.lerp_(p.grad, 1 - MOMENTUM)
                step = orthogonal(p.grad.lerp(mean, MOMENTUM))
                p.mul_(1 - group["lr"] * DECAY)
                p.add_(step, alpha=-group["lr"] * 0.2 * max(p.shape) ** 0.5)
