"""Saves as editors make them: writing into a file, replacing it, removing it first; each is told once, at rest."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from autofix.frontends.watch.saves import GONE_AFTER_S, Saves


def _write(path: Path) -> None:
    path.write_text("changed", "utf-8")


def _replace(path: Path) -> None:
    path.with_suffix(".new").write_text("changed", "utf-8")
    path.with_suffix(".new").replace(path)


def _remove_first(path: Path) -> None:
    path.unlink()
    _write(path)


@pytest.mark.parametrize("save", [_write, _replace, _remove_first])
def test_each_save_is_told_once(tmp_path: Path, save: Callable[[Path], None]) -> None:
    path = tmp_path / "net.py"
    path.write_text("", "utf-8")
    saves = Saves()
    saves.use(7, [path], time.time_ns())
    assert saves.users_of_saved() == set()
    save(path)
    assert [saves.users_of_saved() for _ in range(4)] == [set(), {7}, set(), set()]


def test_a_file_that_is_being_written_comes_to_rest_first(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text("", "utf-8")
    saves = Saves()
    saves.use(0, [path], time.time_ns())
    for text in ("a", "ab", "abc"):
        path.write_text(text, "utf-8")
        assert saves.users_of_saved() == set()
    assert saves.users_of_saved() == {0}


def _empty(path: Path) -> None:
    path.write_text("", "utf-8")


@pytest.mark.parametrize("begin", [Path.unlink, _empty])
def test_a_file_that_is_away_or_empty_for_a_moment_is_not_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, begin: Callable[[Path], None]
) -> None:
    path, now = tmp_path / "net.py", 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    _write(path)
    saves = Saves()
    saves.use(0, [path], time.time_ns())
    begin(path)
    assert [saves.users_of_saved() for _ in range(3)] == [set(), set(), set()]
    now += GONE_AFTER_S + 0.1
    assert [saves.users_of_saved() for _ in range(2)] == [{0}, set()]


def test_users_learn_of_their_own_files(tmp_path: Path) -> None:
    own, shared, newer = (tmp_path / name for name in ("own.py", "shared.py", "newer.py"))
    for path in (own, shared, newer):
        path.touch()
    saves = Saves()
    saves.use(0, [own, shared], time.time_ns())
    saves.use(1, [shared], time.time_ns())
    saves.use(2, [newer], since_ns=0)  # It was written after the check that reads it had begun.
    assert saves.users_of_saved() == {2}
    _write(shared)
    assert [saves.users_of_saved() for _ in range(2)] == [set(), {0, 1}]
    saves.use(0, [own], time.time_ns())
    saves.use(1, [], time.time_ns())
    assert len(saves) == 2
    _write(shared)
    assert [saves.users_of_saved() for _ in range(2)] == [set(), set()]
