"""Positions between our counting and the editor's, checked against encoders and splitters that are not ours."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autofix.frontends.lsp.position_encoding import Encoding, Lines
from autofix.records.locations import Position

UNITS = {Encoding.UTF_8: ("utf-8", 1), Encoding.UTF_16: ("utf-16-le", 2), Encoding.UTF_32: ("utf-32-le", 4)}
TEXTS = st.text(st.sampled_from("aß€🙂\r\n\x0c\x85\u2028 \t"), max_size=40)
EVERY_ENCODING = pytest.mark.parametrize("encoding", Encoding, ids=lambda encoding: encoding.value)


def _units(text: str, encoding: Encoding) -> int:
    name, width = UNITS[encoding]
    return len(text.encode(name)) // width


@EVERY_ENCODING
@given(text=TEXTS)
def test_every_position_goes_there_and_back(encoding: Encoding, text: str) -> None:
    lines = Lines(text)
    split = re.split(r"\r\n|\r|\n", text)
    assert lines.count == len(split)
    for number, line in enumerate(split, 1):
        assert lines.line(number) == line
        for column in range(len(line) + 1):
            place = Position(number, column)
            in_editor = lines.to_editor(place, encoding)
            assert in_editor == (number - 1, _units(line[:column], encoding))
            assert lines.from_editor(*in_editor, encoding) == place


@EVERY_ENCODING
@given(text=TEXTS, line=st.integers(0, 50), column=st.integers(0, 99))
def test_any_place_is_one_of_the_text(encoding: Encoding, text: str, line: int, column: int) -> None:
    """Past the end of a line is its end, inside a character is before it, past the text is its end."""
    lines = Lines(text)
    place = lines.from_editor(line, column, encoding)
    assert 0 <= lines.offset(place) <= len(text)
    if line >= lines.count:
        assert place == lines.end
    else:
        assert _units(lines.line(line + 1)[: place.column], encoding) <= column


@pytest.mark.parametrize("separator", ["\x0c", "\x85", "\u2028", "\x0b", "\x1c"])
def test_what_ends_a_line_for_splitlines_only_does_not(separator: str) -> None:
    lines = Lines(f"a{separator}b\nc")
    assert lines.count == 2
    assert lines.to_editor(Position(2, 0), Encoding.UTF_16) == (1, 0)
