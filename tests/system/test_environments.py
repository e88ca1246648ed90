"""Which virtual environment a project has, as folders tell it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from autofix.system.environments import project_environment

PYTHON = "Scripts/python.exe" if os.name == "nt" else "bin/python"


def _environment(folder: Path, *, torch: bool = True) -> Path:
    packages = folder / "lib" / "python3.11" / "site-packages"
    (packages / "torch" if torch else packages).mkdir(parents=True)
    python = folder / PYTHON
    python.parent.mkdir(parents=True)
    python.symlink_to(os.path.realpath(sys.executable))
    return python


def test_the_active_environment_comes_first_then_the_folders_in_order(tmp_path: Path) -> None:
    active, first, second = (_environment(tmp_path / name) for name in ("active", "a/.venv", "b/venv"))
    folders = (tmp_path / "a", tmp_path / "b")
    cases = [
        (folders, str(tmp_path / "active"), active, "VIRTUAL_ENV"),
        (folders, None, first, ".venv of the project"),
        (folders, str(tmp_path / "gone"), first, ".venv of the project"),
        (folders[1:], "", second, "venv of the project"),
    ]
    for places, variable, python, origin in cases:
        environment = project_environment(places, variable)
        assert environment is not None
        assert (environment.python, environment.origin) == (python, origin)
    assert project_environment((tmp_path,), None) is None


def test_an_environment_without_torch_is_passed_over_where_another_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = _environment(tmp_path / ".venv", torch=False)
    assert project_environment((tmp_path,), None) is None  # This interpreter has torch.
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    environment = project_environment((tmp_path,), None)
    assert environment is not None
    assert environment.python == bare
    complete = _environment(tmp_path / "venv")
    environment = project_environment((tmp_path,), None)
    assert environment is not None
    assert environment.python == complete


def test_our_own_environment_is_no_other(tmp_path: Path) -> None:
    assert project_environment((tmp_path,), sys.prefix) is None
