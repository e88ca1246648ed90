"""What is offered to pipelines: the hooks and the action are valid, and their commands do what they say."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from autofix.frontends.cli import parser
from autofix.frontends.cli.options import BatchChoice

ROOT = Path(__file__).parents[2]
HOOKS: list[dict[str, Any]] = YAML(typ="safe").load(ROOT / ".pre-commit-hooks.yaml")
ACTION: dict[str, Any] = YAML(typ="safe").load(ROOT / "action.yml")
MODEL = (
    "# autofix: sample-shape=4,8\nfrom torch import nn\n\n\nclass Net(nn.Module):\n    def __init__(self):\n"
    "        super().__init__()\n        self.body = nn.Linear(8, 6)\n        self.head = nn.Linear(5, 3)\n\n"
    "    def forward(self, x):\n        return self.head(self.body(x))\n"
)


def test_the_action_follows_the_schema_of_actions() -> None:
    words = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-actions", "action.yml"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("hook", HOOKS, ids=[hook["id"] for hook in HOOKS])
def test_a_hook_is_a_command_on_files(hook: dict[str, Any]) -> None:
    """The keys and types that ``pre-commit validate-manifest`` asks for."""
    assert all(isinstance(hook[key], str) for key in ("id", "name", "description", "entry"))
    assert (hook["language"], hook["types_or"], hook["require_serial"]) == ("system", ["python", "jupyter"], True)
    program, *words = shlex.split(hook["entry"])
    assert program == "autofix"
    choice = parser.parse([*words, "net.py", "a folder/nb.ipynb"])
    assert isinstance(choice, BatchChoice)
    assert choice.paths == (Path("net.py"), Path("a folder/nb.ipynb"))
    assert choice.delivery.apply is (hook["id"] == "autofix-fix")


IN_BASH = pytest.mark.skipif(os.name != "posix", reason="the steps of the action are scripts for bash")


def _run_step(step: dict[str, Any], folder: Path, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a step as a job does, with the Python of these tests as the one that was set up."""
    assert set(step["env"]) <= set(variables)
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=folder,
        env={**os.environ, "PATH": path, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@IN_BASH
def test_the_action_installs_no_torch(tmp_path: Path) -> None:
    """What the step needs is here already, so that pip has nothing to fetch: it is not allowed to."""
    pytest.importorskip("hatchling", reason="the wheel is built with hatchling, which the extra dev installs")
    (step,) = (step for step in ACTION["runs"]["steps"] if step.get("name") == "Install autofix")
    tools, here = tmp_path / "tools", os.pathsep.join(filter(None, sys.path))
    variables = {"ACTION": str(ROOT), "TOOLS": str(tools), "PYTHONPATH": here, "PIP_NO_INDEX": "1"}
    done = _run_step(step, tmp_path, variables)
    assert done.returncode == 0, done.stdout + done.stderr
    site = next(tools.glob("lib/python3*/site-packages"))
    assert (site / "autofix").is_dir()
    assert list(site.glob("torch_autofix_slim-*")) != []
    assert list(site.glob("torch")) == []


@IN_BASH
@pytest.mark.torch
@pytest.mark.parametrize(
    "fail, since, expected, code", [("true", "", 1, 1), ("false", "", 0, 1), ("true", "HEAD", 0, 0)]
)
def test_the_step_of_the_action(fail: str, since: str, expected: int, code: int, tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(MODEL, "utf-8")
    for words in (["init", "-q"], ["add", "-A"], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "a"]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    inputs = {"PATHS": ".", "ARGUMENTS": "--unsafe-fixes -j 1", "SINCE": since, "FAIL": fail, "BASELINE": ""}
    files = {"GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"), "GITHUB_OUTPUT": str(tmp_path / "outputs")}
    own = {"FOLDER": str(tmp_path / "made"), "TOOLS": str(Path(sys.executable).parents[1])}
    done = _run_step(ACTION["runs"]["steps"][-1], tmp_path, {**inputs, **files, **own})
    assert done.returncode == expected, done.stderr
    names = sorted(path.name for path in (tmp_path / "made").iterdir())
    assert names == ["autofix.html", "autofix.md", "autofix.patch", "autofix.sarif"]
    assert (tmp_path / "outputs").read_text("utf-8") == f"exit-code={code}\nfolder={tmp_path / 'made'}\n"
    assert (tmp_path / "summary.md").read_text("utf-8").startswith("# autofix\n")
    assert ("::error file=net.py,line=9" in done.stdout) is (code == 1)
    if code:
        subprocess.run(["git", "apply", "--check", "made/autofix.patch"], cwd=tmp_path, check=True)
