"""The plan that is shown is run again in a fresh process; where the best one fails there, the next is not safe."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from autofix.fixes.rule import model
from autofix.records.plan import Applicability
from autofix.records.report import Report
from autofix.records.trace import Ending, Run, Trace
from autofix.search.runner import Runner
from autofix.verification.applicability import BREAKS_OTHERS, NOT_SEARCHED

Repaired = Callable[..., Report]

TWO = model("self.first = nn.Linear(4, 6)\nself.second = nn.Linear(5, 3)", "self.second(self.first(x))")


def test_the_next_plan_is_unsafe_where_the_best_does_not_run_again(
    repaired: Repaired, monkeypatch: pytest.MonkeyPatch
) -> None:
    best = repaired(TWO, "2,4").plan
    assert best is not None
    assert NOT_SEARCHED not in best.notes
    trace = Runner.trace

    def once(self: Runner, run: Run, ahead: Iterable[Run] = ()) -> Trace:
        result = trace(self, run, ahead)
        fails = run.fresh and [text for _, text in run.texts] == [text for _, text in best.texts]
        return replace(result, ending=Ending.RAISED) if fails else result

    monkeypatch.setattr(Runner, "trace", once)
    second = repaired(TWO, "2,4").plan
    assert second is not None
    assert second.title != best.title
    assert second.applicability is Applicability.UNSAFE
    assert NOT_SEARCHED in second.notes


SHARED = """\
from torch import nn


class Part(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(6, 4)

    def forward(self, x):
        return self.fc(x)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(8, 5)
        self.part = Part()

    def forward(self, x):
        return self.part(self.first(x))
"""
OTHER = """

class Other(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm(6)
        self.part = Part()

    def forward(self, x):
        return self.part(self.norm(x))
"""


@pytest.mark.parametrize("text, layer", [(SHARED, "part.fc"), (SHARED + OTHER, "first")])
def test_what_breaks_another_use_comes_behind_what_breaks_none(repaired: Repaired, text: str, layer: str) -> None:
    plan = repaired(text, "2,8", model="Net()").plan
    assert plan is not None
    assert f"`{layer}`" in plan.title
    assert (BREAKS_OTHERS in plan.notes) is (layer == "first")
