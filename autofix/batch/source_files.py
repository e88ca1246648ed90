"""The files of a tree that a batch looks at: Python files and notebooks that git would not ignore.

It lists names; what is in a file is for ``targets``.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path, PurePosixPath

from pathspec import GitIgnoreSpec

from autofix.batch import git
from autofix.loading import find_target
from autofix.records.errors import UsageError
from autofix.system import regular_files

SUFFIXES = (".py", ".ipynb")
MAX_IGNORE_BYTES = 4 * 1024 * 1024
_SKIPPED = frozenset(("node_modules", "site-packages", "__pycache__", "build", "dist", "__pypackages__"))


def base_of(paths: Sequence[Path]) -> Path:
    """Return the folder that every path of a batch is told from: the top of the git checkout, else the project's root.

    Raises UsageError for a path that does not exist.
    """
    for path in paths:
        if not path.exists():
            raise UsageError(f"{path} does not exist; check the name")
        if not path.is_dir() and not path.is_file():
            raise UsageError(f"{path} is no file and no folder; name a Python file, a notebook or a folder")
    folders = [path if path.is_dir() else path.parent for path in paths]
    common = Path(os.path.commonpath(folders))
    for folder in (common, *common.parents):
        if (folder / ".git").exists():
            return folder
    return find_target.project_root(common / "x.py")


def files(base: Path, paths: Sequence[Path]) -> tuple[Path, ...]:
    """Return the files below the paths, in order of their names.

    One that is named itself is taken whatever it is called.
    """
    chosen: set[Path] = set()
    for path in paths:
        chosen.update([path] if path.is_file() else _inside(base, path))
    return tuple(sorted(chosen))


def shipped(base: Path) -> tuple[Path, ...]:
    """Return every file of the tree that another machine may need: code, settings, data that the code may read."""
    return tuple(sorted(path for path in _inside(base, base, suffixes=None)))


def relative(path: Path, base: Path) -> str:
    return PurePosixPath(*path.relative_to(base).parts).as_posix() if path.is_relative_to(base) else path.as_posix()


def _inside(base: Path, folder: Path, suffixes: tuple[str, ...] | None = SUFFIXES) -> Iterator[Path]:
    """Yield the files with one of the suffixes; all files where no suffixes are given."""
    listed = _known_to_git(base, folder) or _walked(folder, base)
    for path in listed:
        parts = path.relative_to(folder).parts[:-1]
        if (suffixes is None or path.suffix in suffixes) and not any(
            part in _SKIPPED or part.startswith(".") for part in parts
        ):
            yield path


def _known_to_git(base: Path, folder: Path) -> list[Path]:
    """Return the tracked files and new ones that are not ignored; none where git does not answer."""
    if not (base / ".git").exists():
        return []
    words = ("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", str(folder))
    try:
        names = os.fsdecode(git.ask(base, *words)).split("\0")
    except git.GitError:
        return []
    paths = [base / name for name in names if name]
    return [path for path in paths if path.is_file() and not _in_environment(path.parent, base)]


@cache
def _in_environment(folder: Path, base: Path) -> bool:
    return (folder / "pyvenv.cfg").is_file() or (folder != base and _in_environment(folder.parent, base))


def _walked(folder: Path, base: Path) -> Iterator[Path]:
    """Yield the same files without git: what the ``.gitignore`` files from the base down leave."""
    above = [parent for parent in (*reversed(folder.parents), folder) if parent == base or base in parent.parents]
    specs = [(parent, spec) for parent in above if (spec := _ignored(parent)) is not None]
    for name, folders, names in os.walk(folder):
        current = Path(name)
        own = _ignored(current) if current != folder else None
        specs = [(parent, spec) for parent, spec in specs if parent == current or parent in current.parents]
        specs += [] if own is None else [(current, own)]
        folders[:] = sorted(
            name
            for name in folders
            if name not in _SKIPPED and not name.startswith(".") and not (current / name / "pyvenv.cfg").is_file()
            if not _matches(specs, current / name, "/")
        )
        paths = (current / name for name in sorted(names))
        yield from (path for path in paths if path.is_file() and not _matches(specs, path, ""))


def _ignored(folder: Path) -> GitIgnoreSpec | None:
    try:
        text = regular_files.read(folder / ".gitignore", MAX_IGNORE_BYTES).decode("utf-8", "replace")
        return GitIgnoreSpec.from_lines(text.splitlines())
    except (OSError, ValueError):  # No such file, or a pattern that is none.
        return None


def _matches(specs: Iterable[tuple[Path, GitIgnoreSpec]], path: Path, end: str) -> bool:
    return any(spec.match_file(path.relative_to(folder).as_posix() + end) for folder, spec in specs)
