"""The targets that a change since a git revision can have touched: their files, or project files that they import or
name.

It asks git for names; who imports whom is for ``reverse_imports``.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from autofix.batch import reverse_imports, source_files
from autofix.records.errors import UsageError


def changed(base: Path, revision: str) -> frozenset[Path]:
    """Return the files that differ from the revision, new ones that are not ignored and deleted ones included."""
    listed = [
        _names(base, "diff", "--name-only", "-z", "--no-renames", "--relative", revision, "--"),
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
        done = subprocess.run(["git", "-C", str(base), *words], capture_output=True, check=True)
    except OSError as error:
        raise UsageError(f"--since needs git: {error.strerror}") from error
    except subprocess.CalledProcessError as error:
        reason = os.fsdecode(error.stderr).strip().partition("\n")[0] or f"exit code {error.returncode}"
        raise UsageError(f"--since cannot ask git in {base}: {reason}") from error
    return [name for name in os.fsdecode(done.stdout).split("\0") if name]
