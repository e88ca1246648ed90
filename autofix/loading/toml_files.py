"""TOML that a project brings, read within limits of size and time: a short text can keep a parser busy for hours.

What the keys mean is for ``settings``.
"""

from __future__ import annotations

import threading
import tomllib
from pathlib import Path

from autofix.records.errors import UsageError
from autofix.system import regular_files

MAX_BYTES = 4 * 1024 * 1024
SECONDS = 5.0
_PARSING = "autofix settings"
_QUICK_BYTES = 16 * 1024  # Nothing of this size takes long.


def read(path: Path) -> dict[str, object]:
    """Return the tables of a file; raise UsageError that names it for one that is no TOML, or cannot be read."""
    try:
        return parsed(regular_files.read(path, MAX_BYTES).decode("utf-8-sig"), path)
    except ValueError as error:  # A number of very many digits is one that says no more than that.
        raise UsageError(f"{path.name}: not valid TOML: {error}") from error
    except (RecursionError, MemoryError) as error:
        raise UsageError(f"{path.name}: not valid TOML: it is nested too deeply") from error
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error


def parsed(text: str, path: Path) -> dict[str, object]:
    """Return the tables of a text; raise ValueError for one that is no TOML, UsageError where that takes too long."""
    return tomllib.loads(text) if len(text) <= _QUICK_BYTES else _in_time(text, path)


def _in_time(text: str, path: Path) -> dict[str, object]:
    results: list[dict[str, object]] = []
    errors: list[BaseException] = []

    def parse() -> None:
        try:
            results.append(tomllib.loads(text))
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=parse, daemon=True, name=_PARSING)
    thread.start()
    thread.join(SECONDS)
    if thread.is_alive():
        _end(thread)
        raise UsageError(f"{path.name}: reading it takes longer than {SECONDS:g} s; make it shorter")
    if errors:
        raise errors[0]
    return results[0]


def _end(thread: threading.Thread) -> None:
    """Have a thread raise what ends it: a server lives on, and what it parses may take all the memory there is."""
    import ctypes

    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(SystemExit))
