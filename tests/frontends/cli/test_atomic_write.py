"""Writing: all of a patch or nothing of it, with modes, links and the other files of a folder left alone."""

from __future__ import annotations

import os
import stat
from pathlib import Path, PurePosixPath

import pytest

from autofix.frontends.cli.atomic_write import write, write_file
from autofix.patch.unified_diff import FileChange
from autofix.records.errors import ConflictError

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
    replace = Path.replace
    calls = iter(range(100))

    def replace_or_fail(self: Path, target: Path) -> Path:
        if next(calls) == failing:
            raise error
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", replace_or_fail)
    with pytest.raises((ConflictError, KeyboardInterrupt)):
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
