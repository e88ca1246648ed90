"""Find the virtual environment of a project, whose Python runs its models where nobody names another.

It looks at folders alone: no interpreter is started, and what the user or the settings say is for the caller.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

NAMES = (".venv", "venv")
ACTIVE = "VIRTUAL_ENV"
_PACKAGES = ("lib*/python3*/site-packages", "Lib/site-packages")


@dataclass(frozen=True, slots=True)
class Environment:
    """An interpreter, and in words why it is the one."""

    python: Path
    origin: str


def project_environment(folders: Iterable[Path], active: str | None) -> Environment | None:
    """Return the active environment (``VIRTUAL_ENV``), else the first in one of the folders; None for our own.

    One without torch is passed over as long as another has it, this interpreter being the last of them.
    """
    environments = list(_environments(folders, active))
    usable = next((known for known in environments if _has_torch(known)), None)
    if usable is None and environments and importlib.util.find_spec("torch") is None:
        usable = environments[0]  # So that what has to be installed is asked for where the project's packages are.
    return None if usable is None or _prefix(usable) == Path(sys.prefix) else usable


def _environments(folders: Iterable[Path], active: str | None) -> Iterator[Environment]:
    places = [(Path(active), ACTIVE)] if active else []
    places += [(folder / name, f"{name} of the project") for folder in dict.fromkeys(folders) for name in NAMES]
    for place, origin in places:
        python = _interpreter(place)
        if python is not None and (origin == ACTIVE or not _is_brought(python, place.parent)):
            yield Environment(python, origin)


def _is_brought(python: Path, project: Path) -> bool:
    """Return whether the program itself comes with a project, instead of leading to one of the system's.

    Windows has no such links in its environments.
    """
    return os.name != "nt" and Path(os.path.realpath(python)).is_relative_to(os.path.realpath(project))


def _interpreter(environment: Path) -> Path | None:
    """Return the Python of a virtual environment."""
    names = ("Scripts/python.exe",) if os.name == "nt" else ("bin/python", "bin/python3")
    try:
        return next((path for name in names if (path := environment / name).exists()), None)
    except (OSError, ValueError):  # It may not be looked into, or has a name that no system takes.
        return None


def _has_torch(environment: Environment) -> bool:
    """Return whether torch is installed in it, as far as its folders tell; our own environment is ours to ask."""
    prefix = _prefix(environment)
    if prefix == Path(sys.prefix):
        return True
    return any((folder / "torch").is_dir() for pattern in _PACKAGES for folder in prefix.glob(pattern))


def _prefix(environment: Environment) -> Path:
    return environment.python.parents[1]
