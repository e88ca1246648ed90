"""Turns the bytes of a file before and after into the hunks of a unified diff.

It knows lines and nothing of files, names or headers. Lines are split at LF only: a form feed, U+2028 or CR inside a
line is content, and a patch whose lines were split there is rejected by git.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

NO_FINAL_NEWLINE = b"\\ No newline at end of file\n"

_SECTION = re.compile(rb"[ \t]*(?:class|def|async def)[ \t][ -~]{0,68}")


class LineSpan(NamedTuple):
    """Lines ``[start, end)`` before that become lines ``[new_start, new_end)`` after, both counted from 0."""

    start: int
    end: int
    new_start: int
    new_end: int


def hunks(before: bytes, after: bytes, context: int) -> bytes:
    """Return the hunks that lead from one to the other, each with ``context`` unchanged lines around it."""
    old, new = split_lines(before), split_lines(after)
    return b"".join(_hunk(old, new, group, context) for group in _groups(spans(old, new), context))


def split_lines(data: bytes) -> list[bytes]:
    """Return the lines of a file, ends kept."""
    lines = data.split(b"\n")
    last = lines.pop()
    return [line + b"\n" for line in lines] + ([last] if last else [])


def spans(before: Sequence[Hashable], after: Sequence[Hashable]) -> list[LineSpan]:
    """Return the changed parts of two sequences of lines, in order, none empty on both sides."""
    changed: list[LineSpan] = []
    done, new_done = 0, 0
    for place, new_place in (*_anchors(before, after), (len(before), len(after))):
        old, new = before[done:place], after[new_done:new_place]
        gap = _gap(old, new) if old != new else ()
        changed += [LineSpan(a + done, b + done, c + new_done, d + new_done) for a, b, c, d in gap]
        done, new_done = place, new_place
    return changed


def _anchors(before: Sequence[Hashable], after: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Return the places of lines that occur once on both sides: the most that stand in the same order on both.

    Comparing between them keeps the time linear in files of many thousand lines.
    """
    counts, new_counts = Counter(before), Counter(after)
    places = {line: place for place, line in enumerate(after) if new_counts[line] == 1}
    pairs = [(place, places[line]) for place, line in enumerate(before) if counts[line] == 1 and line in places]
    return [pairs[index] for index in _longest_rising([new_place for _, new_place in pairs])]


def _longest_rising(numbers: list[int]) -> list[int]:
    """Return the indices of a longest rising subsequence, by patience sorting."""
    tops: list[int] = []
    indices: list[int] = []
    previous: list[int] = []
    for index, number in enumerate(numbers):
        pile = bisect_left(tops, number)
        previous.append(indices[pile - 1] if pile else -1)
        tops[pile : pile + 1] = [number]
        indices[pile : pile + 1] = [index]
    chosen: list[int] = []
    index = indices[-1] if indices else -1
    while index >= 0:
        chosen.append(index)
        index = previous[index]
    return chosen[::-1]


def _gap(before: Sequence[Hashable], after: Sequence[Hashable]) -> list[LineSpan]:
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    old, new = before[head : len(before) - tail], after[head : len(after) - tail]
    if _changes_in_place(old, new):
        pairs = [(index, index + 1, index, index + 1) for index in range(len(old)) if old[index] != new[index]]
    else:
        codes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        pairs = [(start, end, new_start, new_end) for tag, start, end, new_start, new_end in codes if tag != "equal"]
    return [LineSpan(*(number + head for number in pair)) for pair in pairs]


def _common(before: Sequence[Hashable], after: Sequence[Hashable]) -> int:
    for index, (left, right) in enumerate(zip(before, after, strict=False)):
        if left != right:
            return index
    return min(len(before), len(after))


def _changes_in_place(old: Sequence[Hashable], new: Sequence[Hashable]) -> bool:
    """Return whether comparing line by line already gives the fewest changed lines.

    This is so for edits inside lines. It spares SequenceMatcher, which is quadratic in lines that occur many times.
    """
    if len(old) != len(new):
        return False
    differing = sum(left != right for left, right in zip(old, new, strict=True))
    return differing == (Counter(old) - Counter(new)).total()


def _groups(changed: list[LineSpan], context: int) -> Iterator[list[LineSpan]]:
    """Yield the spans in groups: those whose context lines would touch belong in one hunk."""
    group: list[LineSpan] = []
    for span in changed:
        if group and span.start - group[-1].end > 2 * context:
            yield group
            group = []
        group.append(span)
    if group:
        yield group


def _hunk(before: list[bytes], after: list[bytes], group: list[LineSpan], context: int) -> bytes:
    first, last = group[0], group[-1]
    start, end = max(0, first.start - context), min(len(before), last.end + context)
    new_start = first.new_start - (first.start - start)
    new_end = last.new_end + (end - last.end)
    section = _section(before, start)
    head = b"@@ -%b +%b @@%b\n" % (_extent(start, end), _extent(new_start, new_end), section)
    return head + b"".join(_marked(sign, line) for sign, line in _body(before, after, group, start, end))


def _extent(start: int, end: int) -> bytes:
    count = end - start
    # An empty side names the line before it.
    place = start if count == 0 else start + 1
    return b"%d" % place if count == 1 else b"%d,%d" % (place, count)


def _section(before: list[bytes], start: int) -> bytes:
    """Return the class or function that the hunk stands in, which git shows after the second @@."""
    for line in reversed(before[:start]):
        if match := _SECTION.match(line):
            return b" " + match[0].strip()
    return b""


def _body(
    before: list[bytes], after: list[bytes], group: list[LineSpan], start: int, end: int
) -> Iterator[tuple[bytes, bytes]]:
    done = start
    for span in group:
        yield from ((b" ", line) for line in before[done : span.start])
        yield from ((b"-", line) for line in before[span.start : span.end])
        yield from ((b"+", line) for line in after[span.new_start : span.new_end])
        done = span.end
    yield from ((b" ", line) for line in before[done:end])


def _marked(sign: bytes, line: bytes) -> bytes:
    return sign + line if line.endswith(b"\n") else sign + line + b"\n" + NO_FINAL_NEWLINE
