"""Take from this process, for good, the right to change files outside of a few folders, to connect, to reach others.

Landlock of Linux 5.13 and newer, which needs no rights of its own and binds compiled code and children as well. It
does not bind modes, owners and times of files, and of connections those of TCP alone.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from collections.abc import Mapping

from .namespaces import check, libc

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # The same numbers on every processor.
_VERSION, _PATH_BENEATH, _NO_NEW_PRIVILEGES = 1, 1, 38
_WRITE_FILE, _TRUNCATE = 1 << 1, 1 << 14  # <linux/landlock.h>
_CHANGE_FOLDERS = sum(1 << bit for bit in range(4, 13))  # Remove and make entries of each kind.
_REFER = 1 << 13
_CONNECT_TCP, _ABSTRACT_SOCKETS, _SIGNALS = 1 << 1, 1 << 0, 1 << 1
_SINCE_CONNECT, _SINCE_SCOPES = 4, 6
CONTENTS = _WRITE_FILE | _TRUNCATE
EVERYTHING = CONTENTS | _CHANGE_FOLDERS | _REFER


def version() -> int:
    """Return the version of the system's landlock; 0 where there is none."""
    try:
        return max(0, int(libc().syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION))))
    except AttributeError:
        return 0


def keep_files(allowed: Mapping[str, int]) -> None:
    """Keep this process from changes anywhere but below the folders, each with what is allowed there.

    Raises OSError where the system refuses.
    """
    known = EVERYTHING
    known &= ~_REFER if version() < 2 else known
    known &= ~_TRUNCATE if version() < 3 else known
    rules = _rules(struct.pack("=Q", known))
    try:
        for folder, access in allowed.items():
            if os.path.isdir(folder):
                _allow(rules, folder, access & known)
        _restrict(rules)
    finally:
        os.close(rules)


def refuse_connections() -> None:
    """Keep this process from connecting by TCP; raises OSError where the system does not know of it."""
    _need(_SINCE_CONNECT)
    _restrict_to(struct.pack("=QQ", 0, _CONNECT_TCP))


def keep_to_own_processes() -> None:
    """Keep this process from signals, and abstract sockets, of processes that it did not start.

    Those it cannot trace any more either. Raises OSError where the system does not know of it.
    """
    _need(_SINCE_SCOPES)
    _restrict_to(struct.pack("=QQQ", 0, 0, _ABSTRACT_SOCKETS | _SIGNALS))


def _need(since: int) -> None:
    if version() < since:
        raise OSError(errno.ENOSYS, f"landlock: {os.strerror(errno.ENOSYS)}")


def _restrict_to(attributes: bytes) -> None:
    rules = _rules(attributes)
    try:
        _restrict(rules)
    finally:
        os.close(rules)


def _rules(attributes: bytes) -> int:
    size = ctypes.c_size_t(len(attributes))
    return check(libc().syscall(_CREATE_RULESET, attributes, size, ctypes.c_uint32(0)), "landlock")


def _restrict(rules: int) -> None:
    check(libc().prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0), "landlock")
    check(libc().syscall(_RESTRICT_SELF, rules, ctypes.c_uint32(0)), "landlock")


def _allow(rules: int, folder: str, access: int) -> None:
    descriptor = os.open(folder, os.O_PATH | os.O_CLOEXEC)
    try:
        rule = struct.pack("=Qi", access, descriptor)
        check(libc().syscall(_ADD_RULE, rules, ctypes.c_int(_PATH_BENEATH), rule, ctypes.c_uint32(0)), "landlock")
    finally:
        os.close(descriptor)
