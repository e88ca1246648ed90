"""Room for what a loader gives, in programs of several fields: as many samples as there are, not full batches."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autofix.records.report import Report

Repaired = Callable[..., Report]
CheckChange = Callable[[str, str, tuple[str, str]], None]

HEADER = """import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

SIZE = 4
net = nn.Linear(5, 3).requires_grad_(False)
"""
CASES = {
    "vectors of sentences in an array": (
        """loader = DataLoader(TensorDataset(torch.randn(11, 5)), batch_size=SIZE)
batches = len(loader)
vectors = np.zeros((batches * SIZE, 3))
for i, (x,) in enumerate(loader):
    vectors[i * SIZE : (i + 1) * SIZE] = net(x).numpy()
print(vectors.shape)
""",
        ("batches * SIZE,", "len(loader.dataset),"),
    ),
    "a classifier that keeps its loader": (
        """class Evaluator:
    def __init__(self):
        self.size, self.loader = SIZE, DataLoader(TensorDataset(torch.randn(6, 5)), SIZE)

    def run(self):
        scores, start = torch.empty(self.size * len(self.loader), 3), 0
        for (x,) in self.loader:
            scores[start : start + self.size] = net(x)
            start += self.size
        return scores


print(Evaluator().run().shape)
""",
        ("self.size * len(self.loader)", "len(self.loader.dataset)"),
    ),
    "nodes that are copied into their rows": (
        """def table(loader):
    rows, start = torch.zeros(len(loader) * loader.batch_size, 3), 0
    for (x,) in loader:
        rows[start : start + loader.batch_size].copy_(net(x))
        start += loader.batch_size
    return rows


print(table(DataLoader(TensorDataset(torch.randn(10, 5)), SIZE)).shape)
""",
        ("len(loader) * loader.batch_size", "len(loader.dataset)"),
    ),
}


@pytest.mark.parametrize("program, change", CASES.values(), ids=CASES)
def test_room_for_a_last_batch_that_is_smaller(
    program: str, change: tuple[str, str], check_change: CheckChange
) -> None:
    check_change(HEADER, program, change)


def test_room_for_full_batches_alone_is_left(repaired: Repaired) -> None:
    program = """loader = DataLoader(TensorDataset(torch.randn(11, 5)), SIZE, drop_last=True)
rows = torch.zeros(len(loader) * loader.batch_size, 2)
for i, (x,) in enumerate(loader):
    rows[i * SIZE : (i + 1) * SIZE] = net(x)
"""
    report = repaired(HEADER + program)
    plans = [plan for plan in (report.plan, *report.alternatives) if plan is not None]
    assert not any("dataset)" in text for plan in plans for _, text in plan.texts)
