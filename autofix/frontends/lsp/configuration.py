"""The settings of a file: the client's for its folder, laid over those of its project.

Both may change at any time: the client tells, and files of settings are looked at again each time.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import Any

from autofix.loading import find_target, project_interpreter, settings
from autofix.loading.settings import Settings
from autofix.records.options import RunOptions
from autofix.system import environments

_LEVELS = ("error", "warning", "info", "debug")


class When(Enum):
    """When a model is run of itself, in a folder where it may be."""

    NEVER = "never"
    ON_SAVE = "onSave"
    ON_CHANGE = "onChange"


@dataclass(frozen=True, slots=True)
class Preferences:
    """What the client set; ``debounce`` in seconds."""

    run: When = When.ON_SAVE
    python: str | None = None
    debounce: float = 0.3
    inlay_hints: bool = True
    code_lens: bool = True
    time_limit: float | None = None
    memory_limit: int | None = None
    allow_network: bool = False
    log_level: str = "warning"


def preferences(values: object) -> tuple[Preferences, tuple[str, ...]]:
    """Return the client's settings and a message for each that cannot be used.

    Unknown keys belong to the client itself.
    """
    result, problems = Preferences(), []
    for key, value in values.items() if isinstance(values, Mapping) else ():
        setter = _SETTERS.get(key)
        if setter is None or value is None:
            continue
        try:
            result = setter(result, value)
        except _WrongValueError as error:
            problems.append(f"autofix: the setting autofix.{key} is {value!r} but must be {error}; it is not used")
    return result, tuple(problems)


class _WrongValueError(Exception):
    """What the value must be."""


def _when(value: Any) -> When:
    names = [member.value for member in When]
    if value not in names:
        raise _WrongValueError(f"one of {', '.join(names)}")
    return When(value)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _WrongValueError("true or false")
    return value


def _number(value: Any, unit: str, lowest: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not lowest <= value < 1e9:
        raise _WrongValueError(f"a number of {unit}, at least {lowest:g}")
    return float(value)


def _text(value: Any) -> str | None:
    if not isinstance(value, str) or "\0" in value:
        raise _WrongValueError("a text")
    return value.strip() or None


def _level(value: Any) -> str:
    if value not in _LEVELS:
        raise _WrongValueError(f"one of {', '.join(_LEVELS)}")
    return str(value)


_Setter = Callable[[Preferences, Any], Preferences]
_SETTERS: dict[str, _Setter] = {
    "run": lambda before, value: replace(before, run=_when(value)),
    "python": lambda before, value: replace(before, python=_text(value)),
    "debounce": lambda before, value: replace(before, debounce=_number(value, "milliseconds", 0) / 1000),
    "inlayHints": lambda before, value: replace(before, inlay_hints=_flag(value)),
    "codeLens": lambda before, value: replace(before, code_lens=_flag(value)),
    "timeLimit": lambda before, value: replace(before, time_limit=_number(value, "seconds", 0.1)),
    "memoryLimit": lambda before, value: replace(before, memory_limit=int(_number(value, "MiB", 0))),
    "allowNetwork": lambda before, value: replace(before, allow_network=_flag(value)),
    "logLevel": lambda before, value: replace(before, log_level=_level(value)),
}


@dataclass
class Configuration:
    """Preferences by workspace folder; ``everywhere`` for files outside of all and until the client has answered."""

    everywhere: Preferences = Preferences()
    folders: dict[Path, Preferences] = field(default_factory=dict)

    def folder_of(self, path: Path) -> Path | None:
        """Return the innermost workspace folder around ``path``."""
        return next((folder for folder in (path, *path.parents) if folder in self.folders), None)

    def preferences(self, path: Path) -> Preferences:
        folder = self.folder_of(path)
        return self.everywhere if folder is None else self.folders[folder]

    def settings(self, path: Path) -> Settings:
        """Return the project's settings, with the client's limits on top; raise UsageError for settings
        that are wrong.
        """
        own, base = self.preferences(path), settings.read(find_target.project_root(path))
        limits = RunOptions(run_seconds=own.time_limit, memory_mib=own.memory_limit, network=own.allow_network)
        return replace(settings.overlaid(base, limits), python=self._python(path, own, base))

    def _python(self, path: Path, own: Preferences, base: Settings) -> str | None:
        if own.python is not None:
            folder = self.folder_of(path) or find_target.project_root(path)
            expanded = project_interpreter.expanded(own.python)
            return own.python if expanded.name == own.python else str(folder / expanded)
        if base.python is not None:
            return base.python
        folders = filter(None, (find_target.project_root(path), self.folder_of(path)))
        environment = environments.project_environment(folders, os.environ.get("VIRTUAL_ENV"))
        return None if environment is None else str(environment.python)
