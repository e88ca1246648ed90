"""Read requests, run each, write the reply to the file it names.

Where the system can fork, user code runs in a worker that is forked from a process that has run none: a worker serves
several runs, and a hang, a crash or a request for a fresh process costs only the worker. Elsewhere runs happen in
this very process.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import select
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

import torch

from . import rehearsal, wire
from . import run as running

CAN_FORK = hasattr(os, "fork") and sys.platform == "linux"

READY = b"ready\n"
DONE = b"done\n"
STALE = (
    b"stale\n"  # A process that has run user code was asked for a fresh run and ends; the request is to be sent again.
)


def main(can_fork: bool = CAN_FORK) -> None:
    requests, answers = _take_streams()
    torch.set_num_threads(1)
    if can_fork:
        _warm_up()
        gc.freeze()
        os.write(answers, READY)
        _supervise(requests, answers)
        os._exit(0)  # Taking torch apart again would cost a fifth of a second.
    _serve_alone(requests, answers)


def _serve_alone(requests: Any, answers: int) -> None:
    """Every run in this very process, until one asks for a fresh process."""
    gc.disable()
    os.write(answers, READY)
    for runs, line in enumerate(requests):
        request, reply_path = wire.decode_request(line)
        if request.fresh and runs:
            os.write(answers, STALE)
            return
        _answer(request, reply_path)
        os.write(answers, DONE)
        gc.collect()  # While the reply is being read.


def _take_streams() -> tuple[Any, int]:
    """Standard input carries requests, standard output one line an answer; user code gets neither: its output goes
    nowhere.
    """
    requests = os.fdopen(os.dup(0), "r", encoding="utf-8")
    answers = os.dup(1)
    silent = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(silent, stream)
    os.close(silent)
    return requests, answers


def _warm_up() -> None:
    """First uses that cost every fork again: one of each common kernel, on one thread, without autograd's own
    threads.
    """
    with torch.no_grad():
        images = torch.nn.Conv2d(1, 1, 3)(torch.zeros(1, 1, 4, 4))
        torch.nn.functional.max_pool2d(torch.relu(images), 2).flatten(1) @ torch.zeros(1, 1)
        torch.randn(2, 2, generator=torch.Generator().manual_seed(0)).sum()


def _import_for_scripts() -> None:
    """What every training script imports sooner or later, once for all workers: optimizers bring the compiler."""
    importlib.import_module("torch._dynamo")
    importlib.import_module("torch.utils.data")


def _answer(request: wire.RunRequest, reply_path: str) -> None:
    process = os.getpid()
    try:
        reply: dict[str, Any] = running.run(request)
    except MemoryError:
        reply = {"protocol": wire.PROTOCOL, "ending": "out of memory", "message": "Python could not allocate memory"}
    except BaseException as error:
        reply = {"protocol": wire.PROTOCOL, "ending": "probe failed", "message": f"{type(error).__name__}: {error}"}
        if os.environ.get("AUTOFIX_PROBE_DEBUG"):
            import traceback

            reply["message"] = traceback.format_exc()
    if os.getpid() != process:
        os._exit(0)  # User code forked, and its child came back here: it has nothing to say.
    write_reply(reply, reply_path)


def write_reply(reply: dict[str, Any], path: str) -> None:
    """Whole or not at all: the reader may look at any moment."""
    with open(f"{path}.part", "w", encoding="utf-8", errors="surrogatepass") as file:
        json.dump(reply, file, default=lambda value: {wire.OPAQUE: type(value).__name__})
    os.replace(f"{path}.part", path)


# -- workers -----------------------------------------------------------------------------------------------------------


_KILLED: list[int] = []


def _bury() -> None:
    """Forget the killed workers that are gone by now."""
    _KILLED[:] = [pid for pid in _KILLED if os.waitpid(pid, os.WNOHANG)[0] == 0]


class _Worker:
    """A forked process that serves requests from a pipe, and says on another when each is done.

    ``inherited`` are descriptors of the supervisor that it must not hold; ``rehearse``: there is time for it to run a
    model of ours first, so that its first run is as quick as its second.
    """

    def __init__(self, inherited: list[int], for_scripts: bool, rehearse: bool) -> None:
        self.for_scripts = for_scripts
        read_end, self._write_end = os.pipe()
        self._done, write_done = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            for descriptor in (*inherited, *self.descriptors):
                os.close(descriptor)
            _serve(os.fdopen(read_end, "r", encoding="utf-8"), write_done, rehearse)
            os._exit(0)
        os.close(read_end)
        os.close(write_done)

    @property
    def descriptors(self) -> tuple[int, int]:
        """The supervisor's ends of the two pipes."""
        return self._write_end, self._done

    def ask(self, line: str, seconds: float, meanwhile: Callable[[], None]) -> str:
        """'' when the reply was written, else how the worker ended: ``timed out``, ``killed by signal N``, ``exit code
        N``. ``meanwhile`` is called while the worker works.
        """
        try:
            _write_all(self._write_end, line.encode())
        except BrokenPipeError:
            return self._reap()
        meanwhile()
        ready, _, _ = select.select([self._done], [], [], seconds)
        if not ready:
            self.end()
            return "timed out"
        return "" if os.read(self._done, 1) else self._reap()

    def _reap(self) -> str:
        """How the process ended by itself."""
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.pid = 0
                self.end()
                code = os.waitstatus_to_exitcode(status)
                return f"killed by signal {-code}" if code < 0 else f"exit code {code}"
            time.sleep(0.002)
        self.end()
        return "exit code unknown"

    def end(self) -> None:
        """Kill the process and what it started; nobody waits until the system has taken its memory apart."""
        if self.pid:
            for kill in (os.killpg, os.kill):  # A worker that was only just forked is not yet in a group of its own.
                try:
                    kill(self.pid, signal.SIGKILL)
                except (ProcessLookupError, PermissionError):
                    pass
            _KILLED.append(self.pid)
            self.pid = 0
        for descriptor in self.descriptors:
            try:
                os.close(descriptor)
            except OSError:
                pass


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _serve(requests: Any, done: int, rehearse: bool) -> None:
    """The life of a worker."""
    os.setpgid(0, 0)
    gc.disable()
    if rehearse:
        rehearsal.run()
    for line in requests:
        request, reply_path = wire.decode_request(line)
        _limit_memory(request.memory_mib)
        _answer(request, reply_path)
        os.write(done, b".")
        gc.collect()  # While the reply is being read.


