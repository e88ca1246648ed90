"""One warm session for each interpreter, shared by all files of that interpreter, and the jobs that use it in turn.

A job runs in the worker's thread and may be cancelled from any other; what a job does is for who submits it.
"""

from __future__ import annotations

import itertools
import logging
import queue
import shutil
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from autofix.records.errors import CancelledError
from autofix.records.report import Report
from autofix.session.session import Session

_LOG = logging.getLogger(__name__)
START_SECONDS = 5.0  # For the process of a session to be there, not for torch in it.
_PACKAGES = ("lib*/python3*/site-packages", "lib/python3/dist-packages", "Lib/site-packages")
AnalysisOutcome = Report | Exception
Outcome = TypeVar("Outcome")
Stamp = tuple[tuple[str, int], ...]


@dataclass(order=True)
class SessionJob:
    """Work for one session; the lowest ``urgency`` goes first. ``done`` is called in the worker's thread."""

    urgency: int
    number: int
    work: Callable[[Session], Any] = field(compare=False)
    done: Callable[[Any], None] = field(compare=False)
    cancelled: bool = field(default=False, compare=False)


class SessionThread:
    """A thread that owns a session. The session starts with the thread and is started again when it has to be."""

    def __init__(self, python: str) -> None:
        self.python = python
        self._jobs: queue.PriorityQueue[SessionJob] = queue.PriorityQueue()
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._current: SessionJob | None = None
        self._session: Session | None = None
        self._stamp: Stamp = ()
        self._closed = False
        self._thread = threading.Thread(target=self._serve, name=f"autofix {python}", daemon=True)
        self._thread.start()

    @property
    def process_id(self) -> int | None:
        return None if self._session is None else self._session.process_id

    def submit(
        self, urgency: int, work: Callable[[Session], Outcome], done: Callable[[Outcome | Exception], None]
    ) -> SessionJob:
        job = SessionJob(urgency, next(self._numbers), work, done)
        self._jobs.put(job)
        return job

    def cancel(self, job: SessionJob) -> None:
        """Cancel a job: it ends with CancelledError, soon if it has begun, else in its turn."""
        with self._lock:
            job.cancelled = True
            if job is self._current and self._session is not None:
                self._session.cancel()

    def close(self) -> None:
        """End the session and every job; nothing is answered any more."""
        with self._lock:
            self._closed = True
            session, self._session = self._session, None
        self._jobs.put(SessionJob(-1, -1, _nothing, lambda _: None))
        if session is not None:
            session.cancel()
            session.close()
        elif threading.current_thread() is not self._thread:
            # One that is being started has a folder already, which its thread removes.
            self._thread.join(START_SECONDS)

    def _serve(self) -> None:
        self._warm()
        while not self._closed:
            job = self._jobs.get()
            outcome = self._outcome(job)
            if not self._closed:
                job.done(outcome)

    def _warm(self) -> None:
        """Import torch in the child while the rules are imported here."""
        try:
            self._ready()
            from autofix.fixes import registry

            registry.rules()
            registry.prepare()
        except Exception as error:
            _LOG.info("not started ahead: %s", error)  # The first job meets the same and says so.

    def _outcome(self, job: SessionJob) -> Any:
        try:
            session = self._begin(job)
            return job.work(session)
        except Exception as error:
            return error
        finally:
            with self._lock:
                self._current = None

    def _begin(self, job: SessionJob) -> Session:
        if not job.cancelled:
            self._ready()
        with self._lock:
            if job.cancelled or self._session is None:
                raise CancelledError("cancelled")
            self._current = job
            self._session.allow()
            return self._session

    def _ready(self) -> None:
        """Start a session if the interpreter's packages have changed or there is none; not any more once closed."""
        stamp = packages(self.python)
        with self._lock:
            old = self._session if self._stamp != stamp else None
            if old is not None:
                self._session = None
        if old is not None:
            _LOG.info("packages of %s changed: its worker is started again", self.python)
            old.close()
        with self._lock:
            # Who closes waits for this thread only where it finds no session.
            is_needed = self._session is None and not self._closed
        if is_needed:
            session = Session(self.python)
            with self._lock:
                self._stamp, self._session = stamp, None if self._closed else session
            if self._closed:
                session.close()


def _nothing(session: Session) -> None:
    raise CancelledError(f"{session.python} is closed")


class Workers:
    """The workers by interpreter."""

    def __init__(self) -> None:
        self._workers: dict[str, SessionThread] = {}

    def of(self, python: str | None) -> SessionThread:
        name = python or sys.executable
        if name not in self._workers:
            _LOG.info("starting a worker: %s", name)
            self._workers[name] = SessionThread(name)
        return self._workers[name]

    def close(self) -> None:
        """End all; the next one asked for is a new one."""
        workers, self._workers = list(self._workers.values()), {}
        for worker in workers:
            worker.close()


def packages(python: str) -> Stamp:
    """Return when packages were last installed or removed beside an interpreter, as far as its folders tell."""
    path = shutil.which(python)
    if path is None:
        return ()
    prefixes = dict.fromkeys((Path(path).parents[1], Path(path).resolve().parents[1]))
    folders = [folder for prefix in prefixes for pattern in _PACKAGES for folder in prefix.glob(pattern)]
    stamps = [(str(path), path.stat().st_mtime_ns) for path in sorted(folders) if path.is_dir()]
    return tuple(dict.fromkeys(stamps))
