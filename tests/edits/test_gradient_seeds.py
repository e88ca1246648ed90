"""What backward passes start with, in programs of several fields: ones of the shape of what is differentiated."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autofix.records.report import Report

Repaired = Callable[..., Report]
CheckChange = Callable[[str, str, tuple[str, str]], None]

HEADER = """import torch
from torch import nn

net = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1))
"""
CASES = {
    "an energy that is one number": (
        """q = torch.randn(5, 2, requires_grad=True)
energy = net(q).sum()
force, = torch.autograd.grad(energy, q, grad_outputs=torch.ones_like(q))
print(-force)
""",
        ("torch.ones_like(q)", "torch.ones_like(energy)"),
    ),
    "a penalty on the gradient of a critic": (
        """mixed = torch.randn(6, 2, requires_grad=True)
scores = net(mixed)
slopes = torch.autograd.grad(outputs=scores, inputs=mixed, grad_outputs=torch.ones(mixed.size(0)), create_graph=True)
print(((slopes[0].norm(dim=1) - 1) ** 2).mean())
""",
        ("torch.ones(mixed.size(0))", "torch.ones_like(scores)"),
    ),
    "a derivative that was given no weights": (
        """def slope(y, x):
    return torch.autograd.grad(y, x, create_graph=True)[0]


x = torch.randn(7, 2, requires_grad=True)
print(slope(net(x), x).shape)
""",
        ("create_graph=True)", "create_graph=True, grad_outputs=torch.ones_like(y))"),
    ),
    "losses that are summed by their gradients": (
        """losses = [net(torch.randn(3, 2)).pow(2).mean() for _ in range(3)]
seeds = [torch.ones(1) for _ in losses]
torch.autograd.backward(losses, seeds)
print(net[0].weight.grad.norm())
""",
        ("(losses, seeds)", "(losses, [torch.ones_like(output) for output in losses])"),
    ),
    "a loss for each sample": (
        """loss = net(torch.randn(4, 2))
loss.backward(torch.ones(4))
print(net[0].weight.grad.norm())
""",
        ("torch.ones(4)", "torch.ones_like(loss)"),
    ),
    "one number for two critics, of which one falls": (
        """one = torch.Tensor([1])
mone = one * -1
for sign in (one, mone):
    net(torch.randn(4, 2)).mean().backward(sign)
    (-net(torch.randn(4, 2)).mean()).backward(mone)
print(net[0].weight.grad.norm())
""",
        ("torch.Tensor([1])", "torch.tensor(1.)"),
    ),
    "a weight that a trainer keeps on its device": (
        """class Trainer:
    def __init__(self):
        self.down = -torch.ones(1, device="cpu").to("cpu")

    def step(self, wave):
        loss = net(wave).mean()
        loss.backward(self.down)


Trainer().step(torch.randn(4, 2))
""",
        ('torch.ones(1, device="cpu")', 'torch.ones((), device="cpu")'),
    ),
    "how strongly an energy pulls": (
        """scale = torch.tensor([2.0], dtype=torch.float32)
x = torch.randn(5, 2, requires_grad=True)
print(torch.autograd.grad(net(x).pow(2).sum(), x, grad_outputs=scale)[0].shape)
""",
        ("torch.tensor([2.0], ", "torch.tensor(2.0, "),
    ),
    "a loss that keeps an axis": (
        """one = torch.tensor(1.0)
loss = net(torch.randn(4, 2)).mean(0)
loss.backward(-one)
""",
        ("torch.tensor(1.0)", "torch.tensor([1.0])"),
    ),
}


@pytest.mark.parametrize("program, change", CASES.values(), ids=CASES)
def test_ones_of_another_shape(program: str, change: tuple[str, str], check_change: CheckChange) -> None:
    check_change(HEADER, program, change)


def test_weights_that_are_not_ones_are_left_as_they_are(repaired: Repaired) -> None:
    program = """weights = torch.rand(6)
x = torch.randn(6, 2, requires_grad=True)
y = net(x)
print(torch.autograd.grad(y, x, grad_outputs=weights))
"""
    report = repaired(HEADER + program)
    plans = [plan for plan in (report.plan, *report.alternatives) if plan is not None]
    assert not any("ones_like" in text for plan in plans for _, text in plan.texts)
