"""Run the tests of one file as ``pytest`` runs them: with the project's options, fixtures and parameters.

The first test that dies of an operation ends the run with its error, as if the file were a program that had died of it.
What fails otherwise (an assertion, a file that is not there) is counted and no fault of shapes, unless these are the
tests that a session failed over: a repair has to make them pass.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import io
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from types import FrameType, TracebackType
from typing import Any

from ..main.wire import Ending, RunRequest
from ..record.recorder import Recorder
from .construct import Ended

MAX_OPERATIONS = 4_000
USAGE_ERROR = 4
SHARE = 0.6  # Of the time limit, after which no further test begins.
WHOLE = 0.8  # After which a test is cut short, so that those before it keep what they came to.
AGAIN_SECONDS = 0.5  # A test that catches everything is told again.
# Nothing is written beside the tests, and the texts of tests are served as they are. Plugins that would run the tests
# in other processes are left out.
_OPTIONS = ("-q", "--capture=sys", "--assert=plain", "-p", "no:cacheprovider")
_PLUGIN_OPTIONS = {"xdist": "-n0", "pytest_cov": "--no-cov"}


class _OutOfTime(BaseException):
    """The time of the run is up; no handler of plain exceptions catches it."""


def run(request: RunRequest, recorder: Recorder, cut: list[str]) -> str:
    """Run the tests and return what came of them, in words; raise what a test over shapes raised.

    ``cut`` receives the name of the test that was cut short.
    """
    try:
        pytest = importlib.import_module("pytest")
    except ImportError as error:
        raise Ended(Ending.IMPORT_FAILED, "pytest is not installed, and tests are run with it") from error
    start = time.monotonic()
    until, end = (start + share * request.limits.run_seconds for share in (SHARE, WHOLE))
    watch = _Watch(recorder, until, end, cut, takes_any=bool(request.session))
    name = os.path.relpath(request.path)
    selected = [f"{name}::{words}" for words in request.arguments] or [name]
    words = [*_OPTIONS, *(option for plugin, option in _PLUGIN_OPTIONS.items() if importlib.util.find_spec(plugin))]
    words += request.session
    stderr = io.StringIO()  # What a session says that cannot begin, as over a file of fixtures that cannot be imported.
    with contextlib.redirect_stderr(stderr), watch.alarmed():
        code = pytest.main([*words, *selected], plugins=[watch])
    if int(code) == USAGE_ERROR and watch.error is None and not watch.counts:
        # The project's own options may be those of a plugin that is not there.
        with contextlib.redirect_stderr(stderr), watch.alarmed():
            code = pytest.main([*words, "-o", "addopts=", *selected], plugins=[watch])
    if watch.error is not None:
        raise watch.error
    if "passed" not in watch.counts:
        why = watch.words() if watch.counts else _reason(stderr.getvalue()) or f"exit code {int(code)}"
        raise Ended(Ending.EXITED, f"no test of the file passed ({why})")
    return watch.words()


def _reason(stderr: str) -> str:
    """Return the last error that a session names, its first line; '' for none."""
    named = ""
    within = False
    for line in stderr.splitlines():
        is_error = line.startswith(("E ", "ERROR"))
        if is_error and not within:
            named = line.removeprefix("E").strip() if line.startswith("E ") else line
        within = line.startswith("E")
    return named


class _Watch:
    """A plugin of ``pytest`` that sees each test end, and stops at the first that shows a fault of shapes."""

    def __init__(self, recorder: Recorder, until: float, end: float, cut: list[str], *, takes_any: bool) -> None:
        self._recorder, self._outcomes = recorder, importlib.import_module("_pytest.outcomes")
        self._takes_any = takes_any
        self.error: BaseException | None = None
        self._until, self._end, self._is_cut = until, end, False
        self._cut, self._running = cut, ""
        self.counts: dict[str, int] = {}
        self._others: dict[str, None] = {}

    @contextlib.contextmanager
    def alarmed(self) -> Iterator[None]:
        """End a test at its time inside the block, where the system has alarms; a plugin may take them for itself."""
        if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.signal(signal.SIGALRM, self._rung)
        self._arm()
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)

    def _arm(self) -> None:
        if signal.getsignal(signal.SIGALRM) == self._rung:
            signal.setitimer(signal.ITIMER_REAL, max(self._end - time.monotonic(), 0.01), AGAIN_SECONDS)

    def _rung(self, number: int, frame: FrameType | None) -> None:
        self._is_cut = True
        if self._running:
            self._cut += [] if self._running in self._cut else [self._running]
            raise _OutOfTime("the time limit")

    def pytest_runtest_setup(self, item: Any) -> None:
        self._running = str(item.nodeid)
        self._arm()
        if len(self._recorder.operations) > MAX_OPERATIONS:
            self._recorder.forget_operations()
            self._recorder.paused = False

    def pytest_runtest_teardown(self, item: Any) -> None:
        self._running = ""
        if self._is_cut or time.monotonic() > self._until:
            item.session.shouldstop = "the time limit"
            self._is_cut = True

    def pytest_exception_interact(self, node: Any, call: Any, report: Any) -> None:
        """Look at an error that no test expected: one of a test, of a fixture or of the import of the file."""
        error = call.excinfo.value
        if report.when == "collect":
            error = error.__cause__ or error
        if isinstance(error, _OutOfTime):
            return
        if self.error is None and (report.when == "collect" or self._takes_any or self._is_shown(error)):
            self.error = error
            node.session.shouldstop = "a fault of shapes"

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.nodeid in self._cut:
            return
        if report.when == "call" or report.outcome != "passed":
            self.counts[report.outcome] = self.counts.get(report.outcome, 0) + 1
        crash = getattr(report.longrepr, "reprcrash", None)
        if report.outcome == "failed" and crash is not None:
            self._others.setdefault(str(crash.message).partition(":")[0][:40])

    def _is_shown(self, error: BaseException) -> bool:
        if isinstance(error, self._outcomes.OutcomeException):
            return False
        is_ours = not isinstance(error, (Exception, KeyboardInterrupt, SystemExit)) or isinstance(error, MemoryError)
        return is_ours or self._is_of_operation(error) or _is_of_torch(error.__traceback__)

    def _is_of_operation(self, error: BaseException) -> bool:
        chain: list[BaseException] = []
        current: BaseException | None = error
        while current is not None and current not in chain:
            chain.append(current)
            current = current.__cause__ or current.__context__
        return any(self._recorder.raised_by(link) is not None for link in chain)

    def words(self) -> str:
        counted = [
            f"{count} {words}" for words, count in sorted(self.counts.items(), key=lambda item: item[0] != "passed")
        ]
        others = f" ({', '.join(self._others)}: not over shapes)" if self._others else ""
        cut = f", {', '.join(self._cut)} cut at the time limit" if self._cut else ""
        cut += ", the others left out at the time limit" if self._is_cut else ""
        return f"tests: {', '.join(counted)}{cut}{others}"


def _is_of_torch(traceback: TracebackType | None) -> bool:
    """Return whether the code of torch, called by a layer or in one, raised the error."""
    in_layer = False
    while traceback is not None and traceback.tb_next is not None:
        in_layer = in_layer or traceback.tb_frame.f_code.co_name == "_call_impl"
        traceback = traceback.tb_next
    if traceback is None:
        return False
    torch_folder = os.path.dirname(sys.modules["torch"].__file__ or "") + os.sep
    return in_layer or traceback.tb_frame.f_code.co_filename.startswith(torch_folder)
