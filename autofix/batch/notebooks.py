"""Notebooks as modules: the code cells as one text, and changed lines of it put back into the raw JSON.

Only the string of a changed source line is replaced; everything else of the notebook stays byte for byte, so that its
patch is as small as that of a Python file. Outputs, metadata and execution counts are left alone.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from json import decoder
from pathlib import Path

from autofix.loading import text_files
from autofix.patch.diff_hunks import spans
from autofix.records.errors import UsageError
from autofix.records.locations import Position, Range, SourceText
from autofix.system import regular_files

# Part of the module since Python 2.6, and left out of the types that checkers have of it.
scanstring: Callable[..., tuple[str, int]] = vars(decoder)["scanstring"]
SUFFIX = ".ipynb"
_SPACE = re.compile(r"[ \t\r\n]*")
# Lines that are for IPython: `%magic`, `!shell`, `?name`, `name?`, `name = %magic`.
_MAGIC = re.compile(r"(?P<indent>\s*)(?:(?P<name>[\w.,\s]+=\s*)?[%!].*|\?.*|[\w.]+\?{1,2}\s*$)")
# Cell magics whose cell is Python all the same.
_RUNS_PYTHON = frozenset(("capture", "memit", "mprun", "prun", "time", "timeit"))


@dataclass(frozen=True, slots=True)
class _Line:
    """One source line of a code cell: its text, and where its JSON string stands in the raw text.

    ``own`` is False where the cell's whole source is one string: its lines share the token. ``plain`` is what stands
    for the line in the module: its text, or for a line that is no Python something that does nothing; ``is_left_out``
    where all of its cell is none.
    """

    cell: int
    number: int
    text: str
    start: int
    end: int
    own: bool = True
    plain: str = ""
    is_left_out: bool = False


@dataclass(frozen=True, slots=True)
class Notebook:
    raw: SourceText
    lines: tuple[_Line, ...]

    @property
    def text(self) -> str:
        """The code cells as one module, line for line; what is for IPython does nothing."""
        return "".join(f"{line.plain}\n" for line in self.lines)

    @property
    def left_out(self) -> tuple[int, ...]:
        """The numbers, from 1, of the cells that are no Python."""
        return tuple(sorted({line.cell + 1 for line in self.lines if line.is_left_out}))

    def place(self, line: int) -> tuple[int, int]:
        """Return the cell and the line in it, both from 1, of a line of the module."""
        known = self.lines[min(max(line, 1), len(self.lines)) - 1] if self.lines else _Line(0, 0, "", 0, 0)
        return known.cell + 1, known.number + 1

    def range_of_file(self, place: Range) -> Range:
        """Return the range in the JSON text at which a range of the module stands."""
        return Range(self._in_file(place.start), self._in_file(place.end))

    def _in_file(self, place: Position) -> Position:
        line = self.lines[min(max(place.line, 1), len(self.lines)) - 1]
        before = [other.text for other in self.lines if other.start == line.start and other.number < line.number]
        ascii_only = self.raw.text[line.start : line.end].isascii()
        spelled = json.dumps("\n".join((*before, line.text[: place.column])), ensure_ascii=ascii_only)
        column = line.start - self.raw.text.rfind("\n", 0, line.start) - 1
        return Position(self.raw.text.count("\n", 0, line.start) + 1, column + len(spelled) - 1)


def module_path(path: Path) -> Path:
    """Return the Python file that a notebook's cells are run as, beside it; a Python file itself."""
    return path.with_name(f"{path.stem}__ipynb.py") if path.suffix == SUFFIX else path


def read(path: Path) -> Notebook:
    """Read a notebook; raise UsageError for a file that is no notebook with code cells in Python."""
    try:
        data = regular_files.read(path, text_files.MAX_BYTES)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror or error}") from error
    try:
        return parsed(SourceText(path, data.decode("utf-8-sig"), "utf-8", data.startswith(b"\xef\xbb\xbf")))
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not a notebook: {error}") from error


def parsed(raw: SourceText) -> Notebook:
    """Return the notebook of a JSON text; raise UsageError for any other text."""
    try:
        return Notebook(raw, tuple(_lines(raw.text)))
    except RecursionError as error:
        raise UsageError(f"{raw.path} is not a notebook: it is nested too deeply") from error
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise UsageError(f"{raw.path} is not a notebook: {error}") from error


def spliced(notebook: Notebook, after: str) -> str:
    """Return the raw text with the module's text changed to ``after``; raise UsageError where that
    cannot be put back.
    """
    old, new = notebook.text.split("\n")[:-1], after.removesuffix("\n").split("\n") if after else []
    if new and not old:
        raise UsageError(f"{notebook.raw.path} has no code cell that could hold a line")
    replaced: dict[int, list[str]] = {}
    for span in spans([f"{line}\n" for line in old], [f"{line}\n" for line in new]):
        texts = new[span.new_start : span.new_end]
        if span.start == span.end:
            at = max(span.start - 1, 0)
            texts_there = replaced.get(at, [notebook.lines[at].text])
            replaced[at] = [*texts_there, *texts] if span.start else [*texts, *texts_there]
            continue
        for index in range(span.start, span.end):
            replaced[index] = []
        replaced[span.start] = texts
    return _written(notebook, replaced)


def _written(notebook: Notebook, replaced: dict[int, list[str]]) -> str:
    raw, pieces, done = notebook.raw.text, [], 0
    for start, end, indices in _tokens(notebook):
        if not any(index in replaced for index in indices):
            continue
        pieces += [raw[done:start], _token(notebook, indices, replaced)]
        done = end
    return "".join((*pieces, raw[done:]))


