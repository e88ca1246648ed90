"""How the code of a test says that it runs: files that it writes are seen by itself alone."""

from __future__ import annotations

import itertools
import secrets
import select
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Gate:
    """A stream that user code connects to by a name outside of the file system, of which a run sees a view."""

    def __init__(self) -> None:
        self.name = f"\0autofix-test-{secrets.token_hex(8)}"
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(self.name)
        self._listening.listen()
        self._listening.settimeout(60)
        connecting = f"stream = socket.socket(socket.AF_UNIX)\nstream.connect({self.name!r})"
        self.opening = f"import socket\n{connecting}\ngate = stream.detach()"

    def __enter__(self) -> Gate:
        return self

    def __exit__(self, *error: object) -> None:
        self._listening.close()

    def was_used(self) -> bool:
        """Return whether any code connected."""
        return bool(select.select([self._listening], [], [], 0)[0])

    @contextmanager
    def told(self, act: Callable[[], None]) -> Iterator[None]:
        """Do ``act`` when code first connects inside the block; code that reads from its stream waits."""

        def serve() -> None:
            for number in itertools.count():
                try:
                    stream = self._listening.accept()[0]
                except OSError:
                    return
                if over.is_set():
                    stream.close()
                    return
                if number == 0:
                    act()
                stream.close()

        over = threading.Event()
        serving = threading.Thread(target=serve)
        serving.start()
        try:
            yield
        finally:
            # Not every system wakes who waits for a stream when the listening one is shut down; a last stream does.
            over.set()
            with socket.socket(socket.AF_UNIX) as last:
                last.connect(self.name)
                serving.join()

    def connected(self) -> socket.socket:
        """Return the other end of the code's stream, when the code runs; it ends when nothing holds the code's end."""
        stream = self._listening.accept()[0]
        stream.settimeout(30)
        return stream
