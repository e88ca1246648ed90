"""Replace files on disk: all of a patch or nothing of it, and never half a file.

It does not decide what is written; a front-end has asked the user for that.
"""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autofix.patch.unified_diff import FileChange
from autofix.records.errors import ConflictError
from autofix.system.project_paths import within


@dataclass(frozen=True, slots=True)
class _Replacement:
    """A new text that lies ready beside the file it will replace, and the old one that lies ready to undo it."""

    path: Path
    after: Path
    before: Path


def write(changes: Sequence[FileChange], root: Path) -> None:
    """Write every change below ``root``.

    Raises ConflictError, with every file as it was, if one changed since it was analysed or cannot be written.
    """
    # A link is followed, so that its target changes instead of the link becoming a file.
    paths = [_real(change, root) for change in changes]
    for change, path in zip(changes, paths, strict=True):
        _check(change, path)
    prepared: list[_Replacement] = []
    try:
        for change, path in zip(changes, paths, strict=True):
            prepared.append(_prepare(path, change))
        _replace_all(prepared)
    except OSError as error:
        raise ConflictError(f"cannot write {error.filename}: {error.strerror}; nothing was written") from error
    finally:
        for replacement in prepared:
            replacement.after.unlink(missing_ok=True)
            replacement.before.unlink(missing_ok=True)


def write_file(path: Path, data: bytes) -> None:
    """Create or replace one file of ours, such as the patch of ``--output``.

    Raises ConflictError if its folder is missing or it cannot be written.
    """
    try:
        if path.exists() and not path.is_file():
            # A device or a pipe (/dev/stdout, a process substitution) cannot be replaced, only written to.
            path.write_bytes(data)
            return
        real = Path(os.path.realpath(path))
        temporary = _beside(real, data)
        try:
            temporary.replace(real)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise ConflictError(f"cannot write {path}: {error.strerror}") from error


def _real(change: FileChange, root: Path) -> Path:
    """Return the real path of a changed file; raise ConflictError where a link now leads out of the project root."""
    inside = within(root / change.path, root)
    if inside is None:
        raise ConflictError(f"{change.path} leads out of the project root {root}; nothing was written")
    return Path(os.path.realpath(root / change.path))


def _check(change: FileChange, path: Path) -> None:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConflictError(f"cannot read {change.path} again: {error.strerror}; nothing was written") from error
    if content != change.before:
        raise ConflictError(f"{change.path} changed on disk since it was analysed; run again; nothing was written")
    # The system is asked, not the mode: copies of read-only originals are a superuser's to write.
    if not os.access(path, os.W_OK):
        raise ConflictError(f"{change.path} is read-only; make it writable and run again; nothing was written")


def _prepare(path: Path, change: FileChange) -> _Replacement:
    """Write both texts to disk before anything is replaced, so that undoing needs no space and no writing."""
    after = _beside(path, change.after)
    try:
        return _Replacement(path, after, _beside(path, change.before))
    except BaseException:
        after.unlink(missing_ok=True)
        raise


def _beside(path: Path, data: bytes) -> Path:
    """Write a synced temporary file in the folder of ``path``, with its mode and owner where that is allowed."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".autofix", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        _adopt(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _adopt(temporary: Path, path: Path) -> None:
    if not path.exists():
        temporary.chmod(0o666 & ~_umask())
        return
    status = path.stat()
    if hasattr(os, "chown"):
        with contextlib.suppress(PermissionError):
            os.chown(temporary, status.st_uid, status.st_gid)
    temporary.chmod(stat.S_IMODE(status.st_mode))


def _umask() -> int:
    """Return the process' mask; the system only tells it by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _replace_all(replacements: Sequence[_Replacement]) -> None:
    done: list[_Replacement] = []
    try:
        for replacement in replacements:
            done.append(replacement)
            replacement.after.replace(replacement.path)
    except BaseException:
        for replacement in reversed(done):
            replacement.before.replace(replacement.path)
        raise
