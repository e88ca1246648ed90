"""The extension for VS Code, as far as no editor is needed: its manifest and the server's surface are one.

Its own tests are in `editors/vscode/test`; `make vscode` runs them.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from autofix import __version__

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "editors/vscode"
MANIFEST: dict[str, Any] = json.loads((FOLDER / "package.json").read_text("utf-8"))
PROPERTIES: dict[str, dict[str, Any]] = MANIFEST["contributes"]["configuration"]["properties"]
COMMANDS = {command["command"] for command in MANIFEST["contributes"]["commands"]}
DOCUMENT = (ROOT / "docs/lsp.md").read_text("utf-8")
# Settings and commands that the client itself answers, and commands that it has no use for: VS Code has its own trust.
OWN_SETTINGS = {"autofix.serverCommand"}
OWN_COMMANDS = {f"autofix.{name}" for name in ("startServer", "stopServer", "restartServer", "showOutput", "showMenu")}
STATES_OF_THE_CLIENT = {"starting", "stopped"}  # A server that is not there cannot say it.
UNUSED_COMMANDS = {"autofix.untrust"}


def _documented(heading: str) -> dict[str, str]:
    """Return the first and second column of the first table under a heading of docs/lsp.md, without backticks."""
    section = DOCUMENT.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `(autofix\.\w+)` \| (.*?) \|", section, re.MULTILINE)
    return {name: value.strip("`") for name, value in rows}


@pytest.fixture(scope="module")
def capabilities() -> dict[str, Any]:
    """Return the capabilities that a running server reports."""
    body = json.dumps(
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"processId": None, "capabilities": {}}}
    )
    done = subprocess.run(
        [sys.executable, "-m", "autofix", "lsp"],
        input=f"Content-Length: {len(body)}\r\n\r\n{body}".encode(),
        capture_output=True,
        timeout=60,
        check=False,
    )
    answer: dict[str, Any] = json.loads(done.stdout.partition(b"\r\n\r\n")[2])["result"]["capabilities"]
    return answer


def test_settings_are_those_of_the_server() -> None:
    assert set(PROPERTIES) - OWN_SETTINGS == set(_documented("Settings"))


@pytest.mark.parametrize("name, default", _documented("Settings").items())
def test_defaults_are_those_of_the_server(name: str, default: str) -> None:
    ours = PROPERTIES[name]["default"]
    assert ours in {"", None} if default == "none" else json.dumps(ours).strip('"') == default


def test_settings_that_name_a_program_are_neither_the_repositorys_nor_used_in_restricted_mode() -> None:
    programs = {"autofix.python", "autofix.serverCommand"}
    restricted = MANIFEST["capabilities"]["untrustedWorkspaces"]
    assert restricted["supported"] == "limited"
    assert programs <= set(restricted["restrictedConfigurations"]) <= set(PROPERTIES)
    assert {name for name, setting in PROPERTIES.items() if setting["scope"] == "machine-overridable"} == programs


def test_commands_are_those_of_the_server(capabilities: dict[str, Any]) -> None:
    served = set(capabilities["executeCommandProvider"]["commands"])
    assert served == set(_documented("Commands"))
    assert served - UNUSED_COMMANDS == COMMANDS - OWN_COMMANDS


def _list_in(file: str, name: str) -> list[str]:
    """Return the texts of a constant list in a TypeScript file."""
    constant = re.search(rf"{name}[^=]*= \[(.*?)\]", (FOLDER / "src" / file).read_text("utf-8"), re.DOTALL)
    assert constant is not None
    return re.findall(r'"([\w.]+)"', constant[1])


def test_the_code_knows_the_documented_settings_and_states() -> None:
    assert {f"autofix.{name}" for name in _list_in("settings.ts", "SERVER_SETTINGS")} == set(_documented("Settings"))
    states = re.search(r"`state` is one of ([^.]*)\.", DOCUMENT)
    assert states is not None
    assert set(_list_in("status.ts", "STATES")) == {*re.findall(r"`(\w+)`", states[1]), *STATES_OF_THE_CLIENT}


def test_version_and_licence_are_the_projects() -> None:
    assert MANIFEST["version"] == __version__
    assert (FOLDER / "LICENSE").read_text("utf-8") == (ROOT / "LICENSE").read_text("utf-8")


def test_the_manifest_names_no_address_that_is_not_there() -> None:
    """Until the project is published, a link would lead nowhere."""
    assert not {"homepage", "repository", "bugs"} & MANIFEST.keys()


def test_no_two_entries_of_the_palette_do_the_same_at_once() -> None:
    hidden = {
        entry["command"] for entry in MANIFEST["contributes"]["menus"]["commandPalette"] if entry["when"] == "false"
    }
    shown = [command for command in MANIFEST["contributes"]["commands"] if command["command"] not in hidden]
    titles = [command["title"] for command in shown]
    assert len(set(titles)) == len(titles)
    assert {entry["command"] for entry in MANIFEST["contributes"]["menus"]["commandPalette"]} == hidden
    servers = {
        name: ("!" in command["enablement"]) for command in shown if (name := command["title"]).endswith("Server")
    }
    assert servers == {"Start Server": True, "Stop Server": False, "Restart Server": False}


def test_names_of_the_package_and_its_extras_are_the_projects() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    files = [path for folder in ("editors", "autofix") for path in (ROOT / folder).rglob("*")]
    files = [
        path
        for path in files
        if path.suffix in {".ts", ".rs", ".json", ".md", ".py"} and "node_modules" not in path.parts
    ]
    named = {match for path in files for match in re.findall(r"([\w-]*autofix)\[([a-z{}]+)\]", path.read_text("utf-8"))}
    assert {name for name, _ in named} <= {project["name"]}
    assert {extra for _, extra in named} - {"{extra}"} <= set(project["optional-dependencies"])


def test_the_lock_file_names_no_registry() -> None:
    lock = json.loads((FOLDER / "package-lock.json").read_text("utf-8"))
    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []
    assert {name for name, package in lock["packages"].items() if name and "integrity" not in package} == set()


def test_what_the_manifest_names_is_there() -> None:
    steps = MANIFEST["contributes"]["walkthroughs"][0]["steps"]
    files = [MANIFEST["icon"], *(step["media"]["markdown"] for step in steps)]
    files += re.findall(r"!\[.*?\]\((.*?)\)", (FOLDER / "README.md").read_text("utf-8"))
    assert [name for name in files if not (FOLDER / name).is_file()] == []
    packaged = (FOLDER / ".vscodeignore").read_text("utf-8").splitlines()
    assert [name for name in files if f"!{Path(name).parent}/*{Path(name).suffix}" not in packaged] == []


def test_the_pictures_are_those_of_the_documentation() -> None:
    pictures = set((FOLDER / "images").glob("*.png")) - {FOLDER / MANIFEST["icon"]}
    assert len(pictures) == 2
    assert {(ROOT / f"docs/images/vscode-{path.name}").read_bytes() == path.read_bytes() for path in pictures} == {True}


def test_the_readme_lists_every_setting() -> None:
    readme = (FOLDER / "README.md").read_text("utf-8")
    assert [name for name in PROPERTIES if f"`{name}`" not in readme] == []
