"""Runs that are made before it is sure that they are wanted: they change when a reply is there, and nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from autofix import engine
from autofix.probe.main import wire
from autofix.records.locations import SourceText
from autofix.records.report import Report
from autofix.records.samples import Target
from autofix.session.session import Session

LINEAR = """\
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, wide=7):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.fc = nn.Linear({width}, wide)

    def forward(self, x):
        x = torch.flatten(self.conv(x), 1)
        return self.fc(x)
"""
SAMPLE = "2,3,8,8"
SLEEP = LINEAR.format(width="4 * 6 * 6").replace(
    "        x = torch", "        import time; time.sleep(60)\n        x = torch"
)

pytestmark = pytest.mark.torch


@pytest.fixture(scope="module")
def eager() -> Iterator[Session]:
    with Session(ahead=True) as started:
        yield started


@pytest.fixture(scope="module")
def patient() -> Iterator[Session]:
    with Session(ahead=False) as started:
        yield started


PendingRun = Callable[..., wire.RunRequest]


def _files(session: Session) -> list[Path]:
    return sorted(session.folder.glob("reply-*"))


def test_reply_of_a_run_made_ahead(asked: PendingRun, eager: Session) -> None:
    good, bad = asked(LINEAR.format(width=144), SAMPLE), asked(LINEAR.format(width=140), SAMPLE)
    pending = eager.ask(bad)
    ahead = [eager.ask_ahead(good), eager.ask_ahead(replace(good, fresh=True))]
    assert eager.wait(pending)["ending"] == "raised"
    assert [run is not None and eager.wait(run)["ending"] for run in ahead] == ["passed", "passed"]
    assert _files(eager) == []


def test_a_run_that_is_wanted_never_waits_for_one_made_ahead(asked: PendingRun) -> None:
    """One that hangs takes a worker, and not the one that serves what is asked for."""
    good, hangs = asked(LINEAR.format(width=144), SAMPLE), asked(SLEEP, SAMPLE)
    began = time.monotonic()
    with Session(ahead=True) as session:
        for _ in range(2):
            pending = session.ask(good)
            begun = [session.ask_ahead(run) for run in (hangs, hangs, replace(hangs, fresh=True))]
            assert session.wait(pending)["ending"] == "passed"
            for run in begun:
                if run is not None:
                    session.abandon(run)
        assert [run is not None for run in begun] == [False, False, False]
    assert time.monotonic() - began < 20


def test_reply_that_nobody_wants_is_removed(asked: PendingRun) -> None:
    with Session(ahead=True) as session:
        good = asked(LINEAR.format(width=144), SAMPLE)
        pending, ahead = session.ask(good), session.ask_ahead(good)
        assert ahead is not None
        session.abandon(ahead)
        session.wait(pending)
        deadline = time.monotonic() + 20
        while _files(session) and time.monotonic() < deadline:
            session.run(good)
            session.abandon(ahead)
        assert _files(session) == []


def test_a_session_that_shares_the_machine_makes_none(asked: PendingRun, patient: Session) -> None:
    good = asked(LINEAR.format(width=144), SAMPLE)
    pending = patient.ask(good)
    assert patient.ask_ahead(good) is None
    assert patient.ask_ahead(replace(good, fresh=True)) is None
    assert patient.wait(pending)["ending"] == "passed"


PROGRAM = """\
import torch
from torch import nn

net = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(12, 2))
print(net(torch.randn(4, 8)).sum())
"""
FAULTY = {
    "one fault": (LINEAR.format(width=140), (SAMPLE,)),
    "a product": (LINEAR.format(width="4 * 5 * 5"), (SAMPLE,)),
    "two faults": (LINEAR.format(width=140).replace("Conv2d(3", "Conv2d(1"), (SAMPLE,)),
    "no fault": (LINEAR.format(width=144), (SAMPLE,)),
    "a program": (PROGRAM, ()),
    "a loss over a batch that broadcasts": (
        LINEAR.format(width=144).replace(
            "return self.fc(x)", "return ((self.fc(x).sum(1, keepdim=True) - x[:, 0]) ** 2).mean()"
        ),
        (SAMPLE,),
    ),
}


@pytest.mark.parametrize("name", FAULTY)
def test_report_is_the_same_with_and_without(
    name: str, target: Callable[..., Target], eager: Session, patient: Session
) -> None:
    text, samples = FAULTY[name]
    model_target = target(text, *samples)
    request = engine.Request(model_target, (SourceText(model_target.path, text),))
    assert _plain(engine.repair(request, eager)) == _plain(engine.repair(request, patient))


def _plain(report: Report) -> tuple[object, ...]:
    plans = [
        (plan.title, plan.cost, plan.applicability, plan.texts, plan.notes)
        for plan in (report.plan, *report.alternatives)
        if plan
    ]
    return report.ending, report.message, report.notes, report.spent.probes, plans
