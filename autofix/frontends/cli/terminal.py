"""What depends on the streams being a terminal: colours, width, a progress line, a patch that is looked at.

It chooses no words; plain streams get plain bytes.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from autofix.report import terminal_text

PROGRESS_AFTER_S = 1.0
BROKEN_PIPE = 1
PLAIN_WIDTH = 100
WIDEST = 120

_CLEAR_LINE = "\r\x1b[K"
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_UNSEEN = re.compile(r"[^\t\n -~]")
_PATCH_STYLES = (
    ("diff --git ", "1"),
    ("index ", "1"),
    ("--- ", "1"),
    ("+++ ", "1"),
    ("@@ ", "36"),
    ("+", "32"),
    ("-", "31"),
)


def colour(stream: TextIO, *, refused: bool) -> bool:
    """Return whether the stream takes colours; rich decides, and is not loaded where the answer is plain anyway."""
    forced = os.environ.get("FORCE_COLOR") or os.environ.get("TTY_COMPATIBLE")
    if refused or os.environ.get("NO_COLOR") or not (forced or stream.isatty()):
        return False
    from rich.console import Console

    return Console(file=stream).color_system is not None


def width(stream: TextIO) -> int:
    if not stream.isatty() and "COLUMNS" not in os.environ:
        return PLAIN_WIDTH
    return max(40, min(shutil.get_terminal_size((PLAIN_WIDTH, 24)).columns, WIDEST))


def visible(text: str) -> str:
    """Return the text with control characters in caret notation, since a terminal obeys them; tabs and line feeds stay.

    Others that are not seen, such as a change of direction, are written as escapes.
    """
    shown = _CONTROL.sub(lambda match: f"^{chr(ord(match[0]) % 128 ^ 0x40)}", text)
    return shown if shown.isascii() else _UNSEEN.sub(lambda match: terminal_text.visible(match[0]), shown)


def one_line(text: str) -> str:
    """Return the text without line feeds as well: a name that holds one must not look like a line of ours."""
    return visible(text).replace("\n", "^J").replace("\t", " ")


def patch_to_look_at(patch: bytes, *, coloured: bool) -> str:
    """Return a patch to look at, not for ``git apply``."""
    lines = patch.decode("utf-8", "replace").split("\n")
    return "\n".join(_styled(visible(line.removesuffix("\r")), coloured=coloured) for line in lines)


def _styled(line: str, *, coloured: bool) -> str:
    style = next((style for start, style in _PATCH_STYLES if line.startswith(start)), None)
    return f"\x1b[{style}m{line}\x1b[0m" if coloured and style else line


@contextmanager
def progress(stream: TextIO, *, is_shown: bool) -> Iterator[Callable[[str], None]]:
    """Yield a function that says what is going on.

    Its last word shows on one line when the whole takes longer than a second.

    The line is gone at the end. Nothing is shown where the stream is no terminal.
    """
    if not is_shown or not stream.isatty() or os.environ.get("TERM") in {"dumb", "unknown"}:
        yield lambda _: None
        return
    line = _Line(stream)
    timer = threading.Timer(PROGRESS_AFTER_S, line.show)
    timer.daemon = True
    timer.start()
    try:
        yield line.say
    finally:
        timer.cancel()
        line.hide()


class _Line:
    """One line of a terminal that two threads write: the timer shows it, the caller changes it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self._words = "running the model"
        self._shown = False
        self._ended = False

    def say(self, words: str) -> None:
        with self._lock:
            self._words = words
            if self._shown:
                self._draw()

    def show(self) -> None:
        with self._lock:
            if not self._ended:
                self._shown = True
                self._draw()

    def hide(self) -> None:
        with self._lock:
            self._ended = True
            if self._shown:
                self._stream.write(_CLEAR_LINE)
                self._stream.flush()
                self._shown = False

    def _draw(self) -> None:
        columns = shutil.get_terminal_size().columns
        self._stream.write(f"{_CLEAR_LINE}{one_line(f'autofix: {self._words} ...')[: columns - 1]}")
        self._stream.flush()


def silence(stream: TextIO) -> None:
    """Send what is still buffered nowhere: its reader has gone, and Python would complain about that at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, stream.fileno())
    finally:
        os.close(nowhere)


def delivered(write: Callable[[], None], code: int) -> int:
    """Write a result and return the exit code: that of a reader who has gone never hides that there is none."""
    try:
        write()
    except BrokenPipeError:
        silence(sys.stdout)
        return max(code, BROKEN_PIPE)
    return code


def interactive() -> bool:
    """Return whether questions can be asked and answered."""
    return sys.stdin.isatty() and sys.stderr.isatty()
