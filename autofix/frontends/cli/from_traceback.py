"""Repair what a pasted traceback or log tells of: read it, run what it names, and say where the run is another.

It prints nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from autofix import engine
from autofix.frontends.cli import requests
from autofix.frontends.cli.options import RepairChoice, RunChoice
from autofix.loading import traceback_target
from autofix.loading.traceback_target import TracebackTarget
from autofix.records.errors import AutofixError, UsageError
from autofix.records.plan import Applicability
from autofix.records.report import RepairEnding, Report
from autofix.records.samples import SampleOrigin, Samples
from autofix.session.session import Session

# Sides of images, tried where the sizes of the traceback do not come of the sample that was chosen.
SIDES = (32, 28, 64, 224, 96, 128, 256, 48, 84, 160, 192, 299, 384, 512)


def repaired(choice: RepairChoice, session: Session | None, show: engine.Progress) -> tuple[str, Report]:
    """Return what was taken from a traceback, in one line, and the report of what it tells of.

    Raises UsageError where nothing in it lies here, AutofixError where what is run does not show the error.
    """
    assert choice.traceback is not None
    taken = traceback_target.read(_text(choice.traceback), Path.cwd())
    report, tried = _first_that_runs(choice.run, taken, session, show)
    elsewhere = traceback_target.elsewhere(taken, report.trace)
    if report.trace.failure is None and report.plan is None and report.ending is not RepairEnding.NOT_RUN:
        raise AutofixError(f"{elsewhere}; pass the sample that it died on with -s, if it is not repaired already")
    notes = [elsewhere] if elsewhere and report.ending is not RepairEnding.NOT_RUN else []
    if not elsewhere and report.diagnostics:
        notes += filter(None, [traceback_target.other_sizes(taken, report.trace, report.diagnostics[0].finding)])
        if notes:
            report = _unsafe(report, notes[0])
    return f"{taken.words}; ran {tried}", replace(report, notes=(*notes, *report.notes))


def _text(name: str) -> str:
    if name == "-":
        return sys.stdin.buffer.read().decode("utf-8", "replace")
    try:
        data = Path(name).read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read the traceback {name}: {error.strerror}") from error
    return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "replace")


def _first_that_runs(
    run: RunChoice, taken: TracebackTarget, session: Session | None, show: engine.Progress
) -> tuple[Report, str]:
    """Return the report of the first thing that can be run, and what that is; of the first where none can."""
    failed: list[tuple[Report, str] | UsageError] = []
    for words, request in _runs(run, taken):
        try:
            asked = requests.request(request)
            used = requests.usable(session, asked)
            report = engine.repair(_with_sample_of(taken, asked, used), used, show)
        except UsageError as error:
            failed.append(error)
            continue
        if report.ending is not RepairEnding.NOT_RUN:
            return report, words
        failed.append((report, words))
    if isinstance(failed[0], UsageError):
        raise failed[0]
    return failed[0]


def _runs(run: RunChoice, taken: TracebackTarget) -> Iterator[tuple[str, RunChoice]]:
    if run.file:
        yield run.file, run
        return
    for model in taken.choices:
        is_possible = model.model or not (run.sample_shape or run.sample or run.model)
        if is_possible or len(taken.choices) == 1:
            yield str(model), replace(run, file=str(model.path), model=run.model or model.model or None)


def _with_sample_of(taken: TracebackTarget, asked: engine.Request, session: Session | None) -> engine.Request:
    """Return the request; a sample chosen to fit the layers gives way to one that has the traceback's sizes."""
    if asked.target.samples.origin is not SampleOrigin.SOLVED:
        return asked
    for samples in _alike(asked.target.samples):
        from_log = replace(samples, origin=SampleOrigin.TRACEBACK)
        asked_so = replace(asked, target=replace(asked.target, samples=from_log))
        trace, finding = engine.trace(asked_so, session)
        batch = frozenset(sample_input.shape[0] for sample_input in samples.inputs if sample_input.shape)
        if finding is not None and traceback_target.confirms(taken, trace, finding, batch):
            return asked_so
    return asked


def _alike(samples: Samples) -> Iterator[Samples]:
    """Yield samples with other sides of their images, the one that was chosen first."""
    yield samples
    if not any(len(sample_input.shape) == 4 for sample_input in samples.inputs):
        return
    for side in SIDES:
        inputs = (
            replace(sample_input, shape=(*sample_input.shape[:2], side, side))
            if len(sample_input.shape) == 4
            else sample_input
            for sample_input in samples.inputs
        )
        yield replace(samples, inputs=tuple(inputs))


def _unsafe(report: Report, reason: str) -> Report:
    """Return the report with a plan that is not written unasked: it fits a run that is not the one of the traceback."""
    if report.plan is None or not report.plan.is_verified:
        return report
    notes = (reason, *report.plan.notes)
    return replace(report, plan=replace(report.plan, applicability=Applicability.UNSAFE, notes=notes))
