"""Ask the program and every rival that is installed about all of ``faults/``, and write what they are worth.

    python benchmarks/evidence.py [run] [--out FOLDER] [--tools FOLDER] [--jobs N] [--only NAME ...] [--rivals NAME ...]
    python benchmarks/evidence.py first [--out FOLDER] [--only NAME ...] [--every N]
    python benchmarks/evidence.py ablations [--out FOLDER] [--every N]
    python benchmarks/evidence.py patches FILE [--name NAME] [--out FOLDER]
    python benchmarks/evidence.py document [--out FOLDER]

``run`` writes a line of JSON for each case and rival as soon as it is known, and goes on where it was stopped; it ends
with the tables. ``first`` asks the program as it was before it had been changed with a split, from the history.
``ablations`` asks the program again with a part taken out, about the faults for which it has a plan
that can be another one then. With ``--every`` both ask about every N-th case alone. ``patches`` judges what somebody
else wrote, such as a language model: each line of FILE is ``{"id": CASE, "patch": UNIFIED DIFF}``, and a case without
a line is one without a patch. ``document`` writes the tables into ``docs/evidence.md``, between its markers. What the
columns mean is said there.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import ablated
import evidence_markdown
import evidence_pairs
import evidence_tables
import fault_runs
import faults
import first_sight
import measuring
import rival_checkers
import rivals
from evidence_judging import Judged, Truth, judged, patched, truth
from fault_cases import Case, cases
from rival_models import Said
from rivals import Answer, Rival

ROOT = Path(__file__).parent.parent
DOCUMENT = ROOT / "docs" / "evidence.md"
BEGIN, END = "<!-- evidence: begin -->", "<!-- evidence: end -->"
# What the rivals in torch import, so that their seconds are those of the question.
PRELOADED = ("torch.export", "torch._dynamo", "torch._subclasses.fake_tensor", "torch.fx.passes.shape_prop")
STEPS = ("run", "first", "ablations", "patches", "document")
Pair = tuple[Case, Rival]


class Results:
    """The lines of JSON of a folder: what was judged, and about what run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()

    def read(self, name: str) -> list[dict[str, Any]]:
        path = self.folder / name
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []

    def add(self, name: str, record: dict[str, Any]) -> None:
        with self._lock, (self.folder / name).open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(record) + "\n")


