"""The user's files stay as they are, whoever writes while the code runs; what holds, and what is said where it refuses.

Every writer runs with each kind of isolation; the tree is compared by content, names, times and modes.
"""

from __future__ import annotations

import errno
import importlib.util
import json
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from autofix import engine
from autofix.loading import find_target
from autofix.loading.settings import Settings
from autofix.probe.contain import file_isolation, landlock, overlay
from autofix.probe.contain.network import Refused
from autofix.probe.main import wire
from autofix.records.errors import ProbeError
from autofix.records.report import Limits, RepairEnding, Report
from autofix.records.trace import Isolation
from autofix.report import json as json_report
from autofix.session.session import Session
from autofix.session.tree_copies import TooMuchToCopyError, TreeCopies

pytestmark = pytest.mark.torch

MODEL = "import os, torch\nfrom torch import nn\nmodel = nn.Linear(4, 2)\n"
FAULT = "head = nn.Linear(3, 2)\nprint(head(model(torch.ones(1, 4))))\n"
CALL = "print(model(torch.ones(1, 4)))\n"
PRECIOUS = b"a night's training"
SCRIPTED = "torch.jit.trace(model, torch.ones(1, 4)).save({!r})\n"
# What each program writes, and whether compiled code opens the file, which Python cannot redirect.
WRITERS: dict[str, tuple[str, bool]] = {
    "Python": ("open('weights.bin', 'wb').write(b'x')", False),
    "Python, appending": ("open('weights.bin', 'ab').write(b'x')", False),
    "Python, a new file": ("open('new.txt', 'w').write('x')", False),
    "descriptors": ("f = os.open('weights.bin', os.O_RDWR)\nos.pwrite(f, b'x', 3)\nos.close(f)", False),
    "torch.save": ("torch.save(model.state_dict(), 'weights.bin')\ntorch.load('weights.bin')", False),
    "pathlib": ("import pathlib\npathlib.Path('weights.bin').unlink()\npathlib.Path('a/b').mkdir(parents=True)", False),
    "a new folder": (
        "os.makedirs('runs/1')\nopen('runs/1/log', 'w').write('x')\nassert os.listdir('runs') == ['1']",
        False,
    ),
    "moves": ("os.replace('weights.bin', 'old.bin')\nopen('old.bin').read()", False),
    "removes a tree": ("import shutil\nshutil.rmtree('data')\nassert not os.path.exists('data/one.txt')", False),
    "numpy": ("import numpy\nnumpy.save('weights.npy', numpy.zeros(3))\nnumpy.load('weights.npy')", False),
    "tofile": ("import numpy\nnumpy.zeros(3).tofile('weights.bin')", False),
    "memmap": ("import numpy\nnumpy.memmap('weights.bin', 'u1', 'r+')[:] = 7", False),
    "mmap": ("import mmap\nf = open('weights.bin', 'r+b')\nmmap.mmap(f.fileno(), 0)[0:1] = b'x'", False),
    "zipfile": ("import zipfile\nwith zipfile.ZipFile('weights.zip', 'w') as z: z.writestr('a', 'b')", False),
    "TorchScript": (SCRIPTED.format("weights.bin") + "torch.jit.load('weights.bin')", True),
    "TorchScript into a new folder": ("os.mkdir('out')\n" + SCRIPTED.format("out/new.pt"), True),
    "sqlite": (
        "import sqlite3\nd = sqlite3.connect('runs.db')\nd.execute('delete from t')\nd.commit()\n"
        "assert not list(d.execute('select * from t'))",
        True,
    ),
    "the C library": (
        "import ctypes\nc = ctypes.CDLL(None)\nc.fopen.restype = ctypes.c_void_p\nf = c.fopen(b'weights.bin', b'w')\n"
        "if not f: raise OSError('cannot write weights.bin: Permission denied')\nc.fclose(ctypes.c_void_p(f))",
        True,
    ),
    "safetensors": (
        "from safetensors.torch import save_file, load_file\nsave_file(model.state_dict(), 'weights.bin')\n"
        "load_file('weights.bin')",
        True,
    ),
    "h5py": ("import h5py\nwith h5py.File('weights.bin', 'w') as f: f['x'] = [1, 2]", True),
    "tensorboard": (
        "from torch.utils.tensorboard import SummaryWriter\nwith SummaryWriter('runs') as w: w.add_scalar('a', 1, 1)",
        False,
    ),
}
NEEDED = ("safetensors", "h5py", "tensorboard", "numpy")
# Changes that Python knows and our stand-ins do not: refused where they are all there is.
CHANGES = {
    "link": "os.symlink('train.py', 'link.py')",
    "second name": "os.link('weights.bin', 'other.bin')",
    "truncation": "os.truncate('weights.bin', 0)",
    "a way around": "import posix\nposix.remove('weights.bin')",
}
LEVELS = {wire.OVERLAY: Isolation.OVERLAY, wire.LANDLOCK: Isolation.LANDLOCK, wire.COPIES: Isolation.COPIES}


