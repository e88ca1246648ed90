"""At the end of a session: one explanation for each fault, in the report of the first test that failed over it.

It keeps the reports while tests run, and loads what repairs only if one of them failed over a shape.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from autofix.frontends.pytest_plugin.failures import TestFailure, failure_of

if TYPE_CHECKING:
    from autofix.frontends.pytest_plugin.repairs import Repairs

_Failed = tuple[TestFailure, pytest.TestReport]
MAX_FAULTS = 10
SECTION = "autofix"


class Explanations:
    """Gathers the failures of a session, explains them and writes the patches if that was asked for."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._failed: list[_Failed] = []
        self._passed: list[str] = []
        self._closing: list[str] = []
        self._began = time.time()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the report of a test that failed over a shape, and the names of those that pass."""
        if (failure := failure_of(report)) is not None:
            self._failed.append((failure, report))
        elif report.when == "call" and report.passed:
            self._passed.append(report.nodeid)

    def pytest_sessionfinish(self, exitstatus: int | pytest.ExitCode) -> None:
        """Explain before the failures are shown; a session that was interrupted is to end at once."""
        if not self._failed or exitstatus == pytest.ExitCode.INTERRUPTED:
            return
        from autofix.frontends.pytest_plugin.repairs import Repairs
        from autofix.records.errors import AutofixError

        faults = _faults(self._failed)
        shown = self._config.pluginmanager.get_plugin("terminalreporter")
        if shown is not None:
            shown.write_line("")
            shown.write_line(f"autofix: {_tests(self._failed)} failed over a shape and will be run again for a repair")
        with Repairs(self._config, self._began) as repairs:
            for failed in faults[:MAX_FAULTS]:
                try:
                    self._explain(repairs, failed)
                except AutofixError as error:
                    _add(failed[0][1], f"no explanation: {error}")
            if len(faults) > MAX_FAULTS:
                self._closing.append(f"{len(faults) - MAX_FAULTS} more faults were not explained; repair these first")
            if self._config.getoption("autofix_apply"):
                self._closing += repairs.written()

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what was written, below the failures."""
        if self._closing:
            terminalreporter.section(SECTION)
        for words in self._closing:
            terminalreporter.write_line(words)

    def _explain(self, repairs: Repairs, failed: Sequence[_Failed]) -> None:
        (first, report), *others = failed
        text = repairs.explanation([failure for failure, _ in failed], self._passed)
        if not text:
            return
        _add(report, text)
        for _, other in others:
            _add(other, f"it ends where {Path(first.test_path).name}::{first.test} does, which is explained there")


def _faults(failed: Sequence[_Failed]) -> list[list[_Failed]]:
    """Return the failures by the place where they end, in the order of the session."""
    faults: dict[tuple[str, int], list[_Failed]] = {}
    for failure, report in failed:
        faults.setdefault((failure.path, failure.line), []).append((failure, report))
    return list(faults.values())


def _tests(failed: Sequence[_Failed]) -> str:
    return "1 test" if len(failed) == 1 else f"{len(failed)} tests"


def _add(report: pytest.TestReport, text: str) -> None:
    """Add a section to what is shown of a failure."""
    add = getattr(report.longrepr, "addsection", None)
    if add is not None:
        add(SECTION, text)
    else:
        report.sections.append((SECTION, text))
