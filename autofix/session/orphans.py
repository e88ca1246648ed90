"""Processes of user code that have lost everybody above them but us: they come to us, and are ended.

Only a process of our own adopts, and only where the system can. It tells those it started itself from others by their
session: ours, or one that it was told of.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time

_SET_CHILD_SUBREAPER = 36  # <linux/prctl.h>
_ROUNDS = 100
_WAIT_SECONDS = 0.3
_claimed: list[bool] = []
_adopting: list[bool] = []
own: set[int] = set()  # The probes that this process has started.


def claim() -> None:
    """Say that this process is ours alone, so that what comes to it may be ended."""
    if sys.platform == "linux" and not _claimed:
        _claimed.append(True)


def adopt() -> None:
    """Become the parent of those whose own ended, if they are claimed; for a moment at which there is time."""
    if not _claimed or _adopting:
        return
    _adopting.append(True)
    import ctypes

    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end() -> None:
    """End every process that came to us, and all below it."""
    if not _adopting:
        return
    deadline = time.monotonic() + _WAIT_SECONDS
    quiet = 0
    while quiet < 2 and time.monotonic() < deadline:
        strangers = [pid for pid in _children(os.getpid()) if _is_stranger(pid)]
        quiet = 0 if strangers else quiet + 1
        for pid in strangers:
            _end_tree(pid)
        if not strangers:
            time.sleep(0.005)  # What has just been orphaned comes a moment later.


def _is_stranger(pid: int) -> bool:
    if pid in own:
        return False
    try:
        return os.getsid(pid) != os.getsid(0)
    except OSError:
        return False


def _end_tree(pid: int) -> None:
    stopped: set[int] = set()
    for _ in range(_ROUNDS):
        new = {pid, *_below(pid)} - stopped
        for process in new:
            _send(process, signal.SIGSTOP)
        stopped |= new
        if not new:
            break
    for process in stopped:
        _send(process, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, 0)


def _send(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def _below(pid: int) -> list[int]:
    descendants: list[int] = []
    waiting = _children(pid)
    while waiting:
        descendants.append(waiting.pop())
        waiting += _children(descendants[-1])
    return descendants


def _children(pid: int) -> list[int]:
    pids: list[int] = []
    folder = f"/proc/{pid}/task"
    with contextlib.suppress(OSError, ValueError):
        for thread in os.listdir(folder):  # noqa: PTH208
            with open(f"{folder}/{thread}/children", "rb") as file:  # noqa: PTH123
                pids += map(int, file.read().split())
    return pids


def is_alive(process_id: int) -> bool:
    """Return whether a process of this system still runs; where that cannot be told, True."""
    try:
        if os.name == "posix":  # Elsewhere 0 is a signal that ends.
            os.kill(process_id, 0)
    except OSError as error:
        return not isinstance(error, ProcessLookupError)
    return True
