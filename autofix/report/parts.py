"""Parts of a report that can be given shorter, and the choice of which are, so that the whole fits a number of lines.

It knows lines and nothing of what stands in them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from autofix.report.styled_text import Line

# Writes a part in at most so many lines.
Writer = Callable[[int], Sequence[Line]]


@dataclass(frozen=True, slots=True)
class ReportPart:
    """Some lines of a report: at most ``most`` where there is room, ``least`` where there is none."""

    write: Writer
    least: int
    most: int


def fixed(lines: Sequence[Line]) -> ReportPart:
    """Return a part that is never shortened."""
    return ReportPart(lambda _: lines, len(lines), len(lines))


def fitted(parts: Sequence[ReportPart], limit: int) -> list[Line]:
    """Return the lines of all parts in at most ``limit`` lines where that can be, the earliest parts shortened last."""
    allowed = [part.most for part in parts]
    written = [list(part.write(most)) for part, most in zip(parts, allowed, strict=True)]
    for index in reversed(range(len(parts))):
        while sum(map(len, written)) > limit and len(written[index]) > parts[index].least:
            allowed[index] = len(written[index]) - 1
            written[index] = list(parts[index].write(allowed[index]))
    return [line for lines in written for line in lines]
