"""Parts of the language server that need no server: clients, settings, comments, workers."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autofix.frontends.lsp import capabilities as client_capabilities
from autofix.frontends.lsp import comments, rule_pages
from autofix.frontends.lsp.configuration import Configuration, Preferences, When, preferences
from autofix.frontends.warm_sessions import AnalysisOutcome, SessionThread, packages
from autofix.loading import find_target
from autofix.patch.edits_to_text import apply_edits
from autofix.records.errors import CancelledError, ProbeError
from autofix.records.finding import Finding, Mismatch
from autofix.records.locations import Location, Position, Range
from autofix.records.report import RepairEnding, Report
from autofix.records.samples import Target
from autofix.records.trace import Ending, Trace
from autofix.session.session import Session
from autofix.syntax.source import Source

# -- clients -----------------------------------------------------------------------------------------------------------

PULL: dict[str, Any] = {"textDocument": {"diagnostic": {}}}
REFRESH = {"workspace": {"diagnostics": {"refreshSupport": True}}}


@pytest.mark.parametrize(
    "capabilities, pulls", [({}, False), (PULL, False), (REFRESH, False), ({**PULL, **REFRESH}, True)]
)
def test_diagnostics_are_pulled_by_who_can_be_asked_again(capabilities: dict[str, Any], pulls: bool) -> None:
    client = client_capabilities.client(capabilities)
    assert client.pulls is pulls
    assert ("diagnosticProvider" in client_capabilities.answer(client)["capabilities"]) is pulls


@pytest.mark.parametrize(
    "offered, chosen",
    [
        (None, "utf-16"),
        ([], "utf-16"),
        (["utf-7", "utf-8"], "utf-8"),
        (["utf-32", "utf-8"], "utf-32"),
        (["x"], "utf-16"),
    ],
)
def test_the_first_encoding_that_is_known(offered: list[str] | None, chosen: str) -> None:
    client = client_capabilities.client({"general": {"positionEncodings": offered}})
    assert client_capabilities.answer(client)["capabilities"]["positionEncoding"] == chosen


@pytest.mark.parametrize("capabilities", [None, [], "x", {"workspace": None}, {"textDocument": {"codeAction": 3}}])
def test_what_is_no_capability_is_none(capabilities: object) -> None:
    assert client_capabilities.client(capabilities) == client_capabilities.Client()


# -- settings ----------------------------------------------------------------------------------------------------------


def test_settings_that_fit_are_used_and_others_are_named() -> None:
    result, problems = preferences({"run": "onChange", "debounce": 50, "python": "", "logLevel": "loud", "theirs": 3})
    assert result == Preferences(run=When.ON_CHANGE, debounce=0.05)
    words = "is 'loud' but must be one of error, warning, info, debug; it is not used"
    assert problems == (f"autofix: the setting autofix.logLevel {words}",)


@pytest.mark.parametrize("values", [None, [], "x", {"run": None}, {}])
def test_no_settings_are_the_defaults(values: object) -> None:
    assert preferences(values) == (Preferences(), ())


@pytest.mark.parametrize(
    "values",
    [{"run": "always"}, {"debounce": -1}, {"debounce": True}, {"timeLimit": 0}, {"memoryLimit": "1"}, {"codeLens": 1}],
)
def test_a_wrong_setting_is_said(values: dict[str, Any]) -> None:
    result, (problem,) = preferences(values)
    assert result == Preferences()
    assert next(iter(values)) in problem


def test_each_folder_has_its_own_settings(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    configuration = Configuration(
        Preferences(debounce=1), {tmp_path: Preferences(debounce=2), inner: Preferences(debounce=3)}
    )
    assert configuration.preferences(inner / "a" / "net.py").debounce == 3
    assert configuration.preferences(tmp_path / "net.py").debounce == 2
    assert configuration.preferences(Path("/elsewhere/net.py")).debounce == 1


def _environment(folder: Path) -> str:
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    python.parent.mkdir(parents=True)
    python.symlink_to(os.path.realpath(sys.executable))
    (folder / "lib" / "python3.11" / "site-packages" / "torch").mkdir(parents=True)
    return str(python)


def test_the_interpreter_is_looked_for_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    pyproject, net = tmp_path / "pyproject.toml", tmp_path / "net.py"
    pyproject.touch()
    configuration = Configuration(folders={tmp_path: Preferences()})
    assert configuration.settings(net).python is None
    own = _environment(tmp_path / ".venv")
    assert configuration.settings(net).python == own
    active = _environment(tmp_path / "active")
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "active"))
    assert configuration.settings(net).python == active
    pyproject.write_text("[tool.autofix]\npython = 'conda/bin/python'\n", "utf-8")
    assert configuration.settings(net).python == str(tmp_path / "conda" / "bin" / "python")
    configuration.folders[tmp_path] = Preferences(python="mine/python")
    assert configuration.settings(net).python == str(tmp_path / "mine" / "python")


def test_limits_of_the_client_win(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.autofix]\ntime-limit = 7\nmemory-limit = 8\n", "utf-8")
    configuration = Configuration()
    assert configuration.settings(tmp_path / "net.py").limits.run_seconds == 7
    assert not configuration.settings(tmp_path / "net.py").limits.network
    configuration.everywhere, problems = preferences({"timeLimit": 3, "memoryLimit": 0, "allowNetwork": True})
    assert problems == ()
    limits = configuration.settings(tmp_path / "net.py").limits
    assert (limits.run_seconds, limits.memory_mib, limits.network) == (3, 0, True)


# -- comments ----------------------------------------------------------------------------------------------------------

NET = """\
from torch import nn


