"""The targets that a change since a git revision can have touched: their files, or project files that they import or
name.

It asks git for names; who imports whom is for ``reverse_imports``.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from autofix.batch import git, reverse_imports, source_files
from autofix.records.errors import UsageError

_CHANGED = ("diff", "--no-ext-diff", "--no-textconv", "--name-only", "-z", "--no-renames", "--relative")


def changed(base: Path, revision: str) -> frozenset[Path]:
    """Return the files that differ from the revision, new ones that are not ignored and deleted ones included."""
    if revision.startswith("-"):
        raise UsageError(f"--since {revision}: that is no revision; name a commit, a tag or a branch")
    listed = [
        _names(base, *_CHANGED, "--end-of-options", revision, "--"),
        _names(base, "ls-files", "-z", "--others", "--exclude-standard"),
    ]
    return frozenset(base / name for names in listed for name in names)


def touched(texts: Mapping[Path, str], imported: reverse_imports.Graph, known: frozenset[Path]) -> set[Path]:
    """Return the files of the tree that can behave otherwise because of the changed files, those included."""
    # A file that is no code is found by its name, wherever the code looks for it.
    names = {path.name for path in known if path.suffix and path.suffix not in source_files.SUFFIXES}
    naming = {path for path, text in texts.items() if names and any(name in text for name in names)}
    return reverse_imports.reaching(imported, known | naming)


def _names(base: Path, *words: str) -> Sequence[str]:
    try:
        answer = git.ask(base, *words)
    except git.GitError as error:
        raise UsageError(f"--since cannot ask git in {base}: {error}") from error
    return [name for name in os.fsdecode(answer).split("\0") if name]
