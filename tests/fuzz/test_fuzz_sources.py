"""Source files of every kind through the whole command: a documented end, no byte lost, a true patch."""

from __future__ import annotations

import contextlib
import sys
import tomllib
from pathlib import Path

import pytest
from corpus import CORPUS, NOT_PYTHON, STORED
from expressions import EXPRESSIONS, PLACES
from fuzzing import (
    LONG,
    check_ending,
    check_patch,
    check_rules,
    check_unchanged,
    command,
    fuzzed,
    lost_lines,
    patched,
    world,
)
from hypothesis import settings
from hypothesis import strategies as st
from programs import FIXTURES, HEAD, SAMPLE, broken_bytes, disturbed_texts, encoded, faulty_texts, programs
from texts import file_texts

from autofix.loading import find_target
from autofix.records.errors import UsageError
from autofix.session.session import Session
from autofix.syntax import suppressions

NAME = "net.py"
GIVEN = ("-s", SAMPLE)


def _repaired(data: bytes, words: tuple[str, ...], session: Session) -> int:
    """Propose, then apply: the file becomes what git makes of the proposal, and nothing else changes.

    The exit code of the proposal.
    """
    words = (NAME, *words, "--time-limit", "5")
    with world({NAME: data}) as project_world:
        before = project_world.files()
        proposed = command(words, session)
        check_ending(proposed)
        check_rules(proposed)
        check_unchanged(before, project_world)
        check_patch(proposed.output, project_world)
        if not proposed.output:
            return proposed.code
        expected = patched(proposed.output, project_world)
        applied = command([*words, "--apply", "--unsafe-fixes"], session)
        check_ending(applied)
        assert (applied.code, applied.output) == (0, b"")
        assert project_world.files() == expected
        assert not lost_lines(data, (project_world.project / NAME).read_bytes(), proposed.output)
        return proposed.code


@fuzzed(normal=18, long=675, data=st.one_of(st.binary(max_size=60), broken_bytes(), file_texts.map(str.encode)))
def test_any_bytes(session: Session, data: bytes) -> None:
    _repaired(data, GIVEN, session)


@fuzzed(normal=9, long=450, data=encoded(faulty_texts()))
def test_a_fault_among_anything_is_repaired(session: Session, data: bytes) -> None:
    assert _repaired(data, GIVEN, session) == 1


@fuzzed(normal=12, long=225, data=st.data())
def test_disturbed_fixtures(session: Session, data: st.DataObject) -> None:
    """Models of all kinds with lines, comments and characters put in and tokens exchanged, run on their own samples."""
    path = data.draw(st.sampled_from(FIXTURES))
    case = tomllib.loads(path.with_name("case.toml").read_text("utf-8"))
    words = [word for sample in case.get("samples", ()) for word in ("-s", sample)]
    words += ["-m", case["model"]] if "model" in case else []
    _repaired(data.draw(encoded(disturbed_texts(path.read_text("utf-8")))), tuple(words), session)


@fuzzed(normal=12, long=180, text=programs())
def test_generated_programs(session: Session, text: str) -> None:
    """Statements that a grammar made, around and inside a model with a fault; most of them raise when they are run."""
    _repaired(text.encode(), GIVEN, session)


# -- the corpus --------------------------------------------------------------------------------------------------------


def _needs(path: Path) -> tuple[int, ...]:
    """Return the Python that a file of the corpus is written for: ``pep695_312.py``."""
    digits = path.stem.rpartition("_")[2]
    return (int(digits[0]), int(digits[1:])) if digits.isdigit() else (3, 11)


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_corpus(session: Session, path: Path) -> None:
    """Valid Python of every kind around a fault is repaired, where this Python can read it."""
    assert _repaired(path.read_bytes(), GIVEN, session) == (1 if sys.version_info >= _needs(path) else 2)


@pytest.mark.parametrize("data", STORED.values(), ids=STORED)
def test_files_that_no_editor_keeps(session: Session, data: bytes) -> None:
    assert _repaired(data, GIVEN, session) == 1


@pytest.mark.parametrize("data", NOT_PYTHON.values(), ids=NOT_PYTHON)
def test_files_that_are_no_python(session: Session, data: bytes) -> None:
    assert _repaired(data, GIVEN, session) == 2


# -- what is read without being run ------------------------------------------------------------------------------------


def _read(text: str) -> None:
    """Read a text as is done before a model is run: the result is a target or one clear refusal."""
    with world({NAME: b""}) as project_world:
        path = project_world.project / NAME
        for model in (None, "Net()"):
            with contextlib.suppress(UsageError):
                find_target.target(path, model=model, text=text)
        suppressions.suppressions(text)


@pytest.mark.parametrize("place", range(len(PLACES)))
def test_expressions_that_must_not_be_worked_out(place: int) -> None:
    """The last place is worked on up to the limit whatever stands in it: some stand for the others in a normal run."""
    is_every = place < len(PLACES) - 1 or settings.get_current_profile_name() == LONG
    for expression in EXPRESSIONS if is_every else EXPRESSIONS[::8]:
        _read(HEAD + PLACES[place].replace("@", expression))


@fuzzed(
    normal=45,
    long=1125,
    place=st.sampled_from(PLACES),
    expressions=st.lists(st.sampled_from(EXPRESSIONS), min_size=3, max_size=3),
    operator=st.sampled_from((" + ", " * ", " ** ", " if ", ", ", " in ", " % ", ")(", "][", ".")),
)
def test_expressions_together(place: str, expressions: list[str], operator: str) -> None:
    _read(HEAD + place.replace("@", f"({operator.join(expressions)})"))


@fuzzed(normal=24, long=675, text=st.one_of(programs(), file_texts))
def test_any_text_is_read(text: str) -> None:
    _read(text)
