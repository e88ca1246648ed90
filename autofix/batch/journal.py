"""What was found out before, in one sqlite file: results by what they depend on, and the runs that asked for them.

Every result is its own transaction, so a process that is killed at any moment leaves what it had finished. Rows are
JSON with a signature. A result is used again only if every file it depended on has the same bytes.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from autofix.batch.records import Json
from autofix.records.errors import UsageError
from autofix.system import user_folders

FILE = "results.sqlite3"
KEPT_RUNS = 20
WAIT_SECONDS = 30.0
_TAG = b"Signature: 8a477f597d28d172789f06886806bc55\n# A cache of autofix; it may be deleted at any time.\n"
_TABLES = """
create table if not exists results
    (key text primary key, value text not null, files text not null, signature text not null, run integer);
create table if not exists runs (run integer primary key, finished integer not null default 0);
"""
# Of sqlite: what is no damage, and ends by itself or not at all.
_BUSY, _LOCKED, _READ_ONLY, _IO, _FULL = 5, 6, 8, 10, 13


def folder_of(base: Path) -> Path:
    """Return the folder of a project's results, among what belongs to this user alone.

    Raises OSError where the user has no home.
    """
    return user_folders.cache() / "batch" / user_folders.of_project(base)


class Journal:
    """A context manager; ``Journal(None)`` keeps everything in memory.

    A row counts only with the signature of this user: what else lies in the folder is as if it were not there.
    """

    def __init__(self, folder: Path | None) -> None:
        self._file = None if folder is None else folder / FILE
        try:
            if folder is not None:
                _tag(folder)
            self._base = _opened(self._file)
        except (OSError, sqlite3.Error) as error:
            raise UsageError(f"cannot open the journal in {folder}: {error}; delete it or pass --no-cache") from error
        self._secret = user_folders.secret()
        self._run = 0

    @property
    def is_kept(self) -> bool:
        """Whether what is put here is there for the next batch."""
        return self._file is not None

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._base.close()

    def begin(self) -> None:
        """Begin a new run."""
        self._ask("insert into runs default values")
        rows = self._ask("select max(run) from runs")
        self._run = rows[0][0] if rows and isinstance(rows[0][0], int) else 0

    def finish(self) -> None:
        """Finish the run: there is nothing to resume, and results that no recent run used are deleted."""
        self._ask("update runs set finished = 1 where run <= ?", self._run)
        self._ask("delete from results where run <= ?", self._run - KEPT_RUNS)
        self._ask("delete from runs where run <= ?", self._run - KEPT_RUNS)

    def is_unfinished(self) -> bool:
        """Return whether the last run did not finish."""
        rows = self._ask("select finished from runs order by run desc limit 1")
        return bool(rows) and not rows[0][0]

    def known(self) -> int:
        """Return how many results are stored."""
        rows = self._ask("select count(*) from results")
        return int(rows[0][0]) if rows else 0

    def get(self, key: str, digest: Callable[[str], str]) -> Json | None:
        """Return the result under the key, if the files it depended on are as they were."""
        rows = self._ask("select value, files, signature from results where key = ?", key)
        if not rows or not all(isinstance(text, str) for text in rows[0]):
            return None
        value, files, signature = rows[0]
        if not hmac.compare_digest(signature.encode(), self._signature(key, value, files).encode()):
            return None
        if any(digest(path) != known for path, known in json.loads(files)):
            return None
        self._ask("update results set run = ? where key = ? and run != ?", self._run, key, self._run)
        known_value: Json = json.loads(value)
        return known_value

    def put(self, key: str, value: Json, files: Sequence[tuple[str, str]]) -> None:
        texts = (json.dumps(value), json.dumps(list(files)))
        row = (key, *texts, self._signature(key, *texts), self._run)
        self._ask("insert or replace into results values (?, ?, ?, ?, ?)", *row)

    def _signature(self, *texts: str) -> str:
        hashes = (hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in texts)
        return hmac.new(self._secret, b"".join(hashes), hashlib.sha256).hexdigest()

    def _ask(self, words: str, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows of an answer; none where the file is damaged, which is then begun anew."""
        try:
            return self._base.execute(words, values).fetchall()
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code not in {_BUSY, _LOCKED, _READ_ONLY, _IO, _FULL}:
                self._renew()
            return []

    def _renew(self) -> None:
        self._base.close()
        try:
            self._base = _opened(self._file, is_damaged=True)
        except (OSError, sqlite3.Error):
            self._file = None
            self._base = _opened(None)


def _tag(folder: Path) -> None:
    """Make the folder, and say in it what it is, in files that are not there yet."""
    known = folder_of_user(folder)
    user_folders.make(folder, known or folder, is_ours=known is not None)
    for name, data in ((".gitignore", b"*\n"), ("CACHEDIR.TAG", _TAG)):
        with contextlib.suppress(FileExistsError):
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
            with os.fdopen(os.open(folder / name, flags, 0o644), "wb") as file:
                file.write(data)


def folder_of_user(folder: Path) -> Path | None:
    """Return this user's own folder of caches where ``folder`` lies in it."""
    try:
        top = user_folders.cache()
    except OSError:
        return None
    return top if folder.is_relative_to(top) else None


def _opened(path: Path | None, *, is_damaged: bool = False) -> sqlite3.Connection:
    if path is None:
        return _connected(":memory:")
    names = [path, *(path.with_name(path.name + end) for end in ("-wal", "-shm", "-journal"))]
    for name in names:
        user_folders.check_file(name)
        if is_damaged:
            name.unlink(missing_ok=True)
    try:
        return _connected(str(path))
    except sqlite3.DatabaseError as error:
        if is_damaged or isinstance(error, sqlite3.OperationalError):
            raise
        return _opened(path, is_damaged=True)


def _connected(name: str) -> sqlite3.Connection:
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
