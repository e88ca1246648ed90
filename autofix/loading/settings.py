"""Read the settings of a project from ``autofix.toml`` or ``[tool.autofix]`` and check every key and type.

It does not know command-line flags, which a front-end lays over the settings, and judges no model, code or shape.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

from autofix.loading import toml_files
from autofix.loading.project_interpreter import interpreter
from autofix.records.errors import UsageError
from autofix.records.options import MAX_MIB, MAX_SECONDS, Mode, Prefer, RunOptions
from autofix.records.report import Limits

MINIMAL_FILE_MIB = 16
MINIMAL_OPEN_FILES = 32
MAX_SHOWN = 80
_NOT_THE_PROJECTS = ("allow-network", "network")

__all__ = ["Prefer", "Settings", "TargetEntry", "read", "read_file"]


@dataclass(frozen=True, slots=True)
class TargetEntry:
    """One model (or program) of a project, as its manifest names it: ``path`` from the manifest's folder.

    ``samples`` has one text per positional input, ``sample`` is an expression; without both the sample is inferred.
    """

    path: str
    model: str | None = None
    samples: tuple[str, ...] = ()
    sample: str | None = None
    also: tuple[str, ...] = ()
    eval: bool = False
    python: str | None = None
    script: bool = False
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """What a project or a user fixes for every run; ``Settings()`` are the defaults.

    ``sample_shape`` has one text per positional input, ``also`` one per further sample with its inputs joined by ``;``.
    ``select`` and ``ignore`` hold codes, beginnings of codes (``AF1``) or names of rules.
    """

    model: str | None = None
    sample_shape: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    eval: bool = False
    mode: Mode = Mode.AUTO
    prefer: Prefer = Prefer.CONCRETE
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    python: str | None = None
    limits: Limits = field(default_factory=Limits)
    targets: tuple[TargetEntry, ...] = ()


def read_file(path: Path) -> Settings:
    """Return the settings of one file, whose name says which kind it is; raise UsageError as ``read`` does."""
    if not path.is_file():
        raise UsageError(f"{path} does not exist; check the name")
    if path.name != "pyproject.toml":
        return _settings(toml_files.read(path), path, path.parent, prefix="")
    return _of_pyproject(path)


def read(root: Path) -> Settings:
    """Return the settings of ``root``: those of ``autofix.toml``, else of ``pyproject.toml``, else the defaults.

    Raises UsageError that names the file and the key for an unknown key, a wrong type or a file that is not TOML.
    """
    own = root / "autofix.toml"
    if own.is_file():
        return _settings(toml_files.read(own), own, root, prefix="")
    shared = root / "pyproject.toml"
    return _of_pyproject(shared) if shared.is_file() else Settings()


def overlaid(base: Settings, options: RunOptions) -> Settings:
    """Return the settings with the user's options on top."""
    values = {option.name: getattr(options, option.name) for option in fields(options)}
    stated = {name: value for name, value in values.items() if value is not None and value is not False and value != ()}
    limits = {limit.name: stated.pop(limit.name) for limit in fields(Limits) if limit.name in stated}
    return replace(base, limits=replace(base.limits, **limits), **stated)


def _of_pyproject(shared: Path) -> Settings:
    tools = toml_files.read(shared).get("tool")
    table = tools.get("autofix", {}) if isinstance(tools, dict) else {}
    if not isinstance(table, dict):
        raise UsageError(f"{shared.name}: `tool.autofix` is {_kind(table)} but must be a table")
    return _settings(table, shared, shared.parent, prefix="tool.autofix.")


def _settings(table: dict[str, object], path: Path, root: Path, prefix: str) -> Settings:
    settings = Settings()
    for key, value in table.items():
        setter = _SETTERS.get(key)
        if key.replace("_", "-").lower() in _NOT_THE_PROJECTS:
            raise UsageError(
                f"{path.name}: `{prefix}{key}` is not a project's to set; whoever runs the code passes --allow-network"
            )
        if setter is None:
            raise UsageError(f"{path.name}: unknown setting `{prefix}{key}`{_suggestion(key)}")
        try:
            settings = setter(settings, value)
        except _WrongValueError as error:
            raise UsageError(f"{path.name}: `{prefix}{key}` {error}") from error
    targets = tuple(replace(target, python=interpreter(target.python, root)) for target in settings.targets)
    return replace(settings, python=interpreter(settings.python, root), targets=targets)


def _suggestion(key: str) -> str:
    plain = key.replace("_", "-").lower()
    close = [plain] if plain in _SETTERS else get_close_matches(plain, _SETTERS, n=1)
    return f"; did you mean `{close[0]}`?" if close else f"; known are {', '.join(_SETTERS)}"


