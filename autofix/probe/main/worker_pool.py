"""Which forked worker serves which request, and the loop that reads and answers them.

One or two workers serve the ordinary requests in the order they came; a request for a fresh process goes to a worker
of its own, beside them. It knows nothing of what a run does.
"""

from __future__ import annotations

import os
import select
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from ..contain import endings, process_tree
from . import wire
from .worker import SPENT, TOO_LARGE, Serve, Worker, WorkerJob

MAX_RUNS = 200  # What user code leaves in a worker goes with it; a long session gets a new one now and then.
IDLE_SECONDS = 0.02  # Forking takes time from the runs that come in a row.


@dataclass(frozen=True)
class Imports:
    """What workers that serve requests of a kind need; it is imported once, before they are forked."""

    of_scripts: Callable[[], None]
    without_storage: Callable[[], None]


class _Workers:
    """The workers: some serve requests in turn, each fresh run has one of its own, and one waits, forked and warm."""

    def __init__(self, serve: Serve, imports: Imports, answers: int, ordinary: int) -> None:
        self._serve, self._imports, self._answers = serve, imports, answers
        self._most = ordinary
        self._ordinary: list[Worker] = []
        self._spare: Worker | None = None
        self._fresh: list[Worker] = []
        self._waiting: deque[WorkerJob] = deque()
        self._killed: list[int] = []
        self._last: wire.RunRequest | None = None  # The workers that wait are forked for requests of its kind.
        self._for_sizes = False

    @property
    def busy(self) -> list[Worker]:
        return [worker for worker in self._ordinary if worker.job is not None] + self._fresh

    def patience(self) -> float | None:
        """Return the seconds until a run reaches its limit or there is time to fork; None where neither will be."""
        times = [min(worker.job.deadline, worker.job.look) for worker in self.busy if worker.job is not None]
        if times:
            return max(0.0, min(times) - time.monotonic())
        return IDLE_SECONDS if self._spare is None and self._last is not None else None

    def take(self, line: bytes) -> None:
        """Start a request, or queue it."""
        request, reply_path = wire.decode_request(line.decode("utf-8", "surrogatepass"))
        if request.script:
            self._imports.of_scripts()
        if request.mode == wire.META:
            self._import_for_sizes()
        first, self._last = self._last is None, request
        job = WorkerJob(line, request, reply_path)
        self._begin(job)
        if first:  # The front-end waits for it, and asks for more soon.
            while len(self._ordinary) < self._most:
                self._ordinary.append(self._forked(request, rehearse=not request.script))
            self.prepare()

    def _begin(self, job: WorkerJob) -> None:
        if job.request.fresh:
            self._fresh.append(self._one_for(job))
            self._fresh[-1].start(job)
        else:
            self._waiting.append(job)
            self._go_on()

    def _begin_again(self, job: WorkerJob) -> None:
        """Run a model that was too large again, without storage.

        The imports are made once, since every later run is like it.
        """
        self._import_for_sizes()
        request = replace(job.request, mode=wire.SIZED)
        line = wire.encode_request(request, job.reply_path).removesuffix("\n").encode("utf-8", "surrogatepass")
        self._begin(WorkerJob(line, request, job.reply_path))

    def _import_for_sizes(self) -> None:
        if not self._for_sizes:
            self._imports.without_storage()
            self._for_sizes = True

    def _go_on(self) -> None:
        """Start queued requests on the workers that are free."""
        while self._waiting:
            worker = self._free(self._waiting[0])
            if worker is None:
                return
            worker.start(self._waiting.popleft())

    def _free(self, job: WorkerJob) -> Worker | None:
        """Return an ordinary worker without a job; None where all have one."""
        idle = [worker for worker in self._ordinary if worker.job is None]
        for worker in idle:
            if worker.runs < MAX_RUNS and worker.fits(job):
                return worker
            self._drop(worker)
        if len(self._ordinary) >= self._most:
            return None
        self._ordinary.append(self._one_for(job))
        return self._ordinary[-1]

    def _one_for(self, job: WorkerJob) -> Worker:
        """Return a worker that has not run user code."""
        spare, self._spare = self._spare, None
        if spare is not None and not spare.fits(job):
            self._end(spare)
            spare = None
        return spare or self._forked(job.request, rehearse=False)

    def prepare(self) -> None:
        """Fork the spare worker, for requests of the kind that came last.

        With one run at a time the other cores are busy with other probes: a rehearsal would take time from these.
        """
        if self._spare is None and self._last is not None:
            self._spare = self._forked(self._last, rehearse=self._most > 1 and not self._last.script)

    def _forked(self, request: wire.RunRequest, rehearse: bool) -> Worker:
        known = [self._spare, *self._ordinary, *self._fresh]
        held = [descriptor for worker in known if worker is not None for descriptor in worker.descriptors]
        network = request.limits.network
        return Worker(self._serve, [self._answers, *held], request.script, self._for_sizes, network, rehearse)

    def settle(self, readable: list[int]) -> Iterator[tuple[str, str]]:
        """Yield the reply's path and how its worker ended ('' if well) for each run that has finished."""
        now = time.monotonic()
        for worker in self.busy:
            job = worker.job
            assert job is not None
            over = any(sign in readable for sign in worker.signs)
            excess = "" if over or now < job.look else worker.too_many()
            if not over and not excess and now < job.deadline:
                continue
            ended = worker.ending() if over else excess or wire.Ending.TIMED_OUT
            worker.job = None
            if ended or worker in self._fresh:
                self._drop(worker)
            if ended == TOO_LARGE:
                self._begin_again(job)
                continue
            if ended == SPENT:
                self._begin(job)
                continue
            if ended and not (ended == endings.UNREPORTED and os.path.exists(job.reply_path)):
                endings.write_reply(endings.of_process(ended, job.request, beyond=bool(excess)), job.reply_path)
            yield job.reply_path, ended
        self._killed = [pid for pid in self._killed if os.waitpid(pid, os.WNOHANG)[0] == 0]
        self._go_on()

    def cancel(self) -> Iterator[str]:
        """End every run, started or queued; yield the paths of their replies."""
        for worker in self.busy:
            job, worker.job = worker.job, None
            self._drop(worker)
            if job is not None:
                yield job.reply_path
        while self._waiting:
            yield self._waiting.popleft().reply_path

    def _drop(self, worker: Worker) -> None:
        self._end(worker)
        (self._fresh if worker in self._fresh else self._ordinary).remove(worker)
        known = [worker.pid for worker in (self._spare, *self._ordinary, *self._fresh) if worker is not None]
        process_tree.end_strangers({*known, *self._killed})

    def _end(self, worker: Worker) -> None:
        """Kill a worker without waiting until the system has taken its memory apart."""
        pid = worker.end()
        if pid:
            self._killed.append(pid)

    def end(self) -> None:
        for worker in (self._spare, *self._ordinary, *self._fresh):
            if worker is not None:
                worker.end()
        process_tree.end_strangers(set())


def supervise(requests: int, answers: int, serve: Serve, imports: Imports, ordinary: int) -> bytes:
    """Serve request lines until their stream ends, and then end all workers; ``ordinary``: how many serve at once.

    Return the line that announced it, b'' for none: who asked is gone.
    """
    process_tree.adopt_orphans()
    workers = _Workers(serve, imports, answers, ordinary)
    rest = b""
    try:
        while True:
            watched = [requests, *(sign for worker in workers.busy for sign in worker.signs)]
            readable, _, _ = select.select(watched, [], [], workers.patience())
            if not readable and not workers.busy:
                workers.prepare()
            for path, _ in workers.settle(readable):
                os.write(answers, wire.done(path))
            if requests in readable:
                data = os.read(requests, 1 << 20)
                if not data:
                    return b""
                *lines, rest = (rest + data).split(b"\n")
                for line in lines:
                    if line + b"\n" in (wire.END, wire.CLOSE):
                        return line + b"\n"
                    if line + b"\n" != wire.CANCEL:
                        workers.take(line)
                        continue
                    for path in workers.cancel():
                        os.write(answers, wire.done(path))
    finally:
        workers.end()
