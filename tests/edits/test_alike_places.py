"""Places that are written alike and would fail alike, repaired in one step; those that only look alike stay."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autofix.records.plan import Applicability
from autofix.records.report import RepairEnding, Report

HEADER = "import torch\n\nx, g = torch.randn(4, 6), torch.randn(4, 6)\nprint((x + g) @ torch.randn(6, 3))\n"
WEIGHTS = "a, b = torch.randn(5, 6), torch.randn(5, 6)\n"


@pytest.mark.parametrize(
    "program, changes",
    [
        pytest.param(
            'p = torch.einsum("bi,ij->bj", x, a)\nq = torch.einsum("bi,ij->bj", x, b)\n',
            ('"bi,ji->bj", x, a', '"bi,ji->bj", x, b'),
            id="letters of two weights",
        ),
        pytest.param(
            "p, q = torch.matmul(x, a), torch.matmul(g, b)\n", ("(x, a.t())", "(g, b.t())"), id="in one statement"
        ),
        pytest.param(
            "p = torch.cat([x, a.t()[:4]], dim=2)\nq = torch.cat([g, b.t()[:4]], dim=2)\n",
            ("[x, a.t()[:4]], dim=1", "[g, b.t()[:4]], dim=1"),
            id="an argument",
        ),
        pytest.param(
            'p = torch.einsum("bi,ij->bj", x, a)\nq = torch.einsum("bi,ij->bj", x, b.t())\n',
            ('"bi,ji->bj", x, a', '"bi,ij->bj", x, b.t()'),
            id="the other is right",
        ),
        pytest.param(
            'p = torch.einsum("bi,ij->bj", x, a)\nb = b.t()\nq = torch.einsum("bi,ij->bj", x, b)\n',
            ('"bi,ji->bj", x, a', '"bi,ij->bj", x, b'),
            id="the other is bound anew between",
        ),
    ],
)
def test_alike_places(repaired: Callable[..., Report], program: str, changes: tuple[str, str]) -> None:
    report = repaired(f"{HEADER}{WEIGHTS}{program}print(p, q)\n")
    assert report.ending is RepairEnding.REPAIRED, report.message
    assert report.plan is not None
    assert len(report.plan.steps) == 1
    text = report.plan.texts[0][1]
    assert all(change in text for change in changes), text


def test_what_they_share_may_be_at_fault(repaired: Callable[..., Report]) -> None:
    report = repaired(f"{HEADER}{WEIGHTS}p, q = torch.matmul(x, a), torch.matmul(x, b)\nprint(p, q)\n")
    assert report.plan is not None
    assert report.plan.applicability is Applicability.UNSAFE
    assert "`x`, which all the places read, may be at fault instead" in report.plan.steps[0].fix.reason
