"""Who imports whom among the files of a tree, from their texts: the disk is asked for the places of packages alone.

It finds what the files of the tree are to each other; what one run reads, files outside the tree included, is for
``imports``.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from autofix.batch import imports, notebooks
from autofix.loading import find_target, test_files

MAX_USERS = 40
MAX_ASKED = 200
MAX_PROGRAMS = 12
_PROGRAM_WORDS = ("__main__", "parse_args", "@click")
_CLASS = re.compile(r"^class (\w+)", re.MULTILINE)
Graph = Mapping[Path, Mapping[Path, bool]]
"""For each file those that it imports; False for one that would be imported if it were there."""


def graph(texts: Mapping[Path, str]) -> Graph:
    """Return what each file of the tree imports; ``texts`` are the files of the tree."""
    known = _Known.of(texts)
    return {path: known.imported(path, text) for path, text in texts.items()}


def users(graph: Graph, texts: Mapping[Path, str], paths: Iterable[Path]) -> dict[Path, tuple[Path, ...]]:
    """Return for each wanted file those that import it, tests first: they show how its models are built and used."""
    importers = _reversed(graph)
    users_of: dict[Path, tuple[Path, ...]] = {}
    for path in paths:
        by = {*importers.get(path, ()), *_through_packages(path, texts, importers)} - {path}
        direct = sorted(by, key=lambda path: (not test_files.is_test(path), path))[:MAX_USERS]
        further = sorted(_programs_above(path, texts, importers) - by - {path})[:MAX_PROGRAMS]
        users_of[path] = (*direct, *further)
    return users_of


def _through_packages(path: Path, texts: Mapping[Path, str], importers: Mapping[Path, list[Path]]) -> Iterator[Path]:
    """Yield the files that take a class of the file from a package that re-exports it, or import that
    package and name the class.
    """
    names = _CLASS.findall(texts.get(path, ""))
    for package in _packages(path, importers):
        for name in names:
            yield from importers.get(package.with_name(f"{name}.py"), ())
        for other in importers.get(package, ())[:MAX_ASKED]:
            if any(name in texts[other] for name in names):
                yield other


def _programs_above(path: Path, texts: Mapping[Path, str], importers: Mapping[Path, list[Path]]) -> set[Path]:
    """Return the programs that reach a file through others: their settings say how its models are built."""
    seen = _above([path], importers, MAX_ASKED)
    return {other for other in seen if any(word in texts.get(other, "") for word in _PROGRAM_WORDS)}


def _packages(path: Path, importers: Mapping[Path, list[Path]]) -> set[Path]:
    return _above([path], importers, name="__init__.py") - {path}


def reaching(graph: Graph, first: Iterable[Path]) -> set[Path]:
    """Return the files of the tree from which one of ``first`` is reached, by any number of imports,
    and those themselves.
    """
    return _above(first, _reversed(graph))


def _above(
    first: Iterable[Path], importers: Mapping[Path, list[Path]], most: int = sys.maxsize, name: str = ""
) -> set[Path]:
    """Return files with those that import them, by any number of imports, until there are ``most``; of those that
    import only the files of one name, if there is one.
    """
    seen = set(first)
    waiting = list(seen)
    while waiting and len(seen) < most:
        for importer in importers.get(waiting.pop(), ()):
            if importer not in seen and name in ("", importer.name):
                seen.add(importer)
                waiting.append(importer)
    return seen


def _reversed(graph: Graph) -> dict[Path, list[Path]]:
    importers: dict[Path, list[Path]] = {}
    for path, imported in graph.items():
        for file in imported:
            importers.setdefault(file, []).append(path)
    return importers


@dataclass(frozen=True, slots=True)
class _Known:
    """The files of the tree by their names, folders of them, and modules that only one file is imported as.

    Tests import what is installed: the package of ``src/`` from a folder beside it.
    """

    files: dict[str, Path]
    folders: set[str]
    modules: dict[str, Path]

    @staticmethod
    def of(paths: Iterable[Path]) -> _Known:
        files = {str(path): path for path in paths}
        folders = {
            str(parent) for folder in {path.parent for path in files.values()} for parent in (folder, *folder.parents)
        }
        named: dict[str, list[Path]] = {}
        for path in files.values():
            prefix, _ = _package(path.parent)
            stem = () if path.name == "__init__.py" else (notebooks.module_path(path).stem,)
            named.setdefault(".".join((*filter(None, (prefix,)), *stem)), []).append(path)
        return _Known(files, folders, {name: same[0] for name, same in named.items() if len(same) == 1 and name})

    def imported(self, path: Path, text: str) -> dict[Path, bool]:
        package, root = _package(path.parent)[1], _root(path.parent)
        between = (folder for folder in package.parents if root in folder.parents)
        places = [str(folder) for folder in dict.fromkeys((package, *between, root, path.parent))]
        files: dict[Path, bool] = {}
        for level, name in imports.statements(text):
            parts = name.split(".") if name else []
            if level:
                files |= self._below(str(imports.folder_of(path, level)), parts)
            elif parts:
                files |= self._absolute(places, parts)
                if name in self.modules:
                    files[self.modules[name]] = True
        return files

    def _absolute(self, places: Sequence[str], parts: Sequence[str]) -> dict[Path, bool]:
        files: dict[Path, bool] = {}
        for place in places:
            in_place = self._below(place, parts)
            files |= in_place
            if any(in_place.values()):
                break
        return files

    def _below(self, folder: str, parts: Sequence[str]) -> dict[Path, bool]:
        """Return the files that are run when ``a.b.c`` is imported; where one does not exist, the
        places it could be in.
        """
        files: dict[Path, bool] = {}
        for part in parts:
            inner = f"{folder}{os.sep}{part}"
            package, module = f"{inner}{os.sep}__init__.py", f"{inner}.py"
            if package in self.files:
                files[self.files[package]] = True
            elif module in self.files:
                return files | {self.files[module]: True}
            elif inner not in self.folders:
                return files | {Path(module): False, Path(package): False}
            folder = inner
        return files


@cache
def _package(folder: Path) -> tuple[str, Path]:
    """Return the dotted name of the package in a folder, '' where it is none, and the folder above the
    outermost one.
    """
    return find_target.module_name(folder / "__init__.py")


@cache
def _root(folder: Path) -> Path:
    return find_target.project_root(folder / "__init__.py")
