"""Softmaxes over the samples in programs of several fields, where the program itself shows where the classes lie."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autofix.records.plan import Applicability
from autofix.records.report import RepairEnding, Report

Repaired = Callable[..., Report]

HEADER = """import torch
import torch.nn.functional as F
from torch import nn

net = nn.Linear(6, 4)
x = torch.randn(8, 6)
labels = torch.randint(0, 4, (8,))
"""
CASES = {
    "pseudo-labels": """sure, label = F.softmax(net(x).detach(), {0}).max(dim=1)
print(F.cross_entropy(net(x), label, reduction="none")[sure > 0.5].sum())
""",
    "a student and its teacher": """teacher = nn.Linear(6, 4)
logits = net(x)
soft = F.kl_div(F.log_softmax(logits / 2.0, dim={0}), F.softmax(teacher(x), dim=1), reduction="batchmean")
print(F.cross_entropy(logits, labels) + soft)
""",
    "the actions of a policy": """probabilities = F.softmax(net(x), dim={0})
print(-probabilities.gather(1, labels.unsqueeze(1)).log().mean())
""",
    "how sure a classifier is": """with torch.no_grad():
    scores = nn.Softmax(dim={0})(net(x))
print(scores.argmax(1), scores.topk(2, dim=-1)[0])
""",
}
HEALTHY = {
    "retrieval by both dimensions": """a, b = net(x), nn.Linear(6, 4)(x)
pairs = a @ b.t()
both = F.softmax(pairs, 0) * F.softmax(pairs, 1)
print(both.argmax(1), F.cross_entropy(pairs, torch.arange(8)))
""",
    "weights of the instances of a bag": """weights = F.softmax(nn.Linear(6, 2)(x), dim=0)
print((weights.t() @ x).shape, weights.max(0)[0])
""",
    "classes": """print(F.softmax(net(x), dim=1).argmax(1))
""",
}


@pytest.mark.parametrize("program", CASES.values(), ids=CASES)
def test_samples_that_compete(program: str, repaired: Repaired) -> None:
    report = repaired(HEADER + program.format(0))
    assert report.ending is RepairEnding.REPAIRED, report.message
    assert report.plan is not None
    assert [text for _, text in report.plan.texts] == [HEADER + program.format(1)]
    assert report.plan.applicability is Applicability.UNSAFE


@pytest.mark.parametrize("program", HEALTHY.values(), ids=HEALTHY)
def test_what_is_meant_to_run_over_rows(program: str, repaired: Repaired) -> None:
    assert repaired(HEADER + program).ending is RepairEnding.HEALTHY
