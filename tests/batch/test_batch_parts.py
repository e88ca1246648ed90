"""Parts of a batch without a model: the journal between processes, and the end of a pool."""

from __future__ import annotations

import sqlite3
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from autofix.batch import pipeline
from autofix.batch.journal import Journal
from autofix.batch.pool import Pool
from autofix.batch.records import Job
from autofix.records.errors import UsageError


def test_a_journal_that_another_batch_is_making_is_waited_for(tmp_path: Path) -> None:
    """sqlite waits for most locks by itself, and not for this one."""
    other = sqlite3.connect(tmp_path / "batch.sqlite3", isolation_level=None, check_same_thread=False)
    other.execute("begin exclusive")
    later = threading.Timer(0.5, lambda: other.execute("commit"))
    later.start()
    with Journal(tmp_path) as journal:
        journal.begin(["x"])
        assert journal.interrupted() == ["x"]
    later.join()
    other.close()


def test_a_journal_that_is_none_gets_one_message(tmp_path: Path) -> None:
    (tmp_path / "batch.sqlite3").write_bytes(b"no database" * 1000)
    with pytest.raises(UsageError, match=r"cannot open the journal in .*; delete it or pass --no-cache"):
        Journal(tmp_path)


def test_a_program_and_its_model_have_the_time_of_both() -> None:
    job = Job("a.py", "Net()")
    assert pipeline.bound(replace(job, script=True).as_json()) > 1.5 * pipeline.bound(job.as_json())


def test_a_pool_ends_while_its_workers_are_taken_out(tmp_path: Path) -> None:
    """A thread whose worker was ended drops it, at the very time when the pool ends the others."""
    pool = Pool(2, lambda _: 1.0)

    class Ends:
        def end(self) -> None:
            pool._workers.discard(self)

    pool._workers.update(Ends() for _ in range(4))  # type: ignore[misc]
    pool.shutdown(wait=False, cancel_futures=True)
    assert not pool._workers
