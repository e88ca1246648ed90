"""Edits to texts, texts to the bytes of their files, places moved back to where they were before."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

from autofix.patch.diff_hunks import spans
from autofix.records.errors import UsageError
from autofix.records.locations import Edit, Location, Position, Range, SourceText

BOM = b"\xef\xbb\xbf"


_LINE_END = re.compile(r"\r\n|\r|\n")


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """Return the text with every edit made; all ranges refer to the text as given.

    Lines end at LF, CR LF or a lone CR, as for Python's tokenizer, and columns count code points.
    Raises ValueError if two edits overlap or a range lies outside the text.
    """
    starts = line_starts(text)
    ordered = sorted(set(edits), key=lambda edit: (edit.range, edit.text))
    pieces: list[str] = []
    done = 0
    for index, edit in enumerate(ordered):
        if index and ordered[index - 1].range.overlaps(edit.range):
            raise ValueError(f"edits overlap in line {edit.range.start.line}")
        start, end = (_offset(text, starts, place) for place in (edit.range.start, edit.range.end))
        if end < start:
            raise ValueError(f"an edit ends before it starts in line {edit.range.start.line}")
        pieces += (text[done:start], edit.text)
        done = end
    return "".join((*pieces, text[done:]))


def line_edits(path: Path, before: str, after: str) -> list[Edit]:
    """Return edits that replace whole changed lines, and insert where lines are only added."""
    old, new = _lines(before), _lines(after)
    starts = line_starts(before)
    offsets = (*starts[: len(old)], len(before))
    return [
        Edit(
            path,
            Range(position_at(starts, offsets[span.start]), position_at(starts, offsets[span.end])),
            "".join(new[span.new_start : span.new_end]),
        )
        for span in spans(old, new)
    ]


def _lines(text: str) -> list[str]:
    starts = (*line_starts(text), len(text))
    lines = [text[start:end] for start, end in pairwise(starts)]
    return lines if lines[-1] else lines[:-1]


def moved_back(location: Location, edits: Iterable[Edit]) -> Location:
    """Return the place in a text before ``edits`` of what stands at ``location`` after them; columns stay."""
    shift = 0
    for edit in edits:
        if edit.path == location.path and edit.range.start.line < location.range.start.line:
            shift += edit.text.count("\n") - (edit.range.end.line - edit.range.start.line)
    start, end = location.range.start, location.range.end
    first, last = Position(max(1, start.line - shift), start.column), Position(max(1, end.line - shift), end.column)
    return Location(location.path, Range(first, last))


def line_starts(text: str) -> tuple[int, ...]:
    """Return the offset of the first character of each line, as Python's tokenizer counts lines."""
    return (0, *(match.end() for match in _LINE_END.finditer(text)))


def position_at(starts: Sequence[int], offset: int) -> Position:
    """Return the position of an offset, from the ``line_starts`` of its text."""
    line = bisect_right(starts, offset)
    return Position(line, offset - starts[line - 1])


def _offset(text: str, starts: Sequence[int], position: Position) -> int:
    if not 1 <= position.line <= len(starts):
        raise ValueError(f"there is no line {position.line}")
    end = starts[position.line] if position.line < len(starts) else len(text)
    offset = starts[position.line - 1] + position.column
    if position.column < 0 or offset > end:
        raise ValueError(f"line {position.line} has no column {position.column}")
    return offset


def encode(source: SourceText, text: str) -> bytes:
    """Return ``text`` as the bytes that ``source`` is stored in: the same encoding, with its byte order
    mark if it has one.
    """
    name = "utf-8" if source.encoding.lower().replace("_", "-") == "utf-8-sig" else source.encoding
    try:
        data = text.encode(name)
    except UnicodeEncodeError as error:
        character = ascii(text[error.start])
        message = f"cannot write {source.path}: its encoding {name} has no {character}; save the file as utf-8"
        raise UsageError(message) from error
    return BOM + data if source.bom else data