class Question:
    """A case, and what is known of it, run once and only if somebody is asked."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self._lock = threading.Lock()

    @cached_property
    def _truth(self) -> Truth:
        return truth(self.case)

    @property
    def truth(self) -> Truth:
        with self._lock:
            return self._truth


def everywhere(chosen: Sequence[Case], asked: Sequence[Rival]) -> list[Pair]:
    """Return who is asked about what where each is asked about all, or about as many as it says."""
    return [(case, rival) for rival in asked for case in chosen[:: rival.every]]


def run(results: Results, name: str, pairs: Sequence[Pair], jobs: int) -> None:
    """Judge what is not known yet, and write it line by line."""
    done = {(record["case"], record["rival"]) for record in results.read(name)}
    questions = {case.name: Question(case) for case, _ in pairs}
    waiting = [(questions[case.name], rival) for case, rival in pairs if (case.name, rival.name) not in done]
    start, load = time.monotonic(), measuring.load()

    def answer(pair: tuple[Question, Rival]) -> Judged:
        question, rival = pair
        return judged(question.case, question.truth, rival)

    pool, known = concurrent.futures.ThreadPoolExecutor(jobs), 0
    try:
        for future in concurrent.futures.as_completed([pool.submit(answer, pair) for pair in waiting]):
            results.add(name, future.result().record())
            known += 1
    finally:  # What is known stays, and the next run goes on.
        pool.shutdown(cancel_futures=True)
        if known:
            results.add("runs.jsonl", _about(name, known, time.monotonic() - start, jobs, load))


def _about(name: str, answers: int, seconds: float, jobs: int, load: float) -> dict[str, Any]:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.strip()
    return {
        "name": name,
        "commit": commit or "unknown",
        "answers": answers,
        "seconds": round(seconds),
        "jobs": jobs,
        "load": load,
        **measuring.machine(),
    }


def concerned(answers: Sequence[dict[str, Any]]) -> dict[str, list[str]]:
    """Return for each part the faults for which the program has plans that can be others without it."""
    known = {
        record["case"]: record["plans"]
        for record in answers
        if record["rival"] == rivals.OURS and record["kind"] in evidence_markdown.FAULTS and record.get("plans")
    }
    return {
        without(part).name: [case for case in sorted(known) if ablated.can_matter(part, known[case])]
        for part in ablated.PARTS
    }


def without(part: str) -> Rival:
    """Return the program with a part taken out."""
    program = (sys.executable, str(Path(ablated.__file__)), part)
    return Rival(f"without {part}" if part != "one step" else part, "", partial(rivals.ours, program))


# -- patches of others -------------------------------------------------------------------------------------------------


def verified(folder: Path, case: Case, patch: str) -> Answer:
    """Let ``autofix verify`` judge a patch; ``safe`` is its verdict that the patch holds."""
    (folder / "fix.diff").write_text(patch, "utf-8")
    options, script = rivals.split_words(case)
    words = (sys.executable, "-m", "autofix", "verify", "fix.diff", *options, "--format", "json", *script)
    code, out, err, seconds = rival_checkers.called(words, folder)
    try:
        verdict = json.loads(out)
    except ValueError:
        return Answer(Said(cannot=f"exit {code}: {err.strip()[-200:]}", seconds=seconds))
    texts = patched(case, patch)
    lines = tuple(sorted(case.changed_lines(texts or {})))
    said = Said(bool(verdict.get("fault")), lines, str(verdict["message"])[:300], "", seconds)
    return Answer(said, texts, verdict["verdict"] == "holds", (), verdict["verdict"])


def judge_patches(results: Results, path: Path, name: str, chosen: Sequence[Case], jobs: int) -> list[dict[str, Any]]:
    """Return what the patches of a file are worth, a case without a patch included."""
    known = {case.name for case in chosen}
    patches: dict[str, str] = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
            case, patch = str(entry["id"]), str(entry["patch"])
        except (ValueError, KeyError, TypeError):
            raise SystemExit(f'{path}:{number}: not a line {{"id": CASE, "patch": DIFF}}') from None
        if case not in known:
            raise SystemExit(f"{path}:{number}: there is no case {case}")
        patches[case] = patch

    def ask(folder: Path, case: Case) -> Answer:
        patch = patches.get(case.name)
        return Answer(Said()) if not patch else verified(folder, case, patch)

    target = f"patches-{name}.jsonl"
    (results.folder / target).unlink(missing_ok=True)
    run(results, target, everywhere(chosen, [Rival(name, f"patches of {path.name}", ask)]), jobs)
    return results.read(target)


# -- the command -------------------------------------------------------------------------------------------------------


def document(results: Results) -> str:
    """Return the tables of what a folder holds."""
    answers = results.read("answers.jsonl")
    return evidence_tables.page(
        cases(),
        answers,
        results.read("first.jsonl"),
        results.read("ablations.jsonl"),
        concerned(answers),
        results.read("runs.jsonl"),
        rivals.rivals(None),
    )


def main() -> int:
    options = _options()
    fault_runs.CONTEXT.set_forkserver_preload([*fault_runs.PRELOADED, *PRELOADED, "rival_models"])
    results, chosen = Results(options.out), cases(options.only)
    if options.step == "patches":
        rows = judge_patches(results, options.file, options.name, chosen[:: options.every], options.jobs)
        print(evidence_tables.everybody(rows, [options.name]))
    elif options.step == "first":
        _first(results, chosen, options)
    elif options.step == "ablations":
        _ablations(results, chosen, options)
    elif options.step == "run":
        _everybody(results, chosen[:: options.every], options)
    else:
        text = faults.with_part(DOCUMENT.read_text("utf-8"), BEGIN, END, document(results))
        DOCUMENT.write_text(text, "utf-8")
    return 0


def _everybody(results: Results, chosen: Sequence[Case], options: argparse.Namespace) -> None:
    everybody = [rival for rival in rivals.rivals(options.tools) if not options.rivals or rival.name in options.rivals]
    for rival in everybody:
        if rival.missing:
            print(f"left out: {rival.name} ({rival.missing}): {rival.note}", file=sys.stderr)
    asked = [rival for rival in everybody if not rival.missing]
    run(results, "answers.jsonl", everywhere(chosen, asked), options.jobs)
    print(document(results))


def _first(results: Results, chosen: Sequence[Case], options: argparse.Namespace) -> None:
    pairs: list[Pair] = []
    for split, commit in first_sight.COMMITS.items():
        of_split = [case for case in chosen if case.split == split]
        pairs += everywhere(of_split[:: options.every], [first_sight.program(commit, results.folder)])
    run(results, "first.jsonl", pairs, options.jobs)
    print(evidence_pairs.first_and_after(results.read("answers.jsonl"), results.read("first.jsonl")))


def _ablations(results: Results, chosen: Sequence[Case], options: argparse.Namespace) -> None:
    answers, known = results.read("answers.jsonl"), {case.name: case for case in chosen}
    cases_of = concerned(answers)
    if not any(cases_of.values()):
        raise SystemExit(f"{options.out} has no plan of the program: ask it first, with `run`")
    pairs = []
    for rival in map(without, ablated.PARTS):
        names = [name for name in cases_of[rival.name] if name in known]
        pairs += [(known[name], rival) for name in names[:: options.every]]
    run(results, "ablations.jsonl", pairs, options.jobs)
    print(evidence_pairs.ablations(answers, results.read("ablations.jsonl"), cases_of))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", nargs="?", choices=STEPS, default="run")
    parser.add_argument("file", nargs="?", type=Path, help="of patches: the file with a line of JSON for each")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "evidence", metavar="FOLDER")
    parser.add_argument("--tools", type=Path, metavar="FOLDER", help="where pyrefly and torchtyc are installed")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="cases whose names start so")
    parser.add_argument("--rivals", nargs="+", default=[], metavar="NAME")
    parser.add_argument("--name", default="assistant", help="of patches: what the row is called")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="every N-th case alone")
    options = parser.parse_args()
    if (options.step == "patches") != (options.file is not None):
        parser.error("FILE goes with patches, and with nothing else")
    return options


if __name__ == "__main__":
    sys.exit(main())
