"""The processes that user code starts: how many there are, and their end, wherever they put themselves.

On Linux an orphan is handed to the nearest ancestor that asked for it, so a process that left its group and its parent
is still found below the worker that it came from. Nothing here knows what a run is.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_ROUNDS = 200  # Each finds what was started while the one before looked; stopped processes start nothing.
_SET_PARENT_DEATH_SIGNAL, _SET_DUMPABLE, _SET_CHILD_SUBREAPER = 1, 4, 36  # <linux/prctl.h>


def adopt_orphans() -> None:
    """Become the parent of those whose own ended."""
    _prctl(_SET_CHILD_SUBREAPER, 1)


def end_with_parent() -> None:
    """Have the system kill this process when its parent is gone."""
    _prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)


def leave_no_core() -> None:
    """Have this process end without a core dump, whatever ends it."""
    _prctl(_SET_DUMPABLE, 0)


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        try:
            ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
        except (OSError, AttributeError):  # A libc without it: what left its group is then not found.
            return


def children(pid: int) -> list[int]:
    """Return the processes that ``pid`` is the parent of; none where the system does not tell."""
    pids: list[int] = []
    folder = f"/proc/{pid}/task"
    try:
        for thread in os.listdir(folder):
            with open(f"{folder}/{thread}/children", "rb") as file:
                pids += map(int, file.read().split())
    except (OSError, ValueError):
        pass
    return pids


def below(pid: int) -> list[int]:
    """Return all descendants of ``pid``."""
    descendants: list[int] = []
    waiting = children(pid)
    while waiting:
        process = waiting.pop()
        descendants.append(process)
        waiting += children(process)
    return descendants


def is_other(pid: int, top: int) -> bool:
    """Return whether a process that there is is neither ``top`` nor a descendant of it."""
    while pid not in (top, 0):
        try:
            with open(f"/proc/{pid}/stat", "rb") as file:
                pid = int(file.read().rpartition(b")")[2].split()[1])
        except (OSError, ValueError):
            return False
    return pid != top


def has_children() -> bool:
    """Return whether this process has any children, ended ones included."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def threads(pid: int) -> int:
    try:
        return len(os.listdir(f"/proc/{pid}/task"))
    except OSError:
        return 0


def end_below(pid: int) -> None:
    """Kill every descendant of ``pid``, which is stopped or does not start any more itself."""
    stopped: set[int] = set()
    for _ in range(_ROUNDS):
        new = set(below(pid)) - stopped
        for process in new:
            _send(process, signal.SIGSTOP)
        stopped |= new
        if not new:
            break
    for process in stopped:
        _send(process, signal.SIGKILL)


def end_own() -> None:
    """Kill every descendant of this process and take their last words."""
    end_below(os.getpid())
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def end_tree(pid: int) -> None:
    """Kill a child that leads a group, the group, and all that it started outside of it."""
    _send(pid, signal.SIGSTOP, group=True)
    end_below(pid)
    _send(pid, signal.SIGKILL, group=True)


def end_strangers(known: set[int]) -> None:
    """Kill the children of this process that it did not start: orphans of a child that ended."""
    for pid in children(os.getpid()):
        if pid not in known:
            end_below(pid)
            _send(pid, signal.SIGKILL)
            try:
                os.waitpid(pid, 0)
            except ChildProcessError:
                continue


def _send(pid: int, number: int, *, group: bool = False) -> None:
    # A child that was only just forked is not yet in a group of its own.
    for kill in (os.killpg, os.kill) if group else (os.kill,):
        try:
            kill(pid, number)
        except (ProcessLookupError, PermissionError):
            pass
