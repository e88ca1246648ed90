"""Parts of a batch without a model: the journal between processes, and the end of a pool."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from autofix.batch import pipeline
from autofix.batch.journal import FILE, Journal
from autofix.batch.pool import Pool
from autofix.batch.records import Job
from autofix.records.errors import UsageError


def test_a_journal_that_another_batch_is_making_is_waited_for(tmp_path: Path) -> None:
    """sqlite waits for most locks by itself, and not for this one."""
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None, check_same_thread=False)
    other.execute("begin exclusive")
    later = threading.Timer(0.5, lambda: other.execute("commit"))
    later.start()
    with Journal(tmp_path) as journal:
        journal.begin()
        assert journal.is_unfinished()
    later.join()
    other.close()


def test_a_journal_that_is_damaged_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no database" * 1000)
    with Journal(tmp_path) as journal:
        journal.put("key", {"a": 1}, [])
    with Journal(tmp_path) as journal:
        assert journal.get("key", str) == {"a": 1}


@pytest.mark.parametrize("name", [FILE, f"{FILE}-wal"])
def test_a_journal_that_is_a_link_gets_one_message(name: str, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("precious", "utf-8")
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / name).symlink_to(tmp_path / "precious")
    with pytest.raises(UsageError, match=r"cannot open the journal in .*; delete it or pass --no-cache"):
        Journal(tmp_path / "cache")
    assert (tmp_path / "precious").read_text("utf-8") == "precious"


@pytest.mark.parametrize("column", ["value", "files", "signature"])
@pytest.mark.parametrize("value", ["", "[]", "5", "{}", "nope", b"\xff", None, 5])
def test_a_row_that_is_not_ours_is_a_miss(column: str, value: object, tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.put("key", {"a": 1}, [("file", "hash")])
        assert journal.get("key", lambda _: "hash") == {"a": 1}
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    with contextlib.suppress(sqlite3.IntegrityError):
        other.execute(f"update results set {column} = ?", (value,))
        with Journal(tmp_path) as journal:
            assert journal.get("key", lambda _: "hash") is None
    other.close()


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
