"""`make matrix`: which interpreters are asked, what each runs, and what is told of it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("matrix.py")
TESTS = """\
import os
import pytest

def test_passes():
    assert os.environ.get("AUTOFIX_TEST_PYTHON") == {probe!r}

def test_fails():
    assert {fails} is False, "words of the failure"

def test_skipped():
    pytest.skip("this torch has no such operator")
"""
TORCH = "import types; sys.modules['torch'] = types.ModuleType('torch'); sys.modules['torch'].__version__ = '2.7.1+cpu'"
NO_TORCH = "sys.modules['torch'] = None"
NO_PYTEST = f"{TORCH}; sys.modules['pytest'] = None"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-ins are scripts for a shell")


def stand_in(path: Path, statement: str) -> Path:
    """Write an interpreter in which ``statement`` runs before what it is given after ``-c``."""
    code = f"import sys; {statement}; _, code, *words = sys.argv; sys.argv[:] = ['-c', *words]; exec(code)"
    ordinary = f'if [ "$1" = -m ]; then exec {sys.executable} "$@"; fi'
    path.write_text(f'#!/bin/sh\n{ordinary}\nshift\nexec {sys.executable} -c "{code}" "$@"\n', "utf-8")
    path.chmod(0o755)
    return path


def _matrix(*pythons: Path, tests: Path) -> tuple[int, list[str]]:
    """Return the exit code and the lines of the table."""
    settings = {"MATRIX": " ".join(map(str, pythons)), "MATRIX_TESTS": f"{tests} -p no:cacheprovider"}
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")} | settings
    done = subprocess.run([sys.executable, SCRIPT], env=environment, capture_output=True, text=True, check=False)
    lines = done.stdout.splitlines()
    return done.returncode, lines[next(i for i, line in enumerate(lines) if line.startswith("Python ")) :]


# statement -> whether it runs the tests itself, whether one fails, exit code, outcome, words
CASES: dict[str, tuple[str, bool, bool, int, str, str]] = {
    "passes": (TORCH, True, False, 0, "2 passed, 0 failed, 1 skipped", "skipped, 1: this torch has no such operator"),
    "fails": (TORCH, True, True, 1, "1 passed, 1 failed, 1 skipped", "words of the failure"),
    "runs models only": (NO_PYTEST, False, False, 0, "2 passed, 0 failed, 1 skipped", "it lacks pytest"),
}


@pytest.mark.parametrize("statement, itself, fails, code, outcome, words", CASES.values(), ids=CASES)
def test_an_interpreter(
    statement: str, itself: bool, fails: bool, code: int, outcome: str, words: str, tmp_path: Path
) -> None:
    python = stand_in(tmp_path / "python", statement)
    tests = tmp_path / "test_one.py"
    tests.write_text(TESTS.format(probe=None if itself else str(python), fails=fails), "utf-8")
    ended, lines = _matrix(python, tests=tests)
    assert (ended, lines[1].split("  ")[-2:]) == (code, ["2.7.1+cpu", outcome])
    assert any(words in line for line in lines[2:])


def test_those_that_cannot_be_asked(tmp_path: Path) -> None:
    without = stand_in(tmp_path / "python", NO_TORCH)
    code, lines = _matrix(without, tests=tmp_path)
    assert code == 1
    assert f"left out, {without} has no torch: ModuleNotFoundError" in "".join(lines)
    assert "no interpreter with torch was found" in lines[-1]
    code, lines = _matrix(tmp_path / "nowhere", tests=tmp_path)
    assert code == 1
    assert f"{tmp_path / 'nowhere'} cannot be asked" in "".join(lines)
