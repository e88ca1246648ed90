"""What the start of the command loads, and above all what it does not: each case runs a fresh Python."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from autofix.fixes import registry

# Says at the very end, or where the probe would be waited for, which of these modules are there.
WATCH = """\
import os, sys
from autofix import __main__ as command

HEAVY = "torch numpy libcst rich pydantic pygls lsprotocol unidiff pathspec distributed platformdirs"
OURS = "autofix.records.trace"

def tell(code):
    sys.stdout.flush()
    os.write(2, " ".join(name for name in [*HEAVY.split(), OURS] if name in sys.modules).encode())
    os._exit(code)

if sys.argv[1:2] == ["net.py"]:
    import subprocess
    from autofix.session.session import Session
    class Silent:
        def __init__(self, *words, **options):
            self.stdout, self.pid = os.fdopen(os.pipe()[0], "rb"), 0
    subprocess.Popen = Silent  # A probe that never says it is ready.
    Session.ask = lambda session, request: tell(7)
try:
    tell(command.run(sys.argv[1:]))
except SystemExit as end:
    tell(end.code)
"""
NET = """\
from torch import nn


class Net(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Linear(4, 2))
"""
COMPLETION = {"_AUTOFIX_COMPLETE": "complete_bash", "COMP_WORDS": "autofix net.py --sam", "COMP_CWORD": "2"}
STARTS: dict[str, tuple[str, dict[str, str], int, str]] = {
    "help": ("--help", {}, 0, ""),
    "version": ("--version", {}, 0, ""),
    "completion": ("", COMPLETION, 0, ""),
    "all rules": ("explain", {}, 0, ""),
    "one rule": ("explain AF101", {}, 0, ""),
    "no such rule": ("explain AF1000", {}, 2, ""),
    # libcst follows only while the probe has still to be waited for.
    "until the probe is waited for": ("net.py -s 2,8 --sample-shape 2,8", {}, 7, "libcst autofix.records.trace"),
    # typer converts with pydantic, which only words that are no texts need.
    "with a number among the words": ("net.py -s 2,8 --pick 1", {}, 7, "libcst pydantic autofix.records.trace"),
}


@pytest.mark.parametrize("words, environment, code, loaded", STARTS.values(), ids=STARTS)
def test_start_loads_nothing_heavy(
    tmp_path: Path, words: str, environment: dict[str, str], code: int, loaded: str
) -> None:
    (tmp_path / "net.py").write_text(NET, "utf-8")
    done = _started(tmp_path, WATCH, words.split(), environment)
    assert done.returncode == code, done.stderr
    assert set(done.stderr.rpartition("\n")[2].split()) == set(loaded.split())


def test_a_probe_that_is_ready_waits_for_nothing_that_a_repair_may_not_need(tmp_path: Path) -> None:
    """libcst takes longer to load than a small model to run."""
    (tmp_path / "net.py").write_text(NET, "utf-8")
    ready = WATCH.replace("Session.ask =", "Session.starting = False; Session.ask =")
    done = _started(tmp_path, ready, ["net.py", "-s", "2,8"], {})
    assert (done.returncode, done.stderr) == (7, "autofix.records.trace")


def _started(
    folder: Path, script: str, words: list[str], environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    paths = os.pathsep.join(path for path in sys.path if path)
    return subprocess.run(
        [sys.executable, "-c", script, *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": paths, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


# -- the documentation of rules ----------------------------------------------------------------------------------------


def test_pages_are_the_documentation_of_the_rules() -> None:
    pages = [(page.code, page.name, page.text) for page in registry.pages()]
    assert pages == [(rule.code, rule.name, rule.documentation()) for rule in registry.rules()]


RULE = """
from autofix.rule import Rule


class One(Rule):
    code = "XX101"
    name = "one"
"""
OPENINGS = {
    "as ours": ('"""XX101 one: a rule.\n\nWhy\n    So.\n"""\n', "XX101 one: a rule.\n\nWhy\n    So."),
    "with quotes": ('"""XX101 one: a "rule"."""\n', 'XX101 one: a "rule".'),
    "behind a comment": ('# Ours.\n"""XX101 one: a rule."""\n', "XX101 one: a rule."),
    "with another first line": ('"""A rule."""\n', "A rule."),
    "with an escape": ('"""XX101 one: a \\x72ule."""\n', "XX101 one: a rule."),
    "without documentation": ("", ""),
}


@pytest.mark.parametrize("opening, text", OPENINGS.values(), ids=OPENINGS)
def test_page_of_a_rule_of_another_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, opening: str, text: str
) -> None:
    name = f"rules_{list(OPENINGS).index(request.node.callspec.id)}"
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").touch()
    (tmp_path / name / "one.py").write_text(opening + RULE, "utf-8")
    (tmp_path / name / "_shared.py").write_text("raise AssertionError('no rule')\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(registry, "BUILTIN", name)
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: ())
    registry.pages.cache_clear()
    try:
        assert registry.pages() == (registry.Page("XX101", "one", text),)
    finally:
        registry.pages.cache_clear()
