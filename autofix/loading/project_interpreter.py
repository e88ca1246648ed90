"""The Python that a project's settings name: one of the system's, never a program that the project itself brings.

Nothing is started here.
"""

from __future__ import annotations

import os
from pathlib import Path

from autofix.records.errors import UsageError


def interpreter(python: str | None, root: Path) -> str | None:
    """Return the interpreter; a path counts from the project root, in every folder; a bare name is left to PATH.

    Raises UsageError for a program of the project: whoever runs the code has to name that.
    """
    if python is None or Path(python).name == python:
        return python
    path = root / expanded(python)
    if path.is_file() and _is_brought(path, root):
        raise UsageError(
            f"`python` names {path}, a program that the project brings; if you trust it, pass --python {path}"
        )
    return str(path)


def _is_brought(path: Path, root: Path) -> bool:
    """Return whether an interpreter comes with the project; an environment in it leads to one of the system's."""
    base = Path(os.path.realpath(root))
    if Path(os.path.realpath(path)).is_relative_to(base) and os.name != "nt":  # Where an environment copies it.
        return True
    is_inside = Path(os.path.realpath(path.parent)).is_relative_to(base)
    return is_inside and not (path.parent.parent / "pyvenv.cfg").is_file()


def expanded(path: str) -> Path:
    """Return the path with the home that it begins with; as it is where no such home exists."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)
