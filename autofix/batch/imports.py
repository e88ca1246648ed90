"""Which files of a project a file reaches through its imports, read from the text.

A module that would be found in another place if a file appeared there counts too: its absence is part of the answer.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from autofix.loading import text_files
from autofix.records.errors import UsageError
from autofix.system import regular_files

ABSENT = ""
_STATEMENT = re.compile(
    r"^[ \t]*(?:import[ \t]+(?P<plain>[\w., \t]+)"
    r"|from[ \t]+(?P<dots>\.*)[ \t]*(?P<base>[\w.]*)[ \t]+import[ \t]*(?P<names>\([^)]*\)|(?:\\\n|[^\n;])*))",
    re.MULTILINE,
)
_Import = tuple[int, str]  # How many dots, and the dotted name.


def closure(path: Path, text: str, search_paths: Sequence[Path]) -> dict[Path, bool]:
    """Return every file reached from ``path``, itself first, with whether it exists; data files that
    the code names too.
    """
    files: dict[Path, bool] = {path: True}
    waiting = [(path, text)]
    while waiting:
        importer, words = waiting.pop()
        for level, name in statements(words):
            for candidate, exists in _candidates(importer, level, name, search_paths):
                if candidate not in files:
                    files[candidate] = exists
                    if exists and (more := _text(candidate)) is not None:
                        waiting.append((candidate, more))
    return files


def folder_of(path: Path, level: int) -> Path:
    """Return the folder in which a relative import with so many dots begins."""
    return path.parents[min(level, len(path.parents)) - 1]


def digest(path: Path) -> str:
    """Return what a file is known by, '' where there is none, or something else under its name."""
    try:
        return regular_files.digest(path)
    except (OSError, ValueError):
        return ABSENT


def _text(path: Path) -> str | None:
    try:
        return text_files.read(path).text
    except UsageError:
        return None


@lru_cache(maxsize=1024)
def statements(text: str) -> tuple[_Import, ...]:
    """Return what a text imports: how many dots, and the dotted name, with and without what is taken out of it.

    Found by their words: parsing every file of a tree would take longer than everything else of a second run.

    A sentence of a docstring that looks like an import only adds a file that is looked at.
    """
    imported: dict[_Import, None] = {}
    for match in _STATEMENT.finditer(text):
        if match["plain"]:
            imported.update(dict.fromkeys((0, name.split()[0]) for name in match["plain"].split(",") if name.strip()))
            continue
        level = len(match["dots"])
        imported[level, match["base"]] = None
        names = [name.split()[0] for name in re.sub(r"#.*|[()\\]", "", match["names"]).split(",") if name.strip()]
        imported.update(dict.fromkeys((level, f"{match['base']}.{name}".strip(".")) for name in names))
    return tuple(imported)


def _candidates(importer: Path, level: int, name: str, search_paths: Sequence[Path]) -> Iterator[tuple[Path, bool]]:
    parts = name.split(".") if name else []
    if level:
        yield from _in_folder(folder_of(importer, level), parts)
        return
    if not parts or parts[0] in sys.builtin_module_names:
        return
    for folder in search_paths:
        candidates = list(_in_folder(folder, parts))
        yield from candidates
        if any(exists for _, exists in candidates):
            return


def _in_folder(folder: Path, parts: Sequence[str]) -> Iterator[tuple[Path, bool]]:
    """Yield the files that are run when ``a.b.c`` is imported, as far as they exist; the first that
    does not ends it.
    """
    for part in parts:
        package, module = folder / part / "__init__.py", folder / f"{part}.py"
        if package.is_file():
            yield package, True
        elif module.is_file():
            yield module, True
            return
        elif not (folder / part).is_dir():
            yield module, False
            return
        folder = folder / part
