"""A namespace of process numbers for the probe and all that it starts: with its first process the system ends them all.

The process that was started stays outside, waits, and ends as the probe does. Below it a second one makes the
namespace, whose first process starts the probe proper and reaps what nobody else waits for; so the probe, number 2, and
what it forks are processes like any others. All but the probe are a bare Python that waits.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
from contextlib import suppress

from ..main import last_words
from . import namespaces, process_tree

_RECURSIVE, _FROM_OUTSIDE = 1 << 14, 1 << 19  # <linux/mount.h>; what is mounted outside later is seen inside, too.
_NO_RIGHTS = 1 << 1 | 1 << 2 | 1 << 3
_ON_EMPTY_FOLDERS = ("autofs", "binfmt_misc")
_KILLED = 128  # And the number of the signal: what a process exits with that stands for one which was killed.
_held: list[bool] = []


def held() -> bool:
    """Return whether this process lives in such a namespace."""
    return bool(_held)


def enter(folder: str, parent: int) -> bool:
    """Go on in a namespace of processes; return whether the system allowed one. This process must have one thread.

    Who waits outside removes the session's ``folder`` if ``parent``, which had asked for it, is gone at the end.
    """
    if sys.platform != "linux":
        return False
    read_end, write_end = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(read_end)
        _make(write_end)
        return True
    os.close(write_end)
    is_made = bool(os.read(read_end, 1))
    os.close(read_end)
    if is_made:
        code = _code_of(process)
        if os.getppid() != parent:
            last_words.remove(folder)
        _end_as(code)
    os.waitpid(process, 0)
    return False


def _make(write_end: int) -> None:
    """Return in the second process of a new namespace; the other two end when it does."""
    try:
        namespaces.enter(namespaces.PROCESSES)
        process_tree.end_with_parent()
        first = os.fork()
        if first:
            os.close(write_end)
            os._exit(_code_of(first))
        process_tree.end_with_parent()
        namespaces.enter(namespaces.MOUNTS)
        _show_own_processes()
        second = os.fork()
        if second:
            os.close(write_end)
            os._exit(_code_of(second))
        os.setsid()  # Those who have its number outside are not there to be asked about.
        _held[:] = [True]
        os.write(write_end, b".")
        os.close(write_end)
    except BaseException:
        os._exit(1)


def _show_own_processes() -> None:
    """Have /proc tell of this namespace; OSError where it shows less than a new one would."""
    with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as file:
        for line in file:
            left, _, right = line.partition(" - ")
            if left.split(" ")[4].startswith("/proc/") and right.split(" ")[0] not in _ON_EMPTY_FOLDERS:
                raise OSError(errno.EPERM, "something of /proc is hidden")
    namespaces.mount(None, "/", None, _RECURSIVE | _FROM_OUTSIDE)
    namespaces.mount("proc", "/proc", "proc", _NO_RIGHTS)


def _code_of(process: int) -> int:
    """Wait for a child, and for whoever ends meanwhile; return what to exit with for it.

    The streams are the probe's alone: who holds the other ends sees when it closes them.
    """
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1):
        os.dup2(nothing, stream)
    os.close(nothing)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    ended = 0
    while ended != process:
        ended, status = os.waitpid(-1, 0)
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else _KILLED - code


def _end_as(code: int) -> None:
    """End this process as the one did that it stands for."""
    if code > _KILLED:
        process_tree.leave_no_core()
        with suppress(OSError):  # SIGKILL is handled by nobody.
            signal.signal(code - _KILLED, signal.SIG_DFL)
        os.kill(os.getpid(), code - _KILLED)
    os._exit(code)
