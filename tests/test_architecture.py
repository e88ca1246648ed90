"""The architecture as a table: who may import whom, who may touch the world, and what must never stand in a file.

It reads texts and trees; what a start of the command loads is for ``test_start``.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted((*(ROOT / "autofix").rglob("*.py"), *(ROOT / "rules").rglob("*.py")))
MAX_LINES = 300
# Longer files: how long each may be, and why it is one.
LONGER: dict[str, tuple[int, str]] = {
    "autofix.frontends.arguments": (430, "every option of every command, which a reader wants side by side"),
    "autofix.records": (700, "one table of records; a reader wants them side by side"),
    "autofix.provenance.bindings": (400, "one question, where a name got its value, over every form of assignment"),
    "autofix.provenance.places": (400, "one solver whose cases call each other"),
    "autofix.child": (360, "one talk with one process"),
    "autofix.engine": (390, "the one place that knows every stage"),
}

# Each room and the rooms it may import; `x.*` stands for every file of a folder. Rooms come after those they build on.
_FACTS = "autofix.records autofix.source autofix.evaluation autofix.project"
_RULE = f"{_FACTS} autofix.rule autofix.provenance autofix.provenance.*"
_TABLES = "autofix.shapes autofix.expressions autofix.signatures"
_SKETCH = "autofix.records autofix.source autofix.samples.sketch.*"
_SEARCH = "autofix.propose autofix.search autofix.silence autofix.verify autofix.diagnosis.*"
_FRONT_END = (
    "autofix autofix.errors autofix.preference autofix.records autofix.settings autofix.frontends.* autofix.report.*"
)
_REPORT = "autofix.errors autofix.preference autofix.records autofix.patch autofix.hunks autofix.report.*"
MAY_IMPORT: dict[str, str] = {
    "autofix": "autofix.api",
    "autofix.preference": "",
    "autofix.records": "autofix.preference",
    "autofix.errors": "",
    "autofix.hunks": "",
    "autofix.paths": "",
    "autofix.shapes": "",
    "autofix.signatures": "",
    "autofix.expressions": "",
    "autofix.suppressions": "",
    "autofix.memory": "",
    "autofix.tree_copies": "",
    "autofix.settings": "autofix.errors autofix.preference autofix.records",
    "autofix.source": "autofix.memory autofix.records",
    "autofix.programs": "autofix.source",
    "autofix.models": "autofix.errors autofix.source",
    "autofix.samples": "",
    "autofix.samples.sketch.*": "autofix.source autofix.shapes autofix.signatures autofix.samples.sketch.*",
    "autofix.samples.solving": _SKETCH,
    "autofix.samples.annotated": f"{_SKETCH} autofix.samples.solving",
    "autofix.samples.uses": _SKETCH,
    "autofix.samples.inference": "autofix.records autofix.source autofix.samples.*",
    "autofix.samples.sampling": "autofix.errors autofix.records autofix.source autofix.suppressions",
    "autofix.samples.guessing": "autofix.records",
    "autofix.load": (
        "autofix.errors autofix.records autofix.paths autofix.source autofix.models autofix.programs "
        "autofix.samples.sampling autofix.samples.inference"
    ),
    "autofix.probe.*": "autofix.probe.*",
    "autofix.asked": "autofix.probe.wire",
    "autofix.arrived": "autofix.errors autofix.memory autofix.probe.wire",
    "autofix.child": "autofix.arrived autofix.asked autofix.errors autofix.probe.wire autofix.tree_copies",
    "autofix.replies": "autofix.errors autofix.memory autofix.preference autofix.records autofix.probe.wire",
    "autofix.evaluation": "autofix.records autofix.source",
    "autofix.project": "autofix.records autofix.source autofix.evaluation",
    "autofix.provenance.scopes": "autofix.source",
    "autofix.provenance.configs": f"{_FACTS} autofix.provenance.scopes",
    "autofix.provenance.bindings": f"{_FACTS} autofix.provenance.scopes autofix.provenance.configs",
    "autofix.provenance.inverse": "",
    "autofix.provenance.spelling": "autofix.project",
    "autofix.provenance.places": f"{_FACTS} autofix.provenance.*",
    "autofix.provenance": "autofix.provenance.places",
    "autofix.diagnosis.*": f"{_FACTS} autofix.diagnosis.* autofix.shapes autofix.signatures",
    "autofix.rule": "autofix.records autofix.project autofix.provenance",
    "autofix_rules.*": f"{_RULE} {_TABLES} autofix_rules.*",
    "autofix.registry": "autofix.errors autofix.expressions autofix.rule",
    "autofix.propose": "autofix.records autofix.paths autofix.project autofix.rule",
    "autofix.patch": "autofix.errors autofix.paths autofix.records autofix.hunks",
    "autofix.doubts": "autofix.records autofix.project",
    "autofix.reach": "autofix.records",
    "autofix.verify": "autofix.preference autofix.records autofix.project autofix.doubts autofix.reach",
    "autofix.flow": "autofix.records autofix.project autofix.shapes",
    "autofix.silence": "autofix.records autofix.project autofix.flow autofix.diagnosis.*",
    "autofix.progress": "autofix.records",
    "autofix.frontier": "autofix.records autofix.progress autofix.verify",
    "autofix.search": (
        "autofix.frontier autofix.progress autofix.reach autofix.records autofix.project autofix.patch autofix.propose "
        "autofix.silence autofix.verify autofix.diagnosis.*"
    ),
    "autofix.refactoring": "autofix.records autofix.paths autofix.project autofix.rule autofix.patch autofix.verify",
    "autofix.runs": (
        "autofix.errors autofix.records autofix.source autofix.project autofix.load autofix.asked autofix.child "
        "autofix.replies autofix.probe.wire autofix.preference autofix.silence"
    ),
    "autofix.unrun": "autofix.preference autofix.records",
    "autofix.engine": (
        "autofix.unrun autofix.errors autofix.records autofix.settings autofix.suppressions autofix.source "
        "autofix.project "
        "autofix.samples.guessing autofix.load autofix.registry autofix.child autofix.runs autofix.refactoring "
        f"autofix.patch {_SEARCH}"
    ),
    "autofix.api": "autofix.records autofix.settings autofix.load autofix.child autofix.engine",
    "autofix.report.*": _REPORT,
    "autofix.batch": "",
    "autofix.batch.records": "",
    "autofix.batch.manifest": "autofix.batch.records",
    "autofix.batch.settling": "autofix.batch.records",
    "autofix.batch.pool": "autofix.batch.records",
    "autofix.batch.journal": "autofix.errors autofix.batch.records",
    "autofix.batch.imports": "autofix.errors autofix.load",
    "autofix.batch.tree": "autofix.errors autofix.load",
    "autofix.batch.surroundings": "autofix autofix.errors autofix.registry",
    "autofix.batch.notebooks": "autofix.errors autofix.records autofix.hunks autofix.load",
    "autofix.batch.cells": "autofix.records autofix.batch.records autofix.batch.notebooks",
    "autofix.batch.uses": "autofix.load autofix.batch.imports autofix.batch.notebooks autofix.batch.tree",
    "autofix.batch.since": "autofix.errors autofix.batch.tree autofix.batch.uses",
    "autofix.batch.discovery": (
        "autofix.errors autofix.records autofix.settings autofix.source autofix.models autofix.programs autofix.load "
        "autofix.batch.records autofix.batch.notebooks autofix.batch.cells autofix.batch.tree"
    ),
    "autofix.batch.jobs": (
        "autofix autofix.errors autofix.preference autofix.records autofix.settings autofix.source autofix.load "
        "autofix.registry autofix.child autofix.patch autofix.engine autofix.report.json autofix.report.sarif "
        "autofix.batch.records autofix.batch.imports autofix.batch.tree autofix.batch.notebooks autofix.batch.cells "
        "autofix.batch.discovery"
    ),
    "autofix.batch.worker": "autofix.errors autofix.registry autofix.batch.records autofix.batch.jobs",
    "autofix.batch.running": (
        "autofix.batch.records autofix.batch.imports autofix.batch.journal autofix.batch.surroundings"
    ),
    "autofix.batch.cluster": "autofix autofix.errors autofix.batch.records autofix.batch.jobs",
    "autofix.batch.delivery": "autofix.errors autofix.patch autofix.batch.records autofix.batch.jobs",
    "autofix.batch.whole": (
        "autofix.errors autofix.settings autofix.load autofix.batch.records autofix.batch.uses autofix.batch.tree "
        "autofix.batch.notebooks autofix.batch.since autofix.batch.settling autofix.batch.jobs autofix.batch.running"
    ),
    "autofix.report.batch.*": "autofix.records autofix.batch.records autofix.report.*",
    "autofix.frontends.lsp.*": (
        "autofix autofix.errors autofix.memory autofix.records autofix.settings autofix.source autofix.models "
        "autofix.suppressions autofix.load autofix.child autofix.registry autofix.engine autofix.patch "
        "autofix.report.* autofix.frontends.lsp.*"
    ),
    "autofix.frontends.*": (
        f"{_FRONT_END} autofix.load autofix.suppressions autofix.child autofix.registry autofix.engine "
        "autofix.patch autofix.paths"
    ),
    "autofix.frontends.batch": f"{_FRONT_END} autofix.batch.*",
    "autofix.__main__": "autofix.errors autofix.child autofix.frontends.cli",
}
# Libraries, and the rooms that may use them; everything else is the standard library.
MAY_USE = {
    "torch": "autofix.probe.*",
    "libcst": "autofix.expressions autofix_rules.*",
    "unidiff": "autofix.patch",
    "pathspec": "autofix.batch.tree",
    "distributed": "autofix.batch.cluster",
    "typer": "autofix.frontends.*",
    "rich": "autofix.frontends.* autofix.report.*",
    **dict.fromkeys(("pygls", "lsprotocol", "platformdirs"), "autofix.frontends.lsp.*"),
}
# Rooms that touch the world, and what each may touch.
FILE, PROCESS, PRINT, CLOCK, ENVIRONMENT, EXIT = "file", "process", "print", "clock", "environment", "exit"
TOUCHES: dict[str, set[str]] = {
    "autofix.load": {FILE},
    "autofix.settings": {FILE},
    "autofix.arrived": {FILE},
    "autofix.registry": {FILE},
    "autofix.child": {FILE, PROCESS, ENVIRONMENT, CLOCK},
    "autofix.tree_copies": {FILE},
    "autofix.batch.*": {FILE, PROCESS, ENVIRONMENT, CLOCK},
    "autofix.report.batch.html": {FILE},
    "autofix.engine": set(),
    "autofix.__main__": {PRINT, ENVIRONMENT, EXIT},
    "autofix.frontends.*": {FILE, PRINT, CLOCK, ENVIRONMENT, EXIT},
    "autofix.probe.*": {FILE, PROCESS, CLOCK, ENVIRONMENT, EXIT},
}
_MODULES_OF = {
    "subprocess": PROCESS,
    "multiprocessing": PROCESS,
    "time": CLOCK,
    "datetime": CLOCK,
    "tempfile": FILE,
    "shutil": FILE,
    "glob": FILE,
}
_ATTRIBUTES_OF = {
    **dict.fromkeys(("os.environ", "os.getenv", "os.putenv"), ENVIRONMENT),
    **dict.fromkeys(("os.fork", "os.system", "os.popen", "os.execv", "os.kill", "os.killpg"), PROCESS),
    **dict.fromkeys(
        ("os.open", "os.replace", "os.rename", "os.remove", "os.unlink", "os.listdir", "os.scandir", "os.mkdir"), FILE
    ),
    **dict.fromkeys(("sys.exit", "os._exit", "os.abort"), EXIT),
    **dict.fromkeys(("sys.stdout.write", "sys.stderr.write", "sys.stdout.buffer"), PRINT),
}
_METHODS = {
    "read_text",
    "read_bytes",
    "write_text",
    "write_bytes",
    "unlink",
    "mkdir",
    "rmdir",
    "iterdir",
    "rglob",
    "touch",
    "symlink_to",
}
_CALLS = {"open": FILE, "print": PRINT, "exit": EXIT, "quit": EXIT, "input": PRINT}
# A path of one machine or the name of a package registry's host has no place in the project.
_FOREIGN = re.compile(
    r"(?<![\w.~])/(?:work|root|tmp|home|Users|mnt|opt)/[\w.-]+|\b(?:pypi\.org|pythonhosted\.org|download\.pytorch\.org|index-url)\b"
)
_TEXT_SUFFIXES = {".py", ".md", ".toml", ".txt", ".json", ".yml", ".yaml", ".cfg", ".ini", ".sh", ""}


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    parts = parts[1:] if parts[0] == "rules" else parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def _matches(name: str, words: str) -> bool:
    return any(name == word or (word.endswith(".*") and f"{name}.".startswith(word[:-1])) for word in words.split())


def _room(name: str) -> str | None:
    return (
        name
        if name in MAY_IMPORT
        else max((room for room in MAY_IMPORT if room.endswith(".*") and _matches(name, room)), key=len, default=None)
    )


def _imports(path: Path) -> Iterator[tuple[str, int]]:
    """Absolute names of imported modules, and how many dots the import had."""
    name = _name(path)
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, 0) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package.rsplit(".", node.level - 1)[0] if node.level else ""
            module = ".".join(part for part in (base, node.module) if part)
            for alias in node.names:
                inner = f"{module}.{alias.name}"
                yield (inner if inner in _names() else module, node.level)


@cache
def _names() -> frozenset[str]:
    return frozenset(map(_name, FILES))


EVERY_FILE = pytest.mark.parametrize("path", FILES, ids=_name)


@EVERY_FILE
def test_imports_only_earlier_rooms(path: Path) -> None:
    room = _room(_name(path))
    assert room is not None, f"{_name(path)} has no row in the table"
    ours = {module for module, _ in _imports(path) if module.partition(".")[0] in {"autofix", "autofix_rules"}}
    assert {module for module in ours if not _matches(module, MAY_IMPORT[room])} == set()


@EVERY_FILE
def test_uses_only_its_libraries(path: Path) -> None:
    foreign = (
        {module.partition(".")[0] for module, _ in _imports(path)}
        - sys.stdlib_module_names
        - {"autofix", "autofix_rules"}
    )
    assert {name for name in foreign if not _matches(_name(path), MAY_USE.get(name, ""))} == set()


@EVERY_FILE
def test_relative_imports_stand_in_the_probe_only(path: Path) -> None:
    inside = _name(path).startswith("autofix.probe")
    relative = {module for module, level in _imports(path) if level}
    absolute = {module for module, level in _imports(path) if not level and module.startswith("autofix")}
    assert (absolute if inside else relative) == set()


def test_the_table_has_no_cycle_and_no_dead_row() -> None:
    rooms = list(MAY_IMPORT)
    for position, (room, words) in enumerate(MAY_IMPORT.items()):
        assert any(_room(name) == room for name in _names()), room
        later = [one for one in words.split() if one in rooms and rooms.index(one) > position and room != "autofix"]
        assert later == [], room


@EVERY_FILE
def test_touches_the_world_only_where_it_may(path: Path) -> None:
    name = _name(path)
    allowed = next((kinds for room, kinds in TOUCHES.items() if _matches(name, room)), set())
    assert {(what, kind) for what, kind in _touches(_tree(path)) if kind not in allowed} == set()


def _touches(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, _MODULES_OF[alias.name]) for alias in node.names if alias.name in _MODULES_OF)
        elif isinstance(node, ast.ImportFrom) and node.module in _MODULES_OF:
            yield node.module, _MODULES_OF[node.module]
        elif isinstance(node, ast.Attribute):
            text = ast.unparse(node)
            if text in _ATTRIBUTES_OF:
                yield text, _ATTRIBUTES_OF[text]
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name) and node.func.id in _CALLS:
                yield node.func.id, _CALLS[node.func.id]
            elif isinstance(node.func, ast.Attribute) and node.func.attr in _METHODS:
                yield node.func.attr, FILE


TOUCHING = {
    "open('x')": FILE,
    "import subprocess": PROCESS,
    "from time import time": CLOCK,
    "print(1)": PRINT,
    "os.environ['A']": ENVIRONMENT,
    "sys.exit(1)": EXIT,
    "Path('x').read_text()": FILE,
    "sys.stderr.write('x')": PRINT,
}


@pytest.mark.parametrize("text, kind", TOUCHING.items())
def test_touching_is_seen(text: str, kind: str) -> None:
    assert {found for _, found in _touches(ast.parse(text))} == {kind}


@EVERY_FILE
def test_file_is_short_and_says_what_it_does(path: Path) -> None:
    name = _name(path)
    lines = len(path.read_text("utf-8").splitlines())
    assert lines <= LONGER.get(name, (MAX_LINES, ""))[0]
    assert ast.get_docstring(_tree(path))


def test_the_list_of_longer_files_is_no_longer_than_needed() -> None:
    long = {_name(path) for path in FILES if len(path.read_text("utf-8").splitlines()) > MAX_LINES}
    assert set(LONGER) - long == set()


@pytest.mark.parametrize("folder", ["rules", "tests", "fixtures"])
def test_folder_is_no_package(folder: str) -> None:
    assert not (ROOT / folder / "__init__.py").exists()


def _texts() -> Iterator[Path]:
    """Every text that is part of the project; asked of git where there is one, so that nobody's scratch files count."""
    found = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    inside = found.returncode == 0 and bool(found.stdout)
    paths = (
        (ROOT / name for name in found.stdout.decode().split("\0") if name)
        if inside
        else (p for p in ROOT.glob("*/**/*") if ".venv" not in p.parts)
    )
    yield from (path for path in paths if path.is_file() and path.suffix in _TEXT_SUFFIXES)


def test_no_text_names_a_machine_or_a_registry() -> None:
    found = []
    for path in _texts():
        if path == Path(__file__):
            continue
        text = path.read_text("utf-8", "replace")
        found += [f"{path.relative_to(ROOT)}: {match[0]}" for match in _FOREIGN.finditer(text)]
    assert found == []
