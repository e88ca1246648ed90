"""Which rewritings of a model are safe on a sample that was chosen to fit: those that the text proves."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autofix.loading.settings import Settings
from autofix.records.plan import Applicability
from autofix.records.report import Limits, Report
from autofix.report import phrases

NET = (
    "import torch\nimport torch.nn.functional as F\nfrom torch import nn\n\n\nclass Net(nn.Module):\n"
    "    def __init__(self):\n        super().__init__()\n        self.a = nn.Conv2d(3, 6, 3)\n"
    "        self.norm = nn.BatchNorm2d(6)\n        self.fc = nn.LazyLinear(4)\n\n"
    "    def forward(self, x):\n        x = {}\n        return self.fc(x.view(x.size(0), -1))\n"
)


@pytest.mark.torch
@pytest.mark.parametrize(
    "line, is_proved",
    [
        ("F.dropout(F.relu(self.norm(self.a(x))))", True),
        ("F.max_pool2d(self.a(x), 2) * 2", True),
        ("self.a(x).flatten(1)", False),
    ],
)
def test_a_view_written_as_flatten(line: str, is_proved: bool, repaired: Callable[..., Report]) -> None:
    chosen = Settings(select=("view-as-flatten",), limits=Limits(run_seconds=20.0))
    report = repaired(NET.format(line), settings=chosen)
    assert report.plan is not None, report.message
    assert (report.plan.applicability is Applicability.SAFE) is is_proved


@pytest.mark.torch
def test_what_the_text_proves_is_offered_apart_from_what_it_does_not(repaired: Callable[..., Report]) -> None:
    """Nobody gave a sample, so what rests on it is unsafe; the rewriting beside it does not."""
    chosen = Settings(select=("view-as-flatten",), limits=Limits(run_seconds=20.0))
    report = repaired(NET.format("self.a(x)\n        x = x.view(x.size(0), -1)"), settings=chosen)
    assert report.plan is not None, report.message
    plans = (report.plan, *report.alternatives)
    assert [plan.applicability for plan in plans] == [Applicability.SAFE, Applicability.UNSAFE]
    assert [[step.fix.of_text for step in plan.steps] for plan in plans] == [[True], [False]]
    texts = [text for plan in plans for _, text in plan.texts]
    assert ["x = torch.flatten(x, 1)" in text for text in texts] == [True, False]
    assert ["self.fc(torch.flatten(x, 1))" in text for text in texts] == [False, True]


@pytest.mark.torch
def test_a_rewriting_is_an_offer_and_says_what_it_takes_away(repaired: Callable[..., Report]) -> None:
    """A lazy layer at the start leaves nothing that a sample could be chosen from the next time."""
    net = "from torch import nn\n\nnet = nn.Sequential(nn.Linear(6, 4), nn.ReLU())\n"
    report = repaired(net, settings=Settings(select=("lazy-linear",), limits=Limits(run_seconds=20.0)))
    assert report.plan is not None, report.message
    assert [phrases.severity(diagnostic) for diagnostic in report.diagnostics] == ["offer"]
    assert any("the layers tell no sample" in note for note in report.plan.notes)
