"""Where a path really lies: whether a file is one of the project's own, and what it is called from its root.

Links are followed, since what counts is the file that would be changed. Nothing is opened or written.
"""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath, PureWindowsPath

MARKS = ("pyproject.toml", "setup.py", ".git")
_REPOSITORY = ".git"


def within(path: Path, root: Path) -> PurePosixPath | None:
    """Return the file that ``path`` leads to, from ``root``; None where that is not below it or belongs
    to git itself.
    """
    real, base = Path(os.path.realpath(path)), Path(os.path.realpath(root))
    if real.is_relative_to(base):
        inside = PurePosixPath(real.relative_to(base).as_posix())
        return inside if is_inner(inside) else None
    # A file system that takes no notice of case knows a folder by several names.
    for parent in real.parents:
        if _is_same(parent, base):
            inside = PurePosixPath(real.relative_to(parent).as_posix())
            return inside if is_inner(inside) else None
    return None


def _is_same(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except OSError:
        return False


def is_inner(path: PurePosixPath) -> bool:
    """Return whether a name stays below whatever it is appended to, on every system, and out of a
    repository's own folder.
    """
    elsewhere = PureWindowsPath(str(path))
    parts = [part.casefold().rstrip(". ") for part in (*path.parts, *elsewhere.parts)]
    leads_out = path.is_absolute() or elsewhere.root or ".." in (*path.parts, *elsewhere.parts)
    return bool(parts) and not leads_out and _REPOSITORY not in parts


def project_root(path: Path) -> Path:
    """Return the nearest ancestor with a project mark; else the working directory if the file is under
    it; else the file's folder.
    """
    for folder in path.parents:
        if any((folder / mark).exists() for mark in MARKS):
            return folder
    working_directory = Path.cwd()
    return working_directory if working_directory in path.parents else path.parent


def linked(path: Path) -> Path | None:
    """Return the link that a name of a file to be written goes through, None for none.

    Of a path from the working directory every part may have been brought by whoever made that; of any other only the
    last is looked at, as the way there is the user's own.
    """
    parts = [Path(*path.parts[: count + 1]) for count in range(len(path.parts))]
    return next((part for part in (parts[-1:] if path.is_absolute() else parts) if part.is_symlink()), None)
