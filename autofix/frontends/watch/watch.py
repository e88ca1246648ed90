"""The command that watches files: check each, look for saves, check again what a save is about, until Ctrl-C.

A fault is on the screen as soon as it is diagnosed, its repair once that was found. Nothing is written.
"""

from __future__ import annotations

import queue
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from autofix import engine
from autofix.frontends.cli import requests, terminal
from autofix.frontends.cli.options import RunChoice, StreamChoice, WatchChoice
from autofix.frontends.warm_sessions import AnalysisOutcome, SessionJob, SessionThread, Workers
from autofix.frontends.watch.saves import Saves
from autofix.frontends.watch.screen import Screen
from autofix.loading import find_target
from autofix.records.errors import AutofixError, CancelledError
from autofix.records.report import Report
from autofix.report import phrases, text
from autofix.session.session import Session

# How long a save may wait to be seen: twice this, since it has to come to rest.
LOOK_S = 0.01
# Where many files are watched, looking takes longer.
FEW_FILES = 100
LOOK_AT_MANY_S = 0.1
_SETTINGS = ("autofix.toml", "pyproject.toml")


@dataclass
class _File:
    """One file that is watched; ``number`` counts its checks, so that late answers of earlier ones are told apart."""

    choice: RunChoice
    path: Path
    number: int = 0
    outcome: AnalysisOutcome | None = None
    job: tuple[SessionThread, SessionJob] | None = None
    began_ns: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class _Event:
    """What came of a check: of which file, of which of its checks, and whether it is the last word of that."""

    index: int
    number: int
    outcome: AnalysisOutcome
    is_last: bool


@dataclass
class _Watch:
    streams: StreamChoice
    files: list[_File]
    screen: Screen
    workers: Workers
    saves: Saves = field(default_factory=Saves)
    # None wakes who waits, to end; a signal may come while the same thread puts something, which this queue allows.
    events: queue.SimpleQueue[_Event | None] = field(default_factory=queue.SimpleQueue)
    is_over: bool = False

    def end(self) -> None:
        """End as soon as what is being done is done."""
        self.is_over = True
        self.events.put(None)

    def check(self, index: int) -> None:
        """Check a file again; a check of it that is under way is given up."""
        file = self.files[index]
        if file.job is not None:
            file.job[0].cancel(file.job[1])
        file.number, file.job, file.began_ns = file.number + 1, None, time.time_ns()
        self.saves.use(index, [file.path, *_settings_of(file.path)], file.began_ns)
        number = file.number
        try:
            request = requests.request(file.choice)
        except AutofixError as error:
            self.events.put(_Event(index, number, error, True))
            return
        early = partial(self._put, index, number, False)
        worker = self.workers.of(None if request.python is None else str(request.python))
        work = partial(_repaired, request, early)
        file.job = worker, worker.submit(0, work, partial(self._put, index, number, True))

    def _put(self, index: int, number: int, is_last: bool, outcome: AnalysisOutcome) -> None:
        self.events.put(_Event(index, number, outcome, is_last))

    def take(self, event: _Event | None) -> None:
        """Take what came of a check, unless a later one has begun since."""
        if event is None:
            return
        file = self.files[event.index]
        if event.number != file.number or isinstance(event.outcome, CancelledError):
            return
        file.outcome, file.seconds = event.outcome, (time.time_ns() - file.began_ns) / 1e9
        if event.is_last:
            file.job = None
        if isinstance(event.outcome, Report):
            self.saves.use(event.index, _files_of(file.path, event.outcome), file.began_ns)

    def show(self) -> None:
        if all(file.outcome is None for file in self.files):
            self.screen.show("", "autofix: the first check starts torch ...")
            return
        if self.screen.is_terminal or all(file.job is None for file in self.files):
            self.screen.show(self._text(), self._status())

    def _text(self) -> str:
        """Return what is known: faults in full, in the order of the files, then a line for each file without one."""
        blocks = [(file, self._block(file)) for file in self.files if file.outcome is not None]
        whole = [block for file, block in blocks if not _is_quiet(file.outcome)]
        lines = [block for file, block in blocks if _is_quiet(file.outcome)]
        return "\n".join([*whole, "".join(lines)] if lines else whole)

    def _block(self, file: _File) -> str:
        outcome, name = file.outcome, terminal.one_line(phrases.path_from(file.path, Path.cwd()))
        if not isinstance(outcome, Report):
            message = terminal.one_line(str(outcome))
            return f"{message if file.path.name in message else f'{name}: {message}'}\n"
        if _is_quiet(outcome):
            return f"{name}: {phrases.summary(outcome, applied=False)}\n"
        return text.render(
            outcome,
            folder=Path.cwd(),
            colour=terminal.colour(sys.stdout, refused=self.streams.no_color),
            width=terminal.width(sys.stdout),
            verbose=self.streams.verbose,
        )

    def _status(self) -> str:
        names = ", ".join(terminal.one_line(file.path.name) for file in self.files)
        busy = any(file.job is not None for file in self.files)
        last = max(file.seconds for file in self.files)
        state = "checking ..." if busy else f"checked in {last * 1000:.0f} ms"
        return f"autofix: {state}; watching {names}; Ctrl-C ends"


def watch(choice: WatchChoice) -> int:
    """Watch until an interrupt and return 0."""
    workers = Workers()
    screen = Screen()
    state = _Watch(choice.streams, list(map(_file, choice.runs)), screen, workers)
    with suppress(KeyboardInterrupt), _ended_by_signals(state.end):
        try:
            with screen:
                _watch(state)
        finally:
            workers.close()
    return 0


def _file(run: RunChoice) -> _File:
    return _File(run, requests.path_of(run))


def _watch(state: _Watch) -> None:
    for index in range(len(state.files)):
        state.check(index)
    state.show()
    while not state.is_over:
        look = LOOK_S if len(state.saves) <= FEW_FILES else LOOK_AT_MANY_S
        try:
            state.take(state.events.get(timeout=look))
            while not state.events.empty():
                state.take(state.events.get())
            state.show()
        except queue.Empty:
            if state.screen.is_stale:
                state.show()
        for index in sorted(state.saves.users_of_saved()):
            state.check(index)


def _repaired(request: engine.Request, early: object, session: Session) -> Report:
    assert callable(early)
    return engine.repair(request, session, None, early)


def _settings_of(path: Path) -> Iterator[Path]:
    root = find_target.project_root(path)
    return (root / name for name in _SETTINGS)


def _files_of(path: Path, report: Report) -> set[Path]:
    """Return the files whose change may change the report."""
    trace = report.trace
    return {path, *_settings_of(path), *trace.files, *trace.data_files, *(source.path for source in report.texts)}


def _is_quiet(outcome: object) -> bool:
    """Return whether one line says all."""
    if not isinstance(outcome, Report):
        return True
    return not outcome.diagnostics and outcome.plan is None


@contextmanager
def _ended_by_signals(end: Callable[[], None]) -> Iterator[None]:
    """Have interrupts and the signals that end a program call ``end``; a second one interrupts.

    An exception could come while a lock is taken and before it is sure to be given back, which would then be waited for
    without end.
    """
    ended: list[int] = []

    def ask(number: int, frame: object) -> None:
        del frame
        if ended:
            raise KeyboardInterrupt
        ended.append(number)
        end()

    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    # Not those that whoever started it has it ignore, as `nohup` does and a shell for what runs in the background.
    heard = [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, ask) for number in heard}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
