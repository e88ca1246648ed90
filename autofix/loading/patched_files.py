"""The files of a project that somebody's diff changes: their texts as they are and after it, and what to run for them.

It reads files and looks at names; nothing is run or written.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from autofix.loading import find_target, text_files
from autofix.patch import read_patch
from autofix.patch.edits_to_text import encode
from autofix.patch.read_patch import NOTHING, FileDiff
from autofix.records.errors import UsageError
from autofix.records.locations import SourceText, Texts
from autofix.system import project_paths

_CODE = (".py", ".pyw")
MAX_READERS = 200


@dataclass(frozen=True, slots=True)
class PatchedFiles:
    """The texts of each file before and after a patch, in its order."""

    before: tuple[SourceText, ...]
    after: Texts


def patched(patch: bytes, folder: Path) -> PatchedFiles:
    """Return the files that a patch changes, found from ``folder`` or from the root of its project.

    Raises UsageError for what is no diff, a file that is not there, and a hunk that does not fit.
    """
    before: dict[Path, SourceText] = {}
    after: dict[Path, str] = {}
    for diff in read_patch.read(patch):
        path = _path(diff, folder)
        if path in before:
            raise UsageError(f"the patch changes {path.name} twice; put all hunks of a file below one header")
        source = text_files.read(path)
        changed = read_patch.applied(encode(source, source.text), diff, _name(diff))
        before[path], after[path] = source, text_files.decode(path, changed).text
    changes = {path for path in before if before[path].text != after[path]}
    if not changes:
        raise UsageError("the patch changes nothing")
    kept = tuple(source for path, source in before.items() if path in changes)
    return PatchedFiles(kept, tuple(sorted((path, after[path]) for path in changes)))


def likely_targets(files: PatchedFiles) -> Iterator[Path]:
    """Yield the files to run for a patch: the Python files that it changes, else those that name what it changes."""
    code = [source.path for source in files.before if source.path.suffix in _CODE]
    yield from code
    if code:
        return
    changed = {source.path for source in files.before}
    for path in changed:
        root = find_target.project_root(path)
        folders = dict.fromkeys((path.parent, *(parent for parent in path.parents if parent.is_relative_to(root))))
        readers = [file for folder in folders for file in sorted(folder.glob("*.py"))][:MAX_READERS]
        for source in text_files.sources(readers):
            if path.name in source.text:
                yield source.path


def _path(diff: FileDiff, folder: Path) -> Path:
    """Return the file that a diff changes; raise UsageError where there is none, or it is added or removed."""
    name = _name(diff)
    if NOTHING in (diff.source, diff.target):
        verb = "adds" if diff.source == NOTHING else "removes"
        raise UsageError(f"the patch {verb} {name}; only changes of files that are there can be verified")
    root = find_target.project_root(folder / name)
    for written in dict.fromkeys((diff.target, diff.source)):
        for tail in _tails(written):
            for base in dict.fromkeys((folder, root)):
                if (base / tail).is_file() and project_paths.within(base / tail, root) is not None:
                    return Path(os.path.abspath(base / tail))
    where = folder if folder == root else f"{folder} or {root}"
    raise UsageError(f"the patch changes {name}, which is not in {where}; run it where the patch was made")


def _name(diff: FileDiff) -> str:
    """Return the name of the file without the ``a/`` or ``b/`` of git."""
    name = diff.source if diff.target == NOTHING else diff.target
    return name[2:] if name.startswith(("a/", "b/")) else name


def _tails(name: str) -> Iterator[str]:
    """Yield what a file may be called from here: without ``a/``, as it is written, with fewer folders."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    parts = parts[1:] if parts and parts[0] == "/" else parts
    starts = (1, 0, *range(2, len(parts))) if name.startswith(("a/", "b/")) else range(len(parts))
    for start in starts:
        tail = parts[start:]
        if tail and ".." not in tail:
            yield "/".join(tail)
