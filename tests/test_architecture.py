"""The architecture as an order: who may import whom, who may touch the world, and what must never stand in a file.

It reads texts and trees; what a start of the command loads is for ``tests/frontends/cli/test_start``.
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
MAX_LINES_OF_FUNCTION = 60
# Longer files: how long each may be, and why it is one.
LONGER: dict[str, tuple[int, str]] = {
    "autofix.provenance.bindings": (400, "one question, where a name got its value, over every form of assignment"),
    "autofix.provenance.size_sites": (432, "one solver whose cases call each other"),
    "autofix.session.session": (366, "one talk with one process"),
    "autofix.engine": (475, "the one place that knows every stage"),
}

# Folders are stages: each imports itself and those before it, nothing else.
STAGES = (
    *("system", "records", "probe", "session", "syntax", "operators", "patch", "sample_inputs", "loading", "facts"),
    *(
        "provenance",
        "diagnosis",
        "edits",
        "fixes",
        "rule",
        "verification",
        "search",
        "engine",
        "api",
        "report",
        "batch",
        "frontends",
    ),
)
FILES_AT_TOP = {"rule", "engine", "api"}
# Request and reply, and the samples in a request: all that anybody outside of the probe imports of it.
WIRE = {"autofix.probe.main.wire", "autofix.probe.main.samples_request"}
# Libraries, and the rooms that may use them; everything else is the standard library.
MAY_USE = {
    "torch": "autofix.probe.*",
    "libcst": "autofix.syntax.call_edits autofix_rules.*",
    "unidiff": "autofix.patch.read_patch",
    "pathspec": "autofix.batch.source_files",
    "distributed": "autofix.batch.cluster",
    "typer": "autofix.frontends.*",
    "rich": "autofix.frontends.* autofix.report.*",
    "pytest": "autofix.frontends.pytest_plugin.*",
    **dict.fromkeys(("mcp", "pydantic"), "autofix.frontends.mcp.*"),
    **dict.fromkeys(("pygls", "lsprotocol", "platformdirs"), "autofix.frontends.lsp.*"),
}
# Rooms that touch the world, and what each may touch.
FILE, PROCESS, PRINT, CLOCK, ENVIRONMENT, EXIT = "file", "process", "print", "clock", "environment", "exit"
TOUCHES: dict[str, set[str]] = {
    "autofix.system.regular_files": {FILE},
    "autofix.system.exchange": {FILE},
    "autofix.system.user_folders": {FILE, ENVIRONMENT},
    "autofix.loading.data_files": {FILE},
    "autofix.loading.find_target": {FILE},
    "autofix.loading.project_interpreter": {FILE},
    "autofix.loading.toml_files": {FILE},
    "autofix.loading.settings": {FILE},
    "autofix.loading.text_files": {FILE},
    "autofix.session.reply_file": {FILE},
    "autofix.session.interpreter_facts": {PROCESS},
    "autofix.fixes.registry": {FILE},
    "autofix.session.session": {FILE, PROCESS, ENVIRONMENT, CLOCK},
    "autofix.session.session_folders": {FILE, PROCESS, CLOCK},
    "autofix.session.tree_copies": {FILE},
    "autofix.session.orphans": {FILE, PROCESS, CLOCK},
    "autofix.batch.worker": {FILE, PROCESS, ENVIRONMENT, CLOCK, EXIT},
    "autofix.batch.*": {FILE, PROCESS, ENVIRONMENT, CLOCK},
    "autofix.__main__": {PRINT, ENVIRONMENT, EXIT},
    "autofix.frontends.cli.atomic_write": {FILE, PROCESS, CLOCK, EXIT},
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


def _stage(name: str) -> int:
    """Return the module's place in the order; rules stand with what they import, the start of the command last."""
    parts = name.split(".")
    if parts[0] == "autofix_rules":
        return STAGES.index("rule")
    if parts == ["autofix"]:  # The package hands out the Python API.
        return STAGES.index("api")
    return STAGES.index(parts[1]) if len(parts) > 1 and parts[1] in STAGES else len(STAGES)


