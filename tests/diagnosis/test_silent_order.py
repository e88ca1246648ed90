"""Faults that raise nothing and lie in the order of dimensions: views, sequences, a softmax over one entry, full rows;
and what looks like one and is meant so.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autofix.fixes.rule import model
from autofix.records.finding import Mismatch
from autofix.records.report import RepairEnding, Report

Repaired = Callable[..., Report]

_HEADS = "self.q = nn.Linear(8, 8)"
_SPLIT = "q = self.q(x).view(-1, x.size(1), 2, 4).transpose(1, 2).tanh()\n"
_PIXELS = "self.mix = nn.Linear(3, 5)"
_TOKENS = "y = self.mix(x.flatten(2).transpose(1, 2)).relu()\n"
_STEPS = "self.rnn = nn.GRU(6, 4)\nself.fc = nn.Linear({0}, 2)"
_COLOURS = """import torch

x = torch.rand(30, 3)
centres = torch.zeros(2, 3)
for group in range(2):
    centres[group] = x[group::2].{0}
print(centres)
"""

# name: (text, inputs, mismatch, code, a line of the repaired text)
FAULTS: dict[str, tuple[str, tuple[str, ...], Mismatch, str, str]] = {
    "heads that were not brought back": (
        model(_HEADS, f"{_SPLIT}q.reshape(len(x), x.size(1), 8)"),
        ("3,5,8",),
        Mismatch.SILENT_FOLD,
        "AF220",
        "return q.transpose(1, 2).reshape(len(x), x.size(1), 8)",
    ),
    "pixels as a map again": (
        model(_PIXELS, f"{_TOKENS}y.view(len(x), 5, x.size(2), x.size(3))"),
        ("2,3,4,6",),
        Mismatch.SILENT_FOLD,
        "AF220",
        "return y.transpose(1, 2).reshape(len(x), 5, x.size(2), x.size(3))",
    ),
    "steps averaged that were fed as samples": (
        model(_STEPS.format(4), "self.fc(self.rnn(x)[0].mean(1))"),
        ("3,5,6",),
        Mismatch.SILENT_STEPS,
        "AF402",
        "self.rnn = nn.GRU(6, 4, batch_first=True)",
    ),
    "steps side by side that were fed as samples": (
        model(_STEPS.format(20), "self.fc(self.rnn(x)[0].reshape(len(x), -1))"),
        ("3,5,6",),
        Mismatch.SILENT_STEPS,
        "AF402",
        "self.rnn = nn.GRU(6, 4, batch_first=True)",
    ),
    "weights of frames over their one score": (
        model("self.score = nn.Conv1d(6, 1, 1)", "w = self.score(x).softmax(1)\n(x * w).sum(2)"),
        ("3,6,7",),
        Mismatch.SILENT_REDUCTION,
        "AF321",
        "w = self.score(x).softmax(2)",
    ),
    "a number for every colour": (
        _COLOURS.format("mean()"),
        (),
        Mismatch.SILENT_REDUCTION,
        "AF321",
        "centres[group] = x[group::2].mean(dim=0)",
    ),
}
MEANT = {
    "heads that were brought back": (
        model(_HEADS, f"{_SPLIT}q.transpose(1, 2).reshape(len(x), x.size(1), 8)"),
        "3,5,8",
    ),
    "heads that are samples from there on": (model(_HEADS, f"{_SPLIT}q.reshape(-1, x.size(1), 4)"), "3,5,8"),
    "pixels that were brought back": (
        model(_PIXELS, f"{_TOKENS}y.transpose(1, 2).reshape(len(x), 5, x.size(2), x.size(3))"),
        "2,3,4,6",
    ),
    "pixels with their channels last": (model(_PIXELS, f"{_TOKENS}y.view(len(x), x.size(2), x.size(3), 5)"), "2,3,4,6"),
    "steps averaged where they lie": (
        model(_STEPS.format(4), "self.fc(self.rnn(x.mT.mT.transpose(0, 1))[0].mean(0))"),
        "3,5,6",
    ),
    "the mean of a group of samples": (
        model("self.rnn = nn.GRU(6, 4, batch_first=True)", "self.rnn(x)[0][:, -1].sub(self.rnn(x)[1][0])"),
        "3,5,6",
    ),
    "weights of frames": (model("self.score = nn.Conv1d(6, 1, 1)", "(x * self.score(x).softmax(2)).sum(2)"), "3,6,7"),
    "attention over a sequence of one": (
        model("self.q = nn.Linear(6, 6)", "(self.q(x) @ x.mT).softmax(-1) @ x"),
        "3,1,6",
    ),
    "a colour for every group": (_COLOURS.format("mean(0)"), ""),
    "one colour, grey": (_COLOURS.replace("rand(30, 3)", "rand(30)").format("mean()"), ""),
}


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_found_and_repaired(name: str, repaired: Repaired) -> None:
    before, inputs, mismatch, code, line = FAULTS[name]
    report = repaired(before, *inputs)
    assert report.plan is not None, report.message
    assert [(d.finding.mismatch, d.code, d.finding.silent) for d in report.diagnostics] == [(mismatch, code, True)]
    assert line in [repaired_line.strip() for repaired_line in report.plan.texts[0][1].splitlines()]
    assert report.plan.applicability.value == "unsafe"
    assert repaired(report.plan.texts[0][1], *inputs).ending is RepairEnding.HEALTHY


@pytest.mark.parametrize("name", MEANT)
def test_what_is_meant_is_left_alone(name: str, repaired: Repaired) -> None:
    before, inputs = MEANT[name]
    report = repaired(before, *filter(None, [inputs]))
    assert (report.ending, report.plan, report.diagnostics) == (RepairEnding.HEALTHY, None, ())


def test_the_logarithm_of_one_is_zero(repaired: Repaired) -> None:
    report = repaired(model("self.fc = nn.Linear(6, 1)", "F.log_softmax(self.fc(x), dim=-1).sum(1)"), "3,5,6")
    assert report.diagnostics[0].finding.message.endswith("which has one entry, is zero everywhere")


def test_a_loss_of_one_class_is_said_without_a_repair(repaired: Repaired) -> None:
    before = model("self.fc = nn.Linear(6, 1)", "F.cross_entropy(self.fc(x), torch.zeros(len(x), dtype=torch.long))")
    (diagnostic,) = repaired(before, "5,6").diagnostics
    assert diagnostic.finding.mismatch is Mismatch.SILENT_REDUCTION
    assert "is zero for every target" in diagnostic.finding.message
