"""Read a unified diff and apply it in memory: our own, to check it, and those of anybody else.

It works on bytes that it is given and opens no file. Lines end at LF only, as in a diff. What does not fit is one
UsageError with the place.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from autofix.patch.diff_hunks import split_lines
from autofix.records.errors import UsageError

if TYPE_CHECKING:
    from unidiff.patch import Hunk

NOTHING = "/dev/null"  # The name of a file that is not there, on the side of a diff where it is not.
MAX_SHOWN = 60

_RANGES = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_STYLES = re.compile(rb"\x1b\[[0-9;]*[mK]")
_ESCAPE = re.compile(r"\\([0-7]{3}|.)")
_ESCAPED = {"a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r"}
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_ENDS = (b"diff --git ", b"@@ ", b"```")
_UNREADABLE = ((b"GIT binary patch", "has a binary file"), (b"Binary files ", "has a binary file"))


@dataclass(frozen=True, slots=True)
class DiffHunk:
    """Lines before and after, ends kept; ``start`` is where they stand, counted from 0, None where it is not said."""

    start: int | None
    before: tuple[bytes, ...]
    after: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class FileDiff:
    """What a diff says of one file; the names are those of its two sides as they are written there."""

    source: str
    target: str
    hunks: tuple[DiffHunk, ...]


def read(patch: bytes) -> tuple[FileDiff, ...]:
    """Return the files of a diff as people paste it: also in colours, in UTF-16, between other text, miscounted.

    Raises UsageError for a text that is no unified diff and for what no text can be made of.
    """
    if patch.startswith(_UTF_16):
        patch = patch.decode("utf-16", "replace").encode("utf-8")
    lines = _STYLES.sub(b"", patch).split(b"\n")
    for start, words in _UNREADABLE:
        if any(line.startswith(start) for line in lines):
            raise UsageError(f"the patch {words}; only patches of text can be verified")
    unnumbered: set[int] = set()
    files = read_exact(b"\n".join(_recounted(lines, unnumbered)), unnumbered)
    if not files:
        raise UsageError("there is no unified diff in it: no line that begins with `--- ` before one with `+++ `")
    return files


def read_exact(patch: bytes, unnumbered: Collection[int] = ()) -> tuple[FileDiff, ...]:
    """Return the files of a diff that is taken at its word; raise UsageError for one that is none.

    ``unnumbered`` are the hunks, counted over all files, that do not say where they stand.
    """
    from unidiff.errors import UnidiffParseError
    from unidiff.patch import PatchSet

    # unidiff misreads a `diff --git` line when a folder's name ends in ` b`; the names stand in --- and +++ too.
    # Latin-1 maps every byte to one character, and a string is split at LF only.
    lines = (line for line in patch.split(b"\n") if not line.startswith((b"diff --git ", b"index ")))
    try:
        parsed = PatchSet(b"\n".join(lines).decode("latin-1"))
    except UnidiffParseError as error:
        raise UsageError(f"the patch cannot be read: {str(error).strip()}") from error
    files: list[FileDiff] = []
    count = 0
    for file in parsed:
        hunks: list[DiffHunk] = []
        for hunk in file:
            before, after = _sides(hunk)
            start = hunk.source_start - 1 if hunk.source_length else hunk.source_start
            hunks.append(DiffHunk(None if count in unnumbered else start, before, after))
            count += 1
        files.append(FileDiff(_unquoted(file.source_file), _unquoted(file.target_file), tuple(hunks)))
    return tuple(files)


def _sides(hunk: Hunk) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    from unidiff.constants import LINE_TYPE_ADDED, LINE_TYPE_NO_NEWLINE, LINE_TYPE_REMOVED

    source: list[bytes] = []
    target: list[bytes] = []
    touched: tuple[list[bytes], ...] = ()
    for line in hunk:
        if line.line_type == LINE_TYPE_NO_NEWLINE:
            for side in touched:
                side[-1] = side[-1].removesuffix(b"\n")
            continue
        touched = {LINE_TYPE_ADDED: (target,), LINE_TYPE_REMOVED: (source,)}.get(line.line_type, (source, target))
        for side in touched:
            side.append(line.value.encode("latin-1"))
    return tuple(source), tuple(target)


def _unquoted(name: str) -> str:
    """Return a name that git may have written as a C string; its bytes came as Latin-1."""
    if len(name) > 1 and name[0] == name[-1] == '"':
        name = _ESCAPE.sub(lambda match: _character(match[1]), name[1:-1])
    return name.encode("latin-1", "replace").decode("utf-8", "surrogateescape")


def _character(escape: str) -> str:
    return chr(int(escape, 8) & 0xFF) if len(escape) == 3 else _ESCAPED.get(escape, escape)


# -- hunks whose numbers are wrong -------------------------------------------------------------------------------------


def _recounted(lines: Sequence[bytes], unnumbered: set[int]) -> Iterator[bytes]:
    """Yield the lines with the counts that the hunks have; people and assistants miscount them, or leave them out."""
    index, count = 0, 0
    while index < len(lines):
        line = lines[index]
        index += 1
        if not line.startswith(b"@@"):
            yield line.rstrip(b"\r")
            continue
        ranges = _RANGES.match(line)
        counts = None if ranges is None else tuple(int(number or 1) for number in ranges.group(2, 4))
        body = _body(lines, index, counts)
        if ranges is None:
            unnumbered.add(count)
        count += 1
        own = tuple(sum(text[:1] in (sign, b" ", b"", b"\r") for text in body) for sign in (b"-", b"+"))
        starts = (b"1", b"1") if ranges is None else ranges.group(1, 3)
        yield line if own == counts else b"@@ -%b,%d +%b,%d @@" % (starts[0], own[0], starts[1], own[1])
        yield from body
        index += len(body)
        while index < len(lines) and not lines[index].strip():
            index += 1  # unidiff would take blank lines behind a hunk for its own.
        if index == len(lines):
            yield b""


def _body(lines: Sequence[bytes], first: int, counts: tuple[int, ...] | None) -> Sequence[bytes]:
    """Return the lines of a hunk: as many as it says where that ends it, else those that can be its own."""
    old = new = 0
    for index in range(first, len(lines)):
        sign = lines[index][:1]
        if counts is not None and (old, new) == counts and sign not in (b"+", b"\\") and not _goes_on(lines, index):
            return lines[first:index]
        if sign not in (b" ", b"+", b"-", b"\\", b"", b"\r") or _is_end(lines, index):
            return _without_blank_end(lines[first:index])
        old += sign in (b"-", b" ", b"", b"\r")
        new += sign in (b"+", b" ", b"", b"\r")
    return _without_blank_end(lines[first:])


def _goes_on(lines: Sequence[bytes], index: int) -> bool:
    """Return whether a line behind the last that was counted is one of the hunk all the same."""
    line = lines[index]
    return line.startswith((b" ", b"-")) and line.rstrip() != b"--" and not _is_end(lines, index)


def _is_end(lines: Sequence[bytes], index: int) -> bool:
    line = lines[index]
    following = lines[index + 1] if index + 1 < len(lines) else b""
    return line.startswith(_ENDS) or (line.startswith(b"--- ") and following.startswith(b"+++ "))


def _without_blank_end(lines: Sequence[bytes]) -> Sequence[bytes]:
    end = len(lines)
    while end and not lines[end - 1].strip() and lines[end - 1][:1] in (b"", b"\r"):
        end -= 1
    return lines[:end]


# -- applying ----------------------------------------------------------------------------------------------------------


def applied(before: bytes, diff: FileDiff, name: str) -> bytes:
    """Return the bytes of a file after a diff, whose hunks may stand a few lines off; ``name`` is for messages.

    Raises UsageError with the place for a hunk whose lines are not those of the file.
    """
    old = split_lines(before)
    new: list[bytes] = []
    done = offset = 0
    for number, hunk in enumerate(diff.hunks, 1):
        lines, changed = (_with_line_ends(side, old) for side in (hunk.before, hunk.after))
        stated = None if hunk.start is None else hunk.start + offset
        start = _place(old, lines, stated, done)
        if start is None:
            raise UsageError(_misfit(name, number, old, lines, changed, stated))
        offset = start - hunk.start if hunk.start is not None else offset
        new += [*old[done:start], *changed]
        done = start + len(lines)
    return b"".join((*new, *old[done:]))


def applied_exactly(before: bytes, diff: FileDiff) -> bytes | None:
    """Return the bytes after a diff; None where a removed or context line is not the one in the file."""
    old = split_lines(before)
    new: list[bytes] = []
    done = 0
    for hunk in diff.hunks:
        start = hunk.start
        if start is None or start < done or tuple(old[start : start + len(hunk.before)]) != hunk.before:
            return None
        new += [*old[done:start], *hunk.after]
        done = start + len(hunk.before)
    return b"".join((*new, *old[done:]))


def _with_line_ends(lines: Sequence[bytes], file: Sequence[bytes]) -> tuple[bytes, ...]:
    """Return the lines with the ends that all lines of a file have: pasting changes them."""
    ends = {line.endswith(b"\r\n") for line in file if line.endswith(b"\n")}
    if len(ends) != 1:
        return tuple(lines)
    end = b"\r\n" if ends == {True} else b"\n"
    return tuple(line[:-1].removesuffix(b"\r") + end if line.endswith(b"\n") else line for line in lines)


def _place(old: Sequence[bytes], lines: Sequence[bytes], stated: int | None, done: int) -> int | None:
    """Return where the lines stand, nearest to where it is said; None where they do not, or it is unclear."""
    if not lines:
        return None if stated is None or not done <= stated <= len(old) else stated
    expected = tuple(line.rstrip(b"\r\n") for line in lines)
    file = [line.rstrip(b"\r\n") for line in old]
    places = [
        start
        for start in range(done, len(file) - len(expected) + 1)
        if file[start] == expected[0] and tuple(file[start : start + len(expected)]) == expected
    ]
    if stated is None:
        return places[0] if len(places) == 1 else None
    return min(places, key=lambda start: abs(start - stated), default=None)


def _misfit(
    name: str, number: int, old: Sequence[bytes], lines: Sequence[bytes], changed: Sequence[bytes], start: int | None
) -> str:
    """Return in words where a hunk does not fit, and what stands there instead."""
    if changed and _place(old, changed, start, 0) is not None and len(changed) > 1:
        return f"hunk {number} of {name} does not fit: the file has the lines after it already; is it applied?"
    if start is None:
        return f"{name}: hunk {number} fits nowhere or in several places; add its line numbers, or lines around it"
    for index, line in enumerate(lines):
        current = old[start + index] if 0 <= start + index < len(old) else None
        if current is None or current.rstrip(b"\r\n") != line.rstrip(b"\r\n"):
            there = "the file ends" if current is None else f"the file has `{_shown(current)}`"
            place = f"{name}:{start + index + 1}"
            return f"{place}: hunk {number} does not fit: {there} where the patch has `{_shown(line)}`"
    return f"{name}: hunk {number} does not fit behind the one before it"


def _shown(line: bytes) -> str:
    text = line.decode("utf-8", "replace").strip()
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}..."
