"""How the code of a test says that it runs: files that it writes, and connections that it makes, are seen by itself."""

from __future__ import annotations

import os
import pty
import select
import threading
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

_ENTERED = b"!"
_SECONDS, _PAUSE = 60.0, 0.01


class Gate:
    """A terminal that user code opens by name: devices are the real ones in the view that a run sees."""

    def __init__(self) -> None:
        self._ours, theirs = pty.openpty()
        tty.setraw(theirs)
        self.name = os.ttyname(theirs)
        os.close(theirs)
        entering = f"os.write(gate, {_ENTERED!r})"
        self.opening = f"import os\ngate = os.open({self.name!r}, os.O_RDWR | os.O_NOCTTY)\n{entering}"

    def __enter__(self) -> Gate:
        return self

    def __exit__(self, *error: object) -> None:
        os.close(self._ours)

    def was_used(self) -> bool:
        """Return whether any code entered."""
        return self._read(0.0) not in (b"", None)

    @contextmanager
    def told(self, act: Callable[[], None]) -> Iterator[None]:
        """Do ``act`` when code first enters inside the block; code that reads from its end waits for it."""

        def serve() -> None:
            acted = False
            while not over.is_set():
                if self._read(_PAUSE) in (b"", None):
                    time.sleep(_PAUSE)
                    continue
                if not acted:
                    act()
                acted = True
                os.write(self._ours, b"\n")

        over = threading.Event()
        serving = threading.Thread(target=serve)
        serving.start()
        try:
            yield
        finally:
            over.set()
            serving.join()

    def await_code(self) -> None:
        """Wait until code enters."""
        deadline = time.monotonic() + _SECONDS
        while self._read(_PAUSE) in (b"", None):
            assert time.monotonic() < deadline, "no code has entered"
            time.sleep(_PAUSE)

    def await_end(self) -> None:
        """Wait until nothing holds the code's end any more."""
        deadline = time.monotonic() + _SECONDS
        while self._read(_PAUSE) is not None:
            assert time.monotonic() < deadline, "something holds the code's end"

    def _read(self, seconds: float) -> bytes | None:
        """Return what code wrote, b'' where it wrote nothing in time, None while nothing holds its end."""
        if select.select([self._ours], [], [], seconds)[0]:
            with suppress(OSError):
                return os.read(self._ours, 100)
            return None
        return b""
