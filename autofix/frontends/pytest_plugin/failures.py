"""What is kept of a test that fails over a shape, in the process that ran it: plain data, since its report may travel.

Nothing is loaded for a test that passes or fails over something else.
"""

from __future__ import annotations

import sys
from collections.abc import Generator
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Any

import pytest

_ATTRIBUTE = "autofix_failure"


@dataclass(frozen=True, slots=True)
class TestFailure:
    """The file and name of a test, and the innermost place of the project that its error went through.

    ``file`` is what pytest calls the file, ``search_paths`` what Python could import from in the project.
    """

    __test__ = False  # pytest would take it for a class of tests.

    test_path: str
    file: str
    test: str
    path: str
    line: int
    search_paths: tuple[str, ...]

    @property
    def function(self) -> str:
        """The test without its parameters."""
        return self.test.partition("[")[0]


class FailureRecords:
    """Adds to the report of a test what an explanation begins with."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[Any]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Add the failure where it is one over a shape."""
        report = yield
        if report.failed and call.excinfo is not None and "torch" in sys.modules:
            failure = _failure(item, call.excinfo.value)
            if failure is not None:
                setattr(report, _ATTRIBUTE, asdict(failure))
        return report


def failure_of(report: pytest.TestReport) -> TestFailure | None:
    """Return what was kept of a test that failed over a shape."""
    values = getattr(report, _ATTRIBUTE, None)
    return None if values is None else TestFailure(**{**values, "search_paths": tuple(values["search_paths"])})


def _failure(item: pytest.Item, error: BaseException) -> TestFailure | None:
    from autofix.frontends.crash import shape_errors

    if not shape_errors.traceback_of(error):
        return None
    root = str(item.config.rootpath)
    place = _innermost(error, root)
    if place is None:
        return None
    file, _, test = item.nodeid.partition("::")
    paths = tuple(path for path in sys.path if _is_inside(path, root))
    return TestFailure(str(item.path), file, test, *place, paths)


def _innermost(error: BaseException, root: str) -> tuple[str, int] | None:
    """Return the innermost file and line of the project."""
    places = [*_places(error.__traceback__, root)]
    return places[-1] if places else None


def _places(traceback: TracebackType | None, root: str) -> Generator[tuple[str, int]]:
    while traceback is not None:
        path = traceback.tb_frame.f_code.co_filename
        if _is_inside(path, root):
            yield path, traceback.tb_lineno
        traceback = traceback.tb_next


def _is_inside(path: str, root: str) -> bool:
    return path.startswith(root) and "site-packages" not in path
