"""The folder where a batch keeps what it found out: where it is, how large, and how it is removed.

It knows nothing of what is kept; a folder that does not say that it is such a cache is left alone.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from autofix.batch import source_files
from autofix.batch.journal import folder_of
from autofix.records.errors import UsageError
from autofix.system import regular_files

_SIGNATURE = b"Signature: 8a477f597d28d172789f06886806bc55\n# A cache of autofix"


def place(path: Path) -> Path:
    """Return where a batch over ``path`` keeps its cache, whether there is one or not; raise UsageError for nowhere."""
    try:
        return folder_of(source_files.base_of((path,)))
    except OSError as error:
        raise UsageError(f"this user has no folder for caches: {error.strerror}") from error


def size(folder: Path) -> int | None:
    """Return the bytes of all files in a cache; None where there is none."""
    if not folder.is_dir():
        return None
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_symlink() or path.is_file())


def remove(folder: Path) -> None:
    """Remove a cache; raise UsageError for a folder that is none, and where it cannot be removed."""
    tag = folder / "CACHEDIR.TAG"
    try:
        is_cache = (
            not folder.is_symlink() and not tag.is_symlink() and regular_files.read(tag, 4096).startswith(_SIGNATURE)
        )
    except OSError:
        is_cache = False
    if not is_cache:
        raise UsageError(f"{folder} does not say that it is a cache of autofix; nothing was removed")
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise UsageError(f"cannot remove {error.filename}: {error.strerror}") from error
