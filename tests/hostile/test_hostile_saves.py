"""No save is lost: whatever happens while files are written, each is as somebody saved it or as the patch has it."""

from __future__ import annotations

import contextlib
import encodings.aliases
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest
from attacked import contents

from autofix.frontends.cli import replacement, write_journal
from autofix.frontends.cli.atomic_write import write
from autofix.frontends.cli.replacement import Replacement
from autofix.loading import text_files
from autofix.patch import edits_to_text, unified_diff
from autofix.patch.unified_diff import FileChange
from autofix.records.errors import ConflictError, UsageError
from autofix.system import exchange

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="names exchanged and leases as Linux has them")

NAMES = ("a.py", "b.py", "c.py", "d.py")
THEIRS = b"somebody else's\n"


def _project(folder: Path, count: int) -> tuple[FileChange, ...]:
    changes = []
    for name in NAMES[:count]:
        (folder / name).write_bytes(b"old\n")
        changes.append(FileChange(PurePosixPath(name), b"old\n", b"new\n"))
    return tuple(changes)


def _by_rename(path: Path) -> None:
    fresh = path.with_name("fresh")
    fresh.write_bytes(THEIRS)
    fresh.replace(path)


def _in_place(path: Path) -> None:
    path.write_bytes(THEIRS)


def _appended(path: Path) -> None:
    with path.open("ab") as file:
        file.write(THEIRS)


def _removed(path: Path) -> None:
    path.unlink()


def _linked(path: Path) -> None:
    path.with_name("target").write_bytes(THEIRS)
    path.unlink()
    path.symlink_to("target")


def _turned_into_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


SAVES: dict[str, Callable[[Path], None]] = {
    "by rename": _by_rename,
    "in place": _in_place,
    "appended": _appended,
    "removed": _removed,
    "linked": _linked,
    "a folder": _turned_into_a_folder,
}


