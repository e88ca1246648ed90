"""Styled text: lines of spans that come out plain or coloured with the same characters.

It chooses no words and no widths.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple


class Style(Enum):
    """What a span is; the value is its rich style."""

    PLAIN = ""
    PATH = "bold"
    ERROR = "bold red"
    STRONG = "bold"
    GUTTER = "blue"
    LABEL = "cyan"
    HELP = "bold green"
    NOTE = "yellow"
    ADDED = "green"
    REMOVED = "red"
    FAINT = "dim"


class Span(NamedTuple):
    text: str
    style: Style = Style.PLAIN


Line = tuple[Span, ...]


def line(*spans: Span | str) -> Line:
    return tuple(Span(span) if isinstance(span, str) else span for span in spans)


def rendered(lines: Iterable[Line], *, colour: bool) -> str:
    """Return all lines, each ended by LF and without blanks at its end."""
    trimmed = [_trimmed(spans) for spans in lines]
    return _coloured(trimmed) if colour else "".join("".join(span.text for span in spans) + "\n" for spans in trimmed)


def _trimmed(spans: Line) -> Line:
    spans_left = list(spans)
    while spans_left and not spans_left[-1].text.rstrip():
        spans_left.pop()
    if spans_left:
        spans_left[-1] = Span(spans_left[-1].text.rstrip(), spans_left[-1].style)
    return tuple(spans_left)


def _coloured(lines: Iterable[Line]) -> str:
    # rich costs a tenth of a second, so it is imported for people at a terminal only.
    from rich.color import ColorSystem
    from rich.style import Style as RichStyle

    styles = {style: RichStyle.parse(style.value) for style in Style}
    return "".join(
        "".join(styles[span.style].render(span.text, color_system=ColorSystem.STANDARD) for span in spans) + "\n"
        for spans in lines
    )
