"""Tracebacks of every style, as people and machines paste them: the frames and the message are the same."""

from __future__ import annotations

import pytest
from pasted import MESSAGE, STYLES

from autofix.loading.traceback_text import PastedFrame, tracebacks


@pytest.mark.parametrize("text", STYLES.values(), ids=STYLES)
def test_the_innermost_frame_and_the_message(text: str) -> None:
    *_, found = (one for one in tracebacks(text) if any(frame.path.endswith("net.py") for frame in one.frames))
    frame = next(frame for frame in reversed(found.frames) if "site-packages" not in frame.path)
    assert frame.path.replace("\\", "/").endswith("models/net.py")
    assert (frame.line, frame.function) == (13, "forward")
    assert frame.code in ("", "return self.fc(x.flatten(1))")
    assert (found.error, found.is_of_shapes) == ("RuntimeError", True)
    assert {4, 288, 128, 10} <= found.sizes
    if "compile" not in text:
        assert found.message == MESSAGE


def test_frames_are_told_from_the_outermost() -> None:
    (found,) = tracebacks(STYLES["plain"])
    own = [frame for frame in found.frames if "site-packages" not in frame.path]
    assert own[0] == PastedFrame("/srv/ann/proj/train.py", 13, "<module>", "main()")
    assert [frame.function for frame in own] == ["<module>", "main", "forward"]


def test_each_of_several_tracebacks_is_read() -> None:
    other = STYLES["plain"].replace(MESSAGE, "no such file").replace("RuntimeError", "FileNotFoundError")
    joined = f"{other}\nDuring handling of the above exception, another exception occurred:\n\n{STYLES['plain']}"
    assert [one.error for one in tracebacks(joined)] == ["FileNotFoundError", "RuntimeError"]


def test_ranks_that_are_mixed_up_are_told_apart() -> None:
    lines = STYLES["plain"].splitlines()
    mixed = "\n".join(f"[rank{rank}]: {line}" for line in lines for rank in (1, 0))
    (found,) = tracebacks(mixed)
    assert found == tracebacks(STYLES["plain"])[0]


@pytest.mark.parametrize(
    "text", ["", "epoch 1 of 3\nloss 0.3\n", "Traceback (most recent call last)\nRuntimeError: x\n"]
)
def test_a_text_without_frames_has_none(text: str) -> None:
    assert tracebacks(text) == ()


def test_a_message_that_was_broken_is_whole() -> None:
    text = STYLES["plain"].replace("(4x288 and 128x10)", "(4x288 and\n128x10)")
    assert tracebacks(text)[0].message == MESSAGE
