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


@pytest.mark.torch
@pytest.mark.skipif(os.name != "posix", reason="the action's step is a script for bash")
@pytest.mark.parametrize(
    "fail, since, expected, code", [("true", "", 1, 1), ("false", "", 0, 1), ("true", "HEAD", 0, 0)]
)
def test_the_step_of_the_action(fail: str, since: str, expected: int, code: int, tmp_path: Path) -> None:
    step = ACTION["runs"]["steps"][-1]
    (tmp_path / "net.py").write_text(MODEL, "utf-8")
    for words in (["init", "-q"], ["add", "-A"], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "a"]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    inputs = {"PATHS": ".", "ARGUMENTS": "--unsafe-fixes -j 1", "SINCE": since, "FAIL": fail, "BASELINE": ""}
    files = {"GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"), "GITHUB_OUTPUT": str(tmp_path / "outputs")}
    assert set(step["env"]) == {*inputs, "FOLDER"}
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=tmp_path,
        env={**os.environ, "PATH": path, **inputs, **files, "FOLDER": str(tmp_path / "made")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == expected, done.stderr
    names = sorted(path.name for path in (tmp_path / "made").iterdir())
    assert names == ["autofix.html", "autofix.md", "autofix.patch", "autofix.sarif"]
    assert (tmp_path / "outputs").read_text("utf-8") == f"exit-code={code}\nfolder={tmp_path / 'made'}\n"
    assert (tmp_path / "summary.md").read_text("utf-8").startswith("# autofix\n")
    assert ("::error file=net.py,line=9" in done.stdout) is (code == 1)
    if code:
        subprocess.run(["git", "apply", "--check", "made/autofix.patch"], cwd=tmp_path, check=True)
