"""The command that says what a run here would use: interpreter, torch, containment, extras, cache and settings.

It runs one small model of ours, as a user's would be run, and changes nothing.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from autofix import __version__, engine
from autofix.batch import cache_folder
from autofix.fixes import candidates
from autofix.frontends.cli import terminal
from autofix.frontends.cli.options import DoctorChoice
from autofix.loading import find_target, settings, settings_shown
from autofix.loading.settings import Settings
from autofix.records.errors import AutofixError, UsageError
from autofix.records.locations import SourceText
from autofix.records.trace import Containment, Ending, Isolation
from autofix.report import phrases
from autofix.session.interpreter_facts import interpreter_facts
from autofix.system import environments, extras

_MODEL = """\
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(3, 2)

    def forward(self, x):
        return self.layer(x)
"""
_FILES: dict[Isolation | Containment | None, str] = {
    Isolation.OVERLAY: "overlays: nothing that a run writes reaches your files",
    Isolation.LANDLOCK: "landlock: writes from Python go elsewhere, those of compiled code are refused",
    Isolation.COPIES: "copies: what a run writes below the project is put back after it",
}
_CONNECTIONS: dict[Isolation | Containment | None, str] = {
    Containment.NAMESPACE: "connections end in a network of the run's own",
    Containment.LANDLOCK: "connections refused (landlock and a filter of system calls)",
    Containment.FILTER: "connections refused, of compiled code and programs all but TCP",
    Containment.HOOK: "connections from Python refused",
}
_PROCESSES: dict[Isolation | Containment | None, str] = {
    Containment.NAMESPACE: "a run sees and signals its own processes only, and they end with it",
    Containment.LANDLOCK: "signals reach the run's own processes only",
    Containment.HOOK: "signals from Python reach the run's own processes only",
}
# The modules of an extra, and what it is for.
_EXTRAS = (
    ("editors", "lsp", ("pygls", "platformdirs"), "autofix lsp"),
    ("assistants", "mcp", ("mcp",), "autofix mcp"),
    ("clusters", "distributed", ("distributed",), "autofix batch --scheduler"),
)
_WIDTH = 13


@dataclass
class _Sheet:
    """The lines for the reader, and what stands in the way of a run."""

    lines: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def say(self, subject: str, words: str) -> None:
        self.lines.append(f"{subject:<{_WIDTH}}{terminal.one_line(words)}")


def doctor(choice: DoctorChoice) -> int:
    """Print what a run would use; return 0 where one is possible, 1 where something stands in its way."""
    path = Path(os.path.abspath(choice.path))
    if not path.exists():
        raise UsageError(f"{choice.path} does not exist; check the name")
    root = find_target.project_root(path / "x.py" if path.is_dir() else path)
    sheet = _Sheet()
    sheet.say("autofix", f"{__version__}, Python {platform.python_version()} ({sys.executable})")
    sheet.say("project", str(root))
    chosen = _settings(sheet, root)
    _interpreter(sheet, choice, chosen, root)
    for subject, extra, modules, command in _EXTRAS:
        missing = any(importlib.util.find_spec(module) is None for module in modules)
        how = f"not installed; `{command}` needs: {extras.installation(extra)}"
        sheet.say(subject, how if missing else f"`{command}` is ready")
    folder = cache_folder.place(path)
    size = cache_folder.size(folder)
    sheet.say("cache", f"none yet ({folder})" if size is None else f"{phrases.size_text(size)} in {folder}")
    sheet.lines += _listed(root, chosen)
    print("\n".join(sheet.lines))
    for problem in sheet.problems:
        print(f"autofix: {terminal.one_line(problem)}", file=sys.stderr)
    return 1 if sheet.problems else 0


def _settings(sheet: _Sheet, root: Path) -> Settings:
    try:
        chosen = settings.read(root)
        candidates.check_words((*chosen.select, *chosen.ignore))
        return chosen
    except UsageError as error:
        sheet.problems.append(str(error))
        return Settings()


def _interpreter(sheet: _Sheet, choice: DoctorChoice, chosen: Settings, root: Path) -> None:
    environment = environments.project_environment((root,), os.environ.get("VIRTUAL_ENV"))
    if choice.python is not None:
        python, origin = Path(choice.python), "--python"
    elif chosen.python is not None:
        python, origin = Path(chosen.python), f"`python` in {_file_of(root)}"
    elif environment is not None:
        python, origin = environment.python, environment.origin
    else:
        python, origin = Path(sys.executable), "the one that runs autofix"
    facts = interpreter_facts(python)
    sheet.say("interpreter", f"{python} ({origin}){f', Python {facts.python}' if facts.python else ''}")
    sheet.say("torch", f"{facts.torch}{f', {facts.device}' if facts.device else ''}" if facts.torch else "missing")
    if facts.problem:
        hint = "choose another interpreter with --python, or `python` in the settings"
        sheet.problems.append(f"no model can be run: {facts.problem}; install torch into {python}, or {hint}")
        return
    try:
        sheet.say("containment", _containment(chosen, root, None if python == Path(sys.executable) else python))
    except AutofixError as error:
        sheet.problems.append(f"no model can be run: {error}")


def _containment(chosen: Settings, root: Path, python: Path | None) -> str:
    """Return how a run is kept in, as a run of a model of ours tells."""
    path = root / "autofix_doctor_model.py"
    target = find_target.target(path, samples=find_target.parse_sample(["4,3"]), text=_MODEL)
    request = engine.Request(target, (SourceText(path, _MODEL),), chosen, python)
    trace, _ = engine.trace(request)
    if trace.ending is not Ending.PASSED:
        raise AutofixError(f"a small model did not run: {trace.ending.value}: {trace.message}")
    memory = chosen.limits.memory_mib
    limits = (
        f"{chosen.limits.run_seconds:g} s and {'90 % of the memory' if memory is None else f'{memory:,} MiB'} a run"
    )
    ways = ((_FILES, trace.isolation), (_CONNECTIONS, trace.connections), (_PROCESSES, trace.processes))
    return "; ".join([*(words[way] for words, way in ways if way in words), limits])


def _file_of(root: Path) -> str:
    file = settings_shown.file_of(root)
    return "" if file is None else file.name


def _listed(root: Path, chosen: Settings) -> Iterator[str]:
    file = settings_shown.file_of(root)
    stated = frozenset[str]() if file is None else settings_shown.stated(file)
    place = "none set here" if file is None or not stated else terminal.one_line(str(file))
    yield f"{'settings':<{_WIDTH}}{place}"
    for key, value in settings_shown.values(chosen).items():
        if key in stated:
            yield f"  {key} = {terminal.one_line(value)}  ({_file_of(root)})"
    kept = ", ".join(
        f"{key} {value}" for key, value in settings_shown.values(chosen).items() if key not in stated and value
    )
    yield f"  defaults: {kept}"
