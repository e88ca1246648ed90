"""Writing: all of a patch or nothing of it, with modes, links and the other files of a folder left alone."""

from __future__ import annotations

import json
import os
import signal
import stat
import sys
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest

from autofix.frontends.cli import atomic_write, replacement, write_journal
from autofix.frontends.cli.atomic_write import write, write_file
from autofix.frontends.cli.replacement import Replacement
from autofix.patch.unified_diff import FileChange
from autofix.records.errors import ConflictError
from autofix.system import exchange, user_folders

OLD = {"a.py": b"old a\r\n", "pkg/b.py": b"old b", "pkg/c.py": b"\xef\xbb\xbfold c\n"}
CHANGES = tuple(FileChange(PurePosixPath(name), data, data.replace(b"old", b"new")) for name, data in OLD.items())


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "pkg").mkdir()
    for name, data in OLD.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


def test_writes_every_file_and_leaves_nothing_else(root: Path) -> None:
    write(CHANGES, root)
    assert _files(root) == {name: data.replace(b"old", b"new") for name, data in OLD.items()}


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755])
def test_keeps_the_mode(root: Path, mode: int) -> None:
    (root / "a.py").chmod(mode)
    write(CHANGES[:1], root)
    assert stat.S_IMODE((root / "a.py").stat().st_mode) == mode


def test_a_link_stays_a_link(root: Path) -> None:
    (root / "real.py").write_bytes(OLD["a.py"])
    (root / "a.py").unlink()
    (root / "a.py").symlink_to("real.py")
    write(CHANGES[:1], root)
    assert (root / "a.py").is_symlink()
    assert (root / "real.py").read_bytes() == b"new a\r\n"


def _change(root: Path) -> None:
    (root / "pkg/c.py").write_bytes(b"somebody else's\n")


def _remove(root: Path) -> None:
    (root / "pkg/c.py").unlink()


def _protect(root: Path) -> None:
    (root / "pkg/c.py").chmod(0o444)


CONFLICTS = {
    "changed": (_change, "pkg/c.py changed on disk since it was analysed; run again; nothing was written"),
    "removed": (_remove, "cannot read pkg/c.py again: No such file or directory; nothing was written"),
    "read-only": (_protect, "pkg/c.py is read-only; make it writable and run again; nothing was written"),
}


@pytest.mark.parametrize("spoil, message", CONFLICTS.values(), ids=CONFLICTS)
def test_conflict_in_the_last_file_leaves_the_first_alone(root: Path, spoil: object, message: str) -> None:
    assert callable(spoil)
    spoil(root)
    before = _files(root)
    with pytest.raises(ConflictError) as caught:
        write(CHANGES, root)
    assert str(caught.value) == message
    assert _files(root) == before


@pytest.mark.parametrize("error", [OSError(28, "No space left on device", "c.py"), KeyboardInterrupt()], ids=repr)
@pytest.mark.parametrize("failing", range(len(CHANGES)))
def test_a_replacement_that_fails_is_rolled_back(
    root: Path, monkeypatch: pytest.MonkeyPatch, failing: int, error: BaseException
) -> None:
    before = _files(root)
    put = Replacement.put
    calls = iter(range(100))

    def put_or_fail(self: Replacement) -> None:
        if next(calls) == failing:
            raise error
        put(self)

    monkeypatch.setattr(Replacement, "put", put_or_fail)
    with pytest.raises(ConflictError):
        write(CHANGES, root)
    assert _files(root) == before


def test_preparing_that_fails_leaves_nothing_behind(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = _files(root)
    calls = iter(range(100))

    def full(descriptor: int) -> None:
        if next(calls) == 3:
            raise OSError(28, "No space left on device", f"descriptor {descriptor}")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ConflictError, match="No space left on device; nothing was written"):
        write(CHANGES, root)
    assert _files(root) == before


def _save(root: Path) -> None:
    """Save as many editors do: a new file takes the place of the old."""
    (root / "fresh").write_bytes(b"somebody else's\n")
    (root / "fresh").replace(root / "pkg/c.py")


def _save_in_place(root: Path) -> None:
    (root / "pkg/c.py").write_bytes(b"somebody else's\n")


