"""A shadow of the file system: what Python code writes lands in a folder of ours, and it reads it back from there.

Stand-ins for the functions of ``os``, ``io`` and ``shutil`` that take a path; what they miss is for ``redirection``.
"""

from __future__ import annotations

import builtins
import io
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

SHADOW = "shadow"
_WRITES = frozenset("wax+")
WRITING_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def stand_in(folder: str, path: str, text: str) -> None:
    """Have ``path`` read as ``text`` by a program whose shadow is ``folder``."""
    copy = folder + os.sep + SHADOW + os.sep + path.lstrip(os.sep)
    os.makedirs(os.path.dirname(copy), exist_ok=True)
    with open(copy, "w", encoding="utf-8", newline="") as file:
        file.write(text)


class Files:
    """A shadow of the file system: every path that the program changes stands below ``folder``."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.gone: set[str] = set()
        self.written: set[str] = set()  # As the code spelled them.

    def place(self, path: Any, *, writing: bool = False) -> Any:
        """Return the path to use instead: the shadow's where the program wrote before or writes now, else the same."""
        if not isinstance(path, (str, bytes, os.PathLike)):
            return path
        name = os.path.abspath(os.fsdecode(os.fspath(path)))
        if name == os.devnull or name.startswith(self.folder + os.sep):
            return path
        shadow = self.folder + os.sep + SHADOW + os.sep + name.lstrip(os.sep)
        if writing:
            self._prepare(name, shadow)
            self.written.add(os.fsdecode(os.fspath(path)))
            return shadow
        return shadow if _exists(shadow) or self.is_gone(name) else path

    def is_gone(self, name: str) -> bool:
        """Return whether the program removed the path, or a folder it stands in."""
        return any(name == gone or name.startswith(gone + os.sep) for gone in self.gone)

    def _prepare(self, name: str, shadow: str) -> None:
        """Copy what stands there now to the shadow, so that it can be appended to.

        A parent that exists nowhere stays missing.
        """
        parent = os.path.dirname(name)
        if not _exists(os.path.dirname(shadow)):
            if not _exists(parent) or self.is_gone(parent):
                raise FileNotFoundError(2, "No such file or directory", name)
            _real["makedirs"](os.path.dirname(shadow), exist_ok=True)
        if os.path.isfile(name) and not _exists(shadow) and not self.is_gone(name):
            with _real["open"](name, "rb") as old, _real["open"](shadow, "wb") as new:
                shutil.copyfileobj(old, new)
        self.gone.discard(name)

    def holds(self, path: Any) -> bool:
        """Return whether the path is in our folder, or no named file at all."""
        if not isinstance(path, (str, bytes, os.PathLike)):
            return True
        name = os.path.abspath(os.fsdecode(os.fspath(path)))
        return name == os.devnull or name.startswith((self.folder + os.sep, "/proc/self/"))

    def remove(self, path: Any) -> None:
        """Remove a path in the shadow alone: the real file stays, and the program does not see it any more."""
        self.gone.add(os.path.abspath(os.fsdecode(os.fspath(path))))


_real: dict[str, Callable[..., Any]] = {
    "open": io.open,
    "os_open": os.open,
    "makedirs": os.makedirs,
    "mkdir": os.mkdir,
    "remove": os.remove,
    "rmdir": os.rmdir,
    "stat": os.stat,
    "lstat": os.lstat,
    "replace": os.replace,
    "listdir": os.listdir,
    "scandir": os.scandir,
    "chmod": os.chmod,
    "utime": os.utime,
    "access": os.access,
    "chdir": os.chdir,
    "rmtree": shutil.rmtree,
}
# Libraries keep the functions they were given, and outlive a run: the stand-ins look up what is contained now.
_contained: list[Files] = []
_own_work: list[bool] = []


def now() -> Files | None:
    """Return the files of the program that runs now; None while our own code is at work."""
    return _contained[-1] if _contained and not _own_work else None


def placed(path: Any, *, writing: bool = False) -> Any:
    files = now()
    return path if files is None else files.place(path, writing=writing)


@contextmanager
def cast(folder: str) -> Iterator[None]:
    """Have the code inside the block write below ``folder``, which is removed afterwards."""
    _contained.append(Files(folder))
    try:
        yield
    finally:
        _contained.pop()
        _real["rmtree"](folder, ignore_errors=True)


def has_written(words: str) -> bool:
    """Return whether ``words`` name a file or folder that the code inside the block wrote."""
    files = now()
    return files is not None and any(name in words for name in files.written)


def _exists(path: str) -> bool:
    try:
        _real["stat"](path)
    except OSError:
        return False
    return True


