"""Cells of a kernel as one module: the statements that are needed, line for line, and what its live objects add.

Changed lines of the module are put back into the cells that they came from.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from autofix.batch import notebooks
from autofix.batch.notebooks import Notebook
from autofix.frontends.crash import live_call
from autofix.frontends.ipython import cell_slice
from autofix.frontends.ipython.cell_slice import Statement
from autofix.records.locations import SourceText

NAME = "ipython_cells.py"
_PLACE = re.compile(rf"{re.escape(NAME)}(?::(\d+)(?::\d+)?)?")
_GUTTER = re.compile(r"^( *)(\d+)( \|)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Kernel:
    """The cells that ran, the first of them empty, and the namespace that they left.

    ``ended`` has the lines at which cells failed.
    """

    cells: Sequence[str]
    ended: Mapping[int, int]
    namespace: Mapping[str, Any]
    folder: Path

    def names_of(self, value: object) -> list[str]:
        """Return the names of an object, those of the user before those that IPython gives to results."""
        names = [name for name, known in self.namespace.items() if known is value and name.isidentifier()]
        return sorted(names, key=lambda name: (name.startswith("_"), name))


@dataclass(frozen=True, slots=True)
class KernelModule:
    """A module of cells: cell 0 holds what live objects add, the others are numbered as the kernel counts them.

    ``names`` are those that it was asked for, ``ran`` the statements of all cells that ran.
    """

    notebook: Notebook
    names: frozenset[str]
    ran: tuple[Statement, ...]

    @property
    def path(self) -> Path:
        return self.notebook.raw.path

    @property
    def text(self) -> str:
        return self.notebook.text

    def cells_after(self, text: str) -> tuple[str, ...]:
        """Return the sources of all cells where the module has another text."""
        return _sources(notebooks.spliced(self.notebook, text))

    @property
    def cells(self) -> tuple[str, ...]:
        return _sources(self.notebook.raw.text)

    def in_cells(self, shown: str) -> str:
        """Return a text about the module with cells and the lines in them in place of its name and lines."""
        shown = _PLACE.sub(lambda match: self._place(match[1]), shown)
        return _GUTTER.sub(lambda match: f"{self._line(match[2]):>{len(match[1] + match[2])}}{match[3]}", shown)

    def _place(self, line: str | None) -> str:
        if line is None:
            return "the cells"
        cell, number = self.notebook.place(int(line))
        return f"In[{cell - 1}], line {number}"

    def _line(self, line: str) -> str:
        return str(self.notebook.place(int(line))[1])


def of(
    kernel: Kernel, names: frozenset[str], *, fixed: frozenset[str] = frozenset(), whole: int | None = None
) -> KernelModule:
    """Return the module of what the names need of the cells that ran.

    ``fixed`` are names whose live objects stand for what made them; ``whole`` is a cell that is kept as it is. Names
    that no cell binds get what the namespace has.
    """
    ran = [
        statement
        for statement in cell_slice.statements(plain_cells(kernel))
        if statement.cell != whole and statement.last < kernel.ended.get(statement.cell, sys.maxsize)
    ]
    kept = cell_slice.needed(ran, names, fixed)
    namespace = kernel.namespace
    lines = [
        text for name in sorted((kept.unbound | fixed) & namespace.keys()) if (text := _assigned(name, namespace[name]))
    ]
    if any("torch." in line for line in lines):
        lines.insert(0, "import torch")
    notebook = _notebook(("\n".join(lines), *kernel.cells[1:]), kernel.folder)
    rows = {
        (statement.cell, row) for statement in kept.statements for row in range(statement.first, statement.last + 1)
    }
    shown = tuple(
        line if line.cell in (0, whole) or (line.cell, line.number + 1) in rows else replace(line, plain="")
        for line in notebook.lines
    )
    return KernelModule(replace(notebook, lines=shown), names, tuple(ran))


def plain_cells(kernel: Kernel) -> list[str]:
    """Return the cells as Python, with what is for IPython replaced."""
    lines: list[list[str]] = [[] for _ in kernel.cells]
    for line in _notebook(kernel.cells, kernel.folder).lines:
        lines[line.cell].append(line.plain)
    return ["\n".join(texts) for texts in lines]


def _assigned(name: str, value: object) -> str:
    """Return the statement that gives a name what it has in the kernel; empty where nothing can be written for it."""
    module = getattr(value, "__module__", None)
    if type(value).__name__ == "module":
        return f"import {value.__name__} as {name}"  # type: ignore[attr-defined]
    if isinstance(module, str) and module != "__main__" and getattr(value, "__qualname__", ".").isidentifier():
        return f"from {module} import {value.__qualname__} as {name}"  # type: ignore[attr-defined]
    text = live_call.spelled(value)
    return f"{name} = {text}" if text else ""


def _notebook(cells: Sequence[str], folder: Path) -> Notebook:
    document = {"cells": [{"cell_type": "code", "source": text} for text in cells]}
    return notebooks.parsed(SourceText(folder / NAME, json.dumps(document)))


def _sources(raw: str) -> tuple[str, ...]:
    return tuple(cell["source"] for cell in json.loads(raw)["cells"])