@pytest.mark.parametrize("way", ["exchanged", "replaced"])
@pytest.mark.parametrize("count", [1, 2, 4])
@pytest.mark.parametrize("at", range(4))
@pytest.mark.parametrize("save", SAVES.values(), ids=SAVES)
def test_a_save_just_before_survives(
    save: Callable[[Path], None], at: int, count: int, way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One file is saved when all is ready: nothing of the patch is written, and the save is there."""
    changes = _project(tmp_path, count)
    name = NAMES[at % count]
    put = Replacement.put

    def put_late(self: Replacement) -> None:
        if self.path.name == name:
            save(self.path)
        put(self)

    monkeypatch.setattr(Replacement, "put", put_late)
    if way == "replaced":
        monkeypatch.setattr(exchange, "exchange", lambda first, second: False)
    with pytest.raises(ConflictError, match="nothing was written"):
        write(changes, tmp_path)
    expected = tmp_path / "expected"
    expected.mkdir()
    _project(expected, count)
    save(expected / name)
    assert {key: value for key, value in contents(tmp_path).items() if "expected" not in key} == contents(expected)


@pytest.mark.parametrize("at", range(3))
@pytest.mark.parametrize("save", [_by_rename, _in_place, _appended])
def test_a_save_on_top_survives_an_undoing(
    save: Callable[[Path], None], at: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last file cannot be written, after somebody has saved on top of an earlier one."""
    changes = _project(tmp_path, 4)
    put = Replacement.put

    def put_or_fail(self: Replacement) -> None:
        if self.path.name == "d.py":
            save(tmp_path / NAMES[at])
            raise OSError(28, "No space left on device", "d.py")
        put(self)

    monkeypatch.setattr(Replacement, "put", put_or_fail)
    with pytest.raises(ConflictError, match="No space left"):
        write(changes, tmp_path)
    assert THEIRS in (tmp_path / NAMES[at]).read_bytes()
    others = [name for name in NAMES if name != NAMES[at]]
    assert {name: (tmp_path / name).read_bytes() for name in others} == dict.fromkeys(others, b"old\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == list(NAMES)


CALLS = ("os.fsync", "os.open", "os.replace", "os.unlink", "os.link", "exchange", "clean", "put")


@pytest.mark.parametrize("way", ["exchanged", "replaced"])
@pytest.mark.parametrize("count", [1, 2, 4])
@pytest.mark.parametrize("nth", range(8))
@pytest.mark.parametrize("call", CALLS)
def test_killed_at_any_moment_all_or_nothing_is_written(
    call: str, nth: int, count: int, way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who writes is killed before one of its calls; what is left is put in order by whoever comes next."""
    changes = _project(tmp_path, count)
    if way == "replaced":
        monkeypatch.setattr(exchange, "exchange", lambda first, second: False)
    owners: dict[str, tuple[object, str]] = {"exchange": (exchange, "exchange")}
    owners |= {"clean": (Replacement, "clean"), "put": (Replacement, "put")}
    owner, name = owners.get(call, (os, call.partition(".")[2]))
    real = getattr(owner, name)
    calls = iter(range(1000))
    parent = os.getpid()

    def act(*words: object, **options: object) -> object:
        if os.getpid() != parent and next(calls) == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*words, **options)

    monkeypatch.setattr(owner, name, act)
    with contextlib.suppress(ConflictError):
        write(changes, tmp_path)
    monkeypatch.setattr(owner, name, real)
    write_journal.recover()
    texts = {(tmp_path / name).read_bytes() for name in NAMES[:count]}
    assert texts in ({b"old\n"}, {b"new\n"})
    left = {path.name for path in tmp_path.iterdir()} - {*NAMES}
    assert left == set()


@pytest.mark.parametrize("count", [1, 2, 4])
@pytest.mark.parametrize("nth", range(3))
@pytest.mark.parametrize("save", [_by_rename, _in_place, _appended])
def test_killed_between_a_save_and_putting_it_back(
    save: Callable[[Path], None], nth: int, count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = _project(tmp_path, count)
    real = exchange.exchange
    name = NAMES[count - 1]
    calls = iter(range(1000))
    parent = os.getpid()

    def act(first: Path, second: Path) -> bool:
        if os.getpid() != parent and second.name == name:
            call = next(calls)
            if call == nth:
                os.kill(os.getpid(), signal.SIGKILL)
            if call == 0:
                save(second)
        return real(first, second)

    monkeypatch.setattr(exchange, "exchange", act)
    with pytest.raises(ConflictError):
        write(changes, tmp_path)
    monkeypatch.setattr(exchange, "exchange", real)
    write_journal.recover()
    assert (THEIRS in (tmp_path / name).read_bytes()) is bool(nth)
    assert {path.name for path in tmp_path.iterdir()} == set(NAMES[:count])


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o664, 0o755, 0o777, 0o400 | stat.S_IWUSR, 0o4755])
@pytest.mark.parametrize("attributes", [{}, {"user.a": b"1"}, {"user.a": b"", "user.b": bytes(200)}])
def test_what_a_file_is_known_by_is_kept(mode: int, attributes: dict[str, bytes], tmp_path: Path) -> None:
    changes = _project(tmp_path, 1)
    path = tmp_path / "a.py"
    path.chmod(mode)
    try:
        for name, value in attributes.items():
            os.setxattr(path, name, value)
    except OSError:
        pytest.skip("this file system has no such attributes")
    before = path.stat()
    write(changes, tmp_path)
    after = path.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    assert {name: os.getxattr(path, name) for name in os.listxattr(path)} == attributes
    assert path.read_bytes() == b"new\n"


def test_an_attribute_that_cannot_be_kept_is_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changes = _project(tmp_path, 2)
    odd = {".py": {"none.such": b"1"}}
    monkeypatch.setattr(replacement, "attributes_of", lambda path: odd.get(path.suffix, {}))
    with pytest.raises(ConflictError, match="has an attribute that cannot be kept"):
        write(changes, tmp_path)
    assert contents(tmp_path) == dict.fromkeys(("a.py", "b.py"), b"old\n")


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only a superuser has files of others")
@pytest.mark.parametrize("user, group", [(1234, 0), (0, 1234), (1234, 1234)])
def test_the_owner_is_kept(user: int, group: int, tmp_path: Path) -> None:
    changes = _project(tmp_path, 1)
    os.chown(tmp_path / "a.py", user, group)
    write(changes, tmp_path)
    assert ((tmp_path / "a.py").stat().st_uid, (tmp_path / "a.py").stat().st_gid) == (user, group)


@pytest.mark.parametrize("name", ["a" * 252 + ".py", "\udcff.py", "a\nb.py", " .py", "-rf.py", "ü" * 60 + ".py"])
def test_odd_names_are_written(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"old\n")
    write((FileChange(PurePosixPath(name), b"old\n", b"new\n"),), tmp_path)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [(name, b"new\n")]


# -- encodings ---------------------------------------------------------------------------------------------------------

CODECS = sorted({*encodings.aliases.aliases.values(), "utf_8_sig", "rot_13", "unicode_escape", "undefined", "idna"})
SAMPLES = "é ж あ 中 한 € א ไ"


def _bytes(codec: str, ends: str) -> bytes:
    known = []
    for word in SAMPLES.split():
        try:
            known.append(word.encode(codec).decode(codec))
        except Exception:
            continue
    text = f"# coding: {codec}\n# {' '.join(known)}\nsize = 8\nname = '{''.join(known)}'\n".replace("\n", ends)
    try:
        return text.encode(codec)
    except Exception:
        return text.encode("utf-8")


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
@pytest.mark.parametrize("codec", CODECS)
def test_every_encoding_applies_or_is_refused(codec: str, ends: str, tmp_path: Path) -> None:
    """Whatever Python reads as a text: the patch applies with git, and every other byte stays."""
    data = _bytes(codec, ends)
    path = tmp_path / "a.py"
    path.write_bytes(data)
    try:
        source = text_files.read(path)
        after = edits_to_text.encode(source, source.text.replace("size = 8", "size = 6"))
    except UsageError:
        return
    assert edits_to_text.encode(source, source.text) == data
    change = FileChange(PurePosixPath("a.py"), data, after)
    if data == after:
        return
    patch = unified_diff.unified((change,))
    unified_diff.verify(patch, (change,))
    done = subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=patch, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert path.read_bytes() == after
    text_files.read(path)