def _tokens(notebook: Notebook) -> Iterator[tuple[int, int, list[int]]]:
    """Yield each JSON string with the indices of its lines."""
    grouped: dict[tuple[int, int], list[int]] = {}
    for index, line in enumerate(notebook.lines):
        grouped.setdefault((line.start, line.end), []).append(index)
    yield from ((start, end, indices) for (start, end), indices in sorted(grouped.items()))


def _token(notebook: Notebook, indices: list[int], replaced: dict[int, list[str]]) -> str:
    raw = notebook.raw.text
    first = notebook.lines[indices[0]]
    before, _ = scanstring(raw, first.start + 1, False)
    texts = [text for index in indices for text in replaced.get(index, [notebook.lines[index].text])]
    ascii_only = raw[first.start : first.end].isascii()
    if not first.own:
        return json.dumps("\n".join(texts) + ("\n" if before.endswith("\n") else ""), ensure_ascii=ascii_only)
    if not texts:
        # The string stays and only loses its text: taking it out would mean moving a comma of a line before or after.
        return json.dumps("", ensure_ascii=ascii_only)
    ends = ["\n"] * (len(texts) - 1) + ["\n" if before.endswith("\n") else ""]
    strings = [json.dumps(text + end, ensure_ascii=ascii_only) for text, end in zip(texts, ends, strict=True)]
    indent = re.search(r"\n[ \t]*$", raw[: first.start])
    return ("," + (indent[0] if indent else " ")).join(strings)


def _as_python(cell: list[_Line]) -> Iterator[_Line]:
    """Yield the lines of a cell with their texts in the module, as many as there are."""
    texts = [line.text for line in cell]
    first = next((index for index, text in enumerate(texts) if text.strip()), 0)
    magic = texts[first].split()[0].removeprefix("%%") if texts and texts[first].startswith("%%") else ""
    if magic and magic not in _RUNS_PYTHON:
        yield from (replace(line, plain="#", is_left_out=True) for line in cell)
        return
    lines = list(_without_magics(cell, texts, first, magic))
    if _is_other_text("\n".join(line.plain for line in lines)):
        yield from (replace(line, plain="#", is_left_out=True) for line in cell)
    else:
        yield from lines


def _without_magics(cell: list[_Line], texts: list[str], first: int, magic: str) -> Iterator[_Line]:
    # A line may look like a magic and be the rest of a formula: only a cell that is no Python has any.
    python = not magic and _parses("\n".join(texts))
    for index, line in enumerate(cell):
        match = None if python or (index == first and magic) else _MAGIC.match(line.text)
        if index == first and magic:
            yield replace(line, plain="#")
        elif match is None:
            yield replace(line, plain=line.text)
        else:
            does_nothing = f"{match['name']}None" if match["name"] else "pass"
            yield replace(line, plain=f"{match['indent']}{does_nothing}")


def _is_other_text(text: str) -> bool:
    """Return whether a cell is no Python at all; one that is only indented otherwise is for who wrote it."""
    try:
        ast.parse(text)
    except IndentationError:
        return False
    except SyntaxError:
        return True
    except (ValueError, RecursionError, MemoryError):
        return False
    return False


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


# -- the raw JSON ------------------------------------------------------------------------------------------------------


def _lines(raw: str) -> Iterator[_Line]:
    """Yield the lines of the code cells with their places; no value is parsed further than the strings
    of a ``source``.
    """
    if not isinstance(json.loads(raw), dict):
        raise ValueError("it is no JSON object")
    has_cells = False
    for key, at in _members(raw, _skip(raw, 0)):
        if key == "cells":
            has_cells = True
            for cell, start in enumerate(_items(raw, at)):
                yield from _as_python(list(_cell(raw, cell, start)))
    if not has_cells:
        raise ValueError("it has no cells")


def _cell(raw: str, cell: int, start: int) -> Iterator[_Line]:
    members = dict(_members(raw, start))
    if scanstring(raw, members["cell_type"] + 1)[0] != "code":
        return
    at = members["source"]
    if raw[at] == '"':
        text, end = scanstring(raw, at + 1, False)
        for number, line in enumerate(_split(text)):
            yield _Line(cell, number, line, at, end, own=False)
        return
    number = 0
    for place in _items(raw, at):
        text, end = scanstring(raw, place + 1, False)
        parts = _split(text)
        for line in parts:
            yield _Line(cell, number, line, place, end, own=len(parts) == 1)
            number += 1


def _split(text: str) -> list[str]:
    return text.removesuffix("\n").split("\n")


def _skip(raw: str, at: int) -> int:
    match = _SPACE.match(raw, at)
    return at if match is None else match.end()


def _members(raw: str, at: int) -> Iterator[tuple[str, int]]:
    """Yield the keys of the object at ``at`` with the places of their values."""
    at = _skip(raw, at + 1)
    while raw[at] != "}":
        key, at = scanstring(raw, at + 1, False)
        at = _skip(raw, _skip(raw, at) + 1)
        yield key, at
        at = _after(raw, at)


def _items(raw: str, at: int) -> Iterator[int]:
    at = _skip(raw, at + 1)
    while raw[at] != "]":
        yield at
        at = _after(raw, at)


def _after(raw: str, at: int) -> int:
    """Return the place of what follows the value at ``at`` and its comma."""
    _, at = json.JSONDecoder(strict=False).raw_decode(raw, at)
    at = _skip(raw, at)
    return _skip(raw, at + 1) if raw[at] == "," else at


def text_of(path: Path) -> str:
    """Return the module's text of a notebook or a Python file."""
    return read(path).text if path.suffix == SUFFIX else text_files.read(path).text
