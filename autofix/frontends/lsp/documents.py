"""What is open in the editor: texts with their versions, and notebooks as one module with a way back to their cells.

It knows texts and where they are; what they mean, and what is on disk, is for others.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from autofix.frontends.lsp.position_encoding import Encoding, Lines
from autofix.records.locations import Position, Range

PYTHON = "python"
# Lines of a cell that are for IPython, not for Python: `%magic`, `!shell`, `name?`, `name = %magic`.
_MAGIC = re.compile(r"^(?P<indent>\s*)(?P<name>[\w.,\s]+=\s*)?(?:[%!]|\?).*|^\s*[\w.]+\?{1,2}\s*$")


@dataclass(frozen=True)
class Buffer:
    """One text as the editor has it; ``version`` is None for a text that is not open."""

    uri: str
    version: int | None
    text: str
    language: str = PYTHON

    @cached_property
    def lines(self) -> Lines:
        return Lines(self.text)


@dataclass(frozen=True)
class Part:
    """A buffer at its place in a module: ``first`` is the module's line, from 1, that its first line became."""

    buffer: Buffer
    first: int

    @property
    def last(self) -> int:
        return self.first + self.buffer.lines.count - 1


@dataclass(frozen=True)
class Module:
    """A Python text as the engine sees it, made of one buffer or of the cells of a notebook."""

    uri: str
    path: Path
    text: str
    parts: tuple[Part, ...]

    @cached_property
    def lines(self) -> Lines:
        return Lines(self.text)

    @property
    def is_notebook(self) -> bool:
        return len(self.parts) != 1 or self.parts[0].buffer.uri != self.uri

    def to_editor(self, place: Range) -> tuple[Buffer, Range] | None:
        """Return the buffer and its own range; None where the range crosses cells."""
        part = next((part for part in self.parts if part.first <= place.start.line <= part.last), None)
        if part is None:
            return None
        end = Position(place.end.line - part.first + 1, place.end.column)
        if place.end.line == part.last + 1 and not place.end.column:
            end = part.buffer.lines.end  # The end of the last line of a cell is the start of the next cell's first.
        elif place.end.line > part.last:
            return None
        return part.buffer, Range(Position(place.start.line - part.first + 1, place.start.column), end)

    def to_module(self, uri: str, place: Range) -> Range | None:
        """Return the range of the module that a range of a buffer is."""
        part = next((part for part in self.parts if part.buffer.uri == uri), None)
        if part is None:
            return None
        shift = part.first - 1
        start, end = place.start, place.end
        return Range(Position(start.line + shift, start.column), Position(end.line + shift, end.column))

    def is_kept(self, line: int) -> bool:
        """Return whether a line stands in the module as in its cell; a line for IPython does not."""
        part = next((part for part in self.parts if part.first <= line <= part.last), None)
        return part is not None and part.buffer.lines.line(line - part.first + 1) == self.lines.line(line)


@dataclass
class _Notebook:
    uri: str
    cells: list[str]


