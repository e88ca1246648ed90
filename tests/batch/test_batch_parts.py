"""Parts of a batch without a model: the journal between processes, and the end of a pool."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from autofix.batch import coverage, pipeline
from autofix.batch.journal import FILE, Journal
from autofix.batch.pool import Pool
from autofix.batch.records import Job, JobOutcome, Kind, Listed, Missing
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


PARTS = ("Head", "Block", "Broken", "Open")
RAN = {"Net()": ("a.py: Net", "a.py: Block"), "Head()": ("a.py: Head",), "Broken()": ()}


def test_a_part_that_ran_within_no_model_runs_by_itself_and_is_a_target_if_it_can() -> None:
    def run(asked: list[Job]) -> list[JobOutcome]:
        endings = {job.model: "unconfirmed" if RAN[job.model] else coverage.NOT_RUN for job in asked}
        return [
            JobOutcome(job.label, {"ending": endings[job.model], "message": "no"}, {}, ran=RAN[job.model])
            for job in asked
        ]

    def find(parts: list[Listed]) -> list[Job | Missing]:
        assert [part.name for part in parts] == ["Head", "Broken", "Open"]
        return [
            Job("a.py", "Head()", built="as in b.py"),
            Job("a.py", "Broken()", script=True),
            Missing("a.py", "Open", "it needs `n`"),
        ]

    listed = [Listed("a.py", name, Kind.PART, "part") for name in PARTS]
    ran = coverage.run_in_turn(
        [Job("a.py", "Net()"), *listed, Listed("a.py", "Base", Kind.ABSTRACT, "base")], run, find
    )
    assert [target.model for target, _ in ran.kept] == ["Net()", "Head()"]
    assert [(part.name, part.reason) for part in ran.listed] == [
        ("Block", "it ran within a.py: Net()"),
        ("Broken", "part; alone, no"),
        ("Open", "part; alone, it needs `n`"),
        ("Base", "base"),
    ]
