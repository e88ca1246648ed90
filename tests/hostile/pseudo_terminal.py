"""The command on a terminal of its own, as a user has it: keys go in, what is shown comes out."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

DEADLINE_S = 90.0
CTRL_C, CTRL_D = "\x03", "\x04"
# The command, once the terminal is its own, so that keys send signals.
_OWN_TERMINAL = """\
import fcntl, runpy, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
runpy.run_module("autofix", run_name="__main__", alter_sys=True)
"""


class PseudoTerminal:
    """A context manager around one command in ``folder``; ``shown`` is all that it has shown so far."""

    def __init__(self, folder: Path, *words: str, variables: dict[str, str] | None = None) -> None:
        import pty

        self._ours, theirs = pty.openpty()
        own = {"TERM": "xterm", "NO_COLOR": "1", "COLUMNS": "100", "LINES": "40", **(variables or {})}
        self.process = subprocess.Popen(
            [sys.executable, "-c", _OWN_TERMINAL, *words],
            cwd=folder,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            env={**os.environ, **own},
        )
        os.close(theirs)
        self.shown = ""

    def __enter__(self) -> PseudoTerminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        os.close(self._ours)

    def send(self, keys: str) -> None:
        os.write(self._ours, keys.encode())

    def until(self, words: str, start: int = 0) -> int:
        """Wait until the words are shown behind ``start``; return where what comes after them begins."""
        deadline = time.monotonic() + DEADLINE_S
        while words not in self.shown[start:]:
            assert self._read(deadline - time.monotonic()), f"{words!r} never came: {self.shown[start:]!r}"
        return self.shown.index(words, start) + len(words)

    def end(self) -> int:
        """Read to the end and return the exit code."""
        deadline = time.monotonic() + DEADLINE_S
        while self._read(deadline - time.monotonic()):
            pass
        return self.process.wait(10)

    def _read(self, seconds: float) -> bool:
        if seconds <= 0 or not select.select([self._ours], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self._ours, 65536)
        except OSError:  # Its last user has closed the terminal.
            return False
        self.shown += data.decode("utf-8", "replace").replace("\r\n", "\n")
        return bool(data)
