"""A session's folder says whose it is, and what a killed one left is removed by the next, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from autofix.probe.main import last_words
from autofix.session import session_folders

LONG_AGO = time.time() - 3600


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def gone() -> str:
    """The number of a process that has ended."""
    return subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True, check=True
    ).stdout.strip()


def left(folder: Path, owner: str | None) -> Path:
    folder.mkdir()
    (folder / "reply").write_text("of user code", "utf-8")
    if owner is not None:
        (folder / "owner").write_text(owner, "utf-8")
    os.utime(folder, (LONG_AGO, LONG_AGO))
    return folder


def here() -> str:
    return (session_folders.create() / "owner").read_text("utf-8").split()[1]


@pytest.mark.skipif(os.name != "posix", reason="elsewhere nobody can ask whether a process still runs")
def test_what_a_killed_session_left_is_removed_by_the_next(temporary: Path, gone: str) -> None:
    old = left(temporary / "autofix-old", f"{gone} {here()}")
    folder = session_folders.create()
    assert not old.exists()
    assert (folder / "owner").read_text("utf-8").split()[0] == str(os.getpid())


@pytest.mark.parametrize(
    "owner",
    [
        lambda gone, here: f"{os.getpid()} {here}",
        lambda gone, here: f"{gone} of-another-container",
        lambda gone, here: "no number",
        lambda gone, here: None,
    ],
    ids=["alive", "another-container", "no-number", "no-owner"],
)
def test_other_folders_stay(temporary: Path, gone: str, owner: Callable[[str, str], str | None]) -> None:
    folder = left(temporary / "autofix-other", owner(gone, here()))
    session_folders.create()
    assert folder.exists()


def test_empty_folder_of_one_killed_before_it_said_whose_it_is_goes(temporary: Path) -> None:
    old, young = temporary / "autofix-old", temporary / "autofix-young"
    for folder in (old, young):
        folder.mkdir()
    os.utime(old, (LONG_AGO, LONG_AGO))
    session_folders.create()
    assert (old.exists(), young.exists()) == (False, True)


def test_young_folders_other_names_and_links_stay(temporary: Path, gone: str) -> None:
    owner = f"{gone} {here()}"
    young = left(temporary / "autofix-young", owner)
    os.utime(young)
    stranger = left(temporary / "stranger", owner)
    (temporary / "autofix-link").symlink_to(stranger, target_is_directory=True)
    session_folders.create()
    assert young.exists()
    assert (stranger / "reply").exists()


def test_folder_of_a_batch_goes_with_its_last_worker(temporary: Path) -> None:
    pool = session_folders.create("autofix-batch-")
    first, second = pool / "first", pool / "second"
    first.mkdir()
    second.mkdir()
    last_words.remove(str(first))
    assert second.exists()
    last_words.remove(str(second))
    assert not pool.exists()


def test_signal_while_a_folder_is_removed_leaves_nothing(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = session_folders.create()
    rest = [KeyboardInterrupt]

    def sleep_once(_: float) -> None:
        if rest:
            raise rest.pop()

    monkeypatch.setattr("autofix.session.session_folders.time.sleep", sleep_once)
    with pytest.raises(KeyboardInterrupt):
        session_folders.remove(folder)
    assert not folder.exists()
