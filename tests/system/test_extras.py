"""What a message says to install for an extra is what the package declares."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

from autofix.system import extras


def test_the_packages_are_those_of_the_extra() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))["project"]
    declared = project["optional-dependencies"]
    assert {name: tuple(declared[name]) for name in extras.PACKAGES} == extras.PACKAGES
    assert extras.installation("mcp") == f"{sys.executable} -m pip install 'mcp>=2.3,<3'"
