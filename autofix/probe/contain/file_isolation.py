"""How the user's files stay as they are, whatever a run writes and whoever writes it.

The strongest that the system allows holds: overlays (a run sees one file system, and nothing is kept), else landlock
(Python's writes are redirected, others are refused), else copies of the tree, which the front-end puts back. It
decides which one, and what an error that comes from it means.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..main import wire
from ..main.wire import RunRequest
from ..run import messages
from . import landlock, limits, redirection, shadow_files
from .network import Refused
from .overlay import View

CAN_COVER = sys.platform == "linux"
SHARE = 0.25  # Of the machine's memory: what the files that one run writes may take.
# The second is what an overlay in a user namespace says of a file that belongs to another user or group.
_READ_ONLY = ("Read-only file system", "Value too large for defined data type", "os error 30", "os error 75")
_FULL = ("No space left on device", "os error 28", "database or disk is full")
_DENIED = ("Permission denied", "os error 13", "readonly database", "unable to open database file", "EACCES")
_ABSENT = ("No such file or directory", "os error 2", "does not exist", "cannot be opened", "unable to open")
_NUMBERS_READ_ONLY, _NUMBERS_DENIED = (errno.EROFS, errno.EOVERFLOW), (errno.EACCES, errno.EPERM)
_held: list[str] = [wire.COPIES]  # What holds in this process.


def strongest(folder: str) -> str:
    """Return the strongest isolation that the system allows, tried in this process, which cannot be
    used for anything afterwards.
    """
    if CAN_COVER:
        with suppress(OSError):
            View(folder, 1 << 20).prepare()
            return wire.OVERLAY
    return wire.LANDLOCK if landlock.version() else wire.COPIES


def held() -> str:
    """Return the isolation that holds for the present run."""
    return _held[-1]


class FileIsolation:
    """Keeps the files around the runs of one process; ``level`` is the strongest that may be used.

    Copies are the front-end's: where it was promised more, no run is made without it.
    """

    def __init__(self, level: str, folder: str) -> None:
        self.level, self._folder, self._promised = level, folder, level
        self._view: View | None = None
        self._is_ready = self._is_stuck = False
        if level == wire.OVERLAY:
            with suppress(OSError):
                self._view = View(folder, max(1 << 26, int(limits.machine_bytes() * SHARE)))
            if self._view is None:
                self._fall_back()
        elif level == wire.LANDLOCK:
            self._fall_back()
        _held[:] = [self.level]

    def prepare(self) -> None:
        """Make what the next run needs while nobody waits; raises OSError where the run before left no room for it."""
        if self._view is not None and not self._is_ready:
            self._view.prepare()
            self._is_ready = True

    def enter(self, request: RunRequest, *, first: bool) -> bool:
        """Return whether the run may begin; a process that is not the ``first`` to try this leaves it to another one.

        Raises Refused where nothing keeps the files any more.
        """
        if self.level == wire.COPIES != self._promised:
            raise Refused(
                "files cannot be kept apart from what the code writes, though they could a moment ago; try again"
            )
        if self._view is None or self._is_stuck:
            return not self._is_stuck
        try:
            self.prepare()
            self._view.cover_own((request.root, os.path.dirname(request.path), os.path.expanduser("~")))
        except OSError:
            if not first:
                return False
            self._view = None
            self._fall_back()
            _held[:] = [self.level]
            return self.enter(request, first=first)
        return True

    def leave(self) -> None:
        """Remove what the run wrote; raise OSError where it stays, and no other run may be made here."""
        if self._view is not None and self._is_ready:
            self._is_ready, self._is_stuck = False, True
            self._view.leave()
            self._is_stuck = False

    def _fall_back(self) -> None:
        allowed = {self._folder: landlock.EVERYTHING, "/dev/shm": landlock.EVERYTHING}
        allowed |= dict.fromkeys(("/dev", "/proc"), landlock.CONTENTS)
        self.level = wire.COPIES
        with suppress(OSError):
            landlock.keep_files(allowed)
            self.level = wire.LANDLOCK


@contextmanager
def redirected(data: dict[str, str]) -> Iterator[None]:
    """Have the texts of ``data`` read at their paths by whoever opens them, and keep what Python writes from the disk.

    Where an overlay holds they are written, since all of it goes with the run.
    """
    if held() != wire.OVERLAY:
        with redirection.redirected(data):
            yield
        return
    before: dict[str, bytes | None] = {}
    for path, text in data.items():
        before[path] = Path(path).read_bytes() if os.path.isfile(path) else None
        _write(path, text.encode("utf-8", "surrogatepass"))
    try:
        yield
    finally:  # Another text of the same run may stand there next.
        for path, content in before.items():
            _write(path, content)


def _write(path: str, content: bytes | None) -> None:
    with suppress(OSError):
        if content is None:
            os.remove(path)
        elif not os.path.isfile(path) or Path(path).read_bytes() != content:
            Path(path).write_bytes(content)


def refusal(error: BaseException) -> tuple[wire.Ending, str] | None:
    """Return the ending, and why in words, of a run that could not write what it wanted.

    None for an error of another kind.
    """
    return next(filter(None, map(_refusal, messages.causes(error))), None)


def _refusal(error: BaseException) -> tuple[wire.Ending, str] | None:
    number = error.errno if isinstance(error, OSError) else None
    message = messages.text(error)
    if held() == wire.OVERLAY:
        if number in _NUMBERS_READ_ONLY or any(words in message for words in _READ_ONLY):
            return (
                wire.Ending.REFUSED,
                f"the code writes where a run cannot keep its files apart from yours ({message})",
            )
        if number == errno.ENOSPC or any(words in message for words in _FULL):
            most = int(limits.machine_bytes() * SHARE) // (1 << 20)
            return wire.Ending.LIMIT_REACHED, f"the files that the code wrote are larger than {most} MiB ({message})"
        return None
    refused = held() == wire.LANDLOCK and (number in _NUMBERS_DENIED or any(words in message for words in _DENIED))
    if refused or (any(words in message for words in _ABSENT) and shadow_files.has_written(message)):
        return wire.Ending.REFUSED, (
            "the code writes files natively, which this system cannot keep apart from yours "
            f"({type(error).__name__}: {message}); run it where user namespaces are allowed"
        )
    return None
