"""Files that somebody else brought, read without waiting for what is no file: pipes, devices and files without an end.

What is in a file means nothing here.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from pathlib import Path

HASHED_BYTES = 64 * 1024 * 1024  # A larger file is known by its size and its time.
_CHUNK = 1024 * 1024
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


def read(path: Path, most: int) -> bytes:
    """Return the bytes of a regular file; raise OSError for anything else, and for more than ``most`` bytes."""
    descriptor = os.open(path, _FLAGS)
    try:
        _check(descriptor, path)
        chunks: list[bytes] = []
        size = 0
        while chunk := os.read(descriptor, _CHUNK):  # The size that the system tells may be none, as below /proc.
            size += len(chunk)
            if size > most:
                raise OSError(errno.EFBIG, f"it is larger than {most >> 20} MiB", str(path))
            chunks.append(chunk)
        return b"".join(chunks)
    finally:
        os.close(descriptor)


def digest(path: Path) -> str:
    """Return what a regular file is known by: the hash of its bytes, or its size and time where it is very large.

    Raises OSError for anything else.
    """
    descriptor = os.open(path, _FLAGS)
    try:
        status = _check(descriptor, path)
        if status.st_size > HASHED_BYTES:
            return f"{status.st_size} {status.st_mtime_ns}"
        hashed, size = hashlib.sha256(), 0
        while chunk := os.read(descriptor, _CHUNK):
            size += len(chunk)
            if size > HASHED_BYTES:
                raise OSError(errno.EFBIG, "it grows while it is read", str(path))
            hashed.update(chunk)
        return hashed.hexdigest()
    finally:
        os.close(descriptor)


def _check(descriptor: int, path: Path) -> os.stat_result:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "it is no regular file", str(path))
    return status
