"""Bad input through the real command: one clear message on stderr, exit code 2, nothing on stdout, nothing written."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from gates import Gate

from autofix.frontends.cli import main
from autofix.session.session import Session

HEAD = "import os, sys, time, ctypes\nimport torch\nfrom torch import nn\n\n\n"


def net(forward: str = "return self.fc(x)", parameters: str = "", header: str = "") -> str:
    return (
        f"{HEAD}{header}class Net(nn.Module):\n    def __init__(self{parameters}):\n        super().__init__()\n"
        f"        self.fc = nn.Linear(8, 2)\n\n    def forward(self, x):\n        {forward}\n"
    )


# Refused before a model runs. content of net.py, words -> part of the one message
REFUSED: dict[str, tuple[str | bytes | None, str, str]] = {
    "missing file": (None, "net.py -s 4,6", "net.py does not exist; check the name"),
    "a folder": (None, ". -s 4,6", "is for one Python file"),
    "not Python": (b"\x89PNG\r\n\x1a\n\0\0", "net.py -s 4,6", "is not Python text"),
    "text that is not Python": ("Dear reader,\nthis is a letter.\n", "net.py -s 4,6", "net.py:1:"),
    "syntax error": (
        "class Net(:\n    pass\n",
        "net.py -s 4,6",
        "net.py:1:11: invalid syntax; correct the syntax first",
    ),
    "no model": (
        "def f(x):\n    return x\n",
        "net.py -s 4,6",
        "no nn.Module found in net.py; name a model with --model EXPR",
    ),
    "several models": (
        net() + "\n\nclass Other(nn.Module):\n    pass\n",
        "net.py -s 4,6",
        "net.py has 2 models; choose one: --model Net, --model Other",
    ),
    "missing constructor arguments": (
        net(parameters=", width"),
        "net.py -s 4,6",
        "with `width` chosen by name, since no program of the project shows it; pass them with --model",
    ),
    "malformed shape": (net(), "net.py -s 4,six", "'six' is not a whole number; the form is [NAME=][DTYPE:]D,D,..."),
    "negative shape": (net(), "net.py -s 4,-6", "the sample shape '4,-6' has the size -6; sizes start at 1"),
    "empty shape": (net(), "net.py -s ,", "cannot read the sample shape ','"),
    "shape of zero": (net(), "net.py -s 0,6", "has the size 0; sizes start at 1"),
    "unknown dtype": (net(), "net.py -s int65:4,6", "unknown dtype `int65`"),
    "malformed further shape": (net(), "net.py -s 4,6 --also 3,x", "is not a whole number"),
    "malformed model expression": (net(), "net.py -s 4,6 -m Net(", "cannot read the model expression 'Net('"),
    "no sample": (
        f"{HEAD}class Net(nn.Module):\n    def forward(self, x):\n        return x\n",
        "net.py",
        "no sample input for `Net()` in net.py; pass one, for example --sample-shape 64,3,32,32",
    ),
}
# Found when the model runs.
RUNS: dict[str, tuple[str | bytes | None, str, str]] = {
    "unknown class": (
        net(),
        "net.py -s 4,6 -m Nett",
        "`Nett` is not defined in the file; net.py has Net; choose one with --model EXPR",
    ),
    "too many inputs": (
        net(),
        "net.py -s 4,8 -s 4,8",
        "the sample has 2 inputs but `Net.forward` takes (x): too many positional arguments; correct --sample-shape",
    ),
    "too few inputs": (
        net().replace("self, x)", "self, x, y)"),
        "net.py -s 4,8",
        "the sample has 1 input but `Net.forward` takes (x, y): missing a required argument: 'y'; correct",
    ),
    "input of another name": (
        net(),
        "net.py -s y=4,8",
        "the sample has 1 input but `Net.forward` takes (x): missing a required argument: 'x'",
    ),
    "import that fails": (
        net(
            header="import nobody_has_this\nnobody_has_this.setup()\n\n\n", forward="return nobody_has_this.Layer()(x)"
        ),
        "net.py -s 4,8",
        "nobody_has_this",
    ),
    "hangs": (
        net("while True: pass"),
        "net.py -s 4,8 --time-limit 1",
        "the model ran longer than 1 s; raise the limit with --time-limit",
    ),
    "exits": (net("sys.exit(0)"), "net.py -s 4,8", "a model file must not end the program"),
    "ends the process": (net("os._exit(0)"), "net.py -s 4,8", "a model file must not end the program"),
    "segfault": (net("ctypes.string_at(0)"), "net.py -s 4,8", "the interpreter crashed while the model ran"),
    "out of memory": (
        net("return torch.ones(1 << 28) + x.sum()"),
        "net.py -s 4,8 --memory-limit 700 --mode real",
        "the model needs more memory than there is",
    ),
    "a sample that fails": (net(), "net.py --sample missing", "NameError"),
}


# What the command does when a model cannot be run, in words of one process each.
PROGRAMS = ("segfault", "hangs")


def _arrange(folder: Path, content: str | bytes | None) -> None:
    (folder / "pyproject.toml").touch()
    if content is not None:
        (folder / "net.py").write_bytes(content if isinstance(content, bytes) else content.encode())


def _files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def _check(folder: Path, words: str, message: str) -> None:
    """Check that one process writes one message."""
    before = _files(folder)
    command = [sys.executable, "-m", "autofix", *words.split(), "--apply", "--unsafe-fixes"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    _check_message(done.stderr, message)
    assert _files(folder) == before


def _check_message(errors: str, message: str) -> None:
    """Check that there is one error, the message in it however it is wrapped, and no traceback."""
    assert message in " ".join(errors.split())
    assert len(re.findall(r"^(?:autofix|error): ", errors, re.MULTILINE)) == 1
    assert "Traceback" not in errors


@pytest.mark.parametrize("content, words, message", REFUSED.values(), ids=REFUSED)
def test_refused(content: str | bytes | None, words: str, message: str, tmp_path: Path) -> None:
    _arrange(tmp_path, content)
    _check(tmp_path, words, message)


@pytest.mark.torch
@pytest.mark.parametrize("name", PROGRAMS)
def test_whole_program(name: str, tmp_path: Path) -> None:
    content, words, message = RUNS[name]
    _arrange(tmp_path, content)
    _check(tmp_path, words, message)


@pytest.fixture
def command(tmp_path: Path, session: Session, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], int]:
    """Return the command in this process, in the folder, with the warm probe."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    return lambda words: main.main([*words.split(), "--apply", "--unsafe-fixes"], session)


