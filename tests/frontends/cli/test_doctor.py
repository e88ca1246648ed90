"""``autofix doctor`` and ``autofix cache`` in real projects: what they say, what they leave alone, how they end."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from autofix.batch.journal import Journal, folder_of
from autofix.frontends.cli import main


def _doctor(folder: Path, *words: str) -> tuple[int, str, str]:
    """Run the command as a user of the folder does, without an active environment."""
    environment = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    command = [sys.executable, "-m", "autofix", "doctor", *words]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.torch
def test_a_project_with_settings(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.autofix]\nselect = ['AF1']\ntime-limit = 20\n", "utf-8")
    code, out, err = _doctor(tmp_path)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert f"interpreter  {sys.executable} (the one that runs autofix), Python " in out
    assert re.search(
        r"connections (refused|end in|from).*; (a run sees|signals) .*; 20 s and 90 % of the memory a run", out
    )
    assert f"settings     {tmp_path / 'pyproject.toml'}" in lines
    assert "  select = AF1  (pyproject.toml)" in lines
    assert "  time-limit = 20  (pyproject.toml)" in lines
    assert lines[-1].startswith("  defaults: mode auto, prefer concrete, ")
    assert f"cache        none yet ({folder_of(tmp_path)})" in lines
    assert [path.name for path in tmp_path.iterdir()] == ["pyproject.toml"]


@pytest.mark.torch
def test_the_environment_of_the_project(tmp_path: Path) -> None:
    venv.create(tmp_path / ".venv", with_pip=False, symlinks=True)
    (tmp_path / "pyproject.toml").touch()
    packages = next((tmp_path / ".venv").glob("lib*/python3*/site-packages"))
    packages.joinpath("ours.pth").write_text("\n".join(path for path in sys.path if "site-packages" in path), "utf-8")
    packages.joinpath(
        "torch"
    ).mkdir()  # What says that torch is installed; without a file in it, the real one is imported.
    code, out, err = _doctor(tmp_path)
    assert (code, err) == (0, "")
    assert f"interpreter  {tmp_path / '.venv' / 'bin' / 'python'} (.venv of the project), Python " in out
    assert "torch        2" in out


def test_an_interpreter_without_torch(tmp_path: Path) -> None:
    venv.create(tmp_path / "bare", with_pip=False)
    python = tmp_path / "bare" / "bin" / "python"
    code, out, err = _doctor(tmp_path, "--python", str(python))
    assert code == 1
    assert "torch        missing\n" in out
    assert "No module named 'torch'" in err
    assert err.count("\n") == 1


@pytest.mark.torch
def test_wrong_settings(tmp_path: Path) -> None:
    (tmp_path / "autofix.toml").write_text("select = 'AF1O1'\n", "utf-8")
    code, _, err = _doctor(tmp_path)
    assert (code, err) == (1, "autofix: there is no rule `AF1O1`; did you mean `AF101`?\n")


def test_a_cache_is_shown_and_removed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "pyproject.toml").touch()
    folder = folder_of(tmp_path)
    with Journal(folder):
        pass
    assert main.main(["cache", "show", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"{folder} (1 MiB)\n"
    assert main.main(["cache", "clean", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"removed {folder} (1 MiB)\n"
    assert [path.name for path in tmp_path.iterdir()] == ["pyproject.toml"]
    assert main.main(["cache", "clean", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"no cache: {folder}\n"


def test_what_is_no_cache_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = tmp_path / "kept"
    with Journal(tmp_path / "real"):
        pass
    kept.mkdir()
    (kept / "weights.pt").touch()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    for folder in (kept, tmp_path / "link"):
        assert main.main(["cache", "clean", "--cache-dir", str(folder)]) == 2
        assert "does not say that it is a cache of autofix; nothing was removed" in capsys.readouterr().err
    assert (kept / "weights.pt").exists()
    assert (tmp_path / "real" / "CACHEDIR.TAG").exists()
