"""Forked workers that run user code, and the loop that gives each request to one.

One or two workers serve the ordinary requests in the order they came; a request for a fresh process goes to a worker
of its own, beside them. It knows processes and pipes, and nothing of what a run does.
"""

from __future__ import annotations

import os
import select
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from . import endings, limits, offspring, wire

MAX_RUNS = 200  # What user code leaves in a worker goes with it; a long session gets a new one now and then.
IDLE_SECONDS = 0.02  # Forking takes time from the runs that come in a row.
EXIT_SECONDS = 5.0
LOOK_SECONDS = 0.1  # Between two looks at what a run has started.

Serve = Callable[[int, int, bool], None]
"""The life of a worker: where its requests come from, where it says that one is done, whether it is to rehearse."""


@dataclass
class _Job:
    """One request and the line that it came as."""

    line: bytes
    request: wire.RunRequest
    reply_path: str
    deadline: float = 0.0
    look: float = 0.0


class _Worker:
    """A forked process that serves requests from a pipe, and says on another when each is done.

    ``inherited`` are descriptors of the supervisor that it must not hold; ``rehearse``: there is time for it to run a
    model of ours first, so that its first run is as quick as its second.
    """

    def __init__(self, serve: Serve, inherited: list[int], for_scripts: bool, rehearse: bool) -> None:
        self.for_scripts, self.runs = for_scripts, 0
        self.job: _Job | None = None
        self.limits: tuple[int, ...] | None = None
        read_end, self._write_end = os.pipe()
        self.done, write_done = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            for descriptor in (*inherited, self._write_end, self.done):
                os.close(descriptor)
            # A group of its own in the probe's session, which has no terminal; only who leads a session can get one.
            os.setpgid(0, 0)
            offspring.end_with_parent()
            offspring.adopt_orphans()
            serve(read_end, write_done, rehearse)
            os._exit(0)
        os.close(read_end)
        os.close(write_done)
        # What a worker started holds its ends of the pipes open beyond its own end.
        self.exit = _descriptor_of(self.pid)

    @property
    def descriptors(self) -> tuple[int, ...]:
        """What the supervisor holds open for it."""
        return (self._write_end, *self.signs)

    @property
    def signs(self) -> tuple[int, ...]:
        """What becomes readable when a run is over, or the process."""
        return (self.done,) if self.exit is None else (self.done, self.exit)

    def fits(self, job: _Job) -> bool:
        return self.limits in (None, limits.lasting(job.request))

    def start(self, job: _Job) -> None:
        """Hand over the request; a worker that is gone by now says so on ``done`` as one that ends later does."""
        self.job, self.runs = job, self.runs + 1
        self.limits = limits.lasting(job.request)
        job.deadline = time.monotonic() + job.request.seconds
        job.look = time.monotonic() + LOOK_SECONDS
        view = memoryview(job.line + b"\n")
        try:
            while view:
                view = view[os.write(self._write_end, view) :]
        except BrokenPipeError:
            pass

    def ending(self) -> str:
        """'' when the reply was written, else how the process ended: ``killed by signal N``, ``exit code N``."""
        if select.select([self.done], [], [], 0)[0] and os.read(self.done, 1):
            return ""
        deadline = time.monotonic() + EXIT_SECONDS
        while time.monotonic() < deadline:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.pid = 0
                code = os.waitstatus_to_exitcode(status)
                return f"killed by signal {-code}" if code < 0 else f"exit code {code}"
            time.sleep(0.002)
        return "exit code unknown"

    def too_many(self) -> str:
        """Which number of processes or threads of the run is beyond its limit, '' for none."""
        assert self.job is not None
        self.job.look = time.monotonic() + LOOK_SECONDS
        most = self.job.request.processes
        if not most:
            return ""
        pids = [self.pid, *offspring.below(self.pid)]
        threads = most * limits.THREADS_A_PROCESS
        excess = f"{most} processes" if len(pids) > most else ""
        excess = f"{threads} threads" if not excess and sum(map(offspring.threads, pids)) > threads else excess
        return excess and f"the code started more than {excess}; raise `process-limit` in the settings if it has to"

    def end(self) -> int:
        """Kill the process and what it started; its number, 0 if it has been reaped."""
        pid, self.pid = self.pid, 0
        if pid:
            offspring.end_tree(pid)
        for descriptor in self.descriptors:
            os.close(descriptor)
        return pid


