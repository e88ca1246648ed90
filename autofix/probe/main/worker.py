"""One forked process that runs user code: its pipes, its job, how it ends.

It knows processes and pipes, and nothing of what a run does.
"""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable
from dataclasses import dataclass

from ..contain import limits, process_tree
from . import last_words, wire

EXIT_SECONDS = 5.0
TOO_LARGE, SPENT = "too large", "spent"
_SAID = {wire.ANSWERED: "", wire.TOO_LARGE: TOO_LARGE, wire.SPENT: SPENT}
LOOK_SECONDS = 0.1  # Between two looks at what a run has started.

Serve = Callable[[int, int, bool, bool], None]
"""The life of a worker: where its requests come from, where it says that one is done, whether they may use the network,
whether it is to rehearse.
"""


@dataclass
class WorkerJob:
    """One request and the line that it came as."""

    line: bytes
    request: wire.RunRequest
    reply_path: str
    deadline: float = 0.0
    look: float = 0.0


class Worker:
    """A forked process that serves requests from a pipe, and says on another when each is done.

    ``inherited`` are descriptors of the supervisor that it must not hold; ``rehearse``: there is time for it to run a
    model of ours first, so that its first run is as quick as its second. ``for_scripts`` and ``for_sizes``: what it was
    forked with is what scripts need, and what runs without storage do; ``for_network``: its runs may connect.
    """

    def __init__(
        self,
        serve: Serve,
        inherited: list[int],
        for_scripts: bool,
        for_sizes: bool,
        for_network: bool,
        rehearse: bool,
    ) -> None:
        self.for_scripts, self.for_sizes, self.for_network, self.runs = for_scripts, for_sizes, for_network, 0
        self.job: WorkerJob | None = None
        self.limits: tuple[int, ...] | None = None
        read_end, self._write_end = os.pipe()
        self.done, write_done = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            self._live(
                [*inherited, self._write_end, self.done], lambda: serve(read_end, write_done, for_network, rehearse)
            )
        os.close(read_end)
        os.close(write_done)
        # What a worker started holds its ends of the pipes open beyond its own end.
        self.exit = _descriptor_of(self.pid)

    @staticmethod
    def _live(inherited: list[int], serve: Callable[[], None]) -> None:
        """Serve until the input ends; nothing that goes wrong leads back into what the supervisor was about to do."""
        try:
            for descriptor in inherited:
                os.close(descriptor)
            # A group of its own in the probe's session, which has no terminal; only who leads a session can get one.
            os.setpgid(0, 0)
            process_tree.end_with_parent()
            process_tree.adopt_orphans()
            serve()
        except BaseException as error:
            last_words.end(error)
        os._exit(0)

    @property
    def descriptors(self) -> tuple[int, ...]:
        """What the supervisor holds open for it."""
        return (self._write_end, *self.signs)

    @property
    def signs(self) -> tuple[int, ...]:
        """What becomes readable when a run is over, or the process."""
        return (self.done,) if self.exit is None else (self.done, self.exit)

    def fits(self, job: WorkerJob) -> bool:
        """Return whether the worker has what the request needs, and nothing that the request must not have."""
        request = job.request
        without_storage = request.mode in (wire.META, wire.SIZED)
        return (
            self.for_scripts == request.script
            and self.for_network == request.limits.network
            and (self.for_sizes or not without_storage)
            and self.limits in (None, limits.lasting(request))
        )

    def start(self, job: WorkerJob) -> None:
        """Hand over the request; a worker that is gone by now says so on ``done`` as one that ends later does."""
        self.job, self.runs = job, self.runs + 1
        self.limits = limits.lasting(job.request)
        job.deadline = time.monotonic() + job.request.limits.run_seconds
        job.look = time.monotonic() + LOOK_SECONDS
        view = memoryview(job.line + b"\n")
        try:
            while view:
                view = view[os.write(self._write_end, view) :]
        except BrokenPipeError:
            pass

    def ending(self) -> str:
        """Return how the run ended: '' when the reply was written, TOO_LARGE or SPENT where there is
        none for that reason, else how the process ended: ``killed by signal N``, ``exit code N``.
        """
        if select.select([self.done], [], [], 0)[0] and (word := os.read(self.done, 1)):
            return _SAID[word]
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
        """Return which number of processes or threads of the run is beyond its limit, '' for none."""
        assert self.job is not None
        self.job.look = time.monotonic() + LOOK_SECONDS
        most = self.job.request.limits.processes
        if not most:
            return ""
        pids = [self.pid, *process_tree.below(self.pid)]
        threads = most * limits.THREADS_A_PROCESS
        excess = f"{most} processes" if len(pids) > most else ""
        excess = f"{threads} threads" if not excess and sum(map(process_tree.threads, pids)) > threads else excess
        return excess and f"the code started more than {excess}; raise `process-limit` in the settings if it has to"

    def end(self) -> int:
        """Kill the process and what it started; its number, 0 if it has been reaped."""
        pid, self.pid = self.pid, 0
        if pid:
            process_tree.end_tree(pid)
        for descriptor in self.descriptors:
            os.close(descriptor)
        return pid


def _descriptor_of(pid: int) -> int | None:
    """Return a descriptor that becomes readable when the process ends; None where the system has none."""
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):
        return None
