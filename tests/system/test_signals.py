"""A signal is told as what it is, whatever it interrupted."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from autofix.records.errors import ConflictError
from autofix.system import signals


def _raised(first: BaseException, then: Exception | None) -> BaseException:
    """Return what comes out where ``first`` interrupts and ``then`` is raised over it."""
    try:
        try:
            raise first
        except BaseException as error:
            if then is None:
                raise
            raise then from error
    except BaseException as error:
        return error


@pytest.mark.parametrize("first", [KeyboardInterrupt(), signals.EndedError(15)])
@pytest.mark.parametrize("then", [None, RuntimeError("in a class body"), ConflictError("a.py has changed")])
def test_what_a_signal_became_is_told_from_an_error_of_ours(first: BaseException, then: Exception | None) -> None:
    assert signals.ended_by(_raised(first, then)) is first
    assert signals.ended_by(_raised(_raised(first, then), ImportError("half imported"))) is first


def test_an_error_without_a_signal_is_none() -> None:
    assert signals.ended_by(_raised(ValueError(), RuntimeError())) is None
    looped = RuntimeError()
    looped.__context__ = ValueError()
    looped.__context__.__context__ = looped
    assert signals.ended_by(looped) is None


# A module of ours that is interrupted while a class of it is built: until Python 3.12 that is a RuntimeError.
_START = """
import os, signal, sys
from autofix import __main__
from autofix.frontends.cli import main

class Named:
    def __set_name__(self, owner, name):
        os.kill(os.getpid(), signal.{signal})

def interrupted(*words):
    try:
        type("Half", (), {{"field": Named()}})
    except Exception as error:
        raise {error}
{place} = interrupted
__main__.main()
"""
PLACES = ("__main__._run_model", "main._run")
ERRORS = {
    "as it came": "error",
    "of ours": "main.InternalError('half') from error",
    "told": "main.UsageError('u') from error",
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("error", ERRORS.values(), ids=ERRORS)
@pytest.mark.parametrize("name, code", [("SIGINT", 130), ("SIGTERM", 143)])
def test_the_start_says_how_it_ended(place: str, error: str, name: str, code: int, tmp_path: Path) -> None:
    script = tmp_path / "start.py"
    script.write_text(_START.format(signal=name, place=place, error=error), "utf-8")
    ended = subprocess.run(
        [sys.executable, "-P", str(script), "doctor" if place.startswith("main.") else "a.py"],
        capture_output=True, text=True, check=False, cwd=tmp_path, timeout=60,
    )  # fmt: skip
    assert ended.returncode == code, ended.stderr
    assert "internal error" not in ended.stderr
    assert "Traceback" not in ended.stderr
    shown = ["autofix: interrupted"] if name == "SIGINT" else []
    assert [line.partition(": u")[0] for line in ended.stderr.splitlines()] == shown
