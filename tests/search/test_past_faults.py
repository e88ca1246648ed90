"""A run that goes on past its fault: what stands in for the result, which faults wait, what comes after takes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autofix import engine
from autofix.diagnosis import diagnose
from autofix.engine import Request
from autofix.facts.project_view import Project
from autofix.facts.stand_ins import stand_ins
from autofix.records.plan import Applicability, Fix
from autofix.records.report import RepairEnding, Report
from autofix.records.samples import Target
from autofix.records.trace import Ending, Nested, Run, Trace
from autofix.search import past_faults
from autofix.session.session import Session

HEAD = "import torch\nimport torch.nn.functional as F\nfrom torch import nn\n\n\n"


def net(init: str, forward: str, inputs: str = "x") -> str:
    lines = ["class Net(nn.Module):", "    def __init__(self):", "        super().__init__()"]
    lines += [f"        {line}" for line in init.splitlines()] + ["", f"    def forward(self, {inputs}):"]
    return HEAD + "\n".join([*lines, *(f"        {line}" for line in forward.splitlines()), ""])


# What is built, what is done with x of (2, 5, 6), and the shapes that the refused call could have given.
REFUSED: dict[str, tuple[str, str, list[Nested]]] = {
    "a layer": ("self.a = nn.Linear(8, 3)", "return self.a(x)", [("float32", 2, 5, 3)]),
    "a state and its results": (
        "self.a = nn.LSTM(8, 4, batch_first=True)",
        "return self.a(x)",
        [(("float32", 2, 5, 4), (("float32", 1, 2, 4), ("float32", 1, 2, 4)))],
    ),
    "either of two": ("self.k = 1", "return x + torch.ones(4, 6)", [("float32", 2, 4, 6), ("float32", 2, 5, 6)]),
    "a row that lacks its samples": (
        "self.a = nn.Conv1d(5, 4, 1)",
        "return self.a(x[0, 0])",
        [],
    ),
    "pictures without channels": (
        "self.a = nn.Conv2d(1, 4, 1)",
        "return self.a(x[0])",
        [("float32", 4, 5, 6)],
    ),
    "labels that no class has": (
        "self.k = 1",
        "return F.one_hot((0 * x).long() + 12, 9)",
        [("int64", 2, 5, 6, 13), ("int64", 2, 5, 6, 9)],
    ),
    "another dtype": ("self.k = 1", "return F.one_hot(x, 9)", [("float32", 2, 5, 6, 9)]),
    "not one that is known": ("self.k = 1", "raise ValueError('no shape')", []),
}


@pytest.mark.parametrize("init, forward, shapes", REFUSED.values(), ids=REFUSED)
def test_what_a_refused_call_would_have_given(
    analysed: Callable[..., Project], init: str, forward: str, shapes: list[Nested]
) -> None:
    project = analysed(net(init, forward), "2,5,6")
    failed = project.trace.failed_operation
    assert (failed is None) == ("raise" in forward)
    assert sorted(stand_ins(project, failed) if failed else ()) == sorted(shapes)


def test_a_run_goes_on_past_a_layer_and_a_function(run: Callable[..., Trace]) -> None:
    text = net("self.a = nn.Linear(8, 3)", "h = self.a(x)\nh += 1\nreturn F.linear(h, torch.ones(2, 4))")
    first = run(text, "5,6")
    assert first.failure is not None
    assert first.failure.operation == 1
    second = run(text, "5,6", past=((1, ("float32", 5, 3)),))
    assert second.failed_operation is not None
    assert second.failed_operation.operator == "linear"
    third = run(text, "5,6", past=((1, ("float32", 5, 3)), (second.failed_operation.index, ("float32", 5, 2))))
    assert third.ending is Ending.PASSED
    assert [operation.raised for operation in third.operations].count(True) == 2


def test_what_stands_in_takes_part_in_a_backward_pass(run: Callable[..., Trace]) -> None:
    text = net("self.a = nn.Linear(8, 3); self.b = nn.Linear(3, 1)", "return self.b(self.a(x))")
    program = text + "\n\nloss = Net()(torch.ones(5, 6)).sum()\nloss.backward()\n"
    first = run(program, script=True)
    assert first.failed_operation is not None
    assert run(program, script=True, past=((first.failed_operation.index, ("float32", 5, 3)),)).ending is Ending.PASSED


SEVERAL = {
    "faults of one after the other": (
        "self.a = nn.Linear(8, 4); self.b = nn.GRU(3, 4, batch_first=True); self.c = nn.Linear(5, 2)",
        "h, _ = self.b(self.a(x))\nreturn self.c(h)",
        ["`a` takes 8", "`b` takes 3", "`c` takes 5"],
    ),
    "one that rests on what may be wrong": (
        "self.a = nn.Linear(6, 4); self.b = nn.Linear(9, 2)",
        "h = x + torch.ones(4, 6)\ng = self.b(h)\nreturn g",
        ["(2, 5, 6)"],
    ),
    "one beside it that does not": (
        "self.b = nn.Linear(9, 2)",
        "h = x + torch.ones(4, 6)\ng = self.b(x)\nreturn g",
        ["(2, 5, 6)", "`b` takes 9"],
    ),
}


@pytest.mark.parametrize("init, forward, messages", SEVERAL.values(), ids=SEVERAL)
def test_the_faults_that_wait(
    target: Callable[..., Target], session: Session, init: str, forward: str, messages: list[str]
) -> None:
    request = Request(target(net(init, forward), "2,5,6"))
    findings = [diagnostic.finding.message for diagnostic in engine.check(request, session, further=True).diagnostics]
    assert len(findings) == len(messages), findings
    assert all(part in message for part, message in zip(messages, findings, strict=True)), findings
    assert len(engine.check(request, session).diagnostics) == 1


def test_what_waits_is_told_where_nothing_repairs_the_first(repaired: Callable[..., Report]) -> None:
    text = net("self.b = nn.Linear(9, 2)", "h = torch.linalg.solve(x[0], x[1])\nreturn self.b(x), h")
    report = repaired(text, "2,5,6")
    assert report.ending is RepairEnding.NO_FIX
    assert [diagnostic.finding.message for diagnostic in report.diagnostics][1:] == [
        "`b` takes 9 features but receives 6"
    ]


def test_what_comes_after_refuses_a_result(analysed: Callable[..., Project], run: Callable[..., Trace]) -> None:
    """The matrix may be laid either way for the sum; the layer that takes it tells which."""
    text = net("self.a = nn.Linear(6, 3)", "return self.a(y + x)", "x, y")
    project = analysed(text, "4,6", "6,4")
    finding = diagnose(project)
    assert finding is not None

    def ask(asked: Run) -> Trace:
        return run(text, "4,6", "6,4", past=asked.past)

    def view(trace: Trace) -> Project:
        return Project(project.root, trace, project.load, project.main)

    outlook = past_faults.look(project, finding, ask, view)
    assert outlook is not None
    assert outlook.past.trace.ending is not Ending.RAISED or outlook.waiting
    turned = [Fix("XX1", "turn", (), (), Applicability.SAFE, gives=given) for given in ((0, (4, 6)), (1, (6, 4)))]
    assert [outlook.refuses(fix) for fix in turned] == [False, True]
    assert not outlook.refuses(Fix("XX1", "nothing is known of it", (), (), Applicability.SAFE))


def test_a_fault_that_waits_and_that_a_comment_hides_is_not_told(repaired: Callable[..., Report]) -> None:
    text = net("self.b = nn.Linear(9, 2)", "h = torch.linalg.solve(x[0], x[1])\nreturn self.b(x), h  # autofix: ignore")
    assert len(repaired(text, "2,5,6").diagnostics) == 1