def _reading(name: str) -> Callable[..., Any]:
    """Return a function of a path that looks at it."""
    real = _real[name]

    def stand_in(path: Any = ".", *args: Any, **kwargs: Any) -> Any:
        return real(placed(path), *args, **kwargs)

    return stand_in


def _listdir(path: Any = ".") -> list[Any]:
    """Return the names in the real folder and in its shadow, without those that the program removed."""
    if now() is None or isinstance(path, int):
        return list(_real["listdir"](path))
    return [entry.name for entry in _entries(path)]


class _Entries(list[Any]):
    """What ``os.scandir`` gives: an iterator that can be closed."""

    def __enter__(self) -> Any:
        return iter(self)

    def __exit__(self, *args: Any) -> None:
        self.close()

    def __next__(self) -> Any:
        if not self:
            raise StopIteration
        return self.pop(0)

    def close(self) -> None:
        """Do nothing: the folders are read already."""


def _scandir(path: Any = ".") -> Any:
    if now() is None or isinstance(path, int):
        return _real["scandir"](path)
    return _Entries(_entries(path))


def _entries(path: Any) -> list[Any]:
    files = _contained[-1]
    shadow = files.place(path)
    folders = [shadow] if shadow is path or not os.path.isdir(path) else [shadow, path]
    by_name: dict[Any, Any] = {}
    for folder in folders:
        try:
            with _real["scandir"](folder) as entries:
                for entry in entries:
                    if folder is shadow or not files.is_gone(os.path.abspath(os.fsdecode(entry.path))):
                        by_name.setdefault(entry.name, entry)
        except FileNotFoundError:
            if len(folders) == 1:
                raise
    return list(by_name.values())


def _open(file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
    return _real["open"](placed(file, writing=bool(_WRITES & set(mode))), mode, *args, **kwargs)


def _os_open(path: Any, flags: int, *args: Any, **kwargs: Any) -> int:
    return int(_real["os_open"](placed(path, writing=bool(flags & WRITING_FLAGS)), flags, *args, **kwargs))


def _mkdir(path: Any, *args: Any, **kwargs: Any) -> None:
    files = now()
    if files is None:
        return _real["mkdir"](path, *args, **kwargs)  # type: ignore[no-any-return]
    if os.path.isdir(path):
        raise FileExistsError(17, "File exists", path)
    shadow = files.place(path, writing=True)
    return _real["mkdir"](shadow, *args, **kwargs)  # type: ignore[no-any-return]


def _remove(path: Any, *args: Any, **kwargs: Any) -> None:
    _away("remove", path, *args, **kwargs)


def _rmdir(path: Any, *args: Any, **kwargs: Any) -> None:
    _away("rmdir", path, *args, **kwargs)


def _away(name: str, path: Any, *args: Any, **kwargs: Any) -> None:
    files = now()
    if files is None:
        _real[name](path, *args, **kwargs)
        return
    place = files.place(path)
    if place is not path or str(path).startswith(files.folder):
        _real[name](place, *args, **kwargs)
    elif not _exists(place):
        raise FileNotFoundError(2, "No such file or directory", path)
    files.remove(path)


def _remove_tree(path: Any, *args: Any, **kwargs: Any) -> None:
    files = now()
    if files is None:
        _real["rmtree"](path, *args, **kwargs)
        return
    place = files.place(path)
    if place is not path or str(path).startswith(files.folder):
        _own_work.append(True)
        try:
            _real["rmtree"](place, ignore_errors=True)
        finally:
            _own_work.pop()
    elif not _exists(place) and not (kwargs.get("ignore_errors") or any(args)):
        raise FileNotFoundError(2, "No such file or directory", path)
    files.remove(path)


def _replace(source: Any, destination: Any, *args: Any, **kwargs: Any) -> None:
    files = now()
    if files is None:
        _real["replace"](source, destination, *args, **kwargs)
        return
    _real["replace"](files.place(source, writing=True), files.place(destination, writing=True), *args, **kwargs)
    files.remove(source)


STAND_INS: tuple[tuple[Any, str, Any], ...] = (
    (builtins, "open", _open),
    (io, "open", _open),
    (os, "open", _os_open),
    (os, "listdir", _listdir),
    (os, "scandir", _scandir),
    (os, "mkdir", _mkdir),
    (os, "remove", _remove),
    (os, "unlink", _remove),
    (os, "rmdir", _rmdir),
    (os, "replace", _replace),
    (os, "rename", _replace),
    (shutil, "rmtree", _remove_tree),
    *((os, name, _reading(name)) for name in ("stat", "lstat", "chmod", "utime", "access", "chdir")),
)