def _imports(path: Path) -> Iterator[tuple[str, int]]:
    """Yield the absolute names of imported modules, and how many dots the import had."""
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


def _ours(path: Path) -> set[str]:
    return {module for module, _ in _imports(path) if module.partition(".")[0] in {"autofix", "autofix_rules"}}


@EVERY_FILE
def test_imports_only_earlier_stages(path: Path) -> None:
    later = {module for module in _ours(path) - WIRE if _stage(module) > _stage(_name(path))}
    assert later == set()


@EVERY_FILE
def test_the_probe_stands_alone(path: Path) -> None:
    inside = {module for module in _ours(path) if _matches(module, "autofix.probe.*")}
    if _matches(_name(path), "autofix.probe.*"):
        assert _ours(path) == inside
    else:
        assert inside <= WIRE


@EVERY_FILE
def test_rules_are_nobody_elses(path: Path) -> None:
    """What several families need is public; a family's own helper stays in it."""
    foreign = {module for module in _ours(path) if module.startswith("autofix_rules")}
    family = _name(path).rpartition(".")[0]
    assert {module for module in foreign if not module.startswith(f"{family}.")} == set()


def test_every_folder_is_a_stage() -> None:
    entries = (ROOT / "autofix").iterdir()
    inside = {path.name for path in entries if path.suffix != ".typed" and path.name[0] != "_"}
    assert inside == {*STAGES} - FILES_AT_TOP | {f"{name}.py" for name in FILES_AT_TOP}


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


@EVERY_FILE
def test_touches_the_world_only_where_it_may(path: Path) -> None:
    name = _name(path)
    allowed = next((kinds for room, kinds in TOUCHES.items() if _matches(name, room)), set())
    assert {(touched, kind) for touched, kind in _touches(_tree(path)) if kind not in allowed} == set()


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


@EVERY_FILE
def test_costs_are_stated_in_words(path: Path) -> None:
    """Only the list of evidence has numbers: who makes a fix or a place of one states evidence."""
    for call in (node for node in ast.walk(_tree(path)) if isinstance(node, ast.Call)):
        called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        is_fix = called in {"Fix", "Site", "counted", "with_evidence"} or ast.unparse(call.func) == "self.fix"
        if is_fix:
            arguments = [ast.unparse(node) for node in (*call.args, *(keyword.value for keyword in call.keywords))]
            assert [text for text in arguments if text.lstrip("-").isdigit()] == []


@EVERY_FILE
def test_counts_of_evidence_are_counted(path: Path) -> None:
    """A number of times is what was counted, or twice: anything else would be a weight in disguise."""
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.BinOp) and ast.unparse(node.left).startswith("Evidence."):
            assert ast.unparse(node.right) in {"1", "2"} or not ast.unparse(node.right).lstrip("-").isdigit()


def test_rules_make_fixes_in_one_way() -> None:
    rules = [path for path in FILES if _name(path).startswith("autofix_rules.")]
    direct = [_name(path) for path in rules for node in ast.walk(_tree(path)) if _calls(node, "Fix")]
    assert direct == []


def test_no_cost_tells_what_kind_of_edit_it_is() -> None:
    """A cost is compared with other costs, never with a number or a name of one."""
    compared = [
        f"{_name(path)}: {ast.unparse(node)}"
        for path in FILES
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Compare)
        and any(isinstance(side, ast.Attribute) and side.attr == "cost" for side in (node.left, *node.comparators))
        and any(isinstance(side, ast.Constant) or _is_constant(side) for side in (node.left, *node.comparators))
    ]
    assert compared == []