@pytest.fixture(scope="module", params=LEVELS)
def isolated(request: pytest.FixtureRequest) -> Iterator[tuple[Isolation, Session]]:
    """Yield a session with each kind of isolation, where the system has it."""
    with Session(isolation=request.param, ahead=False) as started:
        yield LEVELS[request.param], started


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "weights.bin").write_bytes(PRECIOUS)
    (tmp_path / "weights.bin").chmod(0o640)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "one.txt").write_text("1")
    with sqlite3.connect(tmp_path / "runs.db") as database:
        database.execute("create table t (a)")
        database.execute("insert into t values (1)")
    database.close()
    for path in (*tmp_path.rglob("*"), tmp_path):
        os.utime(path, ns=(10**18, 10**18))
    return tmp_path


def tree(folder: Path) -> dict[str, tuple[int, int, bytes | str]]:
    """Return the mode, time and content of everything below the folder, and of itself."""
    entries: dict[str, tuple[int, int, bytes | str]] = {}
    for path in (folder, *folder.rglob("*")):
        status = path.lstat()
        content = path.read_bytes() if path.is_file() and not path.is_symlink() else str(path.is_symlink())
        entries[str(path.relative_to(folder))] = (status.st_mode, status.st_mtime_ns, content)
    return entries


def probed(session: Session, path: Path, text: str, *sample: str) -> Report:
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(10**18, 10**18))
    os.utime(path.parent, ns=(10**18, 10**18))
    limits = Limits(run_seconds=20.0)
    target = find_target.target(path, samples=find_target.parse_sample(sample)) if sample else find_target.target(path)
    return engine.repair(engine.Request(target, settings=Settings(limits=limits)), session)


def held(level: Isolation, report: Report) -> bool:
    """Return whether the system has that isolation: one that was asked for and is not available is
    replaced by a weaker one.
    """
    if level is Isolation.OVERLAY and report.trace.isolation is not level:
        pytest.skip("this system allows no overlays")
    if level is Isolation.LANDLOCK and not landlock.version():
        pytest.skip("this system has no landlock")
    return report.trace.isolation is level


@pytest.mark.parametrize("writer", WRITERS)
def test_program_changes_nothing(writer: str, isolated: tuple[Isolation, Session], project: Path) -> None:
    level, session = isolated
    text, natively = WRITERS[writer]
    lacking = [name for name in NEEDED if name in text and importlib.util.find_spec(name) is None]
    if lacking:
        pytest.skip(f"{lacking[0]} is not installed")
    before = _after_writing(project, text)
    report = probed(session, project / "train.py", MODEL + text + "\n" + CALL)
    assert tree(project) == before
    assert held(level, report)
    if natively and (level is Isolation.LANDLOCK or (level is Isolation.COPIES and "mkdir" in text)):
        assert report.ending is RepairEnding.NOT_RUN  # Of a folder that Python made, compiled code knows nothing.
        assert "writes files natively" in report.message
    else:
        assert report.ending is RepairEnding.HEALTHY, report.message
    again = probed(session, project / "train.py", MODEL + text + "\n" + CALL)
    assert again.ending is report.ending  # The next run meets the files as they were.
    assert tree(project) == before


