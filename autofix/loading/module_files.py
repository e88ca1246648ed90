"""Which file of the project an import means, for whoever reads code that spans several files.

It reads files of the project alone; what is installed stays foreign.
"""

from __future__ import annotations

import ast
import os
import re
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from autofix.loading import data_files, text_files
from autofix.loading.text_files import MAX_NAME
from autofix.records.errors import UsageError
from autofix.syntax.source import Source
from autofix.system import project_paths

MAX_READ = 200
DATA_SUFFIXES = frozenset((".json", ".toml", ".yaml", ".yml"))
README_SUFFIX = ".md"
_READMES = ("README.md", "readme.md", "Readme.md")
# Blocks of other languages are read as well, or the end of one would begin the next.
_FENCED = re.compile(
    r"^[ \t]*```[ \t]*(?P<language>[\w+#-]*)[^`\n]*\n(?P<code>.*?)^[ \t]*```[ \t]*$", re.MULTILINE | re.DOTALL
)
_PYTHON = frozenset(("", "python", "py", "python3", "pycon"))
_NEVER_OURS = frozenset(("torch", "numpy", "torchvision"))


class ModuleFiles:
    """The files of one project by what imports them; each is read once, and ``read`` names them.

    ``named_data`` are the data files that programs named; ``texts`` stand in for data files on disk.
    """

    def __init__(
        self, root: Path, folders: Sequence[Path], known: Sequence[Source] = (), texts: Mapping[Path, str] | None = None
    ) -> None:
        self._root, self._texts = root, texts or {}
        self._folders = tuple(dict.fromkeys((*folders, root, root / "src")))
        self._sources: dict[Path, Source | None] = {source.path: source for source in known}
        self._found: dict[tuple[Path, int, str], Source | None] = {}
        self._data: dict[Path, None] = {}
        self.named_data: dict[Path, None] = {}
        self._configs: dict[Path, str] | None = None
        self.constructions: dict[tuple[Path, int], Any] = {}
        self.commands: dict[Path, tuple[str, ...]] = {}

    @property
    def read(self) -> tuple[Path, ...]:
        return (*self._sources, *self._data)

    def data_file(self, importer: Path, name: str) -> Path | None:
        """Return the data file that a name in a file means: from the root, else from the file's folder or one above."""
        above = [folder for folder in importer.parents if folder == self._root or self._root in folder.parents]
        for folder in (self._root, *above):
            path = Path(os.path.abspath(folder / name)) if name and len(name) < MAX_NAME else folder
            if self._root in path.parents and path.suffix in DATA_SUFFIXES and path.is_file():
                self._data[path] = self.named_data[path] = None
                return path
        return None

    def data(self, path: Path) -> Any:
        """Return what a data file says, or the text that stands in for it; raise ValueError where that is not plain."""
        return data_files.parsed(path, self._texts[path]) if path in self._texts else data_files.read(path)

    def configs(self, *words: str) -> Iterator[Path]:
        """Yield the YAML files of the project that have all of the words, where the project has a mark of one."""
        if self._configs is None:
            is_project = any((self._root / mark).exists() for mark in project_paths.MARKS)
            self._configs = dict(islice(_yaml_files(self._root), MAX_READ)) if is_project else {}
        for path, text in self._configs.items():
            if all(word in text for word in words):
                self._data[path] = None
                yield path

    def readme(self) -> Source | None:
        """Return the code that the README of the project shows; None where there is none."""
        path = next((path for name in _READMES if (path := self._root / name).is_file()), None)
        return None if path is None else self.source(path)

    def find(self, importer: Path, level: int, name: str) -> Source | None:
        """Return the file that an import of ``name`` with ``level`` dots means in a file; None for no file of ours."""
        key = (importer.parent, level, name)
        if key not in self._found:
            self._found[key] = next(self._candidates(importer, level, name), None)
        return self._found[key]

    def source(self, path: Path) -> Source | None:
        """Return a file, parsed; None where it is no Python or too many were read."""
        if path not in self._sources:
            self._sources[path] = _parsed(path) if len(self._sources) < MAX_READ else None
        return self._sources[path]

    def _candidates(self, importer: Path, level: int, name: str) -> Iterator[Source]:
        parts = name.split(".") if name else []
        if not level and (not parts or parts[0] in _NEVER_OURS):
            return
        above = importer.parents[min(level, len(importer.parents)) - 1] if level else importer.parent
        for folder in (above,) if level else self._places(above, parts[0]):
            inner = folder.joinpath(*parts)
            for path in (inner / "__init__.py", inner.parent / f"{inner.name}.py"):
                if self._root in path.parents and path.is_file():
                    source = self.source(path)
                    if source is not None:
                        yield source

    def _places(self, folder: Path, name: str) -> tuple[Path, ...]:
        """Return the folders in which an import without dots may begin; a module of a package never stands in the place
        of one of the library.
        """
        if name in sys.stdlib_module_names:
            return self._folders if (folder / "__init__.py").is_file() else (folder, *self._folders)
        between = (above for above in folder.parents if self._root in above.parents)
        return (folder, *between, *self._folders)


def _yaml_files(root: Path) -> Iterator[tuple[Path, str]]:
    """Yield the YAML files of a tree with their texts, in order of their names; hidden folders and environments are
    left out.
    """
    for folder, inner, names in os.walk(root):
        inner[:] = sorted(
            name for name in inner if not name.startswith((".", "_")) and not Path(folder, name, "pyvenv.cfg").is_file()
        )
        for name in sorted(names):
            if name.endswith((".yaml", ".yml")):
                with suppress(UsageError):
                    yield Path(folder, name), text_files.read(Path(folder, name)).text


def _parsed(path: Path) -> Source | None:
    try:
        return _source(path, text_files.read(path).text)
    except UsageError:
        return None


@lru_cache(maxsize=256)
def _source(path: Path, text: str) -> Source | None:
    """Return one object for one text: the files that many models import are parsed once."""
    try:
        source = Source(path, code_of_readme(text) if path.suffix == README_SUFFIX else text)
        _ = source.tree
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return source


def code_of_readme(text: str) -> str:
    """Return the Python blocks of a text in Markdown at their lines; what does not parse is left out."""
    lines = [""] * (text.count("\n") + 1)
    for match in _FENCED.finditer(text):
        code = textwrap.dedent(re.sub(r"^(?:>>>|\.\.\.) ?", "", match["code"], flags=re.MULTILINE))
        if match["language"].lower() not in _PYTHON:
            continue
        try:
            ast.parse(code)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        first = text.count("\n", 0, match.start("code"))
        for at, line in enumerate(code.splitlines()):
            lines[first + at] = line
    return "\n".join(lines)
