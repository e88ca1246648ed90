"""An edited text that Python itself would end, whatever stands beside what was edited. No torch."""

from __future__ import annotations

from pathlib import Path

import pytest

from autofix.search.refused_texts import is_refused

PATH = Path("/project/net.py")
TEXT = """\
import math

SCALE = 2


def area(width, height=1):
    return width * height


class Square:
    def __init__(self, side):
        self.side = side

    def area(self):
        return area(self.side, height=self.side) * SCALE


class Circle:
    def area(self, radius):
        return math.pi * radius * radius
"""


def _refused(old: str, new: str) -> bool:
    assert TEXT.count(old) == 1
    return is_refused(((PATH, TEXT.replace(old, new)),), {PATH: TEXT})


@pytest.mark.parametrize(
    "old, new",
    [
        ("return math.pi * radius", "return math.pi * diameter"),
        ("height=self.side)", "width=self.side)"),
        # What was edited is not what is refused.
        ("def area(width, height=1)", "def area(width, depth=1)"),
        ("import math\n", ""),
        ("SCALE = 2", "FACTOR = 2"),
        ("self.side = side", "self.side = side +"),
    ],
)
def test_what_python_ends_is_refused(old: str, new: str) -> None:
    assert _refused(old, new)


@pytest.mark.parametrize(
    "old, new",
    [
        ("radius * radius", "radius * SCALE"),
        ("area(self.side, height=self.side)", "area(height=self.side, width=self.side)"),
        ("self.side = side", "self.side = abs(side)"),
        ("SCALE = 2", "SCALE = 3"),
        ("import math\n", "import cmath as math\n"),
    ],
)
def test_what_runs_is_not(old: str, new: str) -> None:
    assert not _refused(old, new)


def test_a_name_that_an_unchanged_function_sets_for_all_is_known() -> None:
    before = "def start():\n    global MODEL\n    MODEL = 1\n\n\ndef use():\n    return 1\n"
    assert not is_refused(((PATH, before.replace("return 1", "return MODEL")),), {PATH: before})
