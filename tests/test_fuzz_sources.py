"""Source files of every kind through the whole command: a documented end, no byte lost, a patch that is what it says."""

from __future__ import annotations

from fuzzing import check_ending, check_patch, check_unchanged, command, fuzzed, lost_lines, patched, world
from hostile import (
    SAMPLE,
    broken_bytes,
    encoded,
    faulty_texts,
    file_texts,
)
from hypothesis import strategies as st

from autofix.child import Session

NAME = "net.py"


def _repaired(data: bytes, words: tuple[str, ...], session: Session) -> int:
    """Propose, then apply: the file becomes what git makes of the proposal, and nothing else changes."""
    with world({NAME: data}) as made:
        before = made.files()
        proposed = command([NAME, *words, "--time-limit", "5"], session)
        check_ending(proposed)
        check_unchanged(before, made)
        check_patch(proposed.output, made)
        wanted = patched(proposed.output, made)
        applied = command([NAME, *words, "--time-limit", "5", "--apply", "--unsafe-fixes"], session)
        check_ending(applied)
        assert applied.output == b""
        assert made.files() == wanted
        assert applied.code == (0 if proposed.output else proposed.code)
        assert not lost_lines(data, (made.project / NAME).read_bytes(), proposed.output)
        return proposed.code


@fuzzed(normal=60, long=1500, data=st.one_of(st.binary(max_size=60), broken_bytes(), file_texts.map(str.encode)))
def test_any_bytes(session: Session, data: bytes) -> None:
    _repaired(data, ("-s", SAMPLE), session)


@fuzzed(normal=40, long=1200, data=encoded(faulty_texts()))
def test_a_fault_among_anything_is_repaired(session: Session, data: bytes) -> None:
    assert _repaired(data, ("-s", SAMPLE), session) == 1
