"""Real editors: a file with a fault is opened, trusted, repaired by the editor's own quick fix and saved.

Each editor is set up by the files of `editors/` that users copy. What lies on disk afterwards is what the command line
writes. `tests/install-editors.sh` installs the editors; a test is skipped where its editor cannot be had.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
DRIVERS = Path(__file__).parents[2] / "editors"
PATIENCE_S = 120
AUTOFIX = Path(sys.executable).with_name("autofix")

LENET = """\
import torch
from torch import nn
import torch.nn.functional as F


# autofix: sample-shape=64,3,32,32
class LeNet(nn.Module):
    def __init__(self, num_classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 6, kernel_size=5)  # é and 𝔸 count differently in every encoding
        self.conv2 = nn.Conv2d(6, 16, kernel_size=5)
        self.été𝔸 = 4; self.fc1 = nn.Linear(16 * 4 * 4, 120)
        self.fc2 = nn.Linear(120, num_classes)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = torch.flatten(x, 1)
        return self.fc2(F.relu(self.fc1(x)))
"""
SIZES = """\
CHANNELS = 8
FEATURES = 8 * 5 * 5
"""
USER = """\
# autofix: sample-shape=2,3,16,16
from torch import nn

from sizes import CHANNELS, FEATURES


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, CHANNELS, 3)
        self.pool = nn.MaxPool2d(2)
        self.head = nn.Linear(FEATURES, 10)

    def forward(self, x):
        return self.head(self.pool(self.conv(x)).flatten(1))
"""
# The fault and its repair in one file; the repair in another file than the one that is open.
PROJECTS = {"one file": {"model.py": LENET}, "another file": {"model.py": USER, "sizes.py": SIZES}}


def _write(folder: Path, files: Mapping[str, str]) -> Path:
    folder.mkdir()
    (folder / "pyproject.toml").touch()
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    return folder / "model.py"


def _texts(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.py"))}


@pytest.fixture(scope="session")
def repaired(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, bytes]]:
    """Return what the command line makes of each project."""
    texts = {}
    for name, files in PROJECTS.items():
        folder = tmp_path_factory.mktemp("expected") / "project"
        path = _write(folder, files)
        done = subprocess.run(
            [AUTOFIX, path, "--apply"], capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )
        assert done.returncode == 0, done.stderr
        texts[name] = _texts(folder)
        assert texts[name] != {file: text.encode() for file, text in files.items()}
    return texts


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Return the environment of an editor that finds the command under test, but no settings or trusted
    folders of its user.
    """
    home = tmp_path / "home"
    home.mkdir()
    variables = {name: os.environ[name] for name in ("LANG", "TMPDIR") if name in os.environ}
    return {
        **variables,
        "LC_ALL": "C.UTF-8",
        "HOME": str(home),
        "XDG_STATE_HOME": str(home / "state"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "PATH": f"{AUTOFIX.parent}{os.pathsep}{os.environ['PATH']}",
        "AUTOFIX_STEPS": str(tmp_path / "steps.json"),
    }


def _steps(command: list[str | Path], folder: Path, environment: dict[str, str]) -> dict[str, Any]:
    """Run an editor in a folder; what it saw, as its driver wrote it down."""
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    path = Path(environment["AUTOFIX_STEPS"])
    output = f"{done.stdout}\n{done.stderr}"
    assert path.exists(), output
    steps: dict[str, Any] = json.loads(path.read_text("utf-8"))
    assert "missing" not in steps, f"{steps}\n{output}"
    assert done.returncode == 0, output
    return steps


def _neovim(path: Path, environment: dict[str, str]) -> dict[str, Any]:
    program = shutil.which("nvim")
    if program is None:
        pytest.skip("Neovim is not installed; tests/install-editors.sh does it")
    runtime = f"set runtimepath^={ROOT / 'editors/neovim'}"
    driver = f"luafile {DRIVERS / 'neovim.lua'}"
    return _steps([program, "--headless", "--clean", "--cmd", runtime, path, "-c", driver], path.parent, environment)


def _emacs(path: Path, environment: dict[str, str]) -> dict[str, Any]:
    program = shutil.which("emacs")
    has_eglot = "(progn (package-initialize) (require 'eglot))"
    if (
        program is None
        or subprocess.run(
            [program, "--batch", "--eval", has_eglot], env=environment, capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("Emacs with eglot is not installed; tests/install-editors.sh does it")
    environment |= {"AUTOFIX_FILE": str(path), "AUTOFIX_COMMAND": f"{AUTOFIX} lsp"}
    load: list[str | Path] = ["-f", "package-initialize", "-L", ROOT / "editors/emacs", "-l", DRIVERS / "emacs.el"]
    return _steps([program, "-q", "--batch", *load], path.parent, environment)


@pytest.mark.parametrize("project", PROJECTS)
@pytest.mark.parametrize("drive", [_neovim, _emacs], ids=["neovim", "emacs"])
def test_quick_fix_in_an_editor_writes_what_the_command_line_writes(
    drive: Any, project: str, tmp_path: Path, environment: dict[str, str], repaired: dict[str, dict[str, bytes]]
) -> None:
    path = _write(tmp_path / "project", PROJECTS[project])
    steps = drive(path, environment)
    assert steps["before_trust"] == []
    assert [fault["line"] for fault in steps["fault"]] != []
    assert steps["titles"]
    assert steps["after"] == []
    assert _texts(path.parent) == repaired[project]


def _json(text: str) -> Any:
    """Read JSON in which whole lines may be comments, as some editors write it."""
    return json.loads("\n".join(line for line in text.splitlines() if not line.lstrip().startswith("//")))


SERVERS: dict[str, Callable[[str], Any]] = {
    "helix/languages.toml": lambda text: [
        (server := tomllib.loads(text)["language-server"]["autofix"])["command"],
        *server["args"],
    ],
    "kate/settings.json": lambda text: _json(text)["servers"]["python"]["command"],
    "pycharm/template.json": lambda text: _json(text)["programArgs"]["default"].split(),
    "sublime/LSP.sublime-settings": lambda text: _json(text)["clients"]["autofix"]["command"],
}


@pytest.mark.parametrize("name", SERVERS)
def test_set_up_files_are_well_formed_and_start_the_server(name: str) -> None:
    assert SERVERS[name]((ROOT / "editors" / name).read_text("utf-8")) == ["autofix", "lsp"]


def test_the_document_shows_every_set_up_and_what_it_links_is_there() -> None:
    text = (ROOT / "docs/editors.md").read_text("utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)", text) if "://" not in link]
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []
    assert {f"../editors/{folder.name}" for folder in (ROOT / "editors").iterdir()} <= {
        "/".join(link.split("/")[:3]) for link in links
    }
