"""Take from this process, for good, the right to change files outside of a few folders.

Landlock of Linux 5.13 and newer, which needs no rights of its own and binds compiled code and children as well. It
does not bind modes, owners and times of files.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Mapping

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # The same numbers on every processor.
_VERSION, _PATH_BENEATH, _NO_NEW_PRIVILEGES = 1, 1, 38
_WRITE_FILE, _TRUNCATE = 1 << 1, 1 << 14  # <linux/landlock.h>
_CHANGE_FOLDERS = sum(1 << bit for bit in range(4, 13))  # Remove and make entries of each kind.
_REFER = 1 << 13
CONTENTS = _WRITE_FILE | _TRUNCATE
EVERYTHING = CONTENTS | _CHANGE_FOLDERS | _REFER


def version() -> int:
    """Return the version of the system's landlock; 0 where there is none."""
    libc = ctypes.CDLL(None, use_errno=True)
    try:
        return max(0, int(libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION))))
    except AttributeError:
        return 0


def restrict(allowed: Mapping[str, int]) -> None:
    """Keep this process from changes anywhere but below the folders, each with what is allowed there.

    Raises OSError where the system refuses.
    """
    known = EVERYTHING
    known &= ~_REFER if version() < 2 else known
    known &= ~_TRUNCATE if version() < 3 else known
    libc = ctypes.CDLL(None, use_errno=True)
    attributes = struct.pack("=Q", known)
    rules = _check(libc.syscall(_CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint32(0)))
    try:
        for folder, access in allowed.items():
            if os.path.isdir(folder):
                _allow(libc, rules, folder, access & known)
        _check(libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0))
        _check(libc.syscall(_RESTRICT_SELF, rules, ctypes.c_uint32(0)))
    finally:
        os.close(rules)


def _allow(libc: ctypes.CDLL, rules: int, folder: str, access: int) -> None:
    descriptor = os.open(folder, os.O_PATH | os.O_CLOEXEC)
    try:
        rule = struct.pack("=Qi", access, descriptor)
        _check(libc.syscall(_ADD_RULE, rules, ctypes.c_int(_PATH_BENEATH), rule, ctypes.c_uint32(0)))
    finally:
        os.close(descriptor)


def _check(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"landlock: {os.strerror(number)}")
    return result