class _Workers:
    """Those that serve requests, one for each fresh run under way, and one that waits: forked and warm before it is
    needed.
    """

    def __init__(self, serve: Serve, prepare_scripts: Callable[[], None], answers: int, ordinary: int) -> None:
        self._serve, self._prepare_scripts, self._answers = serve, prepare_scripts, answers
        self._most = ordinary
        self._ordinary: list[_Worker] = []
        self._spare: _Worker | None = None
        self._fresh: list[_Worker] = []
        self._waiting: deque[_Job] = deque()
        self._killed: list[int] = []
        self._for_scripts: bool | None = None

    @property
    def busy(self) -> list[_Worker]:
        return [worker for worker in self._ordinary if worker.job is not None] + self._fresh

    def patience(self) -> float | None:
        """Seconds until the first run under way is over time, or until there is time to fork; None for neither."""
        times = [min(worker.job.deadline, worker.job.look) for worker in self.busy if worker.job is not None]
        if times:
            return max(0.0, min(times) - time.monotonic())
        return IDLE_SECONDS if self._spare is None and self._for_scripts is not None else None

    def take(self, line: bytes) -> None:
        """Begin with a request, or let it wait for its turn."""
        request, reply_path = wire.decode_request(line.decode("utf-8", "surrogatepass"))
        if request.script:
            self._prepare_scripts()
        first, self._for_scripts = self._for_scripts is None, request.script
        job = _Job(line, request, reply_path)
        if request.fresh:
            worker = self._one_for(request.script)
            self._fresh.append(worker)
            worker.start(job)
        else:
            self._waiting.append(job)
            self._go_on()
        if first:  # The front-end waits for it, and asks for more soon.
            while len(self._ordinary) < self._most:
                self._ordinary.append(self._forked(request.script, rehearse=not request.script))
            self.prepare()

    def _go_on(self) -> None:
        """The next requests that wait, for as many workers as are free."""
        while self._waiting:
            worker = self._free(self._waiting[0])
            if worker is None:
                return
            worker.start(self._waiting.popleft())

    def _free(self, job: _Job) -> _Worker | None:
        """An ordinary worker without a job; None where all have one."""
        scripts = job.request.script
        idle = [worker for worker in self._ordinary if worker.job is None]
        for worker in idle:
            if worker.for_scripts == scripts and worker.runs < MAX_RUNS and worker.fits(job):
                return worker
            self._drop(worker)
        if len(self._ordinary) >= self._most:
            return None
        self._ordinary.append(self._one_for(scripts))
        return self._ordinary[-1]

    def _one_for(self, scripts: bool) -> _Worker:
        """A worker that has run nothing of the user's."""
        spare, self._spare = self._spare, None
        if spare is not None and spare.for_scripts != scripts:
            self._end(spare)
            spare = None
        return spare or self._forked(scripts, rehearse=False)

    def prepare(self) -> None:
        """Fork the one that waits, for requests of the kind that came last."""
        if self._spare is None and self._for_scripts is not None:
            self._spare = self._forked(self._for_scripts, rehearse=not self._for_scripts)

    def _forked(self, scripts: bool, rehearse: bool) -> _Worker:
        known = [self._spare, *self._ordinary, *self._fresh]
        held = [descriptor for worker in known if worker is not None for descriptor in worker.descriptors]
        return _Worker(self._serve, [self._answers, *held], scripts, rehearse)

    def settle(self, readable: list[int]) -> Iterator[tuple[str, str]]:
        """The reply's path and how its worker ended, '' if well, for each run that is over."""
        now = time.monotonic()
        for worker in self.busy:
            job = worker.job
            assert job is not None
            over = any(sign in readable for sign in worker.signs)
            excess = "" if over or now < job.look else worker.too_many()
            if not over and not excess and now < job.deadline:
                continue
            ended = worker.ending() if over else excess or "timed out"
            worker.job = None
            if ended or worker in self._fresh:
                self._drop(worker)
            if ended:
                endings.write_reply(endings.of_process(ended, job.request, beyond=bool(excess)), job.reply_path)
            yield job.reply_path, ended
        self._killed = [pid for pid in self._killed if os.waitpid(pid, os.WNOHANG)[0] == 0]
        self._go_on()

    def cancel(self) -> Iterator[str]:
        """End every run, under way or not; the paths of the replies that nobody wants."""
        for worker in self.busy:
            job, worker.job = worker.job, None
            self._drop(worker)
            if job is not None:
                yield job.reply_path
        while self._waiting:
            yield self._waiting.popleft().reply_path

    def _drop(self, worker: _Worker) -> None:
        self._end(worker)
        (self._fresh if worker in self._fresh else self._ordinary).remove(worker)
        known = [one.pid for one in (self._spare, *self._ordinary, *self._fresh) if one is not None]
        offspring.end_strangers({*known, *self._killed})

    def _end(self, worker: _Worker) -> None:
        """Nobody waits until the system has taken the memory of a killed process apart."""
        pid = worker.end()
        if pid:
            self._killed.append(pid)

    def end(self) -> None:
        for worker in (self._spare, *self._ordinary, *self._fresh):
            if worker is not None:
                worker.end()
        offspring.end_strangers(set())


def supervise(requests: int, answers: int, serve: Serve, prepare_scripts: Callable[[], None], ordinary: int) -> bool:
    """Serve request lines until their stream ends, and then end all workers; ``ordinary``: how many serve at once.

    Whether the end was announced: otherwise who asked is gone.
    """
    offspring.adopt_orphans()
    workers = _Workers(serve, prepare_scripts, answers, ordinary)
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
                    return False
                *lines, rest = (rest + data).split(b"\n")
                for line in lines:
                    if line + b"\n" == wire.END:
                        return True
                    if line + b"\n" != wire.CANCEL:
                        workers.take(line)
                        continue
                    for path in workers.cancel():
                        os.write(answers, wire.done(path))
    finally:
        workers.end()


def _descriptor_of(pid: int) -> int | None:
    """A descriptor that becomes readable when the process ends; None where the system has none."""
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):
        return None
