"""What the tests of single kinds of edits share."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autofix.records.plan import Applicability
from autofix.records.report import RepairEnding, Report


@pytest.fixture
def check_change(repaired: Callable[..., Report]) -> Callable[[str, str, tuple[str, str]], None]:
    """Return a check that a program is repaired by one change, which is not called safe; the change stands once."""

    def check(header: str, program: str, change: tuple[str, str]) -> None:
        assert program.count(change[0]) == 1
        report = repaired(header + program)
        assert report.ending is RepairEnding.REPAIRED, report.message
        assert report.plan is not None
        assert [text for _, text in report.plan.texts] == [header + program.replace(*change)]
        assert report.plan.applicability is Applicability.UNSAFE

    return check
