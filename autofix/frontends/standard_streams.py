"""The three standard streams as they may really be: closed by whoever started this, full, or read by nobody.

What is written to them is not its concern. An error of standard error has nowhere to be told, so it is dropped.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import Any

from autofix.records.errors import OutputError


def prepare() -> None:
    """Open what is closed, so that no file of ours takes its place, and let every error of a stream have its name."""
    for number, flags in ((0, os.O_RDONLY), (1, os.O_RDONLY), (2, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, flags)  # The lowest number that is free. Writing to the second of them is an error.
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115
    sys.stdout = _stream(1, sys.stdout, _Result)
    sys.stderr = _stream(2, sys.stderr, _Words)


class _Result(io.FileIO):
    """Standard output, which carries the result: that it could not be written is to be said."""

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data) or 0
        except BrokenPipeError:
            raise
        except OSError as error:
            reason = "it is closed" if error.errno == errno.EBADF else error.strerror
            raise OutputError(f"cannot write the result to standard output: {reason}") from error


class _Words(io.FileIO):
    """Standard error, which carries what is said beside the result."""

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data) or 0
        except OSError:
            return len(data)


def _stream(number: int, stream: Any, kind: type[io.FileIO]) -> io.TextIOWrapper:
    raw = kind(number, "wb", closefd=False)
    is_terminal = raw.isatty()
    encoding = getattr(stream, "encoding", None) or "utf-8"
    errors = getattr(stream, "errors", None) or "backslashreplace"
    lines = is_terminal or kind is _Words
    return io.TextIOWrapper(io.BufferedWriter(raw), encoding, errors, line_buffering=lines)
