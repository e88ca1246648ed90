"""Workers of this machine behind the protocol of ``concurrent.futures``: threads that each own one worker process.

What a target does to its worker (a hang that its own limits do not end, a crash, memory) costs that target alone: the
worker is ended with everything it started, and the next target gets a new one.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any

from autofix.batch.records import Json
from autofix.session import session_folders

START_SECONDS = 240.0
MAX_JOBS_OF_WORKER = 500


class WorkerLostError(Exception):
    """The worker ended, or was ended, before it answered; the message says how."""


class _Worker:
    """One process that answers a line with a line."""

    def __init__(self, python: str | None, folder: str) -> None:
        words = [sys.executable, "-P", "-m", "autofix.batch.worker", *([python] if python else [])]
        self._process = subprocess.Popen(
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), folder)},
            # Ctrl-C is for the front-end alone, which ends its workers in order.
            start_new_session=os.name == "posix",
        )
        self.jobs = 0
        self._folder = folder
        self._lines: queue.Queue[bytes] = queue.Queue()
        self._reading = threading.Thread(target=self._forward, daemon=True)
        self._reading.start()

    def _forward(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put(b"")

    def ask(self, function: str, arguments: tuple[Any, ...], seconds: float) -> Json:
        self.jobs += 1
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps({"function": function, "arguments": arguments}).encode() + b"\n")
            self._process.stdin.flush()
            line = self._lines.get(timeout=seconds)
        except queue.Empty:
            raise WorkerLostError(f"it took longer than {seconds:g} s in all") from None
        except OSError:
            line = b""
        if not line:
            raise WorkerLostError(f"its worker process ended with code {self._process.wait()}")
        answer: Json = json.loads(line)
        if "error" in answer:
            raise WorkerLostError(answer["error"])
        value: Json = answer["value"]
        return value

    def end(self) -> None:
        """Kill the worker's process group, which also ends what hangs; its probe ends by itself when
        its input closes.
        """
        with contextlib.suppress(OSError):
            if os.name == "posix":
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()
        self._process.wait()
        self._reading.join()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        shutil.rmtree(self._folder, ignore_errors=True)


class Pool(Executor):
    """``submit(function, base, data)`` for the functions of ``jobs``; the value, or ``WorkerLostError``, in a future.

    ``bound`` says how many seconds a call may take in all.
    """

    def __init__(self, count: int, bound: Callable[[Json], float], python: str | None = None) -> None:
        self._folder = session_folders.create("autofix-batch-")
        self._python, self._bound = python, bound
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="autofix-batch")
        self._own = threading.local()
        self._lock = threading.Lock()
        self._workers: set[_Worker] = set()
        self._closed = False

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        return self._threads.submit(self._call, fn.__name__, (*args, *kwargs.values()))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        if cancel_futures:
            with self._lock:
                self._closed = True
            self._end_workers()
        self._threads.shutdown(wait=wait, cancel_futures=cancel_futures)
        self._end_workers()
        session_folders.remove(self._folder)

    def _end_workers(self) -> None:
        with self._lock:  # A thread whose worker is ended takes it out of the set.
            workers = list(self._workers)
        for worker in workers:
            worker.end()

    def _call(self, function: str, arguments: tuple[Any, ...]) -> Json:
        worker = self._worker()
        first = START_SECONDS if worker.jobs == 0 else 0.0
        try:
            value = worker.ask(function, arguments, self._bound(arguments[-1]) + first)
        except WorkerLostError:
            self._drop(worker)
            raise
        if worker.jobs >= MAX_JOBS_OF_WORKER:
            self._drop(worker)
        return value

    def _worker(self) -> _Worker:
        own: _Worker | None = getattr(self._own, "worker", None)
        if own is not None:
            return own
        with self._lock:
            if self._closed:
                raise WorkerLostError("the batch was ended")
            worker = _Worker(self._python, tempfile.mkdtemp(dir=self._folder))
            self._workers.add(worker)
        self._own.worker = worker
        return worker

    def _drop(self, worker: _Worker) -> None:
        self._own.worker = None
        with self._lock:
            self._workers.discard(worker)
        worker.end()
