"""Build the two wheels of a release from one pyproject.toml, and its source: `python .ci/wheels.py FOLDER`.

`torch-autofix-slim` has all the code and does not ask for torch: it serves everybody whose torch lives in another
environment. `torch-autofix` is that and torch, and has no file of its own. `pip install .` in the source installs code
and torch as one. Equal sources give equal bytes, whoever builds them, where and when.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
NAME = "torch-autofix"
SLIM = f"{NAME}-slim"
CODE = ("autofix", "rules", "README.md", "LICENSE")


EPOCH = "1580601600"  # Of all times in an archive: the builder's own default, whatever its environment says.


def main(folder: Path) -> None:
    """Write both wheels and the source into a folder."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    version = re.search(r'__version__ = "(.*)"', (ROOT / "autofix" / "__init__.py").read_text("utf-8"))
    assert version is not None
    for described in (slim(project), full(project, version[1])):
        with tempfile.TemporaryDirectory() as temporary:
            tree = Path(temporary)
            for name in CODE:
                source = ROOT / name
                shutil.copytree(source, tree / name) if source.is_dir() else shutil.copy(source, tree / name)
            (tree / "pyproject.toml").write_text(toml(described), "utf-8")
            build("wheel", tree, folder)
    build("sdist", ROOT, folder)


def build(kind: str, tree: Path, folder: Path) -> None:
    words = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(folder.absolute())]
    subprocess.run(words, cwd=tree, check=True, env={**os.environ, "SOURCE_DATE_EPOCH": EPOCH})


def is_torch(requirement: str) -> bool:
    return re.match(r"[\w-]+", requirement)[0] == "torch"  # type: ignore[index]


def slim(project: dict[str, Any]) -> dict[str, Any]:
    """Return the project without torch, under another name."""
    described = json.loads(json.dumps(project["project"]))
    described["name"] = SLIM
    described["dependencies"] = [text for text in described["dependencies"] if not is_torch(text)]
    described["optional-dependencies"] = extras(described)
    return {"build-system": project["build-system"], "project": described, "tool": {"hatch": project["tool"]["hatch"]}}


def full(project: dict[str, Any], version: str) -> dict[str, Any]:
    """Return the project that is the slim one and torch, with extras that are those of the slim one."""
    described = json.loads(json.dumps(project["project"]))
    for key in ("scripts", "entry-points", "dynamic"):
        del described[key]
    torch = [text for text in described["dependencies"] if is_torch(text)]
    described |= {"version": version, "dependencies": [f"{SLIM}=={version}", *torch]}
    described["optional-dependencies"] = {name: [f"{SLIM}[{name}]=={version}"] for name in extras(described)}
    wheel = {"bypass-selection": True}
    hatch = {"build": {"targets": {"wheel": wheel}}}
    return {"build-system": project["build-system"], "project": described, "tool": {"hatch": hatch}}


def extras(described: dict[str, Any]) -> dict[str, list[str]]:
    """Return the extras of users; those of developers stay with the source."""
    return {name: texts for name, texts in described["optional-dependencies"].items() if name not in {"dev", "docs"}}


def toml(value: dict[str, Any], path: tuple[str, ...] = ()) -> str:
    """Return tables as TOML text; JSON writes its strings, numbers and lists as TOML does, but for tables in lists."""
    plain = {key: entry for key, entry in value.items() if not isinstance(entry, dict)}
    lines = [f"[{'.'.join(json.dumps(part) for part in path)}]"] if path and plain else []
    lines += [f"{json.dumps(key)} = {inline(entry)}" for key, entry in plain.items()]
    tables = [toml(entry, (*path, key)) for key, entry in value.items() if isinstance(entry, dict)]
    return "\n".join([*lines, *tables]) + "\n"


def inline(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {inline(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(inline, value)) + "]"
    return json.dumps(value)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
