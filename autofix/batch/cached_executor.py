"""Calls of many jobs through an executor: what the journal knows is not run again, results keep the order of the calls.

It knows no process and no machine; whoever made the executor does.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, wait
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from autofix.batch import cache_key, imports
from autofix.batch.journal import Journal, key_of
from autofix.batch.records import Json

Function = Callable[[str, Json], Json]
Files = Sequence[tuple[str, str]]
POLL_SECONDS = 0.5


@dataclass(frozen=True)
class CachedCall:
    """One job: its data, the interpreter it depends on, and its value when it never came back, told why."""

    data: Json
    python: str | None
    lost: Callable[[str], Json]
    files: Callable[[Json], Files]


class BatchProgress:
    """What a front-end may show; this one shows nothing."""

    def begin(self, words: str, total: int, done: int) -> None:
        """Begin a series of calls; ``done`` of them are known from earlier."""

    def step(self) -> None:
        """Count one more call as over."""

    def end(self) -> None:
        """End what is shown of the series."""


@dataclass
class BatchWork:
    """Runs calls; after an interruption, or when time is over, whatever is left is lost at once.

    ``executor`` is asked for when something has to run, since a run over an unchanged tree needs none.
    """

    base: Path
    journal: Journal
    make_executor: Callable[[], Executor]
    progress: BatchProgress = field(default_factory=BatchProgress)
    seconds: float | None = None
    ended: str = ""
    interrupted: bool = False

    def __post_init__(self) -> None:
        self._deadline = None if self.seconds is None else time.monotonic() + self.seconds
        self._digests: dict[str, str] = {}
        self._surroundings: dict[str | None, str] = {}

    @cached_property
    def executor(self) -> Executor:
        return self.make_executor()

    def close(self) -> None:
        if "executor" in self.__dict__:
            self.executor.shutdown(wait=not self.ended, cancel_futures=True)

    def digest(self, path: str) -> str:
        if path not in self._digests:
            self._digests[path] = imports.digest(self.base / path)
        return self._digests[path]

    def all(self, words: str, function: Function, calls: Sequence[CachedCall]) -> list[Json]:
        """Return the values of the calls, in their order."""
        keys = [key_of(function.__name__, call.data, self._fingerprint(call.python)) for call in calls]
        values: dict[str, Json] = {}
        for key in dict.fromkeys(keys):
            known = self.journal.get(key, self.digest)
            if known is not None:
                values[key] = known
        waiting = {key: call for key, call in zip(keys, calls, strict=True) if key not in values}
        self.progress.begin(words, len(set(keys)), len(values))
        try:
            self._run(function, waiting, values)
        except KeyboardInterrupt:
            self.interrupted, self.ended = True, "the batch was interrupted before it was its turn"
        lost = {key: call.lost(self.ended) for key, call in waiting.items() if key not in values}
        return [values.get(key) or lost[key] for key in keys]

    def _fingerprint(self, python: str | None) -> str:
        if python not in self._surroundings:
            self._surroundings[python] = cache_key.fingerprint(python)
        return self._surroundings[python]

    def _run(self, function: Function, waiting: dict[str, CachedCall], values: dict[str, Json]) -> None:
        if not waiting or self.ended:
            return
        submitted = {
            self.executor.submit(function, str(self.base), call.data): (key, call) for key, call in waiting.items()
        }
        try:
            self._await(submitted, values)
        finally:  # What was done when the batch was interrupted is not lost.
            for future, (key, call) in submitted.items():
                if key not in values and future.done() and not future.cancelled():
                    values[key] = self._kept(key, call, future)

    def _await(self, submitted: dict[Future[Any], tuple[str, CachedCall]], values: dict[str, Json]) -> None:
        pending = set(submitted)
        while pending:
            done, pending = wait(pending, timeout=POLL_SECONDS, return_when="FIRST_COMPLETED")
            for future in done:
                key, call = submitted[future]
                values[key] = self._kept(key, call, future)
                self.progress.step()
            if self._deadline is not None and time.monotonic() > self._deadline:
                go_on = "rerun to continue" if self.journal.is_kept else "nothing is kept to continue with --no-cache"
                self.ended = f"batch time limit ({self.seconds:g} s) reached; {go_on}"
                for future in pending:
                    future.cancel()
                return

    def _kept(self, key: str, call: CachedCall, future: Future[Any]) -> Json:
        try:
            value: Json = future.result()
        except FutureTimeoutError:
            return call.lost("it took too long")
        except Exception as error:  # A worker that died, here or elsewhere: the next run tries again.
            return call.lost(str(error) or type(error).__name__)
        if not _lacked_something(value):
            self.journal.put(key, value, call.files(value))
        return value


def _lacked_something(value: Json) -> bool:
    """Return whether an import failed: what is missing may be there next time, and no file of the project tells."""
    trace = (value.get("document") or {}).get("trace") or {}
    return trace.get("ending") == "import-failed" or bool(trace.get("placeholders") or trace.get("absent"))
