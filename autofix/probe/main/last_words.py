"""How a process of ours ends that cannot go on: what it leaves behind, and how it says that it could not answer.

It needs nothing that user code can take away: what it calls is known before that runs.
"""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import time

_kill, _exit, _process, _handle = os.kill, os._exit, os.getpid, signal.signal
_REAL_TIME = getattr(signal, "SIGRTMAX", 0)
# Signals that nobody sends: a worker of ours ends itself by one where it has no other way to say why.
NO_MEMORY, NO_ANSWER = _REAL_TIME - 11, _REAL_TIME - 12
_POOL = "autofix-batch-"
_OWNER = "owner"  # The note of whose a folder is, see the session's side.
_TRIES = 50


def end(error: BaseException) -> None:
    """End this process, which could not answer for the reason of ``error``."""
    try:
        number = NO_MEMORY if isinstance(error, MemoryError) else NO_ANSWER
        if _REAL_TIME:
            _handle(number, signal.SIG_DFL)
            _kill(_process(), number)
    finally:
        _exit(1)


def remove_at_exit(folder: str, parent: int) -> None:
    """Have the folder of a session removed at the end, if the process that had asked for it is gone by then."""

    def leave() -> None:
        if os.name == "posix" and os.getppid() != parent:
            remove(folder)

    atexit.register(leave)


def remove(folder: str, *, is_orphaned: bool = True) -> None:
    """Remove the folder of a session; where its front-end is gone those of its batch too, if no other is in them."""
    for _ in range(_TRIES):  # A worker that was killed a moment ago may still have been making a file.
        shutil.rmtree(folder, ignore_errors=True)
        if not os.path.lexists(folder):
            break
        time.sleep(0.02)
    above = os.path.dirname(folder)
    while is_orphaned and _POOL in "".join(above.split(os.sep)[-2:]):
        try:
            if os.listdir(above) == [_OWNER]:
                os.unlink(os.path.join(above, _OWNER))
            os.rmdir(above)
        except OSError:
            return
        above = os.path.dirname(above)