@decorated
class Net(nn.Module):
    def forward(self, x):
        return self.head(
            x,
        )
"""


def _finding(line: int) -> Finding:
    place = Location(Path("net.py"), Range(Position(line, 15), Position(line, 20)))
    return Finding(Mismatch.LINEAR_IN_FEATURES, "wrong", place, place, "head")


@pytest.mark.parametrize(
    "line, before, after",
    [
        (7, "return self.head(\n", "return self.head(  # autofix: ignore[AF101]\n"),
        (8, "            x,\n", "            x,  # autofix: ignore[AF101]\n"),
    ],
)
def test_a_finding_is_hidden_at_its_line(line: int, before: str, after: str) -> None:
    source = Source(Path("net.py"), NET)
    edit = comments.ignoring(source, _finding(line), "AF101")
    assert edit is not None
    assert apply_edits(NET, [edit]) == NET.replace(before, after)


@pytest.mark.parametrize("text", ["x = '''\n\n'''\n", "x = 1 + \\\n  2\n"])
def test_no_comment_where_it_would_be_none(text: str) -> None:
    assert comments.ignoring(Source(Path("net.py"), text), _finding(1), "AF101") is None


def test_the_sample_stands_above_the_class_or_in_its_place() -> None:
    samples = find_target.parse_sample(["2,3", "mask=bool:2,3"])
    edit = comments.sampled(Source(Path("net.py"), NET), "Net()", samples)
    assert edit is not None
    text = apply_edits(NET, [edit])
    assert text == NET.replace("@decorated", "# autofix: sample-shape=2,3;mask=bool:2,3\n@decorated")
    edit = comments.sampled(Source(Path("net.py"), text), "Net()", find_target.parse_sample(["9"]))
    assert edit is not None
    assert apply_edits(text, [edit]) == NET.replace("@decorated", "# autofix: sample-shape=9\n@decorated")


def test_every_rule_has_a_page() -> None:
    page = rule_pages.text("af101")
    assert page is not None
    assert page.startswith("# AF101 layer-size")
    assert "\n\n## Source\n\n" in page
    assert rule_pages.text("nothing") is None


# -- workers -----------------------------------------------------------------------------------------------------------


class _Jobs:
    """Outcomes in the order in which they came."""

    def __init__(self, worker: SessionThread) -> None:
        self.worker = worker
        self.outcomes: list[AnalysisOutcome] = []
        self._came = threading.Condition()

    def done(self, outcome: AnalysisOutcome) -> None:
        with self._came:
            self.outcomes.append(outcome)
            self._came.notify_all()

    def wait(self, count: int) -> list[AnalysisOutcome]:
        with self._came:
            assert self._came.wait_for(lambda: len(self.outcomes) >= count, 120)
            return self.outcomes


@pytest.fixture
def jobs() -> Iterator[_Jobs]:
    worker = SessionThread(sys.executable)
    yield _Jobs(worker)
    worker.close()


def _report(message: str) -> Report:
    target = Target(Path("net.py"), Path(), "net", (), "Net()", find_target.parse_sample(["1"]))
    return Report(target, RepairEnding.HEALTHY, message, Trace(Ending.PASSED, ""))


@pytest.mark.torch
def test_jobs_go_by_urgency_and_an_error_is_an_outcome(jobs: _Jobs) -> None:
    begun, go = threading.Event(), threading.Event()

    def first(session: Session) -> Report:
        begun.set()
        go.wait(60)
        raise ProbeError("no torch")

    jobs.worker.submit(5, first, jobs.done)
    assert begun.wait(60)
    jobs.worker.submit(3, lambda session: _report("later"), jobs.done)
    jobs.worker.submit(1, lambda session: _report("sooner"), jobs.done)
    go.set()
    failed, *others = jobs.wait(3)
    assert isinstance(failed, ProbeError)
    assert [outcome.message for outcome in others if isinstance(outcome, Report)] == ["sooner", "later"]


@pytest.mark.torch
def test_a_job_is_cancelled_before_and_while_it_runs(jobs: _Jobs, tmp_path: Path) -> None:
    from autofix import engine

    path = tmp_path / "net.py"
    path.write_text(
        "from torch import nn\nclass Net(nn.Module):\n    def forward(self, x):\n        while True: pass\n", "utf-8"
    )
    request = engine.Request(find_target.target(path, samples=find_target.parse_sample(["2,3"])))
    running = jobs.worker.submit(1, lambda session: engine.repair(request, session), jobs.done)
    waiting = jobs.worker.submit(1, lambda session: _report("never"), jobs.done)
    jobs.worker.cancel(waiting)
    time.sleep(0.5)
    jobs.worker.cancel(running)
    assert all(isinstance(outcome, CancelledError) for outcome in jobs.wait(2))
    jobs.worker.submit(1, lambda session: _report("again"), jobs.done)
    assert isinstance(jobs.wait(3)[2], Report)


@pytest.mark.torch
def test_the_worker_starts_again_when_packages_changed(jobs: _Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    processes: list[int | None] = []

    def note(session: Session) -> Report:
        processes.append(session.process_id)
        return _report("")

    jobs.worker.submit(1, note, jobs.done)
    jobs.wait(1)
    jobs.worker.submit(1, note, jobs.done)
    jobs.wait(2)
    monkeypatch.setattr("autofix.frontends.warm_sessions.packages", lambda python: (("changed", 1),))
    jobs.worker.submit(1, note, jobs.done)
    jobs.wait(3)
    assert processes[0] == processes[1] != processes[2]


@pytest.mark.torch
def test_closing_starts_no_other_session(jobs: _Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    """What asks an idle worker to end is a job, too, and finds no session."""
    jobs.worker.submit(1, lambda session: _report(""), jobs.done)
    jobs.wait(1)
    started: list[str] = []
    monkeypatch.setattr("autofix.frontends.warm_sessions.Session", started.append)
    threads = [thread for thread in threading.enumerate() if thread.name == f"autofix {sys.executable}"]
    jobs.worker.close()
    for thread in threads:
        thread.join(60)
    assert [thread.is_alive() for thread in threads] == [False]
    assert started == []


def test_installing_a_package_is_seen(tmp_path: Path) -> None:
    python = Path(_environment(tmp_path / "env"))
    python.chmod(0o755)
    site = tmp_path / "env" / "lib" / "python3.11" / "site-packages"
    before = packages(str(python))
    os.utime(site, ns=(1, 1))
    assert packages(str(python)) != before
    assert packages(str(tmp_path / "none" / "python")) == ()
