"""Turns edits into new texts, and old and new bytes into a git-style unified diff.

It works on what it is given: it opens no file, asks git nothing and does not decide which plan is shown.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from autofix.patch import read_patch
from autofix.patch.diff_hunks import hunks
from autofix.patch.edits_to_text import encode
from autofix.records.errors import InternalError, UsageError
from autofix.records.locations import SourceText
from autofix.records.plan import Plan
from autofix.system import project_paths

# Enough for git to find the blobs again for a three-way merge, short enough to read.
BLOB_ID_LENGTH = 12

_QUOTED = {7: "a", 8: "b", 9: "t", 10: "n", 11: "v", 12: "f", 13: "r", 34: '"', 92: "\\"}


@dataclass(frozen=True, slots=True)
class FileChange:
    """The bytes of one existing file before and after; ``path`` is relative to the project root.

    ``mode`` is git's file mode, or 0 when it is not known: the header then leaves it out, which git accepts.
    """

    path: PurePosixPath
    before: bytes
    after: bytes
    mode: int = 0

    def __post_init__(self) -> None:
        """Refuse a path that is no file below the project root, since a result may come from another
        machine or from a store.
        """
        if not project_paths.is_inner(self.path):
            raise UsageError(f"cannot patch {self.path}: that is no file below the project root")


# --------------------------------------------------------------------------------------------------------------------
# Edits to texts, texts to bytes
# --------------------------------------------------------------------------------------------------------------------


def changes(plan: Plan, texts: tuple[SourceText, ...], root: Path) -> tuple[FileChange, ...]:
    """Return the files a plan changes, in order of their paths; raise UsageError if one lies outside ``root``."""
    sources = {source.path: source for source in texts}
    changed: list[FileChange] = []
    for path, text in plan.texts:
        if path not in sources:
            raise InternalError(f"the plan changes {path}, whose text was not analysed; please report this")
        source = sources[path]
        if text != source.text:
            changed.append(FileChange(relative(path, root), encode(source, source.text), encode(source, text)))
    names = [change.path for change in changed]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise UsageError(f"cannot patch {twice}: the plan changes it under two names; import it by one")
    return tuple(sorted(changed, key=lambda change: change.path))


def relative(path: Path, root: Path) -> PurePosixPath:
    """Return the file that ``path`` leads to, from ``root`` with forward slashes; raise UsageError when
    it is not inside.
    """
    inside = project_paths.within(path, root)
    if inside is None:
        raise UsageError(f"cannot patch {path}: {_outside(path, root)}")
    return inside


def _outside(path: Path, root: Path) -> str:
    real = Path(os.path.realpath(path))
    reason = "it lies" if real == Path(os.path.normpath(path)) else f"it leads to {real}, which lies"
    return f"{reason} outside the project root {root}"


def plan_patch(plan: Plan, texts: tuple[SourceText, ...], root: Path) -> bytes:
    """Return the patch of a plan, checked by reading it back."""
    file_changes = changes(plan, texts, root)
    patch = unified(file_changes)
    verify(patch, file_changes)
    return patch


# --------------------------------------------------------------------------------------------------------------------
# Bytes to a unified diff
# --------------------------------------------------------------------------------------------------------------------


def unified(changes: Sequence[FileChange], context: int = 3) -> bytes:
    """Return a patch that ``git apply``, ``git apply -R`` and ``patch -p1`` accept; empty when nothing changes."""
    return b"".join(_file_patch(change, context) for change in changes if change.before != change.after)


def _file_patch(change: FileChange, context: int) -> bytes:
    return _header(change) + hunks(change.before, change.after, context)


def _header(change: FileChange) -> bytes:
    old, new = (_name(f"{side}/{change.path}") for side in "ab")
    # Without a tab GNU patch takes what follows a blank in the name for a time stamp.
    tab = b"\t" if " " in str(change.path) else b""
    mode = b" %o" % change.mode if change.mode else b""
    ids = b"..".join(blob_id(data)[:BLOB_ID_LENGTH].encode() for data in (change.before, change.after))
    return b"diff --git %b %b\nindex %b%b\n--- %b%b\n+++ %b%b\n" % (old, new, ids, mode, old, tab, new, tab)


def blob_id(data: bytes) -> str:
    """Return the id git gives a file with these bytes."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def _name(name: str) -> bytes:
    """Return the name as git writes it: a C string if it has a quote, a backslash, a control or a non-ASCII byte."""
    data = name.encode("utf-8", "surrogateescape")
    if all(32 <= byte < 127 and byte not in b'"\\' for byte in data):
        return data
    return f'"{"".join(map(_quoted_byte, data))}"'.encode()


def _quoted_byte(byte: int) -> str:
    if byte in _QUOTED:
        return f"\\{_QUOTED[byte]}"
    return chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}"


# --------------------------------------------------------------------------------------------------------------------
# Reading a patch back
# --------------------------------------------------------------------------------------------------------------------


def verify(patch: bytes, changes: Sequence[FileChange]) -> None:
    """Read the patch back and apply it in memory; raises InternalError unless that gives exactly the new bytes."""
    changed = [change for change in changes if change.before != change.after]
    try:
        files = read_patch.read_exact(patch)
    except UsageError as error:
        raise InternalError(f"{error}; please report this") from error
    if len(files) != len(changed):
        raise InternalError(f"the patch has {len(files)} files instead of {len(changed)}; please report this")
    for file, change in zip(files, changed, strict=True):
        is_named = file.target == f"b/{change.path}"
        if not is_named or read_patch.applied_exactly(change.before, file) != change.after:
            raise InternalError(f"the patch of {change.path} does not give the verified text; please report this")
