"""The two wheels of a release: one with all the code and without torch, which works from an environment that has none,
and one that is that and torch.
"""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from email import message_from_string
from email.message import Message
from pathlib import Path

import pytest

pytest.importorskip("hatchling", reason="the wheels are built with hatchling, which the extra dev installs")
ROOT = Path(__file__).parents[1]
INSTALLED = [Path(folder) for folder in sys.path if Path(folder).name == "site-packages"]
TORCH = ("torch", "functorch", "torchgen", "nvidia", "triton")
NET = """\
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(6, 2)

    def forward(self, x):
        return self.fc(x)
"""


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("wheels")
    subprocess.run([sys.executable, ROOT / ".ci" / "wheels.py", folder], check=True, capture_output=True)
    return {path.name.partition("-")[0]: path for path in folder.iterdir()}


def environment(folder: Path, is_linked: bool) -> Path:
    """Return the site-packages of a new environment that sees what is installed here, all or all but torch."""
    venv.create(folder, symlinks=True)
    site = next(folder.glob("lib*/python3*/site-packages"))
    for package in [package for installed in INSTALLED for package in installed.iterdir()]:
        is_torch = package.name.partition("-")[0].partition(".")[0] in TORCH
        is_ours = package.suffix == ".pth" or package.name.startswith("torch_autofix")
        if (is_linked or not is_torch) and not is_ours and not (site / package.name).exists():
            (site / package.name).symlink_to(package)
    return site


def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith("/METADATA"))
        return message_from_string(archive.read(name).decode())


def test_what_the_wheels_ask_for(wheels: dict[str, Path]) -> None:
    slim, full = metadata(wheels["torch_autofix_slim"]), metadata(wheels["torch_autofix"])
    needs = [text.partition(";")[0].strip() for text in full.get_all("Requires-Dist", []) if "extra" not in text]
    assert sorted(needs) == [f"torch-autofix-slim=={full['Version']}", "torch>=2.6"]
    assert [text for text in slim.get_all("Requires-Dist", []) if text.startswith("torch")] == []
    assert slim.get_all("Provides-Extra") == full.get_all("Provides-Extra") == ["distributed", "lsp", "mcp"]
    with zipfile.ZipFile(wheels["torch_autofix"]) as archive:
        assert [name for name in archive.namelist() if ".dist-info/" not in name] == []


@pytest.mark.torch
def test_the_slim_wheel_uses_the_torch_of_the_project(
    wheels: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools, project = tmp_path / "tools", tmp_path / "project"
    site = environment(tools, is_linked=False)
    with zipfile.ZipFile(wheels["torch_autofix_slim"]) as archive:
        archive.extractall(site)
    environment(project / ".venv", is_linked=True)
    (project / "pyproject.toml").touch()
    (project / "net.py").write_text(NET, "utf-8")
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    missing = subprocess.run([tools / "bin" / "python", "-c", "import torch"], capture_output=True, check=False)
    assert missing.returncode == 1
    done = subprocess.run(
        [tools / "bin" / "python", "-m", "autofix", "net.py", "-s", "3,8"],
        cwd=project,
        env={**os.environ, "COLUMNS": "80"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "+        self.fc = nn.Linear(8, 2)\n" in done.stdout
