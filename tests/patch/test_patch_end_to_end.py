"""Patches of real repairs: however a file is written, applying the patch with git equals writing the repair."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from autofix.frontends.cli import main
from autofix.session.session import Session

TEXT = """import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 6, 5)
        self.fc = nn.Linear(6 * 5 * 5, 10)  # the head

    def forward(self, x):
        x = torch.relu(self.conv(x))
        return self.fc(x.flatten(1))
"""
BROKEN, REPAIRED = b"nn.Linear(6 * 5 * 5, 10)", b"nn.Linear(6 * 4 * 4, 10)"


def _tabs(text: str) -> str:
    return text.replace("    ", "\t")


# name and content of the file
FILES: dict[str, tuple[str, bytes]] = {
    "plain": ("net.py", TEXT.encode()),
    "CRLF": ("net.py", TEXT.replace("\n", "\r\n").encode()),
    "mixed line ends": ("net.py", TEXT.replace("nn\n", "nn\r\n").replace("head\n", "head\r\n").encode()),
    "tabs": ("net.py", _tabs(TEXT).encode()),
    "form feed": ("net.py", TEXT.replace("class Net", "\x0c\nclass Net").encode()),
    "form feed inside a line": ("net.py", TEXT.replace("# the head", "# the \x0c head").encode()),
    "no final newline": ("net.py", TEXT.rstrip("\n").encode()),
    "the last line changes and has no newline": (
        "net.py",
        (
            "import torch\nfrom torch import nn\n\nnet = nn.Sequential(nn.Conv2d(3, 6, 5), nn.Flatten())\n"
            f"net.append({BROKEN.decode()})"
        ).encode(),
    ),
    "BOM": ("net.py", b"\xef\xbb\xbf" + TEXT.encode()),
    "BOM and CRLF": ("net.py", b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode()),
    "Latin-1 cookie": (
        "net.py",
        ("# -*- coding: latin-1 -*-\n# Größe\n" + TEXT.replace("the head", "für später")).encode("latin-1"),
    ),
    "non-ASCII before the edit": ("net.py", TEXT.replace("        self.fc", "        é = '🙂'; self.fc").encode()),
    "line separators of Unicode": ("net.py", TEXT.replace("# the head", "# the \u2028 \x85 \x1c head").encode()),
    "name with blanks": ("my net.py", TEXT.encode()),
    "name that is not ASCII": ("größe.py", TEXT.encode()),
    "in a folder with blanks": ("old models/v 1/net.py", TEXT.encode()),
    "a very long line": ("net.py", TEXT.replace("# the head", f"# {'long ' * 3000}").encode()),
}
pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


@pytest.fixture(params=FILES)
def case(request: pytest.FixtureRequest) -> tuple[str, bytes]:
    return FILES[request.param]


def _project(folder: Path, name: str, content: bytes) -> Path:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    (folder / "pyproject.toml").touch()
    return folder / name


def _git(folder: Path, *words: str, stdin: bytes = b"") -> None:
    done = subprocess.run(["git", *words], cwd=folder, input=stdin, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def test_git_apply_equals_apply(
    case: tuple[str, bytes], tmp_path: Path, session: Session, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    name, content = case
    by_git, by_us = _project(tmp_path / "git", name, content), _project(tmp_path / "us", name, content)
    words = ["-s", "2,3,8,8", "--no-color"]
    assert main.main([str(by_git), *words], session) == 1
    patch = capfdbinary.readouterr().out
    assert by_git.read_bytes() == content
    _git(tmp_path / "git", "init", "--quiet")
    _apply(tmp_path / "git", patch)
    assert by_git.read_bytes() == content.replace(BROKEN, REPAIRED)
    assert main.main([str(by_us), *words, "--apply", "--unsafe-fixes"], session) == 0
    assert by_us.read_bytes() == by_git.read_bytes()
    _apply(tmp_path / "git", patch, "-R")
    assert by_git.read_bytes() == content


def _apply(folder: Path, patch: bytes, *words: str) -> None:
    _git(folder, "-c", "core.autocrlf=false", "apply", "--whitespace=nowarn", *words, "-", stdin=patch)


def test_patch_of_several_files(tmp_path: Path, session: Session, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    net = (
        "from torch import nn\nfrom parts.head import Head\n\n\nclass Net(nn.Module):\n    def __init__(self):\n"
        "        super().__init__()\n        self.a = nn.Linear(9, 8)\n        self.b = Head()\n\n"
        "    def forward(self, x):\n        return self.b(self.a(x))"
    )
    head = (
        "from torch import nn\n\n\nclass Head(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.norm = nn.LayerNorm(8)\n        self.fc = nn.Linear(7, 2)\n\n"
        "    def forward(self, x):\n        return self.fc(self.norm(x))\n"
    )
    files = {"net.py": net.replace("\n", "\r\n").encode(), "parts/head.py": head.encode()}
    for name, content in files.items():
        _project(tmp_path, name, content)
    assert main.main([str(tmp_path / "net.py"), "-s", "4,6"], session) == 1
    patch = capfdbinary.readouterr().out
    _git(tmp_path, "init", "--quiet")
    _apply(tmp_path, patch)
    assert (tmp_path / "net.py").read_bytes() == files["net.py"].replace(b"(9, 8)", b"(6, 8)")
    assert (tmp_path / "parts/head.py").read_bytes() == files["parts/head.py"].replace(b"(7, 2)", b"(8, 2)")
