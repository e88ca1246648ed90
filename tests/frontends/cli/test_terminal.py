"""Streams that are terminals and streams that are not."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from autofix.frontends.cli import terminal


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


STREAMS = {"terminal": Terminal, "file": io.StringIO}
COLOURS = {
    "terminal": ("terminal", {"TERM": "xterm-256color"}, False, True),
    "file": ("file", {"TERM": "xterm-256color"}, False, False),
    "refused": ("terminal", {"TERM": "xterm-256color"}, True, False),
    "NO_COLOR": ("terminal", {"TERM": "xterm-256color", "NO_COLOR": "1"}, False, False),
    "empty NO_COLOR says nothing": ("terminal", {"TERM": "xterm-256color", "NO_COLOR": ""}, False, True),
    "dumb": ("terminal", {"TERM": "dumb"}, False, False),
    "forced": ("file", {"TERM": "xterm-256color", "FORCE_COLOR": "1"}, False, True),
    "NO_COLOR beats FORCE_COLOR": ("file", {"TERM": "xterm", "FORCE_COLOR": "1", "NO_COLOR": "1"}, False, False),
}


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLUMNS", "COLORTERM", "TERM"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("stream, environment, refused, expected", COLOURS.values(), ids=COLOURS)
def test_colour(
    monkeypatch: pytest.MonkeyPatch, stream: str, environment: dict[str, str], refused: bool, expected: bool
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert terminal.colour(STREAMS[stream](), refused=refused) is expected


WIDTHS = {
    "file": ("file", None, terminal.PLAIN_WIDTH),
    "file with COLUMNS": ("file", "72", 72),
    "narrow": ("terminal", "20", 40),
    "wide": ("terminal", "400", terminal.WIDEST),
}


@pytest.mark.parametrize("stream, columns, expected", WIDTHS.values(), ids=WIDTHS)
def test_width(monkeypatch: pytest.MonkeyPatch, stream: str, columns: str | None, expected: int) -> None:
    if columns is not None:
        monkeypatch.setenv("COLUMNS", columns)
    assert terminal.width(STREAMS[stream]()) == expected


VISIBLE = {
    "plain": ("a\tb\nc", "a\tb\nc"),
    "escape": ("\x1b[2J", "^[[2J"),
    "bell and delete": ("\x07\x7f", "^G^?"),
    "carriage return": ("a\rb", "a^Mb"),
    "C1 control": ("\x9b2J", "^[2J"),
    "letters": ("größe 尺寸", "größe 尺寸"),
}


@pytest.mark.parametrize("text, expected", VISIBLE.values(), ids=VISIBLE)
def test_visible(text: str, expected: str) -> None:
    assert terminal.visible(text) == expected


PATCH = b"diff --git a/n b/n\n--- a/n\n+++ b/n\n@@ -1 +1 @@\n-old\x1b[2J\r\n+new\r\n"


def test_patch_to_look_at() -> None:
    plain = terminal.patch_to_look_at(PATCH, coloured=False)
    assert plain == "diff --git a/n b/n\n--- a/n\n+++ b/n\n@@ -1 +1 @@\n-old^[[2J\n+new\n"
    coloured = terminal.patch_to_look_at(PATCH, coloured=True).split("\n")
    assert coloured[2:6] == [
        "\x1b[1m+++ b/n\x1b[0m",
        "\x1b[36m@@ -1 +1 @@\x1b[0m",
        "\x1b[31m-old^[[2J\x1b[0m",
        "\x1b[32m+new\x1b[0m",
    ]


class Now:
    """A timer whose time is up as soon as it starts."""

    daemon = False

    def __init__(self, _seconds: float, function: Callable[[], None]) -> None:
        self.start = function

    def cancel(self) -> None:
        pass


class Never(Now):
    """A timer whose time is never up."""

    def __init__(self, seconds: float, function: Callable[[], None]) -> None:
        super().__init__(seconds, lambda: None)


CLEAR = "\r\x1b[K"
LINES = f"{CLEAR}autofix: running the model ...{CLEAR}autofix: trying^[ fix 2 ...{CLEAR}"
PROGRESS = {
    "shown, changed, cleared": (Now, Terminal, True, LINES),
    "quick jobs show nothing": (Never, Terminal, True, ""),
    "not wanted": (Now, Terminal, False, ""),
    "no terminal": (Now, io.StringIO, True, ""),
}


@pytest.mark.parametrize("timer, stream_type, is_wanted, shown", PROGRESS.values(), ids=PROGRESS)
def test_progress(
    monkeypatch: pytest.MonkeyPatch, timer: type[Now], stream_type: type[io.StringIO], is_wanted: bool, shown: str
) -> None:
    monkeypatch.setattr("threading.Timer", timer)
    stream = stream_type()
    with terminal.progress(stream, is_shown=is_wanted) as show:
        show("trying\x1b fix 2")
    assert stream.getvalue() == shown


def test_progress_is_cleared_by_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("threading.Timer", Now)
    stream = Terminal()
    with pytest.raises(ZeroDivisionError), terminal.progress(stream, is_shown=True):
        raise ZeroDivisionError
    assert stream.getvalue().endswith(CLEAR)
