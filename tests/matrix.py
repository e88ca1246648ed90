"""Run the tests with every Python and torch that is installed, and print which of them passed: `make matrix`.

MATRIX names interpreters, with blanks between; without it they are python3.11 to python3.13 on the path and .venv.
MATRIX_TESTS says which tests, in pytest's words. An interpreter that has torch but not what the tests need runs the
models of tests that this interpreter makes. Nothing is installed.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).parents[1]
NAMES = ("python3.11", "python3.12", "python3.13")
PROBE = "AUTOFIX_TEST_PYTHON"  # ``tests/conftest.py`` starts its probe in this interpreter.
# What one of the test files imports, by the name it is imported by.
NEEDED = (
    "libcst typer unidiff pathspec pygls platformdirs distributed hypothesis pytest xdist pytest_lsp jsonschema "
    "check_jsonschema ruamel numpy"
)
EXAMINE = """
import importlib.util, json, sys
try:
    import torch
    version = torch.__version__
except Exception as error:
    version = f"{type(error).__name__}: {error}".splitlines()[0]
    torch = None
missing = [name for name in sys.argv[1].split() if importlib.util.find_spec(name) is None]
told = {"python": ".".join(map(str, sys.version_info[:3])), "has_torch": torch is not None, "torch": str(version)}
print(json.dumps({**told, "missing": missing}))
"""


@dataclass(frozen=True)
class Interpreter:
    """``torch``: its version, or why it cannot be imported."""

    path: str
    python: str
    torch: str
    has_torch: bool
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """What one interpreter came to; ``words`` are reasons, each of its own kind."""

    python: str
    torch: str
    outcome: str
    words: tuple[str, ...]
    failed: bool


def main(environment: Mapping[str, str]) -> int:
    tests = shlex.split(environment.get("MATRIX_TESTS", "")) or ["tests"]
    rows = [_row(path, tests) for path in _paths(environment)]
    if not any(row.outcome for row in rows):
        rows.append(Row("", "", "", ("no interpreter with torch was found; name some with MATRIX",), failed=True))
    for line in _table(rows):
        print(line)
    return 1 if any(row.failed for row in rows) else 0


def _paths(environment: Mapping[str, str]) -> list[str]:
    named = shlex.split(environment.get("MATRIX", ""))
    programs = (shutil.which(name) for name in NAMES)
    own = ROOT / ".venv" / "bin" / "python"
    return named or list(dict.fromkeys([*filter(None, programs), *([str(own)] if own.exists() else [])]))


def _row(path: str, tests: Sequence[str]) -> Row:
    interpreter = _examined(path)
    if isinstance(interpreter, str):
        return Row(path, "", "", (interpreter,), failed=True)
    if not interpreter.has_torch:
        return Row(
            interpreter.python, "none", "", (f"left out, {path} has no torch: {interpreter.torch}",), failed=False
        )
    counts, words, code = _tested(interpreter, tests)
    if interpreter.missing:
        words = (f"runs models only, it lacks {', '.join(interpreter.missing)}", *words)
    outcome = ", ".join(f"{counts[kind]} {kind}" for kind in ("passed", "failed", "skipped"))
    return Row(interpreter.python, interpreter.torch, outcome, words, failed=code != 0)


def _examined(path: str) -> Interpreter | str:
    """Return the interpreter, or why it cannot be asked."""
    try:
        done = subprocess.run([path, "-c", EXAMINE, NEEDED], capture_output=True, text=True, check=False)
        return Interpreter(**{"path": path, **(answer := json.loads(done.stdout)), "missing": tuple(answer["missing"])})
    except (OSError, ValueError) as error:
        return f"{path} cannot be asked: {error}"


def _tested(interpreter: Interpreter, tests: Sequence[str]) -> tuple[Counter[str], tuple[str, ...], int]:
    """Return how many tests ended how, why those did that did not pass, and pytest's exit code."""
    python = sys.executable if interpreter.missing else interpreter.path
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "rules")))}
    environment.pop(PROBE, None)
    if interpreter.missing:
        environment[PROBE] = interpreter.path
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "tests.xml"
        words = [python, "-m", "pytest", "-q", "--numprocesses", "2", "--dist", "load", f"--junitxml={file}", *tests]
        code = subprocess.run(words, cwd=ROOT, env=environment, check=False).returncode
        cases = list(ElementTree.parse(file).iter("testcase")) if file.exists() else []
    counts = Counter(_outcome(case)[0] for case in cases)
    if not cases:
        return counts, (f"pytest ended with exit code {code} and no result",), code or 1
    return counts, tuple(_reasons(cases)), code


def _outcome(case: ElementTree.Element) -> tuple[str, str]:
    for kind, tags in (("failed", ("failure", "error")), ("skipped", ("skipped",))):
        for tag in tags:
            element = case.find(tag)
            if element is not None:
                return kind, (element.get("message") or "").splitlines()[0] if element.get("message") else ""
    return "passed", ""


def _reasons(cases: Sequence[ElementTree.Element]) -> Iterator[str]:
    for case in cases:
        kind, message = _outcome(case)
        if kind == "failed":
            yield f"failed: {case.get('classname')}::{case.get('name')}: {message}"
    skipped = Counter(message for kind, message in map(_outcome, cases) if kind == "skipped")
    for message, count in skipped.most_common():
        yield f"skipped, {count}: {message}"


def _table(rows: Sequence[Row]) -> Iterator[str]:
    python = max(map(len, ("Python", *(row.python for row in rows))))
    torch = max(map(len, ("torch", *(row.torch for row in rows))))
    yield f"{'Python':{python}}  {'torch':{torch}}  result"
    for row in rows:
        yield f"{row.python:{python}}  {row.torch:{torch}}  {row.outcome}".rstrip()
        yield from (f"    {word}" for word in row.words)


if __name__ == "__main__":
    sys.exit(main(os.environ))
