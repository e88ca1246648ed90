"""Start the probe, send a request, read the reply, enforce limits.

It knows processes and pipes; what a reply means is for ``decode_reply``. A probe that dies or hangs is ended and
started again.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import queue
import secrets
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from autofix.probe.main import wire
from autofix.records.errors import CancelledError, ProbeError
from autofix.session import boot, orphans, reply_file, session_folders
from autofix.session.pending_runs import PendingRun, RunTracker
from autofix.session.tree_copies import TooMuchToCopyError, TreeCopies

NAME_ANOTHER = "name the interpreter you train with (--python, or `python` in the settings)"
START_SECONDS = 180.0
GRACE_SECONDS = 10.0
HASH_SEED = "0"  # Of the probe, always: the order of a user's sets decides what some models do.
_WAKE = b"wake\n"  # Of ``cancel``, to who waits for an answer.


class Session:
    """One probe process, kept warm; a context manager that ends it.

    ``ahead``: runs may begin before it is sure that they are wanted, by default where the machine has a core for them.
    ``folder`` holds the replies until they are read, and what else belongs to the session alone.
    ``isolation``: how the user's files are kept from what runs write, by default the strongest that the system allows;
    ``connections``, ``processes``: the strongest that may keep a run's connections and processes to it.
    """

    def __init__(
        self,
        python: str | None = None,
        ahead: bool | None = None,
        isolation: str = "",
        connections: str = wire.CONNECTIONS[0],
        processes: str = wire.PROCESSES[0],
    ) -> None:
        self.python = python or sys.executable
        self._help = interpreter_help(python)
        self._ordinary = 2 if (_cores() > 1 if ahead is None else ahead) else 1
        self.folder = session_folders.create()
        self._kept = (isolation, connections, processes)
        self._copies: TreeCopies | None = None
        self._numbers = itertools.count()
        self._process: subprocess.Popen[bytes] | None = None
        self._answers: queue.Queue[bytes] = queue.Queue()
        self._ready = False
        self._runs_at_once = 1
        self._tracker = RunTracker()
        self._cancelled = threading.Event()
        self._start()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        self._cancelled.set()  # Another thread may be about to start the probe again.
        try:
            self._stop(wire.CLOSE)
        finally:
            session_folders.remove(self.folder)

    @property
    def process_id(self) -> int | None:
        """Return the process number of the probe, None while there is none."""
        return None if self._process is None else self._process.pid

    @property
    def starting(self) -> bool:
        """Return whether the probe still imports torch, so that the caller has to wait in any case."""
        return not self._ready and not self._answers.queue

    def cancel(self) -> None:
        """End the run in flight, from any thread; it and every later one raise CancelledError until ``allow``."""
        self._cancelled.set()
        self._answers.put(_WAKE)

    def allow(self) -> None:
        """Allow runs again after ``cancel``."""
        self._cancelled.clear()

    def run(self, request: wire.RunRequest) -> dict[str, Any]:
        """Run ``request`` and return the reply as the probe wrote it.

        Raises ProbeError if the interpreter cannot run the probe or answers with something else, CancelledError after
        ``cancel``.
        """
        return self.wait(self.ask(request))

    def ask(self, request: wire.RunRequest) -> PendingRun:
        """Send a run to the probe; ``wait`` returns its reply. A fresh run is made beside others where that works."""
        # Nothing that cleans or lists folders comes upon a reply by accident.
        pending = PendingRun(request, self.folder / f"reply-{next(self._numbers)}-{secrets.token_hex(8)}.json")
        self._await_ready()
        if self._runs_at_once > 1 or not self._tracker.in_flight:
            self._send(pending)
        return pending

    def ask_ahead(self, request: wire.RunRequest) -> PendingRun | None:
        """Send a run that may be wanted later; return None where that might delay one that is wanted."""
        self._await_ready()
        self._read_answers()
        in_flight = self._tracker.in_flight.values()
        ordinary = sum(not pending.request.fresh for pending in in_flight)
        if len(in_flight) >= self._runs_at_once or (ordinary >= self._ordinary and not request.fresh):
            return None
        return None if self._ordinary == 1 else self.ask(request)

    def abandon(self, pending: PendingRun) -> None:
        """Stop waiting for the reply of a run."""
        self._tracker.abandon(pending)
        self._read_answers()

    def wait(self, pending: PendingRun) -> dict[str, Any]:
        """Return the reply to a pending run; raises as ``run`` does."""
        try:
            return self._reply_to(pending)
        finally:
            if self._copies is not None:
                self._copies.put_back()

    def _reply_to(self, pending: PendingRun) -> dict[str, Any]:
        answer = self._answer_to(pending)
        if answer == wire.STALE:
            self._stop()
            answer = self._answer_to(pending)
        if answer == _WAKE:
            self._end_runs()
            raise CancelledError("cancelled")
        if answer is None:
            self._stop()
            seconds = pending.request.limits.run_seconds
            return {**wire.ended(wire.Ending.TIMED_OUT, f"the model ran longer than {seconds:g} s")}
        if not answer:
            return {**reply_file.ending_of(self._stop())}
        return reply_file.read_reply(pending.reply_path)

    def _send(self, pending: PendingRun) -> None:
        self._await_ready()
        if self._cancelled.is_set():
            self._end_runs()  # Another may be under way.
            raise CancelledError("cancelled")
        line = wire.encode_request(pending.request, str(pending.reply_path)).encode("utf-8", "surrogatepass")
        if self._copies is not None:
            self._take_copies(pending.request)
        self._tracker.began(pending)
        self._write(line)

    def _take_copies(self, request: wire.RunRequest) -> None:
        assert self._copies is not None
        try:
            self._copies.take((Path(request.root), Path(request.path).parent))
        except TooMuchToCopyError as error:
            raise ProbeError(
                f"this system cannot keep the files below {request.root} apart from what the code writes, and they are "
                f"too many to be copied before a run ({error}); run it where user namespaces or landlock are allowed"
            ) from None
        except OSError as error:
            raise ProbeError(f"cannot copy the files below {request.root} before a run: {error}") from error

    def _write(self, line: bytes) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line)
            self._process.stdin.flush()
        except OSError:
            self._stop()
            raise ProbeError(
                f"the probe ended before it was asked; run {self.python} -c 'import torch' to see why"
            ) from None

    def _answer_to(self, pending: PendingRun) -> bytes | None:
        """Return the line that reports the reply, or what came instead of it."""
        if not self._tracker.knows(pending):
            self._send(pending)  # It had to wait for its turn, or its probe has ended.
        deadline = time.monotonic() + pending.request.limits.run_seconds + GRACE_SECONDS
        while pending.done not in self._tracker.finished:
            answer = self._next_answer(deadline - time.monotonic())
            if answer is None or not self._tracker.note(answer):
                return answer
        self._tracker.consume(pending)
        return pending.done

    def _read_answers(self) -> None:
        """Read the lines that have arrived, without waiting, up to the first that is not about a run."""
        while self._answers.queue and self._answers.queue[0] in self._tracker.in_flight:
            self._tracker.note(self._answers.get())
        for reply in self._tracker.unwanted():
            reply.unlink(missing_ok=True)

    def _end_runs(self) -> None:
        """Leave the probe ready for the next run, or end it where it cannot end one run alone."""
        if self._runs_at_once > 1 and self._process is not None:
            with contextlib.suppress(ProbeError):
                self._write(wire.CANCEL)
        deadline = time.monotonic() + GRACE_SECONDS
        while self._runs_at_once > 1 and self._tracker.in_flight and time.monotonic() < deadline:
            with contextlib.suppress(queue.Empty):
                answer = self._answers.get(timeout=max(0.0, deadline - time.monotonic()))
                if not answer:
                    break
                self._tracker.note(answer)
        if self._tracker.in_flight:
            self._stop()
        self._tracker.clear()
        for left in self.folder.glob("reply-*"):
            left.unlink(missing_ok=True)

    def _start(self) -> None:
        if self._cancelled.is_set():
            raise CancelledError("cancelled")
        self._ready = False
        self._answers = queue.Queue()
        environment = {
            **os.environ,
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONHASHSEED": HASH_SEED,
            # What user code leaves among temporary files goes with the session, even where a worker was killed.
            **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(self.folder / "tmp")),
        }
        try:
            (self.folder / "tmp").mkdir(exist_ok=True)
            with (self.folder / "stderr").open("wb") as stderr:
                self._process = subprocess.Popen(
                    [self.python, *boot.words(self._ordinary, self.folder, os.getpid(), *self._kept)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=stderr,
                    env=environment,
                    # Neither on POSIX nor on Windows a terminal: what asks for a password there must not wait for one.
                    start_new_session=os.name == "posix",
                    creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                )
        except (OSError, ValueError) as error:
            shutil.rmtree(self.folder, ignore_errors=True)
            why = error.strerror if isinstance(error, OSError) else error
            raise ProbeError(f"cannot start {self.python}: {why}; {NAME_ANOTHER}") from error
        orphans.own.add(self._process.pid)
        threading.Thread(target=_forward_lines, args=(self._process.stdout, self._answers), daemon=True).start()

    def _await_ready(self) -> None:
        if self._process is None:
            self._start()
        if self._ready:
            return
        orphans.adopt()  # Before anything of the user's runs, while there is nothing else to do.
        answer = self._next_answer(START_SECONDS)
        if answer == _WAKE:
            raise CancelledError("cancelled")
        ready = None if answer is None else wire.decode_ready(answer)
        if ready is None:
            self._stop()
            raise ProbeError(self._start_message())
        self._ready, (self._runs_at_once, isolation) = True, ready
        if isolation == wire.COPIES:  # One run after the other: what a run changed is put back before the next.
            self._runs_at_once = self._ordinary = 1
            self._copies = self._copies or TreeCopies(self.folder / "copies")

    def _start_message(self) -> str:
        lines = (self.folder / "stderr").read_text("utf-8", "replace").strip().splitlines()
        reason = lines[-1] if lines else "it ended without a word"
        return f"cannot run torch in {self.python}: {reason}; {self._help}"

    def _next_answer(self, seconds: float) -> bytes | None:
        """Return a line, b'' at the end of the stream, None when time is over; the mark of ``cancel``
        while it is wanted.
        """
        deadline = time.monotonic() + seconds
        while not self._cancelled.is_set():
            try:
                answer = self._answers.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                return None
            if answer != _WAKE:
                return answer
        return _WAKE

    def _stop(self, word: bytes = wire.END) -> int:
        """End the probe by a last word; its exit code, negative for a signal of its own making."""
        process, self._process = self._process, None
        self._tracker.in_flight.clear()
        if process is None:
            return 0
        assert process.stdin is not None
        with contextlib.suppress(OSError):
            process.stdin.write(word)
        with contextlib.suppress(OSError):
            process.stdin.close()
        try:
            return process.wait(timeout=0.5 if self._ready else 0.05)
        except subprocess.TimeoutExpired:
            _kill(process)
            process.wait()
            return 0
        finally:
            orphans.own.discard(process.pid)
            orphans.end()


def _cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _forward_lines(stream: Any, lines: queue.Queue[bytes]) -> None:
    for line in stream:
        lines.put(line)
    lines.put(b"")
    stream.close()


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill the probe and, where user code runs in it, what that started in its group."""
    with contextlib.suppress(OSError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()


def interpreter_help(python: str | None) -> str:
    """Return what to do where an interpreter lacks something; ``python`` is the one that the user chose."""
    if python is None:
        return "pass --python with the interpreter you train with"
    return f"install what is missing into {python}, or choose another interpreter"


def prestart(python: str | None = None) -> Session:
    """Start a session whose probe imports torch while the caller goes on."""
    return Session(python)