def _calls(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def _is_constant(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id.isupper()


def test_one_name_means_one_thing() -> None:
    """No two public classes of one name, whatever the folder."""
    homes: dict[str, set[str]] = {}
    for path in FILES:
        for node in ast.walk(_tree(path)):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes.setdefault(node.name, set()).add(_name(path))
    assert {name: places for name, places in homes.items() if len(places) > 1} == {}


# Private names that a test may read, and why it cannot do without.
PRIVATE_IN_TESTS = {
    **dict.fromkeys(
        (
            ("tests/operators/test_table.py", "torch._C"),
            ("tests/operators/test_table.py", "torch._C._nn"),
            ("tests/operators/test_table.py", "torch._C._jit_get_schemas_for_operator"),
        ),
        "torch has no public way to its schemas, nor to all that its functions call",
    ),
    ("tests/batch/test_batch_parts.py", "pool._workers"): "no call from outside meets a pool while it ends its workers",
}


TESTS = sorted(path for path in (ROOT / "tests").rglob("*.py") if "data" not in path.parts and path != Path(__file__))


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.stem)
def test_tests_use_public_names_only(path: Path) -> None:
    """What a test holds to is a promise to the callers; private names may change without one."""
    name = path.relative_to(ROOT).as_posix()
    allowed = {text for file, text in PRIVATE_IN_TESTS if file == name}
    assert {*_private_names(_tree(path))} == allowed


def _private_names(tree: ast.AST) -> Iterator[str]:
    """Yield the private names that are read from elsewhere, also by programs and paths
    (``autofix.engine._run``) in strings.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in _OURS:
            yield from (f"{node.module}.{alias.name}" for alias in node.names if _is_private(alias.name))
        elif isinstance(node, ast.Attribute) and _is_private(node.attr):
            text = ast.unparse(node)
            own = text.partition(".")[0] in {"self", "cls"} and text.count(".") == 1
            if not own and text not in _PRIVATE_ELSEWHERE:
                yield text
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") in {"setattr", "delattr"}:
            yield from (
                f"{ast.unparse(node.args[0])}.{word.value}"
                for word in node.args[1:2]
                if isinstance(word, ast.Constant) and isinstance(word.value, str) and _is_private(word.value)
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and "autofix" in node.value:
            yield from _private_names_in(node.value)


_OURS = {"autofix", "autofix_rules"}
_PRIVATE_ELSEWHERE = {"os._exit"}


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def _private_names_in(text: str) -> Iterator[str]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    yield from _private_names(tree)


PRIVATE = {
    "from autofix.engine import _run": "autofix.engine._run",
    "engine._run()": "engine._run",
    "monkeypatch.setattr(engine, '_run', None)": "engine._run",
    "monkeypatch.setattr('autofix.engine._run', None)": "autofix.engine._run",
    "PROGRAM = 'from autofix import engine; engine._run()'": "engine._run",
    "self._run(); os._exit(1); Net.__init__": "",
}


@pytest.mark.parametrize("text, name", PRIVATE.items())
def test_private_names_are_seen(text: str, name: str) -> None:
    assert [*_private_names(ast.parse(text))] == ([name] if name else [])


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
    assert {touched_kind for _, touched_kind in _touches(ast.parse(text))} == {kind}


@EVERY_FILE
def test_file_is_short_and_says_what_it_does(path: Path) -> None:
    name = _name(path)
    lines = len(path.read_text("utf-8").splitlines())
    assert lines <= LONGER.get(name, (MAX_LINES, ""))[0]
    assert ast.get_docstring(_tree(path))


@EVERY_FILE
def test_functions_are_short(path: Path) -> None:
    functions = (node for node in ast.walk(_tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    lengths = {f"{node.name}, line {node.lineno}": (node.end_lineno or 0) - node.lineno + 1 for node in functions}
    assert {name: lines for name, lines in lengths.items() if lines > MAX_LINES_OF_FUNCTION} == {}


# Names that tell nothing of a variable.
_EMPTY_NAMES = frozenset(("made", "found", "want", "wanted", "one", "given", "told", "got", "said"))


@EVERY_FILE
def test_variables_say_what_they_hold(path: Path) -> None:
    nodes = list(ast.walk(_tree(path)))
    bound = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    assert not (bound | {node.arg for node in nodes if isinstance(node, ast.arg)}) & _EMPTY_NAMES


# Words that are no verbs, with which a docstring of a function could begin. Words that end in "s" are nouns or say what
# the function does ("Returns") instead of what it is to do.
_OPENINGS = """
A After Against All Among An Another Any As At Because Before Behind Below Beside Between Both But By Candidate Each
Either Equal Every Everybody Everything Evidence First For From Here How If In Input Inside Into It Just Last Later
Layer Many Model More Most Nearest Neither Next No Nobody None Nor Not Nothing Now Number Of On Once One Only
Operation Other Our Out Output Outside Over Parameter Past Plain Private Public Shape Since Size Some Somebody Such
Than That The Their Then There These They Those Three Through Time To Two Under Unlike Until Up User Usual Value Well
What Whatever When Where Wherever Whether Which While Who Whoever Whole Whose Why With Within Without You Your
"""
_NO_VERBS = frozenset(_OPENINGS.split())
_PROPERTIES = {"property", "cached_property", "functools.cached_property"}


def _without_verb(tree: ast.Module) -> Iterator[str]:
    """Yield where a docstring of a function begins with no verb; what is a property may be a noun."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        text = ast.get_docstring(node)
        if text is None or _PROPERTIES.intersection(map(ast.unparse, node.decorator_list)):
            continue
        word = text.split(maxsplit=1)[0].rstrip(",:") if text.strip() else ""
        is_plain = re.fullmatch("[A-Z][a-z]*", word) is not None
        if not is_plain or word in _NO_VERBS or re.search("[^s]s$", word):
            yield f"{node.lineno}: {text.splitlines()[0]}"


@EVERY_FILE
def test_docstrings_of_functions_begin_with_a_verb(path: Path) -> None:
    assert [*_without_verb(_tree(path))] == []


BEGINNINGS = {
    '"""Return the shape."""': True,
    '"""Run, diagnose and search."""': True,
    '"""Process a reply."""': True,
    '"""The shape of a tensor."""': False,
    '"""Whether the sizes agree."""': False,
    '"""Sizes that agree."""': False,
    '"""Returns the shape."""': False,
    '"""``view(-1, 4)`` of a tensor."""': False,
    '"""(row, column) of an entry."""': False,
    '"""0 for no limit."""': False,
}


@pytest.mark.parametrize("text, is_verb", BEGINNINGS.items())
def test_beginnings_are_told_apart(text: str, is_verb: bool) -> None:
    without_verb = [*_without_verb(ast.parse(f"def name():\n    {text}"))]
    assert (without_verb == []) is is_verb


def test_nouns_are_for_properties_classes_and_modules() -> None:
    text = (
        '"""A module."""\nclass Size:\n    """A size."""\n    @property\n    def name(self):\n        """The name."""'
    )
    assert [*_without_verb(ast.parse(text))] == []


def test_the_list_of_longer_files_is_no_longer_than_needed() -> None:
    long = {_name(path) for path in FILES if len(path.read_text("utf-8").splitlines()) > MAX_LINES}
    assert set(LONGER) - long == set()


@pytest.mark.parametrize("folder", ["rules", "tests", "fixtures"])
def test_folder_is_no_package(folder: str) -> None:
    assert not (ROOT / folder / "__init__.py").exists()


def _texts() -> Iterator[Path]:
    """Yield every text that is part of the project.

    Git is asked where there is one, so that scratch files do not count.
    """
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    inside = listing.returncode == 0 and bool(listing.stdout)
    paths = (
        (ROOT / name for name in listing.stdout.decode().split("\0") if name)
        if inside
        else (p for p in ROOT.glob("*/**/*") if not {".venv", ".hypothesis"} & {*p.parts})
    )
    yield from (path for path in paths if path.is_file() and path.suffix in _TEXT_SUFFIXES)


def test_no_text_names_a_machine_or_a_registry() -> None:
    foreign = []
    for path in _texts():
        if path == Path(__file__):
            continue
        text = path.read_text("utf-8", "replace")
        foreign += [f"{path.relative_to(ROOT)}: {match[0]}" for match in _FOREIGN.finditer(text)]
    assert foreign == []