def _after_writing(project: Path, text: str) -> dict[str, tuple[int, int, bytes | str]]:
    path = project / "train.py"
    path.write_text(MODEL + text + "\n" + CALL, encoding="utf-8")
    for touched in (path, project):
        os.utime(touched, ns=(10**18, 10**18))
    return tree(project)


@pytest.mark.parametrize("writer", ["Python", "torch.save", "TorchScript", "sqlite", "a new folder"])
def test_model_file_that_writes_on_import(writer: str, isolated: tuple[Isolation, Session], project: Path) -> None:
    level, session = isolated
    text, natively = WRITERS[writer]
    text = f"{text}\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    text = f"{MODEL}{text}        self.fc = nn.Linear(4, 2)\n    def forward(self, x):\n        return self.fc(x)\n"
    report = probed(session, project / "net.py", text, "2,4")
    assert (project / "weights.bin").read_bytes() == PRECIOUS
    assert sorted(path.name for path in project.iterdir()) == [
        "data",
        "net.py",
        "pyproject.toml",
        "runs.db",
        "weights.bin",
    ]
    assert held(level, report)
    assert report.ending is RepairEnding.HEALTHY, report.message
    assert report.trace.sliced or not natively or level is not Isolation.LANDLOCK


@pytest.mark.parametrize("change", CHANGES)
def test_other_changes(change: str, isolated: tuple[Isolation, Session], project: Path) -> None:
    level, session = isolated
    report = probed(session, project / "train.py", f"{MODEL}{CHANGES[change]}\n{CALL}")
    assert (project / "weights.bin").read_bytes() == PRECIOUS
    assert held(level, report)
    if level is Isolation.OVERLAY:
        assert report.ending is RepairEnding.HEALTHY, report.message
    else:
        assert report.ending is RepairEnding.NOT_RUN
        assert "cannot be redirected" in report.message


def test_fault_after_writing_is_repaired(isolated: tuple[Isolation, Session], project: Path) -> None:
    level, session = isolated
    report = probed(session, project / "train.py", f"{MODEL}{WRITERS['torch.save'][0]}\n{FAULT}")
    assert held(level, report)
    assert report.plan is not None, report.message
    assert (project / "weights.bin").read_bytes() == PRECIOUS


def test_processes_are_refused_and_write_nothing(isolated: tuple[Isolation, Session], project: Path) -> None:
    _, session = isolated
    text = "import subprocess\nsubprocess.run(['sh', '-c', 'echo x > weights.bin'])\n"
    report = probed(session, project / "train.py", MODEL + text + CALL)
    assert report.ending is RepairEnding.NOT_RUN
    assert "another process" in report.message
    assert (project / "weights.bin").read_bytes() == PRECIOUS


def test_process_of_a_model_file(isolated: tuple[Isolation, Session], project: Path) -> None:
    """A model file may start processes; what they write is kept apart, refused, or put back."""
    level, session = isolated
    forward = "import subprocess\n        subprocess.run(['sh', '-c', 'echo x > weights.bin'])\n        return x"
    text = f"{MODEL}class Net(nn.Module):\n    def forward(self, x):\n        {forward}\n"
    before = (project / "weights.bin").stat()
    report = probed(session, project / "net.py", text, "2,4")
    assert held(level, report)
    assert (project / "weights.bin").read_bytes() == PRECIOUS
    assert (project / "weights.bin").stat().st_mtime_ns == before.st_mtime_ns


def test_next_run_sees_what_changed_on_disk(isolated: tuple[Isolation, Session], project: Path) -> None:
    level, session = isolated
    text = f"{MODEL}assert open('data/one.txt').read() == {{!r}}\n{CALL}"
    assert held(level, probed(session, project / "train.py", text.format("1")))
    for content in ("22", "333"):
        other = project / "data" / "other.txt"
        other.write_text(content)
        other.replace(project / "data" / "one.txt")
        report = probed(session, project / "train.py", text.format(content))
        assert report.ending is RepairEnding.HEALTHY, report.message


