"""A run sends signals to its own processes only.

An audit hook sees those of Python and says whom they were for. Others' are not there in a namespace of processes, and
landlock keeps compiled code and programs from them.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import Any

from ..main import wire
from . import audit_hook, landlock, process_namespace, process_tree
from .network import Refused

ELSEWHERE = "the code sends a signal to a process that it did not start, which a run does not do"
_held: list[str] = [wire.HOOK]
_first: list[int] = []  # The process that the run began in.


def keep() -> None:
    """Keep this process, and all that it starts, to its own processes from now on."""
    _first[:] = [os.getpid()]
    audit_hook.listen(("os.kill", "os.killpg"), _audit)
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            landlock.keep_to_own_processes()
            _held[:] = [wire.LANDLOCK]
    if process_namespace.held():
        _held[:] = [wire.NAMESPACE]


def held() -> str:
    """Return what keeps signals from processes that are not the run's."""
    return _held[-1]


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    target, number = arguments[0], arguments[1]
    if number == 0 or (target == 0 and os.getpgrp() in _first):  # It asks whether there is one; its own group.
        return
    if target == -1 or process_tree.is_other(abs(target), _first[0]):
        raise Refused(ELSEWHERE)
