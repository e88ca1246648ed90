"""Squeezes without a dimension that took away one that was meant: in programs of several fields."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autofix.records.plan import Applicability
from autofix.records.report import Report

Check = Callable[[str, str, tuple[str, str]], None]

HEADER = """import torch
import torch.nn.functional as F
from torch import nn


"""
CASES = {
    "a sound of one channel, after others": (
        """def energies(wave, window):
    frames = F.avg_pool2d(wave.pow(2)[None, None], (1, window))
    return torch.squeeze(frames)


for channels in (2, 4, 1):
    print(energies(torch.randn(channels, 160), 16)[:, :3].max(dim=1)[0])
""",
        ("torch.squeeze(frames)", "frames.squeeze(1).squeeze(0)"),
    ),
    "one word of one sentence": (
        """class Ranker(nn.Module):
    def __init__(self):
        super().__init__()
        self.score = nn.Linear(6, 1)

    def forward(self, words):
        return self.score(words).squeeze()[:, -1]


net = Ranker()
for sentences, count in ((3, 5), (1, 1)):
    print(net(torch.randn(sentences, count, 6)))
""",
        (".squeeze()", ".squeeze(2)"),
    ),
    "one query and no other before it": (
        """def distances(query, table):
    return (query.unsqueeze(1).unsqueeze(0) - table.unsqueeze(0).unsqueeze(0)).norm(dim=-1).squeeze()


print([row[:2].sum() for row in distances(torch.randn(1, 3), torch.randn(7, 3))])
""",
        (".squeeze()", ".squeeze(0)"),
    ),
    "rewards of one path": (
        """def returns(rewards, discount):
    steps = rewards.size(1)
    weights = discount ** torch.arange(steps).float().view(1, 1, 1, steps)
    padded = F.pad(rewards, (0, steps - 1)).unsqueeze(0).unsqueeze(0)
    return F.conv2d(padded, weights).squeeze()


for paths in (3, 2, 1):
    print(torch.cat([row[:4] for row in returns(torch.rand(paths, 6), 0.9)]).std())
""",
        (".squeeze()", ".squeeze(1).squeeze(0)"),
    ),
}


@pytest.mark.parametrize("program, change", CASES.values(), ids=CASES)
def test_a_dimension_that_was_meant(program: str, change: tuple[str, str], check_change: Check) -> None:
    check_change(HEADER, program, change)


LABELS = """net = nn.Conv1d(2, 4, 3, padding=1)
for count in {counts}:
    labels = torch.randint(0, 4, (count, 1, 10))
    loss = F.cross_entropy(net(torch.randn(count, 2, 10)), torch.squeeze(labels))
    print(loss.item())
"""


@pytest.mark.parametrize("counts, is_safe", [((3, 3, 1), True), ((1, 3), False)])
def test_the_last_sample_alone_before_a_loss(
    counts: tuple[int, ...], is_safe: bool, repaired: Callable[..., Report]
) -> None:
    program = HEADER + LABELS.format(counts=counts)
    plan = repaired(program).plan
    assert plan is not None
    assert [text for _, text in plan.texts] == [program.replace("torch.squeeze(labels)", "labels.squeeze(1)")]
    assert (plan.applicability is Applicability.SAFE) is is_safe