class _WrongValueError(Exception):
    """What is wrong with a value, continuing a sentence that begins with the key."""


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _WrongValueError(f"is {_kind(value)} but must be a string that is not empty")
    if "\0" in value:
        raise _WrongValueError("holds a null byte, which no program can be given; leave it out")
    return value


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (_text(value),)
    if not isinstance(value, list):
        raise _WrongValueError(f"is {_kind(value)} but must be a string or a list of strings")
    wrong = next((item for item in value if not isinstance(item, str) or not item.strip()), None)
    if wrong is not None:
        raise _WrongValueError(f"holds {_kind(wrong)} but must be a list of strings that are not empty")
    return tuple(map(_text, value))


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise _WrongValueError(f"is {_kind(value)} but must be true or false")
    return value


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= MAX_SECONDS:
        raise _WrongValueError(f"is {_kind(value)} but must be a number of seconds above 0, at most {MAX_SECONDS:,.0f}")
    return float(value)


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_MIB:
        raise _WrongValueError(f"is {_kind(value)} but must be a whole number from 0 up, at most {MAX_MIB:,}")
    return value


def _memory(value: object) -> int:
    return 0 if value == "none" else _count(value)


def _no_less(value: object, lowest: int) -> int:
    """Return a number of files or MiB; raise where it leaves no room for a reply, which every run writes to a file."""
    if 0 < _count(value) < lowest:
        raise _WrongValueError(f"is {value} but must be 0, for no limit, or at least {lowest}")
    return _count(value)


def _probes(value: object) -> int:
    if _count(value) == 0:
        raise _WrongValueError("is 0 but must be at least 1")
    return _count(value)


_Named = TypeVar("_Named", bound=Enum)


def _one_of(kind: type[_Named], value: object) -> _Named:
    names = [member.value for member in kind]
    if value not in names:
        raise _WrongValueError(f"is {_kind(value)} but must be one of {', '.join(names)}")
    return kind(value)


def _kind(value: object) -> str:
    """Return the value as TOML would name it, short enough for a message."""
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            return "a very large number" if 1e30 < abs(value) < float("inf") else str(value)
        case str():
            return f'"{value if len(value) <= MAX_SHOWN else value[:MAX_SHOWN] + "..."}"'
        case list() | dict():
            return "a list" if isinstance(value, list) else "a table"
    return f"a {type(value).__name__}"


def _targets(value: object) -> tuple[TargetEntry, ...]:
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise _WrongValueError("must be tables, each begun by a line with two brackets, as `--discover` prints them")
    return tuple(_target(entry, number) for number, entry in enumerate(value, 1))


def _target(table: dict[str, object], number: int) -> TargetEntry:
    values: dict[str, Any] = {}
    for key, value in table.items():
        convert = _TARGET_KEYS.get(key)
        if convert is None:
            close = get_close_matches(key, _TARGET_KEYS, n=1)
            known = f"did you mean `{close[0]}`?" if close else f"known are {', '.join(_TARGET_KEYS)}"
            raise _WrongValueError(f"has the unknown key `{key}` in entry {number}; {known}")
        try:
            values[key] = convert(value)
        except _WrongValueError as error:
            raise _WrongValueError(f"entry {number}: `{key}` {error}") from error
    if "path" not in values:
        raise _WrongValueError(f"has no `path` in entry {number}")
    if values.get("samples") and values.get("sample"):
        raise _WrongValueError(f"entry {number} has both `samples` and `sample`; leave one out")
    return TargetEntry(**values)


_TARGET_KEYS: dict[str, Callable[[object], object]] = {
    "path": _text,
    "model": _text,
    "samples": _texts,
    "sample": _text,
    "also": _texts,
    "eval": _flag,
    "python": _text,
    "script": _flag,
    "arguments": _texts,
}


_Setter = Callable[[Settings, object], Settings]

_SETTERS: dict[str, _Setter] = {
    "model": lambda settings, value: replace(settings, model=_text(value)),
    "sample-shape": lambda settings, value: replace(settings, sample_shape=_texts(value)),
    "also": lambda settings, value: replace(settings, also=_texts(value)),
    "eval": lambda settings, value: replace(settings, eval=_flag(value)),
    "mode": lambda settings, value: replace(settings, mode=_one_of(Mode, value)),
    "prefer": lambda settings, value: replace(settings, prefer=_one_of(Prefer, value)),
    "select": lambda settings, value: replace(settings, select=_texts(value)),
    "ignore": lambda settings, value: replace(settings, ignore=_texts(value)),
    "python": lambda settings, value: replace(settings, python=_text(value)),
    "time-limit": lambda settings, value: _limit(settings, replace(settings.limits, run_seconds=_seconds(value))),
    "memory-limit": lambda settings, value: _limit(settings, replace(settings.limits, memory_mib=_memory(value))),
    "file-limit": lambda settings, value: _limit(
        settings, replace(settings.limits, file_mib=_no_less(value, MINIMAL_FILE_MIB))
    ),
    "process-limit": lambda settings, value: _limit(settings, replace(settings.limits, processes=_count(value))),
    "open-files-limit": lambda settings, value: _limit(
        settings, replace(settings.limits, open_files=_no_less(value, MINIMAL_OPEN_FILES))
    ),
    "temporary-directory": lambda settings, value: _limit(
        settings, replace(settings.limits, temporary_directory=_flag(value))
    ),
    "search-seconds": lambda settings, value: _limit(settings, replace(settings.limits, seconds=_seconds(value))),
    "search-probes": lambda settings, value: _limit(settings, replace(settings.limits, probes=_probes(value))),
    "targets": lambda settings, value: replace(settings, targets=_targets(value)),
}


def _limit(settings: Settings, limits: Limits) -> Settings:
    return replace(settings, limits=limits)
