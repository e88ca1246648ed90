"""One screen of a terminal that always shows the last word; where there is no terminal, each word once, in order.

It chooses no words. On a terminal it leaves everything as it was before.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from types import TracebackType

_ENTER, _LEAVE = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"
_HOME, _CLEAR_REST, _CLEAR_LINE = "\x1b[H", "\x1b[J", "\x1b[K"
_STYLE = re.compile(r"\x1b\[[0-9;]*m")
_RESET = "\x1b[0m"


class Screen:
    """A context manager; inside it ``show`` replaces what is seen."""

    def __init__(self) -> None:
        self.is_terminal = sys.stdout.isatty() and os.environ.get("TERM") not in {"dumb", "unknown"}
        self._last: object = None

    def __enter__(self) -> Screen:
        if self.is_terminal:
            sys.stdout.write(_ENTER)
            sys.stdout.flush()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.is_terminal:
            sys.stdout.write(_LEAVE)
            sys.stdout.flush()

    def show(self, text: str, status: str) -> None:
        """Show a text and below it a line of status; what does not fit is cut, with a word on how much."""
        size = shutil.get_terminal_size()
        content = (text, status, size) if self.is_terminal else text
        if content == self._last:
            return
        self._last = content
        if self.is_terminal:
            lines = [*_cut(text.splitlines(), size.lines - 2), "", status]
            shown = f"{_CLEAR_LINE}\n".join(_narrowed(line, size.columns) for line in lines)
            sys.stdout.write(f"{_HOME}{shown}{_CLEAR_LINE}{_CLEAR_REST}")
        else:
            sys.stdout.write(text)
        sys.stdout.flush()

    @property
    def is_stale(self) -> bool:
        """Whether the terminal has another size than when it was last drawn."""
        return self.is_terminal and isinstance(self._last, tuple) and self._last[2] != shutil.get_terminal_size()


def _cut(lines: list[str], height: int) -> list[str]:
    height = max(height, 2)
    if len(lines) <= height:
        return lines
    return [*lines[: height - 1], f"{_RESET}... {len(lines) - height + 1} more lines"]


def _narrowed(line: str, width: int) -> str:
    """Return the line without what would wrap; styles take no room."""
    if len(_STYLE.sub("", line)) <= width:
        return line
    kept, room = "", width
    for piece in re.split(f"({_STYLE.pattern})", line):
        if _STYLE.fullmatch(piece):
            kept += piece
        else:
            kept, room = kept + piece[:room], room - len(piece[:room])
    return kept + _RESET
