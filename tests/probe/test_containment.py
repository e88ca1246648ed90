"""What user code may use up, reach and leave behind: each limit has words of its own, and nothing stays."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import indent

import pytest
from gates import Gate

from autofix.frontends.cli import main
from autofix.probe.contain import process_tree
from autofix.records.trace import Ending, Trace
from autofix.session.session import Session

pytestmark = pytest.mark.torch

Run = Callable[..., Trace]


def model(forward: str = "return self.fc(x)", header: str = "") -> str:
    return (
        f"import os, signal, sys, time\nimport torch\n{header}\n\nclass Net(torch.nn.Module):\n"
        "    def __init__(self):\n        super().__init__()\n        self.fc = torch.nn.Linear(3, 2)\n\n"
        f"    def forward(self, x):\n{indent(forward, ' ' * 8)}\n"
    )


HEALTHY = model()

# -- limits ------------------------------------------------------------------------------------------------------------

BUSY_IN_C = "import re\nre.match('(a*)*b', 'a' * 40)"
FLOOD = "import threading\nwhile True: threading.Thread(target=time.sleep, args=(60,), daemon=True).start()"
BOMB = "while True:\n    os.fork()\n    time.sleep(0.01)"  # Doubles slowly: the tests have other things to do.
STRAYING = "while True:\n    if os.fork() == 0:\n        os.setsid()\n        time.sleep(60)\n    time.sleep(0.002)"
ENDLESS = "file = open('endless', 'wb')\nwhile True: file.write(bytes(1 << 20))"
SAVED = "torch.save(torch.zeros(1 << 24), 'weights.pt')"
DESCRIPTORS = "held = []\nwhile True: held.append(os.open('/dev/null', 0))"
LIMITS: dict[str, tuple[str, dict[str, float], str]] = {
    "memory": ("held = []\nwhile True: held.append(torch.ones(1 << 22))", {"memory_mib": 900}, "use 900 MiB"),
    "memory of Python": ("held = []\nwhile True: held.append(bytes(1 << 22))", {"memory_mib": 900}, "use 900 MiB"),
    "endless file": (ENDLESS, {"file_mib": 16}, "larger than 16 MiB; raise `file-limit`"),
    "large checkpoint": (SAVED, {"file_mib": 16}, "larger than 16 MiB, which `file-limit`"),
    "open files": (DESCRIPTORS, {"open_files": 100}, "more than 100 files are open; raise `open-files-limit`"),
    "fork bomb": (BOMB, {"processes": 12}, "more than 12 processes; raise `process-limit`"),
    "processes that leave their group": (STRAYING, {"processes": 12}, "more than 12 processes"),
    "threads": (FLOOD, {"processes": 4}, "more than 64 threads; raise `process-limit`"),
    "busy in C": (BUSY_IN_C, {"seconds": 1.0}, "ran longer than 1 s"),
    "processor time": ("os.kill(os.getpid(), signal.SIGXCPU)", {}, "ran longer than 20 s"),
}
ENDINGS = {"memory": Ending.OUT_OF_MEMORY, "busy": Ending.TIMED_OUT, "processor": Ending.TIMED_OUT}


@pytest.mark.parametrize("name", LIMITS)
def test_limit_ends_the_run_with_its_own_words(name: str, run: Run, tmp_path: Path) -> None:
    forward, limits, words = LIMITS[name]
    options: dict[str, float] = {"seconds": 20.0, **limits}
    trace = run(model(forward), "2,3", **options)
    assert trace.ending is ENDINGS.get(name.split(maxsplit=1)[0], Ending.LIMIT_REACHED), trace.message
    assert words in trace.message
    assert run(HEALTHY, "2,3").ending is Ending.PASSED


def test_limit_that_user_code_wraps_is_named(run: Run) -> None:
    wrapped = (
        f"try:\n{indent(ENDLESS, '    ')}\nexcept OSError as error:\n    raise RuntimeError('no cache') from error"
    )
    assert run(model(wrapped), "2,3", file_mib=16).ending is Ending.LIMIT_REACHED


def test_limits_cannot_be_raised_and_go_with_their_run(run: Run) -> None:
    """Whoever is no superuser cannot raise a hard limit again: a later run with more gets a worker of its own."""
    probing = (
        "import resource as r\n"
        "assert r.getrlimit(r.RLIMIT_FSIZE) == (16 << 20, 16 << 20)\n"
        "assert r.getrlimit(r.RLIMIT_DATA) == (900 << 20, 900 << 20)\n"
        "assert r.getrlimit(r.RLIMIT_NOFILE) == (100, 100)\n"
        "assert r.getrlimit(r.RLIMIT_CORE) == (0, 0)\n"
        "assert 20 < r.getrlimit(r.RLIMIT_CPU)[0] - time.process_time() < 1e4\n"
        "return self.fc(x)"
    )
    limits = {"file_mib": 16, "memory_mib": 900, "open_files": 100}
    for _ in range(2):
        trace = run(model(probing), "2,3", **limits)
        assert trace.ending is Ending.PASSED, trace.message
    larger = "import resource as r\nassert r.getrlimit(r.RLIMIT_FSIZE)[0] == 32 << 20\nreturn self.fc(x)"
    assert run(model(larger), "2,3", file_mib=32).ending is Ending.PASSED


def test_memory_has_a_limit_where_nobody_set_one(run: Run) -> None:
    asking = (
        "import resource as r\nhave = os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES')\n"
        "assert 0 < r.getrlimit(r.RLIMIT_DATA)[0] <= 0.9 * have\nreturn self.fc(x)"
    )
    assert run(model(asking), "2,3", memory_mib=None).ending is Ending.PASSED
    unlimited = "import resource as r\nassert r.getrlimit(r.RLIMIT_DATA)[0] == r.RLIM_INFINITY\nreturn self.fc(x)"
    assert run(model(unlimited), "2,3", memory_mib=0).ending is Ending.PASSED


def test_data_loader_with_workers(run: Run) -> None:
    loading = (
        "from torch.utils.data import DataLoader, TensorDataset\n"
        "data = TensorDataset(torch.zeros(8, 3))\n"
        "for _ in range(2): assert len(list(DataLoader(data, 2, num_workers=2))) == 4\n"
        "return self.fc(x)"
    )
    for _ in range(2):
        trace = run(model(loading), "2,3", processes=64, network=False)
        assert trace.ending is Ending.PASSED, trace.message


# -- what is left behind -----------------------------------------------------------------------------------------------

LEAVES = {
    "a child": "if os.fork() == 0:\n    tell(); time.sleep(60); os._exit(0)",
    "a child in a session of its own": "if os.fork() == 0:\n    os.setsid(); tell(); time.sleep(60); os._exit(0)",
    "a daemon": (
        "if os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        tell(); time.sleep(60)\n    os._exit(0)"
    ),
    "a program": "import subprocess\nsubprocess.Popen(['sleep', '60'], pass_fds=[gate], start_new_session=True)",
}
ENDS = {
    "passes": ("return self.fc(x)", Ending.PASSED),
    "exits": ("os._exit(3)", Ending.EXITED),
    "dies": ("os.kill(os.getpid(), signal.SIGSEGV)", Ending.CRASHED),
    "hangs": ("while True: pass", Ending.TIMED_OUT),
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("left", LEAVES)
def test_processes_end_with_the_run(left: str, end: str, run: Run, gate: Gate) -> None:
    """What is left holds the code's end of a terminal, of which the other end tells when all of it is gone."""
    opened = f"{gate.opening}\ndef tell(): os.write(gate, b'.')"
    pause = "" if left == "a program" else "time.sleep(0.2)\n"  # Time for the child to be what it wants to be.
    forward, ending = ENDS[end]
    closed = "os.close(gate)\n" if end == "passes" else ""
    trace = run(model(f"{opened}\n{LEAVES[left]}\n{pause}{closed}{forward}"), "2,3", seconds=2.0)
    assert trace.ending is ending, trace.message
    gate.await_code()
    gate.await_end()
    assert run(HEALTHY, "2,3").ending is Ending.PASSED


