"""The lines that a fix changes, drawn below its title: ``14 - old`` and ``14 + new``, or just the parts that differ.

A line that is too long is cut around what changes in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile

from autofix.records.locations import Location
from autofix.report.changed_lines import ChangedLines
from autofix.report.snippet import window
from autofix.report.styled_text import Line, Span, Style, line
from autofix.report.terminal_text import ELLIPSIS, columns, visible

INDENT = "  "
GAP = "        "


def changed_part(changes: Sequence[ChangedLines], shown: Sequence[Location], width: int) -> list[Line]:
    """Return one line with the text that is replaced and the new one, if all that changes is what one of the ``shown``
    places covers; else nothing.
    """
    if len(changes) != 1 or len(changes[0].before) != 1 or len(changes[0].after) != 1:
        return []
    change, before, after = changes[0], changes[0].before[0], changes[0].after[0]
    for place in shown:
        start, end = place.range.start, place.range.end
        head, tail = before[: start.column], before[end.column :]
        covers = after.startswith(head) and after.endswith(tail) and len(head) + len(tail) <= len(after)
        if (place.path, start.line, end.line) != (change.path, change.number, change.number) or not covers:
            continue
        old, new = visible(before[start.column : end.column]), visible(after[len(head) : len(after) - len(tail)])
        if old and new and columns(INDENT + old + GAP + new) + len("- + ") <= width:
            return [line(INDENT, Span(f"- {old}", Style.REMOVED), GAP, Span(f"+ {new}", Style.ADDED))]
    return []


def whole_lines(changes: Sequence[ChangedLines], names: Sequence[str], width: int, limit: int) -> list[Line]:
    """Return the changed lines with their numbers, at most ``limit`` lines.

    ``names`` stand beside each change or, where they are long, above it; they are empty where the file is clear.
    """
    lines: list[Line] = []
    for change, name in zip(changes, names, strict=True):
        beside = f"{name}:" if name and columns(name) <= width // 4 else ""
        if name and not beside:
            lines.append(line(INDENT, Span(f"in {name}:", Style.LABEL)))
        lines += _change(change, beside, width)
    if len(lines) <= limit:
        return lines
    shown = lines[: max(1, limit - 1)]
    rest = f"... {len(lines) - len(shown)} more changed lines (-v shows the patch)"
    rest = rest if columns(INDENT + rest) <= width else rest.replace(" shows the patch", "")
    return [*shown, line(INDENT, Span(rest, Style.FAINT))]


def _change(change: ChangedLines, name: str, width: int) -> Iterator[Line]:
    margin = _margin([*change.before, *change.after])
    gutter = len(str(change.number + change.height - 1))
    room = width - columns(name) - gutter - len(" - ")
    before, after = ([text[margin:] for text in texts] for texts in (change.before, change.after))
    if len(before) == len(after) == 1:
        before, after = ([text] for text in _cut_alike(before[0], after[0], room))
    for sign, style, texts in (("-", Style.REMOVED, before), ("+", Style.ADDED, after)):
        for number, text in enumerate(texts, change.number):
            yield line(Span(f"{name}{number:>{gutter}} ", Style.GUTTER), Span(f"{sign} {window(text, 0, room)}", style))


def _cut_alike(before: str, after: str, room: int) -> tuple[str, str]:
    """Return both lines without the same number of characters at their beginning, if the change would not be seen."""
    shared = _shared(before, after)
    tail = _shared(before[shared:][::-1], after[shared:][::-1])
    needed = max(columns(visible(text[: len(text) - tail])) for text in (before, after)) + len(ELLIPSIS)
    surplus = min(shared, needed - room)
    if surplus <= 0 or max(columns(visible(text)) for text in (before, after)) <= room:
        return before, after
    cut = min(shared, surplus + len(ELLIPSIS) + 1)
    return ELLIPSIS + before[cut:], ELLIPSIS + after[cut:]


def _shared(first: str, second: str) -> int:
    """Return with how many equal characters two texts begin."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, second, strict=False)))


def _margin(texts: Sequence[str]) -> int:
    """Return the number of blanks that all lines begin with, those that hold nothing else left out."""
    return min((len(text) - len(text.lstrip()) for text in texts if text.strip()), default=0)
