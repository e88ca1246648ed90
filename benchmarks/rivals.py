"""Who is asked about a case: this program and the rivals, each with its best mode, and what it cannot do.

A rival that is not installed is left out and named. A checker of its own environment is looked for on the path and in
``--tools FOLDER``, the ``bin`` of the environment it was installed in.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import fault_runs
import rival_checkers
import rival_models
import rival_torchtyc
from fault_cases import Case
from rival_models import Said

FLOOR, OURS = "traceback", "autofix"


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody said of a case. ``texts``: the files that it changed, safe or not; ``others``: further patches;
    ``plans``: of its plan and the further ones, the rule of each step; ``evidence``: of each, how often what counts.
    """

    said: Said
    texts: dict[str, str] | None = None
    safe: bool = False
    others: tuple[str, ...] = ()
    ending: str = ""
    plans: tuple[tuple[str, ...], ...] = ()
    evidence: tuple[dict[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Rival:
    """How somebody is asked; ``note`` says what is asked of it and what it cannot do, ``every`` that it is so slow that
    it is asked about a part of the cases alone.
    """

    name: str
    note: str
    ask: Callable[[Path, Case], Answer]
    missing: str = ""
    every: int = 1


def rivals(tools: Path | None) -> list[Rival]:
    """Return everybody, this program first and the floor next."""
    return [
        Rival(OURS, "`autofix FILE OPTIONS --apply --unsafe-fixes`; the first plan", partial(ours, _autofix())),
        Rival(FLOOR, "the program as it is, or the model on its sample; nothing is repaired", _forked(FLOOR)),
        *(Rival(name, note, _forked(name)) for name, note in _TORCH.items()),
        *(_checker(name, tools) for name in _CHECKERS),
    ]


def _checker(name: str, tools: Path | None) -> Rival:
    note, function, file, every = _CHECKERS[name]
    program = shutil.which(file, path=None if tools is None else str(tools)) or shutil.which(file)
    if program is None:
        return Rival(name, note, _none, f"no `{file}` is installed", every)
    return Rival(name, note, lambda folder, case: Answer(function(program, folder, case)), every=every)


_TORCH = {
    "torch.export": "`torch.export.export` of the model, of a program every outermost module with its first inputs; "
    "what happens outside of modules it does not see",
    "fx ShapeProp": "`symbolic_trace` with stack traces, then `ShapeProp`; sizes that steer Python and what happens "
    "outside of modules it cannot trace",
    "FakeTensorMode": "the whole program below `FakeTensorMode`; values (`.item()`, boolean masks) it has not",
    "torch.compile": 'the whole program with every outermost module compiled, `backend="eager"`; outside of them the '
    "message is Python's own",
}


_CHECKERS: dict[str, tuple[str, Callable[[str, Path, Case], Said], str, int]] = {
    "pyrefly": (
        "`pyrefly check` with pyrefly-torch-stubs, on the files of the case and one that calls the model on its "
        "sample; shapes are known from annotations, which the code of the reports has not",
        rival_checkers.pyrefly,
        "pyrefly",
        1,
    ),
    "torchtyc": (
        "`torchtyc run` on meta tensors: the program, or a function that calls the model on its sample; what needs the "
        "values of a tensor stops it, and it says so",
        rival_torchtyc.torchtyc,
        "torchtyc",
        1,
    ),
    "PyTea": (
        "`pytea.py` built from its sources with Node, on the program or on a file that calls the model; it is on no "
        "package index, does not parse newer Python, and what its library of operators lacks is unknown to it; asked "
        "about every twelfth case, as it takes ten seconds to load that library",
        rival_checkers.pytea,
        "pytea.py",
        12,
    ),
}


def _none(_folder: Path, _case: Case) -> Answer:
    return Answer(Said(cannot="not installed"))


def _forked(name: str) -> Callable[[Path, Case], Answer]:
    """Return how something in torch is asked; its time is that of a fork of a process that has torch."""

    def ask(folder: Path, case: Case) -> Answer:
        said = fault_runs.forked(rival_models.asked, name, folder, case.main, case.options())
        if isinstance(said, fault_runs.Run):  # It ended without a word.
            return Answer(Said(cannot=f"{said.error}: {said.message}", seconds=said.seconds))
        return Answer(said)

    return ask


def _autofix() -> tuple[str, ...]:
    return (sys.executable, "-m", "autofix")


def ours(program: Sequence[str], folder: Path, case: Case, extra: Sequence[str] = ()) -> Answer:
    """Let the program write its first plan, safe or not, and read its report."""
    options, script = split_words(case)
    words = (*program, *options, *extra, "--apply", "--unsafe-fixes", "--format", "json", *script)
    code, out, err, seconds = rival_checkers.called(words, folder)
    try:
        report = json.loads(out)
    except ValueError:
        return Answer(Said(cannot=f"exit {code}: {err.strip()[-200:]}", seconds=seconds), ending="usage")
    plan, diagnostics = report["plan"], report["diagnostics"]
    lines = [(d["path"], d["range"]["start"]["line"]) for d in diagnostics]
    lines += [(d["call"]["path"], d["call"]["range"]["start"]["line"]) for d in diagnostics if d.get("call")]
    for change in plan.get("changes", ()) if plan else ():  # The program of `first_sight.py` may not have them yet.
        first, count = change["line"], len(change["before"])
        lines += [(change["path"], line) for line in (range(first, first + count) if count else (first - 1, first))]
    said = Said(bool(diagnostics), tuple(dict.fromkeys(lines)), str(report["message"])[:300], "", seconds)
    if plan is None:
        return Answer(said, ending=report["ending"])
    plans = (plan, *(other for other in report["alternatives"] if other["patch"]))
    return Answer(
        said,
        changed(folder, case),
        plan["applicability"] == "safe",
        tuple(other["patch"] for other in plans[1:]),
        report["ending"],
        tuple(tuple(step["rule"] for step in one["steps"]) for one in plans),
        tuple({piece["evidence"]: piece["count"] for piece in one.get("evidence", ())} for one in plans),
    )


def split_words(case: Case) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the words of a case up to the arguments of its program, and those from ``--`` on."""
    words = case.arguments
    end = words.index("--") if "--" in words else len(words)
    return words[:end], words[end:]


def changed(folder: Path, case: Case) -> dict[str, str]:
    """Return the texts of the files that differ from those of the case."""
    texts = {}
    for path in case.files():
        name = path.relative_to(case.folder).as_posix()
        now = folder / name
        if now.is_file() and now.read_bytes() != path.read_bytes():
            texts[name] = now.read_text("utf-8")
    return texts