@pytest.mark.parametrize("can_exchange", [True, False], ids=["exchanged", "replaced"])
@pytest.mark.parametrize("save", [_save, _save_in_place])
def test_a_save_in_between_survives(
    root: Path, monkeypatch: pytest.MonkeyPatch, save: Callable[[Path], None], can_exchange: bool
) -> None:
    """Somebody saves when everything is ready and the file is about to be replaced."""
    put = Replacement.put

    def put_late(self: Replacement) -> None:
        if self.path.name == "c.py":
            save(root)
        put(self)

    monkeypatch.setattr(Replacement, "put", put_late)
    if not can_exchange:
        monkeypatch.setattr(exchange, "exchange", lambda first, second: False)
    with pytest.raises(ConflictError, match="saved while it was to be written; run again; nothing was written"):
        write(CHANGES, root)
    assert _files(root) == {**OLD, "pkg/c.py": b"somebody else's\n"}


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nobody tells who writes a file")
def test_a_save_that_has_begun_survives(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that has the file open writes into the old one, which is then put back."""
    monkeypatch.setattr(replacement, "WRITERS_SECONDS", 0.1)
    with (root / "a.py").open("r+b") as stream:
        with pytest.raises(ConflictError, match="saved while"):
            write(CHANGES[:1], root)
        stream.write(b"somebody else's\n")
    assert _files(root) == {**OLD, "a.py": b"somebody else's\n"}


def test_a_file_with_other_names_is_refused(root: Path) -> None:
    os.link(root / "pkg/c.py", root / "twin.py")
    before = _files(root)
    with pytest.raises(ConflictError, match="has 2 names"):
        write(CHANGES, root)
    assert _files(root) == before


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="this system has no such attributes")
def test_attributes_are_kept(root: Path) -> None:
    try:
        os.setxattr(root / "a.py", "user.mine", b"1")
    except OSError:
        pytest.skip("this file system has no such attributes")
    write(CHANGES, root)
    assert os.getxattr(root / "a.py", "user.mine") == b"1"


@pytest.mark.parametrize("moment", range(len(CHANGES) + 1))
def test_a_write_that_is_killed_is_undone(root: Path, monkeypatch: pytest.MonkeyPatch, moment: int) -> None:
    put = Replacement.put
    calls = iter(range(100))

    def put_or_die(self: Replacement) -> None:
        if next(calls) == moment:
            os.kill(os.getpid(), signal.SIGKILL)
        put(self)

    before = _files(root)
    monkeypatch.setattr(Replacement, "put", put_or_die)
    if moment == len(CHANGES):
        write(CHANGES, root)
        return
    with pytest.raises(ConflictError, match="was killed"):
        write(CHANGES, root)
    assert _files(root) == before
    assert write_journal.recover() == []


def test_what_a_file_is_like_is_undone_on_no_word_of_a_note(root: Path) -> None:
    """A note names files; they are moved only where they hold what it says."""
    folder = user_folders.make(user_folders.state() / write_journal.FOLDER, user_folders.state())
    entry = {"path": str(root / "a.py"), "beside": str(root / "x.autofix"), "before": "0", "after": "0"}
    (root / "x.autofix").write_bytes(b"precious")
    before = _files(root)
    for number, text in enumerate((json.dumps([entry]), "[5]", "{", "[[[", json.dumps([{**entry, "path": "a"}]))):
        (folder / f"{number}.json").write_text(text, "utf-8")
    assert write_journal.recover() == []
    assert _files(root) == before
    assert not folder.exists()


def test_write_file_follows_no_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "precious").write_bytes(b"precious")
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    Path("out.patch").symlink_to("../precious")
    Path("folder").symlink_to("..")
    for name in ("out.patch", "folder/precious", str(tmp_path / "project/out.patch")):
        with pytest.raises(ConflictError, match="is a link; name the file that it leads to"):
            write_file(Path(name), b"x")
    assert (tmp_path / "precious").read_bytes() == b"precious"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no such pipes")
def test_write_file_into_a_pipe_that_nobody_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(atomic_write, "READER_SECONDS", 0.1)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ConflictError, match=r"cannot write .*pipe"):
        write_file(tmp_path / "pipe", b"x")


def test_write_file_creates_and_replaces(tmp_path: Path) -> None:
    path = tmp_path / "out.patch"
    for data in (b"first\n", b"second\n", b""):
        write_file(path, data)
        assert _files(tmp_path) == {"out.patch": data}


def test_write_file_into_a_device() -> None:
    write_file(Path(os.devnull), b"gone")
    assert Path(os.devnull).is_char_device()


def test_write_file_without_its_folder(tmp_path: Path) -> None:
    with pytest.raises(ConflictError, match=r"cannot write .*out\.patch: No such file or directory"):
        write_file(tmp_path / "missing" / "out.patch", b"x")


def _files(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}
