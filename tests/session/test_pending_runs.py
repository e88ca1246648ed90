"""Which runs of a probe are in flight, finished, or abandoned."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from autofix.probe.main import wire
from autofix.session.pending_runs import PendingRun, RunTracker


def pending(number: int) -> PendingRun:
    return PendingRun(cast(wire.RunRequest, cast(Any, None)), Path(f"/session/reply-{number}.json"))


def test_a_run_from_its_beginning_to_its_reply() -> None:
    tracker, run = RunTracker(), pending(1)
    assert not tracker.knows(run)
    tracker.began(run)
    assert tracker.knows(run)
    assert list(tracker.in_flight.values()) == [run]
    assert tracker.note(run.done)
    assert tracker.knows(run)
    assert not tracker.in_flight
    tracker.consume(run)
    assert not tracker.knows(run)


def test_a_line_about_no_run_is_said_to_be_none() -> None:
    tracker, run = RunTracker(), pending(1)
    tracker.began(run)
    assert not tracker.note(b"ready\n")
    assert not tracker.note(pending(2).done)
    assert tracker.in_flight


def test_the_reply_of_an_abandoned_run_is_named_once() -> None:
    tracker, run, other = RunTracker(), pending(1), pending(2)
    for pending_run in (run, other):
        tracker.began(pending_run)
    tracker.abandon(run)
    assert list(tracker.unwanted()) == []  # It is still being written.
    tracker.note(run.done)
    tracker.note(other.done)
    assert list(tracker.unwanted()) == [run.reply_path]
    assert list(tracker.unwanted()) == []
    assert tracker.knows(other)


def test_what_was_never_begun_cannot_be_abandoned() -> None:
    tracker = RunTracker()
    tracker.abandon(pending(1))
    assert tracker.abandoned == {}