def test_the_level_is_in_the_report(isolated: tuple[Isolation, Session], project: Path) -> None:
    level, session = isolated
    report = probed(session, project / "train.py", MODEL + CALL)
    assert held(level, report)
    assert json.loads(json_report.render(report))["trace"]["isolation"] == level.value
    notes = [note for note in report.notes if "apart" in note]
    assert len(notes) == (0 if level is Isolation.OVERLAY else 1)


# -- copies of a tree --------------------------------------------------------------------------------------------------


def test_copies_put_everything_back(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    before = tree(project)
    copies = TreeCopies(tmp_path_factory.mktemp("session") / "copies")
    copies.take((project, project / "data"))
    (project / "weights.bin").unlink()
    (project / "new").mkdir()
    (project / "new" / "file").write_text("x")
    (project / "data" / "one.txt").write_text("other")
    (project / "data" / "one.txt").chmod(0o600)
    changed = copies.put_back()
    assert tree(project) == before
    assert {path.name for path in changed} == {"weights.bin", "new", "file", "one.txt"}
    copies.take((project,))
    assert copies.put_back() == ()


def test_copies_keep_other_names_of_a_file(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "link"
    outside.hardlink_to(project / "weights.bin")
    copies = TreeCopies(tmp_path_factory.mktemp("session") / "copies")
    copies.take((project,))
    (project / "weights.bin").write_bytes(b"x")
    copies.put_back()
    assert outside.read_bytes() == PRECIOUS
    assert outside.samefile(project / "weights.bin")


def test_copies_leave_what_people_write(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """An editor saves whenever it likes."""
    (project / "net.py").write_text("x = 1\n")
    copies = TreeCopies(tmp_path_factory.mktemp("session") / "copies")
    copies.take((project,))
    (project / "net.py").write_text("x = 2\n")
    (project / "new.py").write_text("y = 1\n")
    assert copies.put_back() == ()
    assert (project / "net.py").read_text() == "x = 2\n"
    assert (project / "new.py").exists()


def _refuse(*arguments: object) -> None:
    raise OSError("not here")


def test_too_much_to_copy_is_refused(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copies = TreeCopies(tmp_path / "copies", most_bytes=8)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr("fcntl.ioctl", _refuse)  # No file system that shares the blocks of a copy.
    with pytest.raises(TooMuchToCopyError):
        copies.take((project,))
    with Session(isolation=wire.COPIES) as session:
        monkeypatch.setattr("autofix.session.tree_copies.MOST_BYTES", 8)
        monkeypatch.setattr("autofix.session.tree_copies.MOST_FILES", 2)
        with pytest.raises(ProbeError, match="run it where user namespaces or landlock are allowed"):
            probed(session, project / "train.py", MODEL + CALL)


def test_nothing_is_run_where_a_promise_cannot_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: Callable[..., wire.RunRequest]
) -> None:
    """The front-end takes no copies where it was told that there are overlays."""
    monkeypatch.setattr(file_isolation, "View", _refuse)
    monkeypatch.setattr(landlock, "keep_files", _refuse)
    request = asked("import torch\nclass Net(torch.nn.Module): pass", "2,3", model="Net()")
    with pytest.raises(Refused, match="try again"):
        file_isolation.FileIsolation(wire.OVERLAY, str(tmp_path)).enter(request, first=True)
    assert file_isolation.FileIsolation(wire.COPIES, str(tmp_path)).enter(request, first=True)


# level, error of the code -> the ending that it has, '' where it is a fault like any other
REFUSALS: dict[str, tuple[str, BaseException, str]] = {
    "a folder beside a mount": (wire.OVERLAY, OSError(errno.EROFS, "Read-only file system", "/x"), "refused"),
    "a file of another group": (
        wire.OVERLAY,
        RuntimeError("open file failed with strerror: Value too large for defined data type"),
        "refused",
    ),
    "a full view": (wire.OVERLAY, RuntimeError("SQLite: database or disk is full"), "limit reached"),
    "no right to read": (wire.OVERLAY, PermissionError(errno.EACCES, "Permission denied", "/x"), ""),
    "shapes": (wire.OVERLAY, RuntimeError("mat1 and mat2 shapes cannot be multiplied"), ""),
    "compiled code, without overlays": (wire.LANDLOCK, RuntimeError("os error 13: Permission denied"), "refused"),
    "shapes, without overlays": (wire.LANDLOCK, RuntimeError("mat1 and mat2 shapes cannot be multiplied"), ""),
    "a file that is not there": (wire.LANDLOCK, RuntimeError("cannot be opened: No such file or directory"), ""),
}


@pytest.mark.parametrize("level, error, ending", REFUSALS.values(), ids=REFUSALS)
def test_what_isolation_causes_is_no_fault_of_the_code(
    level: str, error: BaseException, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_isolation, "held", lambda: level)
    wrapped = ValueError("cannot save")
    wrapped.__cause__ = error
    for raised in (error, wrapped):
        refusal = file_isolation.refusal(raised)
        assert (refusal[0] if refusal else "") == ending


NOBODY = 65534


def _told_by_child(act: Callable[[], str]) -> str:
    """Return what ``act`` gives in a child of this process, which may give away its rights."""
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.write(write_end, act().encode())
        except BaseException as error:
            os.write(write_end, repr(error).encode())
        os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end, "rb") as stream:
        answer = stream.read().decode()
    os.waitpid(pid, 0)
    return answer


def test_user_without_rights(isolated: tuple[Isolation, Session]) -> None:
    """A user namespace gives the rights for overlays, below folders of other people too."""
    level, _ = isolated
    if level is not Isolation.OVERLAY or os.geteuid() != 0:
        pytest.skip("asked once, by a superuser who can become somebody else")
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        # The session's folder stands below what is covered once more, as it does where TMPDIR is in a home.
        mine, session = Path(name, "other", "mine"), Path(name, "other", "mine", "session")
        session.mkdir(parents=True)
        for folder in (mine, session):
            os.chown(folder, NOBODY, NOBODY)
        (mine / "weights.bin").write_bytes(PRECIOUS)
        os.chown(mine / "weights.bin", NOBODY, NOBODY)

        def act() -> str:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            try:
                view = overlay.View(str(session), 1 << 24)
                view.prepare()
            except OSError:
                return "no overlays"
            view.cover_own([str(mine)])
            (mine / "weights.bin").write_bytes(b"x")
            (mine / "new").write_bytes(b"x")
            (session / "reply").write_bytes(b"x")
            inside = sorted(path.name for path in mine.iterdir())
            view.leave()
            return f"{inside} {sorted(path.name for path in mine.iterdir())}"

        answer = _told_by_child(act)
        if answer == "no overlays":
            pytest.skip("this system lets nobody but a superuser make overlays")
        assert answer == "['new', 'session', 'weights.bin'] ['session', 'weights.bin']"
        assert (mine / "weights.bin").read_bytes() == PRECIOUS
        assert (session / "reply").read_bytes() == b"x"


def test_folder_of_a_session_that_is_over_is_not_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that is killed while it makes itself ready may outlive the front-end by a moment."""
    session = tmp_path / "session"
    session.mkdir()

    def act() -> str:
        open_folder = os.open

        def open_and_end(path: str, *words: Any, **named: Any) -> int:
            descriptor = open_folder(path, *words, **named)
            if path == str(session):
                session.rmdir()
            return descriptor

        try:
            view = overlay.View(str(session), 1 << 24)
            monkeypatch.setattr("autofix.probe.contain.overlay.os.open", open_and_end)
            view.prepare()
        except FileNotFoundError:
            return "no folder"
        except OSError:
            return "no overlays"
        return "ready"

    answer = _told_by_child(act)
    if answer == "no overlays":
        pytest.skip("this system allows no overlays")
    assert answer == "no folder"
    assert not session.exists()
