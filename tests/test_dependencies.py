"""What is installed with autofix: pinned, known by the hash of every file, and under licences that allow it."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("packaging", reason="requirements are read with packaging, which the extra dev brings")
ROOT = Path(__file__).parents[1]
LOCKS = ("dev", "torch")
PINNED = re.compile(r"([A-Za-z0-9._-]+)==([^\s;]+)")


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def entries(name: str) -> list[str]:
    text = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
    return re.split(r"(?m)^(?=[^\s#])", text)[1:]


def test_every_pin_is_locked_in_the_same_version() -> None:
    locked = {normal(match[1]): match[2] for name in LOCKS for entry in entries(name) if (match := PINNED.match(entry))}
    pins = PINNED.findall((ROOT / "constraints.txt").read_text("utf-8"))
    assert pins
    assert [(name, version) for name, version in pins if locked.get(normal(name)) != version] == []


@pytest.mark.parametrize("name", LOCKS)
def test_every_entry_has_hashes_and_no_place(name: str) -> None:
    """Where files come from is for the machine; an entry without a hash would make pip refuse the whole list."""
    for entry in entries(name):
        lines = [line.strip().removesuffix("\\").strip() for line in entry.splitlines()]
        assert PINNED.match(lines[0]), lines[0]
        assert lines[1:], lines[0]
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", line) for line in lines[1:]), lines[0]


def test_licences_of_what_users_install_are_on_the_list() -> None:
    words = [sys.executable, str(ROOT / ".ci" / "licences.py"), "lsp", "distributed", "mcp"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert {"libcst", "torch", "typer"} <= {line.split()[0] for line in done.stdout.splitlines()}


@pytest.mark.parametrize(
    "expression, expected",
    [
        ("MIT", True),
        ("Apache-2.0 WITH LLVM-exception AND BSD-3-Clause", True),
        ("GPL-3.0-only", False),
        ("GPL-3.0-only OR MIT", True),
        ("MIT AND GPL-3.0-only", False),
        ("", False),
    ],
)
def test_an_expression_is_read(expression: str, expected: bool) -> None:
    assert runpy.run_path(str(ROOT / ".ci" / "licences.py"))["is_allowed"](expression) is expected
