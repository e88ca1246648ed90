"""Whether a run that still fails got further: by stage, by layers, and by what is wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from autofix.records.finding import Finding, Mismatch
from autofix.records.locations import Location, Position, Range
from autofix.records.plan import Verdict
from autofix.search.progress import Progress, judge

HERE = Location(Path("/project/net.py"), Range(Position(1, 0), Position(1, 1)))


def at(stage: int, layers: int, message: str = "wrong", line: int = 1) -> Progress:
    call = replace(HERE, range=Range(Position(line, 0), Position(line, 1)))
    return Progress(stage, layers, Finding(Mismatch.OTHER, message, HERE, call, ""))


VERDICTS = {
    "the first": (None, at(3, 0), Verdict.PROGRESSES),
    "a later stage": (at(1, 9), at(3, 0), Verdict.PROGRESSES),
    "an earlier stage": (at(3, 0), at(1, 9), Verdict.FAILS),
    "more layers": (at(3, 1), at(3, 2), Verdict.PROGRESSES),
    "fewer layers": (at(3, 2), at(3, 1), Verdict.FAILS),
    "the same": (at(3, 2), at(3, 2), Verdict.FAILS),
    "the same words about another line": (at(3, 2), at(3, 2, line=2), Verdict.PROGRESSES),
    "as deep, and wrong in another way": (at(3, 2), at(3, 2, "otherwise"), Verdict.PROGRESSES),
}


@pytest.mark.parametrize("before, after, verdict", VERDICTS.values(), ids=VERDICTS)
def test_verdict(before: Progress | None, after: Progress, verdict: Verdict) -> None:
    assert judge(before, after) is verdict
