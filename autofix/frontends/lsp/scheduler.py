"""When what is analysed: debounce, one run at a time for each document, cancellation, results by the text they are for.

Everything here happens on the loop's thread but the work itself. How a result is shown is for its listeners.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path

from autofix.frontends.lsp.analysis_job import AnalysisJob
from autofix.frontends.lsp.configuration import Configuration, When
from autofix.frontends.lsp.documents import Documents, Module
from autofix.frontends.lsp.results import Result, ResultStage, is_fresh
from autofix.frontends.lsp.trust import Trust
from autofix.frontends.warm_sessions import AnalysisOutcome, SessionJob, SessionThread, Workers
from autofix.records.errors import CancelledError, UsageError
from autofix.records.report import Report

_LOG = logging.getLogger(__name__)
# A program that takes longer is not run while its text is typed.
QUICK_PROGRAM_S = 2.0
_TORCH = "torch"
Listener = Callable[[str], None]


class Trigger(IntEnum):
    """Why a document is looked at; the more urgent, the lower."""

    ASKED = 0
    SAVED = 1
    CHANGED = 2
    OPENED = 3
    RELATED = 4


@dataclass
class _Course:
    """What goes on with one document."""

    timer: asyncio.TimerHandle | None = None
    job: tuple[SessionThread, SessionJob] | None = None
    began: float = 0.0
    doing: str = ""
    result: Result | None = None
    model: str | None = None
    waiting: list[asyncio.Future[None]] = field(default_factory=list)


class Analyses:
    """The documents' results. ``changed`` is told the key of a document whose result or activity is another now."""

    def __init__(
        self, documents: Documents, configuration: Configuration, trust: Trust, workers: Workers, changed: Listener
    ) -> None:
        self._documents, self._configuration, self._trust = documents, configuration, trust
        self._workers, self._changed = workers, changed
        self._courses: dict[str, _Course] = {}
        self._loop = asyncio.get_running_loop()

    # -- asking ------------------------------------------------------------------------------------------------------

    def result(self, key: str) -> Result | None:
        course = self._courses.get(key)
        return None if course is None else course.result

    def results(self) -> list[Result]:
        return [course.result for course in self._courses.values() if course.result is not None]

    def about(self, path: Path) -> list[Result]:
        """Return the results that say something of a file: its own first, then those of files that run it."""
        results = [result for result in self.results() if path in result.files]
        return sorted(results, key=lambda result: result.module.path != path)

    def pending(self, key: str) -> bool:
        """Return whether a result for the present text will come without being asked for."""
        course = self._courses.get(key)
        return course is not None and (course.timer is not None or course.job is not None)

    def doing(self, key: str) -> tuple[str, float]:
        """Return what a run is doing, in words, and since when; empty words where there is none."""
        course = self._courses.get(key)
        return (course.doing, course.began) if course is not None and course.job is not None else ("", 0.0)

    async def settled(self, key: str, seconds: float, early: bool = False) -> Result | None:
        """Return the result for the present text once nothing is pending, or what there is when the time is over.

        ``early``: knowing what is wrong is enough.
        """
        deadline = self._loop.time() + seconds
        while self.pending(key) and (left := deadline - self._loop.time()) > 0:
            course = self._courses[key]
            result = course.result if early and course.timer is None else None
            if result is not None and result.stage is ResultStage.KNOWN and is_fresh(result, self._documents):
                break
            waiter = self._loop.create_future()
            course.waiting.append(waiter)
            await asyncio.wait([waiter], timeout=left)
        return self.result(key)

    # -- telling -----------------------------------------------------------------------------------------------------

    def update(self, key: str, trigger: Trigger) -> None:
        """Update the analysis after a document was opened, changed or saved, or because the user asks for it."""
        module = self._documents.module(key)
        if module is None:
            return
        course = self._courses.setdefault(key, _Course())
        self._end(course)
        if trigger is Trigger.CHANGED:
            self.related(module.path, Trigger.RELATED)
        if not self._may_run(module, course, trigger):
            self._changed(key)
            return
        if trigger in (Trigger.CHANGED, Trigger.RELATED):
            delay = self._configuration.preferences(module.path).debounce
            course.timer = self._loop.call_later(delay, self._begin, key, trigger)
        else:
            self._begin(key, trigger)

    def choose(self, key: str, model: str | None) -> None:
        """Analyse this model of the document from now on."""
        self._courses.setdefault(key, _Course()).model = model

    def close(self, key: str) -> None:
        course = self._courses.pop(key, None)
        if course is not None:
            self._end(course)
            self._wake(course)

    def cancel(self, key: str) -> None:
        """End what goes on with a document; what was known stays."""
        course = self._courses.get(key)
        if course is not None:
            self._end(course)
            self._tell(key, course)

    def forget(self) -> None:
        """Forget everything that was found, and end all workers."""
        for key in list(self._courses):
            self.close(key)
        self._workers.close()

    def related(self, changed: Path, trigger: Trigger) -> None:
        """Update the other open documents that run a file whose text changed, in the editor or on disk."""
        for key, course in list(self._courses.items()):
            module = self._documents.module(key)
            if course.result is not None and changed in course.result.files and module and module.path != changed:
                self.update(key, trigger)

    # -- running -----------------------------------------------------------------------------------------------------

    def _may_run(self, module: Module, course: _Course, trigger: Trigger) -> bool:
        if _TORCH not in module.text or not self._trust.allows(module.path):
            return False
        when = self._configuration.preferences(module.path).run
        if trigger is Trigger.ASKED:
            return True
        if trigger in (Trigger.CHANGED, Trigger.RELATED):
            return when is When.ON_CHANGE and not _is_slow_program(course.result)
        return when is not When.NEVER

    def _begin(self, key: str, trigger: Trigger) -> None:
        course, module = self._courses[key], self._documents.module(key)
        course.timer = None
        if module is None:
            return
        texts = dict(self._documents.texts())
        try:
            settings = self._configuration.settings(module.path)
        except UsageError as error:
            self._finish(key, course, Result(module, texts, ResultStage.REFUSED, message=str(error)))
            return
        work = AnalysisJob(module, texts, settings, course.model)
        worker = self._workers.of(settings.python)
        course.began, course.doing = time.monotonic(), "running the model"
        # The job is known to the course before any of its calls comes back: they come through the loop.
        job = worker.submit(
            int(trigger),
            lambda session: work.report(session, tell, early),
            lambda outcome: self.post(lambda: self._done(key, job, work, outcome)),
        )
        course.job = (worker, job)

        def tell(words: str) -> None:
            self.post(lambda: self._told(key, job, words))

        def early(report: Report) -> None:
            self.post(lambda: self._known(key, job, Result(module, texts, ResultStage.KNOWN, report)))

        self._changed(key)

    def post(self, call: Callable[[], None]) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call)

    def _is_current(self, key: str, job: SessionJob) -> bool:
        course = self._courses.get(key)
        return course is not None and course.job is not None and course.job[1] is job

    def _told(self, key: str, job: SessionJob, words: str) -> None:
        if self._is_current(key, job):
            self._courses[key].doing = words

    def _known(self, key: str, job: SessionJob, result: Result) -> None:
        if self._is_current(key, job):
            self._courses[key].result = result
            self._tell(key, self._courses[key])

    def _done(self, key: str, job: SessionJob, work: AnalysisJob, outcome: AnalysisOutcome) -> None:
        if not self._is_current(key, job):
            return
        if isinstance(outcome, CancelledError):
            self._courses[key].job = None
            self._tell(key, self._courses[key])
            return
        self._finish(key, self._courses[key], work.result(outcome))

    def _finish(self, key: str, course: _Course, result: Result) -> None:
        course.job, course.result = None, result
        _LOG.info("%s: %s%s", result.module.path.name, result.stage.name.lower(), f": {result.message}".rstrip(": "))
        self._tell(key, course)

    def _end(self, course: _Course) -> None:
        if course.timer is not None:
            course.timer.cancel()
            course.timer = None
        if course.job is not None:
            worker, job = course.job
            course.job = None
            worker.cancel(job)

    def _tell(self, key: str, course: _Course) -> None:
        self._wake(course)
        self._changed(key)

    def _wake(self, course: _Course) -> None:
        waiting, course.waiting = course.waiting, []
        for waiter in waiting:
            if not waiter.done():
                waiter.set_result(None)


def _is_slow_program(result: Result | None) -> bool:
    report = None if result is None else result.report
    return report is not None and report.target.script and report.spent.seconds > QUICK_PROGRAM_S
