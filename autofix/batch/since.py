"""The targets that a change since a git revision can have touched: their files, or project files that they import or
name.

It asks git for names; what a file imports is for ``imports``.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from autofix import load
from autofix.batch import imports, notebooks, tree
from autofix.errors import UsageError


def changed(base: Path, revision: str) -> frozenset[Path]:
    """Files that differ from the revision, new ones that are not ignored and deleted ones included."""
    listed = [
        _names(base, "diff", "--name-only", "-z", "--no-renames", "--relative", revision, "--"),
        _names(base, "ls-files", "-z", "--others", "--exclude-standard"),
    ]
    return frozenset(base / name for names in listed for name in names)


def touched(path: Path, text: str, known: frozenset[Path]) -> bool:
    """Whether a target in the file can behave otherwise because of the changed files."""
    module = notebooks.module_path(path)
    _, parent = load.module_name(module)
    search_paths = (parent, load.project_root(module), path.parent)
    files = imports.closure(path, text, search_paths)
    return not known.isdisjoint(files) or _named([text, *_texts(files)], known)


def _texts(files: Mapping[Path, bool]) -> Iterator[str]:
    for path, there in files.items():
        if there:
            with contextlib.suppress(UsageError):
                yield notebooks.text_of(path)


def _named(texts: Iterable[str], known: frozenset[Path]) -> bool:
    """Whether the code names one of the changed files that are no code, wherever it looks for it."""
    names = {path.name for path in known if path.suffix and path.suffix not in tree.SUFFIXES}
    return bool(names) and any(name in text for text in texts for name in names)


def _names(base: Path, *words: str) -> Sequence[str]:
    try:
        done = subprocess.run(["git", "-C", str(base), *words], capture_output=True, check=True)
    except OSError as error:
        raise UsageError(f"--since needs git: {error.strerror}") from error
    except subprocess.CalledProcessError as error:
        reason = os.fsdecode(error.stderr).strip().partition("\n")[0] or f"exit code {error.returncode}"
        raise UsageError(f"--since cannot ask git in {base}: {reason}") from error
    return [name for name in os.fsdecode(done.stdout).split("\0") if name]