@dataclass
class Documents:
    """All that is open. Positions of changes are in ``encoding``."""

    encoding: Encoding = Encoding.UTF_16
    buffers: dict[str, Buffer] = field(default_factory=dict)
    _notebooks: dict[str, _Notebook] = field(default_factory=dict)
    _modules: dict[str, Module] = field(default_factory=dict)

    def open(self, uri: str, version: int, text: str, language: str) -> None:
        self._put(Buffer(uri, version, text, language))

    def change(
        self, uri: str, version: int, changes: Iterable[tuple[tuple[int, int, int, int] | None, str]]
    ) -> Buffer | None:
        """Apply changes in order, each a range (start line and column, end line and column) or None for all of the
        text; None for a text that is not open.
        """
        buffer = self.buffers.get(uri)
        if buffer is None:
            return None
        lines = buffer.lines
        for place, text in changes:
            lines = Lines(text if place is None else self._spliced(lines, place, text))
        changed = Buffer(uri, version, lines.text, buffer.language)
        changed.__dict__["lines"] = lines
        self._put(changed)
        return changed

    def _spliced(self, lines: Lines, place: tuple[int, int, int, int], text: str) -> str:
        start = lines.offset(lines.from_editor(place[0], place[1], self.encoding))
        end = lines.offset(lines.from_editor(place[2], place[3], self.encoding))
        return lines.text[:start] + text + lines.text[max(start, end) :]

    def close(self, uri: str) -> None:
        self.buffers.pop(uri, None)
        self._modules.pop(self.key(uri), None)

    def _put(self, buffer: Buffer) -> None:
        self.buffers[buffer.uri] = buffer
        self._modules.pop(self.key(buffer.uri), None)

    # -- notebooks ---------------------------------------------------------------------------------------------------

    def open_notebook(self, uri: str, cells: Iterable[str]) -> None:
        self._notebooks[uri] = _Notebook(uri, list(cells))
        self._modules.pop(uri, None)

    def change_cells(self, uri: str, start: int, removed: int, cells: Iterable[str]) -> None:
        notebook = self._notebooks.get(uri)
        if notebook is not None:
            notebook.cells[start : start + removed] = list(cells)
            self._modules.pop(uri, None)

    def close_notebook(self, uri: str) -> None:
        notebook = self._notebooks.pop(uri, None)
        self._modules.pop(uri, None)
        for cell in notebook.cells if notebook is not None else ():
            self.buffers.pop(cell, None)

    def key(self, uri: str) -> str:
        """Return the uri under which a text is analysed: a cell's notebook, else its own."""
        return next((notebook.uri for notebook in self._notebooks.values() if uri in notebook.cells), uri)

    # -- modules -----------------------------------------------------------------------------------------------------

    def analysable(self) -> list[str]:
        """Return every open text that could be analysed, one uri each."""
        return list(dict.fromkeys(self.key(uri) for uri, buffer in self.buffers.items() if buffer.language == PYTHON))

    def module(self, key: str) -> Module | None:
        """Return the text behind a key; None if it is not open, not Python, or not a file."""
        if key not in self._modules:
            module = self._notebook_module(key) if key in self._notebooks else self._file_module(key)
            if module is None:
                return None
            self._modules[key] = module
        return self._modules[key]

    def _file_module(self, uri: str) -> Module | None:
        buffer, path = self.buffers.get(uri), path_of(uri)
        if buffer is None or path is None or buffer.language != PYTHON:
            return None
        return Module(uri, path, buffer.text, (Part(buffer, 1),))

    def _notebook_module(self, uri: str) -> Module | None:
        path = path_of(uri)
        if path is None:
            return None
        cells = [self.buffers[cell] for cell in self._notebooks[uri].cells if cell in self.buffers]
        texts: list[str] = []
        parts: list[Part] = []
        line = 1
        for cell in cells:
            if cell.language != PYTHON:
                continue
            parts.append(Part(cell, line))
            texts.append("\n".join(_plain_python(cell.lines)))
            line += cell.lines.count
        return Module(uri, path, "\n".join(texts) + "\n", tuple(parts))

    def texts(self) -> Iterator[tuple[Path, str]]:
        """Yield the files that are open, and their texts as they would run."""
        for uri in list(self.buffers):
            if self.key(uri) == uri and (path := path_of(uri)) is not None:
                yield path, self.buffers[uri].text

    def uri_of(self, path: Path) -> str:
        """Return the editor's own name of a file that is open, else a name of ours."""
        return next((uri for uri in (*self.buffers, *self._notebooks) if path_of(uri) == path), path.as_uri())


def _plain_python(lines: Lines) -> Iterator[str]:
    """Yield as many lines as the cell has; lines for IPython are replaced by ones that do nothing."""
    texts = [lines.line(number) for number in range(1, lines.count + 1)]
    foreign = next((text for text in texts if text.strip()), "").startswith("%%")
    for text in texts:
        match = _MAGIC.match(text)
        if foreign:
            yield "#"
        elif match is None:
            yield text
        else:
            yield f"{match['indent'] or ''}{match['name'] or ''}{'None' if match['name'] else 'pass'}"


def path_of(uri: str) -> Path | None:
    """Return the file that a uri names; None for anything else (a new text without a name, a file
    inside an archive).
    """
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None  # No uri at all.
    if parts.scheme != "file" or "\0" in unquote(parts.path):
        return None
    path = url2pathname(unquote(parts.path)) if os.name == "nt" else unquote(parts.path)
    return Path(os.path.abspath(f"//{parts.netloc}{path}" if parts.netloc not in ("", "localhost") else path))
