"""Copies of a project's files, taken before a run, and the files put back as they were after it.

For systems that cannot keep what compiled code writes apart from the user's files: there it is undone. What is written
outside of the folders given is not seen.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import stat
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

MOST_FILES = 50_000
MOST_BYTES = 512 << 20  # Of what the file system cannot clone, which costs no time and no space.
_CLONE = 0x40049409  # FICLONE of <linux/fs.h>.
_SKIPPED = frozenset((".git", ".hg", ".svn", "node_modules", "__pycache__", "site-packages", ".venv"))
# What people write while a run is made, and compiled code does not: a change of these is not undone.
_SOURCES = frozenset((".py", ".pyi", ".ipynb"))


class TooMuchToCopyError(Exception):
    """The files are more than can be copied before a run."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A file or folder as it was; ``copy`` holds a file's content."""

    status: os.stat_result
    copy: Path | None


class TreeCopies:
    """What a project's files were, kept in ``folder`` and taken anew where they changed since."""

    def __init__(self, folder: Path, most_bytes: int = MOST_BYTES) -> None:
        self._folder, self._most_bytes = folder, most_bytes
        self._entries: dict[Path, _Entry] = {}
        self._roots: tuple[Path, ...] = ()
        self._number = 0

    def take(self, roots: Iterable[Path]) -> None:
        """Copy what stands below the roots and is not copied yet.

        Raises TooMuchToCopyError where that is more than the limit, OSError where a copy cannot be written.
        """
        self._folder.mkdir(exist_ok=True)
        self._roots = _outermost(roots)
        before, self._entries = self._entries, {}
        total = 0
        for path, status in self._walk():
            known = before.pop(path, None)
            if known is not None and _same(known.status, status):
                self._entries[path] = known
            else:
                copy = self._copied(path, status, self._most_bytes - total) if stat.S_ISREG(status.st_mode) else None
                self._entries[path] = _Entry(status, copy)
            entry = self._entries[path]
            total += status.st_size if entry.copy is not None and entry.copy.suffix == ".copy" else 0
            if len(self._entries) > MOST_FILES:
                raise TooMuchToCopyError(f"more than {MOST_FILES:,} files")
        for entry in before.values():
            if entry.copy is not None:
                entry.copy.unlink(missing_ok=True)

    def put_back(self) -> tuple[Path, ...]:
        """Undo what changed since; the paths that had changed."""
        now = dict(self._walk())
        changed = [path for path in now if path not in self._entries]
        for path in sorted(changed, key=lambda changed_path: len(changed_path.parts), reverse=True):
            _remove(path)
        for path, entry in self._entries.items():  # Folders come before what stands in them.
            unchanged = path in now and _same(entry.status, now[path])
            if not unchanged and self._restore(path, entry, now.get(path)):
                changed.append(path)
        for path, entry in reversed(list(self._entries.items())):
            if stat.S_ISDIR(entry.status.st_mode) and path.is_dir():
                _set_status(path, entry.status)
        return tuple(path for path in changed if path.suffix not in _SOURCES)

    def _walk(self) -> Iterator[tuple[Path, os.stat_result]]:
        for root in self._roots:
            yield root, root.stat()
            for folder, folders, files in os.walk(root):
                folders[:] = sorted(name for name in folders if name not in _SKIPPED)
                for name in (*folders, *sorted(files)):
                    path = Path(folder, name)
                    if self._folder in (path, *path.parents):
                        continue
                    with contextlib.suppress(OSError):
                        yield path, path.lstat()

    def _copied(self, path: Path, status: os.stat_result, left: int) -> Path | None:
        """Return the path of a copy of the content; None for what cannot be read, so that it is not
        written over by accident.
        """
        self._number += 1
        clone = self._folder / f"{self._number}.clone"
        try:
            if _cloned(path, clone):
                return clone
            if status.st_size > left:
                raise TooMuchToCopyError(f"more than {self._most_bytes >> 20} MiB")
            return Path(shutil.copyfile(path, clone.with_suffix(".copy")))
        except PermissionError:
            return None

    def _restore(self, path: Path, entry: _Entry, now: os.stat_result | None) -> bool:
        """Restore a file or folder, and return whether anything had to be done."""
        kind = stat.S_IFMT(entry.status.st_mode)
        if stat.S_ISDIR(kind):
            if now is None:
                path.mkdir()
            return now is None
        if entry.copy is None or (path.suffix in _SOURCES and now is not None):
            return False
        if now is not None and stat.S_IFMT(now.st_mode) != kind:
            _remove(path)
        with entry.copy.open("rb") as source, path.open("r+b" if path.exists() else "wb") as file:
            shutil.copyfileobj(source, file)  # In place: other names of the file stay names of it.
            file.truncate()
        _set_status(path, entry.status)
        return True


def _outermost(roots: Iterable[Path]) -> tuple[Path, ...]:
    unique = dict.fromkeys(root.resolve() for root in roots)
    return tuple(root for root in unique if not any(other in root.parents for other in unique))


def _same(before: os.stat_result, now: os.stat_result) -> bool:
    """Return whether nothing changed; times of folders are set back with what stands in them."""
    if stat.S_ISDIR(before.st_mode) and stat.S_ISDIR(now.st_mode):
        return before.st_mode == now.st_mode
    names = ("st_mode", "st_size", "st_mtime_ns", "st_ino")
    return all(getattr(before, name) == getattr(now, name) for name in names)


def _set_status(path: Path, status: os.stat_result) -> None:
    with contextlib.suppress(OSError):
        path.chmod(stat.S_IMODE(status.st_mode))
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            path.rmdir()
        elif path.suffix not in _SOURCES:
            path.unlink()


def _cloned(path: Path, copy: Path) -> bool:
    """Return whether the file system made a copy that shares the blocks until one of both is written to."""
    if sys.platform == "darwin":
        return bool(ctypes.CDLL(None).clonefile(os.fsencode(path), os.fsencode(copy), 0) == 0)
    try:
        import fcntl

        with path.open("rb") as source, copy.open("wb") as file:
            fcntl.ioctl(file.fileno(), _CLONE, source.fileno())
    except PermissionError:
        raise
    except (ImportError, OSError):
        copy.unlink(missing_ok=True)
        return False
    return True
