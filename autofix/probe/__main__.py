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
import time
from typing import Any

import torch

from . import run as running
from . import wire

READY = b"ready\n"
DONE = b"done\n"
STALE = (
    b"stale\n"  # A process that has run user code was asked for a fresh run and ends; the request is to be sent again.
)


def main(can_fork: bool = wire.CAN_FORK) -> None:
    requests, answers = _take_streams()
    torch.set_num_threads(1)
    if can_fork:
        _warm_up()
        signal.signal(getattr(signal, wire.CANCEL_SIGNAL), _Worker.cancel)
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
    gc.collect()


def write_reply(reply: dict[str, Any], path: str) -> None:
    """Whole or not at all: the reader may look at any moment."""
    with open(f"{path}.part", "w", encoding="utf-8", errors="surrogatepass") as file:
        json.dump(reply, file, default=lambda value: {wire.OPAQUE: type(value).__name__})
    os.replace(f"{path}.part", path)


# -- workers -----------------------------------------------------------------------------------------------------------


class _Worker:
    """A forked process that serves requests from a pipe, and says on another when each is done."""

    asked: _Worker | None = None  # The one whose answer is awaited.

    def __init__(self, answers: int) -> None:
        read_end, self._write_end = os.pipe()
        self._done, write_done = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            signal.signal(getattr(signal, wire.CANCEL_SIGNAL), signal.SIG_DFL)
            os.close(self._write_end)
            os.close(self._done)
            os.close(answers)
            _serve(os.fdopen(read_end, "r", encoding="utf-8"), write_done)
            os._exit(0)
        os.close(read_end)
        os.close(write_done)

    def ask(self, line: str, seconds: float, requests: int) -> str:
        """'' when the reply was written, else how the worker ended: ``timed out``, ``killed by signal N``, ``exit code
        N``. Nothing is asked before the last answer, so ``requests`` that become readable have ended: so does all.
        """
        try:
            _write_all(self._write_end, line.encode())
        except BrokenPipeError:
            return self._reap()
        _Worker.asked = self
        try:
            ready, _, _ = select.select([self._done, requests], [], [], seconds)
        finally:
            _Worker.asked = None
        if not ready:
            self.end()
            return "timed out"
        if self._done not in ready:
            self.end()
            os._exit(0)
        return "" if os.read(self._done, 1) else self._reap()

    @staticmethod
    def cancel(number: int, frame: Any) -> None:
        """End the run under way and nothing else: the front-end knows that its answer is no answer."""
        del number, frame
        if _Worker.asked is not None and _Worker.asked.pid:
            try:
                os.killpg(_Worker.asked.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                os.kill(_Worker.asked.pid, signal.SIGKILL)  # It has not made its group yet.

    def _reap(self) -> str:
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
        if self.pid:
            try:
                os.killpg(self.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                pass
            os.waitpid(self.pid, 0)
            self.pid = 0
        for descriptor in (self._write_end, self._done):
            try:
                os.close(descriptor)
            except OSError:
                pass


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _serve(requests: Any, done: int) -> None:
    """The life of a worker."""
    os.setpgid(0, 0)
    gc.disable()
    for line in requests:
        request, reply_path = wire.decode_request(line)
        _limit_memory(request.memory_mib)
        _answer(request, reply_path)
        os.write(done, b".")


def _limit_memory(mebibytes: int) -> None:
    """Private memory of this process; RLIMIT_AS would count what torch only maps."""
    import resource

    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    soft = mebibytes * 1024 * 1024 if mebibytes > 0 else hard
    resource.setrlimit(resource.RLIMIT_DATA, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def _supervise(requests: Any, answers: int) -> None:
    worker: _Worker | None = None
    for_scripts = False
    try:
        for line in requests:
            request, reply_path = wire.decode_request(line)
            if worker is not None and (request.fresh or request.script != for_scripts):
                worker.end()
                worker = None
            for_scripts = request.script
            if request.script:
                _import_for_scripts()
            worker = worker or _Worker(answers)
            ended = worker.ask(line, request.seconds, requests.fileno())
            if ended:
                worker = None
                write_reply(_ending(ended, request), reply_path)
            os.write(answers, DONE)
    finally:
        if worker is not None:
            worker.end()


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