def _limit_memory(mebibytes: int) -> None:
    """Private memory of this process; RLIMIT_AS would count what torch only maps."""
    import resource

    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    soft = mebibytes * 1024 * 1024 if mebibytes > 0 else hard
    resource.setrlimit(resource.RLIMIT_DATA, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


class _Workers:
    """The worker that serves requests, and one that waits to be the next: forked and warm before it is needed."""

    def __init__(self, answers: int) -> None:
        self._answers = answers
        self._current: _Worker | None = None
        self._next: _Worker | None = None

    def run(self, line: str, request: wire.RunRequest) -> str:
        """How the worker that was asked ended; '' if it goes on."""
        if request.script:
            _import_for_scripts()
        if self._current is not None and (request.fresh or request.script != self._current.for_scripts):
            self._current.end()
            self._current = None
        if self._next is not None and request.script != self._next.for_scripts:
            self._next.end()
            self._next = None
        if self._current is None:
            self._current, self._next = self._next or self._forked(request.script, rehearse=False), None
        ended = self._current.ask(line, request.seconds, lambda: self._prepare(request.script))
        if ended:
            self._current = None
        return ended

    def _prepare(self, for_scripts: bool) -> None:
        if self._next is None:
            self._next = self._forked(for_scripts, rehearse=not for_scripts)

    def _forked(self, for_scripts: bool, rehearse: bool) -> _Worker:
        known = () if self._current is None else self._current.descriptors
        return _Worker([self._answers, *known], for_scripts, rehearse)

    def end(self) -> None:
        for worker in (self._current, self._next):
            if worker is not None:
                worker.end()


def _supervise(requests: Any, answers: int) -> None:
    workers = _Workers(answers)
    try:
        for line in requests:
            request, reply_path = wire.decode_request(line)
            ended = workers.run(line, request)
            if ended:
                write_reply(_ending(ended, request), reply_path)
            os.write(answers, DONE)
            _bury()
    finally:
        workers.end()


def _ending(ended: str, request: wire.RunRequest) -> dict[str, Any]:
    if ended == "timed out":
        message = f"the model ran longer than {request.seconds:g} s"
        return {"protocol": wire.PROTOCOL, "ending": "timed out", "message": message}
    if ended.endswith("signal 9") and request.memory_mib:
        return {"protocol": wire.PROTOCOL, "ending": "out of memory", "message": f"the process was {ended}"}
    if ended.startswith("exit code"):
        return {"protocol": wire.PROTOCOL, "ending": "exited", "message": f"the program ended the process with {ended}"}
    return {"protocol": wire.PROTOCOL, "ending": "crashed", "message": f"the process was {ended}"}


if __name__ == "__main__":
    main()