FRONT_END = """
import os, shutil, sys
from autofix.probe.main import samples_request, wire
from autofix.session.session import Session
session = Session()
session.run({first})
print(session.process_id, session.folder, flush=True)
session.run({second})
print("came back", flush=True)
if {closes}:
    shutil.rmtree = lambda *words, **options: None
    session.close()
    os._exit(1)
sys.stdin.read()
"""


@pytest.mark.parametrize("doing", ["waits", "runs", "closes"])
def test_killed_front_end_leaves_nothing(doing: str, asked: Callable[..., object], gate: Gate) -> None:
    busy = doing == "runs"
    quick = asked(HEALTHY, "2,3")
    text = f"{gate.opening}\nwhile True: pass" if busy else "return self.fc(x)"
    other = asked(model(text), "2,3", seconds=120.0)
    script = FRONT_END.format(first=_constructed(quick), second=_constructed(other), closes=doing == "closes")
    words = [sys.executable, "-c", script]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as front_end:
        assert front_end.stdout is not None
        number, folder = front_end.stdout.readline().split()
        probe = os.pidfd_open(int(number))
        if busy:
            gate.await_code()
        else:
            assert front_end.stdout.readline() == "came back\n"
        if doing == "closes":
            front_end.wait()  # It ends before it would remove the folder.
        else:
            assert Path(folder).is_dir()
            front_end.kill()
    assert select.select([probe], [], [], 60)[0], "the probe outlived its front-end"
    os.close(probe)
    assert not Path(folder).exists()
    if busy:
        gate.await_end()


def _constructed(request: object) -> str:
    return (
        repr(request)
        .replace("RunRequest", "wire.RunRequest")
        .replace("SamplesRequest", "samples_request.SamplesRequest")
        .replace("InputRequest", "samples_request.InputRequest")
        .replace("RunLimits", "wire.RunLimits")
    )


