"""What hydra's ``instantiate`` would build a class with: mappings with ``_target_`` in YAML files and in records.

Nothing of hydra is run. Files that a ``defaults`` list takes in are, and names that refer to the same file; what else a
mapping leaves open is left out, so a construction that needs it is none.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autofix.loading.module_files import ModuleFiles
from autofix.syntax.source import Source

TARGET = "_target_"
MAX_FILES = 300
MAX_DEPTH = 6
_OPTIONS = frozenset((TARGET, "_recursive_", "_convert_", "_partial_", "_args_", "defaults"))
_REFERENCE = re.compile(r"\$\{([\w.]+)\}")
_OPEN = object()


@dataclass(frozen=True, slots=True)
class Instantiated:
    """The arguments of a construction, and the file that has them, with those that it takes in."""

    arguments: dict[str, Any]
    path: Path
    included: tuple[Path, ...] = ()


def find(source: Source, class_: ast.ClassDef, files: ModuleFiles) -> Iterator[Instantiated]:
    """Yield what the YAML files of the project build a class with."""
    for path in files.configs(TARGET, class_.name):
        included: list[Path] = []
        whole = _read(path, files, included)
        for mapping in _mappings(whole):
            if _is_of(str(mapping.get(TARGET)), source, class_):
                yield Instantiated(_arguments(mapping, whole), path, tuple(included))


def spelled(value: Any, source: Source, depth: int = 0) -> str | None:
    """Return an expression for a value of a mapping, inner constructions included; None where there is none."""
    if value is _OPEN or depth > MAX_DEPTH:
        return None
    if isinstance(value, dict) and isinstance(value.get(TARGET), str):
        return _construction(value, source, depth)
    if isinstance(value, (dict, list)):
        items = [spelled(item, source, depth + 1) for item in (value.values() if isinstance(value, dict) else value)]
        if any(item is None for item in items):
            return None
        texts = [str(item) for item in items]
        if isinstance(value, dict):
            return f"{{{', '.join(f'{key!r}: {text}' for key, text in zip(value, texts, strict=True))}}}"
        return f"[{', '.join(texts)}]"
    return repr(value)


def config(value: Any) -> str | None:
    """Return an expression for a mapping that a class takes as it is written, to build its parts from."""
    if not isinstance(value, dict):
        return None
    plain = _plain(value)
    return f'__import__("omegaconf").OmegaConf.create({plain!r})'


def _construction(mapping: dict[str, Any], source: Source, depth: int) -> str | None:
    module, _, name = str(mapping[TARGET]).rpartition(".")
    if not (name.isidentifier() and all(part.isidentifier() for part in module.split("."))):
        return None
    is_own = name in source.classes and _is_of(str(mapping[TARGET]), source, source.classes[name])
    builder = name if is_own else f'__import__("{module}", fromlist=["{name}"]).{name}'
    texts = {key: spelled(value, source, depth + 1) for key, value in _settings(mapping).items()}
    if any(text is None for text in texts.values()) or not all(key.isidentifier() for key in texts):
        return None
    words = ", ".join(f"{key}={text}" for key, text in texts.items())
    if mapping.get("_partial_") is True:
        return f'__import__("functools").partial({builder}{f", {words}" if words else ""})'
    return f"{builder}({words})"


def _settings(mapping: dict[str, Any]) -> dict[str, Any]:
    return {str(key): value for key, value in mapping.items() if key not in _OPTIONS}


def _arguments(mapping: dict[str, Any], whole: Any) -> dict[str, Any]:
    values = {key: _resolved(value, whole) for key, value in _settings(mapping).items()}
    return {key: value for key, value in values.items() if value is not _OPEN}


def _is_of(target: str, source: Source, class_: ast.ClassDef) -> bool:
    """Return whether a dotted name ends in the file of a class and its name, or in a package that re-exports it."""
    *modules, name = target.split(".")
    parts = source.path.with_suffix("").parts
    is_file = tuple(modules) == parts[-len(modules) :]
    is_package = bool(modules) and modules[-1] in parts[:-1]
    return bool(modules) and name == class_.name and (is_file or is_package)


def _mappings(value: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """Yield every mapping that says what it builds, outer ones first."""
    if isinstance(value, dict) and depth <= MAX_DEPTH:
        if isinstance(value.get(TARGET), str):
            yield value
        for inner in value.values():
            yield from _mappings(inner, depth + 1)
    elif isinstance(value, list) and depth <= MAX_DEPTH:
        for inner in value:
            yield from _mappings(inner, depth + 1)


def _read(path: Path, files: ModuleFiles, included: list[Path], depth: int = 0) -> Any:
    """Return what a file says, with the files of its groups that ``defaults`` names: ``included`` gets them."""
    try:
        value = files.data(path)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or depth > MAX_DEPTH:
        return value
    groups = value.get("defaults")
    for group in groups if isinstance(groups, list) else []:
        for key, name in group.items() if isinstance(group, dict) else ():
            file = Path(os.path.abspath(path.parent / str(key) / str(name)))
            file = file if file.suffix in {".yaml", ".yml"} else file.with_name(f"{file.name}.yaml")
            if not (file.is_file() and path.parent in file.parents):
                continue
            included.append(file)
            inner = _read(file, files, included, depth + 1)
            if isinstance(inner, dict) and str(key).isidentifier():
                value[key] = inner | value[key] if isinstance(value.get(key), dict) else inner
    return value


def _resolved(value: Any, whole: Any, depth: int = 0) -> Any:
    """Return a value with what it refers to in the same file; _OPEN where it refers to anything else."""
    if depth > MAX_DEPTH or value == "???":
        return _OPEN
    if isinstance(value, dict):
        inner = {key: _resolved(item, whole, depth + 1) for key, item in value.items()}
        return {key: item for key, item in inner.items() if item is not _OPEN}
    if isinstance(value, list):
        items = [_resolved(item, whole, depth + 1) for item in value]
        return _OPEN if any(item is _OPEN for item in items) else items
    if not isinstance(value, str) or "${" not in value:
        return value
    match = _REFERENCE.fullmatch(value)
    for key in match[1].split(".") if match else ():
        whole = whole.get(key, _OPEN) if isinstance(whole, dict) else _OPEN
    return _OPEN if match is None or whole is _OPEN else _resolved(whole, whole, depth + 1)


def _plain(value: dict[str, Any]) -> dict[str, Any]:
    return {str(key): _plain(item) if isinstance(item, dict) else item for key, item in value.items()}
