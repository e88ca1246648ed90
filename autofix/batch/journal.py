"""What was found out before, in one sqlite file: results by what they depend on, and the runs that asked for them.

Every result is its own transaction, so a process that is killed at any moment leaves what it had finished. Rows are
JSON. A result is used again only if every file it depended on has the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

from autofix.batch.records import Json
from autofix.records.errors import UsageError

FOLDER = ".autofix_cache"
KEPT_RUNS = 20
WAIT_SECONDS = 30.0
_TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# A cache of autofix; it may be deleted at any time.\n"
_TABLES = """
create table if not exists results (key text primary key, value text not null, files text not null, run integer);
create table if not exists runs (run integer primary key, words text not null, finished integer not null default 0);
"""


class Journal:
    """A context manager; ``Journal(None)`` keeps everything in memory."""

    def __init__(self, folder: Path | None) -> None:
        self.is_kept = folder is not None
        try:
            if folder is not None:
                folder.mkdir(parents=True, exist_ok=True)
                (folder / ".gitignore").write_text("*\n", "utf-8")
                (folder / "CACHEDIR.TAG").write_text(_TAG, "utf-8")
            self._base = _opened(":memory:" if folder is None else str(folder / "batch.sqlite3"))
        except (OSError, sqlite3.Error) as error:
            where = "" if folder is None else f" in {folder}"
            raise UsageError(f"cannot open the journal{where}: {error}; delete it or pass --no-cache") from error
        self._run = 0

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._base.close()

    def begin(self, words: Sequence[str]) -> None:
        """Begin a new run; ``words`` are the command line that ``resume`` would go on with."""
        cursor = self._base.execute("insert into runs (words) values (?)", (json.dumps(list(words)),))
        self._run = int(cursor.lastrowid or 0)

    def finish(self) -> None:
        """Finish the run: there is nothing to resume, and results that no recent run used are deleted."""
        self._base.execute("update runs set finished = 1 where run <= ?", (self._run,))
        self._base.execute("delete from results where run <= ?", (self._run - KEPT_RUNS,))
        self._base.execute("delete from runs where run <= ?", (self._run - KEPT_RUNS,))

    def interrupted(self) -> list[str] | None:
        """Return the command line of the last run, if it did not finish."""
        row = self._base.execute("select words, finished from runs order by run desc limit 1").fetchone()
        return None if row is None or row[1] else list(json.loads(row[0]))

    def known(self) -> int:
        """Return how many results are stored."""
        row = self._base.execute("select count(*) from results").fetchone()
        return int(row[0])

    def get(self, key: str, digest: Callable[[str], str]) -> Json | None:
        """Return the result under the key, if the files it depended on are as they were."""
        row = self._base.execute("select value, files from results where key = ?", (key,)).fetchone()
        if row is None or any(digest(path) != known for path, known in json.loads(row[1])):
            return None
        self._base.execute("update results set run = ? where key = ? and run != ?", (self._run, key, self._run))
        value: Json = json.loads(row[0])
        return value

    def put(self, key: str, value: Json, files: Sequence[tuple[str, str]]) -> None:
        row = (key, json.dumps(value), json.dumps(list(files)), self._run)
        self._base.execute("insert or replace into results values (?, ?, ?, ?)", row)


def _opened(name: str) -> sqlite3.Connection:
    base = sqlite3.connect(name, timeout=WAIT_SECONDS, isolation_level=None)
    try:
        _prepare(base)
    except BaseException:
        base.close()
        raise
    return base


def _prepare(base: sqlite3.Connection) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            base.execute("pragma journal_mode = wal")
            break
        except sqlite3.OperationalError:  # Another batch is making the file; sqlite does not wait for that by itself.
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
    base.execute("pragma synchronous = normal")
    base.executescript(_TABLES)


def key_of(*parts: object) -> str:
    """Return a key of everything that is known before a run and decides its result."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
