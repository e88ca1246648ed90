"""What a repair changes besides the fault, by the traces before and after it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autofix import engine
from autofix.loading import find_target
from autofix.records.plan import Applicability
from autofix.records.samples import Target
from autofix.session.session import Session
from autofix.verification import side_effects

pytestmark = pytest.mark.torch

MODEL = """\
import torch
from torch import nn

HEADS, WIDTH, HIDDEN = 2, 8, 6


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.up = nn.Linear(WIDTH, HIDDEN)
        self.down = nn.Linear(HIDDEN, WIDTH)

    def forward(self, x):
        return self.down(self.up(x).view(len(x), -1, HIDDEN).flatten(1))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList([Block() for _ in range(3)])
        self.head = nn.Linear(5, 2)

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return self.head(x.view(-1, HEADS, WIDTH // HEADS).flatten(1))
"""


@pytest.fixture
def lines(tmp_path: Path, session: Session) -> Callable[[str], list[int]]:
    """Return a function that gives the innermost lines that a change reaches."""
    (tmp_path / "pyproject.toml").touch()
    path = tmp_path / "net.py"

    def found(changed: str) -> list[int]:
        traces = []
        for text in (MODEL, changed):
            path.write_text(text, "utf-8")
            model_target: Target = find_target.target(path, model="Net()", samples=find_target.parse_sample(["4,8"]))
            traces.append(engine.trace(engine.Request(model_target), session)[0])
        return sorted(place[0][1] for place in side_effects.affected_places(*traces))

    return found


def test_a_number_at_the_fault_reaches_itself(lines: Callable[[str], list[int]]) -> None:
    assert lines(MODEL.replace("nn.Linear(5, 2)", "nn.Linear(8, 2)")) == [21]


def test_the_blocks_of_a_loop_are_one_place(lines: Callable[[str], list[int]]) -> None:
    assert lines(MODEL.replace("HIDDEN = 2, 8, 6", "HIDDEN = 2, 8, 7")) == [10, 11, 14]


def test_sizes_that_are_asked_for_count_and_those_that_follow_do_not(lines: Callable[[str], list[int]]) -> None:
    assert lines(MODEL.replace("HEADS, WIDTH, HIDDEN = 2", "HEADS, WIDTH, HIDDEN = 4")) == [26]


def test_what_runs_after_another_operation_is_not_compared(lines: Callable[[str], list[int]]) -> None:
    other = MODEL.replace("            x = block(x)", "            x = block(x.relu())")
    assert lines(other.replace("HEADS, WIDTH, HIDDEN = 2", "HEADS, WIDTH, HIDDEN = 4")) == []


def test_a_model_that_stays_reaches_nothing(lines: Callable[[str], list[int]]) -> None:
    assert lines(MODEL) == []


# -- the label ---------------------------------------------------------------------------------------------------------

COUNTED = """\
import torch
from torch import nn

LAYERS = 2


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(LAYERS, 4)
        self.layers = nn.Sequential(*[nn.Linear(4, 4) for _ in range(LAYERS)])

    def forward(self, x):
        return self.layers(self.words(x))
"""
MASKED = """\
import torch
from torch import nn

STEPS = 9


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("mask", torch.ones(6, 6).view(1, STEPS, STEPS))
        self.rows = nn.Parameter(torch.zeros(STEPS, 2))

    def forward(self, x):
        return x * self.mask
"""
LABELS = {
    "a constant that counts layers as well": (COUNTED, "int64:3,5@0..5", "LAYERS = 5", "it also adds 3 layers"),
    "a constant before the model was whole": (MASKED, "6,6", "STEPS = 6", "construction stopped early"),
}


@pytest.mark.parametrize("text, sample, edited, reason", LABELS.values(), ids=LABELS)
def test_what_changes_more_than_the_fault_is_not_safe(
    text: str, sample: str, edited: str, reason: str, tmp_path: Path, session: Session
) -> None:
    (tmp_path / "pyproject.toml").touch()
    path = tmp_path / "net.py"
    path.write_text(text, "utf-8")
    model_target = find_target.target(path, model="Net()", samples=find_target.parse_sample([sample]))
    plan = engine.repair(engine.Request(model_target), session).plan
    assert plan is not None
    assert edited in dict(plan.texts)[path]
    assert plan.applicability is Applicability.UNSAFE
    assert [note for note in plan.notes if note.startswith(reason)]