def test_code_that_empties_the_temporary_folder(run: Run) -> None:
    emptying = "import shutil, tempfile\nshutil.rmtree(tempfile.gettempdir())\nreturn self.fc(x)"
    assert run(model(emptying), "2,3").ending is Ending.PASSED
    using = "import tempfile\nwith tempfile.TemporaryDirectory(): pass\nreturn self.fc(x)"
    assert run(model(using), "2,3").ending is Ending.PASSED


# -- the terminal ------------------------------------------------------------------------------------------------------

TERMINALS = {
    "opens the terminal": "open('/dev/tty', 'w').write('LEA' 'KED')",
    "asks for a password": "import getpass\ngetpass.getpass()",
    "writes to its streams": "os.write(1, b'LEA' b'KED'); os.write(2, b'LEA' b'KED'); raise OSError('no terminal')",
}


@pytest.mark.parametrize("forward", TERMINALS.values(), ids=TERMINALS)
def test_no_terminal(forward: str, tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(model(forward))
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(tmp_path)
        os.execv(sys.executable, [sys.executable, "-m", "autofix", "net.py", "-s", "2,3", "--time-limit", "20"])
    shown = b""
    while True:
        try:
            data = os.read(terminal, 1 << 16)
        except OSError:
            break
        if not data:
            break
        shown += data
    os.close(terminal)
    _, status = os.waitpid(pid, 0)
    assert b"LEAKED" not in shown
    assert os.waitstatus_to_exitcode(status) in (1, 2), shown  # A terminal that is absent is no fault of the code.
    assert any(words in shown for words in (b"/dev/tty", b"EOF", b"no terminal")), shown


# -- where the code runs -----------------------------------------------------------------------------------------------


def test_temporary_directory(run: Run, tmp_path: Path) -> None:
    using = "import other\nassert os.listdir('.') == []\nopen('left.txt', 'w').write('x')\nraise KeyError(os.getcwd())"
    trace = run({"model.py": model(using), "other.py": ""}, "2,3", temporary_directory=True)
    assert trace.failure is not None
    folder = trace.failure.message.strip("'")
    assert trace.failure.type == "KeyError", trace.message
    assert "autofix-cwd-" in folder
    assert not Path(folder).exists()
    assert not (tmp_path / "left.txt").exists()
    assert (
        run(model("assert os.path.samefile(os.path.dirname(__file__), '.')\nreturn self.fc(x)"), "2,3").failure is None
    )


@pytest.mark.parametrize("text", [HEALTHY, HEALTHY + "\nNet()(torch.zeros(1, 3))\nopen('left.txt', 'w')"])
def test_temporary_directory_of_a_command(text: str, tmp_path: Path, session: Session) -> None:
    is_empty = "        assert os.listdir('.') == [], os.getcwd()\n"
    (tmp_path / "net.py").write_text(text.replace("        super", f"{is_empty}        super"))
    words = ["net.py"] if "left.txt" in text else ["net.py", "-s", "2,3"]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        assert main.main([*words, "--temporary-directory"], session) == 0
        assert main.main(words, session) != 0
    assert [path.name for path in tmp_path.iterdir()] == ["net.py"]


# -- a batch -----------------------------------------------------------------------------------------------------------


def test_killed_batch_leaves_no_folder(gate: Gate, tmp_path: Path) -> None:
    """Its workers and their probes notice that nobody reads their answers any more."""
    project, temporary = tmp_path / "project", tmp_path / "tmp"
    project.mkdir()
    temporary.mkdir()
    busy = f"open('/dev/null')\n{gate.opening}\nwhile True: pass"
    (project / "net.py").write_text(f"# autofix: sample-shape=2,3\n{model(busy)}")
    words = [sys.executable, "-m", "autofix", "batch", ".", "--jobs", "1", "--time-limit", "4", "--quiet"]
    with subprocess.Popen(words, cwd=project, env={**os.environ, "TMPDIR": str(temporary)}) as batch:
        gate.await_code()
        (folder,) = temporary.glob("autofix-batch-*")
        probes = [os.pidfd_open(pid) for pid in process_tree.below(batch.pid)]
        assert probes
        batch.kill()
    for probe in probes:
        assert select.select([probe], [], [], 60)[0], "a worker or a probe outlived the batch"
        os.close(probe)
    assert not folder.exists()


def test_options_of_a_batch_reach_each_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.autofix]\nfile-limit = 16\n")
    asking = "import resource as r\nraise KeyError(r.getrlimit(r.RLIMIT_FSIZE)[0] >> 20, os.listdir('.'))"
    (tmp_path / "net.py").write_text(f"# autofix: sample-shape=2,3\n{model(asking)}")
    connecting = "import socket\nsocket.create_connection(('192.0.2.1', 80))"
    (tmp_path / "other.py").write_text(f"# autofix: sample-shape=2,3\n{model(connecting)}")
    monkeypatch.chdir(tmp_path)
    assert main.main(["batch", ".", "--jobs", "1", "--temporary-directory", "--format", "json", "--no-cache"]) == 3
    output = capsys.readouterr().out
    assert "(16, [])" in output
    assert "192.0.2.1:80" in output
    assert "pass --allow-network" in output