@pytest.mark.parametrize("content, words, message", RUNS.values(), ids=RUNS)
def test_cannot_run(
    content: str,
    words: str,
    message: str,
    tmp_path: Path,
    command: Callable[[str], int],
    capfd: pytest.CaptureFixture[str],
) -> None:
    _arrange(tmp_path, content)
    before = _files(tmp_path)
    assert command(words) == 2
    output, errors = capfd.readouterr()
    assert output == ""
    _check_message(errors, message)
    assert _files(tmp_path) == before


# Awkward, and yet repaired.
AWKWARD = {
    "forks": "os.waitpid(os.fork() or os._exit(0), 0) if hasattr(os, 'fork') else None; return self.fc(x)",
    "prints megabytes": "print('x' * (8 << 20)); os.write(1, b'x' * (8 << 20)); os.write(2, b'xxx'); return self.fc(x)",
    "reads standard input": "sys.stdin.read(); return self.fc(x)",
}


@pytest.mark.parametrize("forward", AWKWARD.values(), ids=AWKWARD)
def test_awkward_models_are_repaired(
    forward: str, tmp_path: Path, command: Callable[[str], int], capfd: pytest.CaptureFixture[str]
) -> None:
    _arrange(tmp_path, net(forward))
    assert command("net.py -s 4,6") == 0
    output, errors = capfd.readouterr()
    assert output == ""
    assert "xxxx" not in errors
    assert (tmp_path / "net.py").read_text() == net(forward).replace("nn.Linear(8, 2)", "nn.Linear(6, 2)")


# Somebody else disturbs the file, after it was read and before it is written.
def _protected(path: Path) -> None:
    path.chmod(0o444)


def _edited(path: Path) -> None:
    with path.open("a") as file:
        file.write("# mine\n")


DISTURBED: dict[str, tuple[Callable[[Path], None], str]] = {
    "read-only": (_protected, "net.py is read-only; make it writable and run again; nothing was written"),
    "changed on disk meanwhile": (
        _edited,
        "net.py changed on disk since it was analysed; run again; nothing was written",
    ),
    "removed meanwhile": (Path.unlink, "cannot read net.py again: No such file or directory; nothing was written"),
}


@pytest.mark.parametrize("disturb, message", DISTURBED.values(), ids=DISTURBED)
def test_apply_writes_nothing_over_a_conflict(
    disturb: Callable[[Path], None],
    message: str,
    tmp_path: Path,
    command: Callable[[str], int],
    gate: Gate,
    capfd: pytest.CaptureFixture[str],
) -> None:
    _arrange(tmp_path, net(header=f"{gate.opening}\nos.read(gate, 1)\n\n\n"))
    with gate.told(lambda: disturb(tmp_path / "net.py")):
        assert command("net.py -s 4,6") == 2
    assert capfd.readouterr() == ("", f"autofix: {message}\n")
    assert not [content for content in _files(tmp_path).values() if b"nn.Linear(6, 2)" in content]
