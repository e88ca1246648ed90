"""What is being written, noted before it is, so that a write which was ended in the middle can be undone.

Notes lie among what belongs to the user alone. Nothing is touched on their word: a file is moved only where both it and
what lies beside it hold what the note says.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from autofix.frontends.cli import replacement
from autofix.frontends.cli.replacement import SUFFIX, Replacement
from autofix.system import exchange, regular_files, user_folders

FOLDER = "writes"
MAX_BYTES = 16 * 1024 * 1024
MAX_FILE_BYTES = 1 << 30


@contextmanager
def noted(replacements: Sequence[Replacement]) -> Iterator[None]:
    """Hold a note of what is replaced, as long as this process lives; none where the user has no folder for it."""
    try:
        folder = user_folders.make(user_folders.state() / FOLDER, user_folders.state())
        path = folder / f"{secrets.token_hex(8)}.json"
        descriptor = _written(path, replacements)
    except OSError:
        yield
        return
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(descriptor)
        with contextlib.suppress(OSError):  # Others may be writing.
            folder.rmdir()


def recover() -> list[str]:
    """Undo the writes that were ended in the middle, and return what was done in words."""
    words: list[str] = []
    try:
        folder = user_folders.state() / FOLDER
        notes = sorted(folder.iterdir()) if folder.is_dir() and not folder.is_symlink() else []
    except OSError:
        return words
    for note in notes:
        with contextlib.suppress(OSError), _taken(note) as data:
            words += _undone(data)
            note.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        folder.rmdir()
    return words


def _written(path: Path, replacements: Sequence[Replacement]) -> int:
    """Write a note and return its descriptor, which is locked until it is closed."""
    entries = [
        {"path": str(each.path), "beside": str(each.beside), "before": _hash(each.before), "after": _hash(each.after)}
        for each in replacements
    ]
    fresh = path.with_suffix(".new")
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
    descriptor = os.open(fresh, flags, 0o600)
    try:
        _lock(descriptor)
        os.write(descriptor, json.dumps(entries).encode("utf-8"))
        os.fsync(descriptor)
        fresh.replace(path)
    except BaseException:
        os.close(descriptor)
        fresh.unlink(missing_ok=True)
        raise
    return descriptor


@contextmanager
def _taken(note: Path) -> Iterator[Any]:
    """Hold a note whose process is gone; raise OSError for any other."""
    user_folders.check_file(note)
    descriptor = os.open(note, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    try:
        _lock(descriptor)
        try:
            yield json.loads(regular_files.read(note, MAX_BYTES))
        except (ValueError, RecursionError):
            yield None
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> None:
    """Lock a file as long as the process lives; raise OSError where another has."""
    try:
        import fcntl
    except ImportError:
        return
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _undone(data: Any) -> list[str]:
    entries = [entry for entry in data if _is_entry(entry)] if isinstance(data, list) else []
    states = [_state(entry) for entry in entries]
    words: list[str] = []
    for entry, (state, old) in zip(entries, states, strict=True):
        path = Path(entry["path"])
        if old is not None and (state == "saved" or (state == "done" and ("waits", None) in states)):
            if not exchange.exchange(old, path):
                old.replace(path)
            words.append(f"put {path} back, as a write was ended in the middle")
        for beside in _names(entry) if state else ():
            if state == "waits" or _hash_of(beside) in {entry["before"], entry["after"]}:
                beside.unlink(missing_ok=True)
    return words


def _state(entry: dict[str, str]) -> tuple[str, Path | None]:
    """Return how far a file had come, and where what it was lies: ``done``, ``waits`` and, where a save that came in
    between was exchanged for ours, ``saved``; '' where nothing can be told.
    """
    path = _hash_of(Path(entry["path"]))
    names = {name: known for name in _names(entry) if (known := _hash_of(name))}
    old = next((name for name, known in names.items() if known == entry["before"]), None)
    if path == entry["after"]:
        foreign = next((name for name, known in names.items() if known != entry["after"]), None)
        return ("done", old) if old is not None or foreign is None else ("saved", foreign)
    return ("waits", None) if path == entry["before"] else ("kept" if old is not None else "", None)


def _names(entry: dict[str, str]) -> tuple[Path, Path]:
    """Return where the other text of a file may lie."""
    beside = Path(entry["beside"])
    return beside, replacement.older(beside)


def _is_entry(entry: Any) -> bool:
    keys = ("path", "beside", "before", "after")
    if not isinstance(entry, dict) or not all(isinstance(entry.get(key), str) for key in keys):
        return False
    path, beside = Path(entry["path"]), Path(entry["beside"])
    return path.is_absolute() and beside.parent == path.parent and beside.name.endswith(SUFFIX) and path != beside


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _hash_of(path: Path) -> str:
    try:
        return "" if path.is_symlink() else _hash(regular_files.read(path, MAX_FILE_BYTES))
    except (OSError, ValueError):
        return ""
