"""The two wheels of a release: one with all the code and without torch, which works from an environment that has none,
and one that is that and torch; and its source.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
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


def built(folder: Path, root: Path, **environment: str) -> Path:
    words = [sys.executable, str(root / ".ci" / "wheels.py"), str(folder)]
    subprocess.run(words, check=True, capture_output=True, env={**os.environ, **environment})
    return folder


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("release"), ROOT)


@pytest.fixture(scope="module")
def wheels(release: Path) -> dict[str, Path]:
    return {path.name.partition("-")[0]: path for path in release.glob("*.whl")}


@pytest.fixture(scope="module")
def source(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the source of the release, unpacked."""
    folder = tmp_path_factory.mktemp("source")
    with tarfile.open(next(release.glob("*.tar.gz"))) as archive:
        archive.extractall(folder, filter="data")
    return next(folder.iterdir())


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


def test_equal_sources_give_equal_bytes(release: Path, source: Path, tmp_path: Path) -> None:
    """Elsewhere, later, by somebody else: from the source that was built, with other times, modes and zones."""
    for path in source.rglob("*"):
        path.chmod(path.stat().st_mode & 0o700)
        os.utime(path, (1.3e9, 1.3e9))
    again = built(tmp_path, source, TZ="Asia/Tokyo", SOURCE_DATE_EPOCH="5", LC_ALL="C")
    files = {folder: {path.name: path.read_bytes() for path in folder.iterdir()} for folder in (release, again)}
    assert len(files[release]) == 3
    assert [name for name, data in files[release].items() if data != files[again].get(name)] == []


def test_typed_packages_say_so(wheels: dict[str, Path]) -> None:
    with zipfile.ZipFile(wheels["torch_autofix_slim"]) as archive:
        assert {"autofix/py.typed", "autofix_rules/py.typed"} <= set(archive.namelist())


def test_the_source_has_all_that_the_tests_need(source: Path) -> None:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    names = [name for name in listing.stdout.decode().split("\0") if name and (ROOT / name).exists()]
    if not names:
        pytest.skip("the tests do not run in a checkout")
    assert [name for name in names if not (source / name).exists()] == []
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/records", "tests/syntax"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (source, source / "rules")))}
    done = subprocess.run(words, cwd=source, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
