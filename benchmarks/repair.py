"""Break working models by seeded mutation and repair them again: how many come back, and how well.

    python benchmarks/repair.py [--seed N] [--per-file N] [--faults 1|2|5] [--only PART] [--json FILE]

For each mutation it prints how many mutants fail, how many of those are repaired, return the output shape of the
original, restore its parameter shapes and its text, and how many plans labelled safe return another output shape
(there should be none).
Every fixture that names a model and a sample takes part: healthy ones as they are, the others as repaired.
"""

from __future__ import annotations

import argparse
import collections
import json
import random
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

import mutations

from autofix import engine, load
from autofix.child import Session
from autofix.errors import AutofixError
from autofix.records import Applicability, RepairEnding, Report, SourceText
from autofix.source import Source

FIXTURES = Path(__file__).parent.parent / "fixtures"
COLUMNS = ("mutants", "repaired", "output", "parameters", "text", "safe", "safe wrong")


@dataclass(frozen=True, slots=True)
class Subject:
    """A working model: its text and how to run it."""

    name: str
    text: str
    model: str | None
    samples: tuple[str, ...]
    evaluation_mode: bool


def subjects(part: str) -> list[Subject]:
    found = []
    for folder in sorted(FIXTURES.iterdir()):
        case = folder / "case.toml"
        after = folder / "after.py"
        if part not in folder.name or not case.is_file() or not after.is_file():
            continue
        data = tomllib.loads(case.read_text("utf-8"))
        if data.get("samples") and data["kind"] != "refuse" and not folder.name.startswith(("script", "silent")):
            samples = tuple(data["samples"])
            found.append(
                Subject(folder.name, after.read_text("utf-8"), data.get("model"), samples, bool(data.get("eval")))
            )
    return found


class Bench:
    """One warm probe and a folder without a project around it."""

    def __init__(self, session: Session, folder: Path) -> None:
        self._session, self._path = session, folder / "model.py"

    def run(self, subject: Subject, text: str) -> Report:
        self._path.write_text(text, "utf-8")
        samples = load.parse_sample(subject.samples)
        mode = subject.evaluation_mode
        target = load.target(self._path, model=subject.model, samples=samples, evaluation_mode=mode, text=text)
        return engine.repair(engine.Request(target, (SourceText(self._path, text),)), self._session)


def broken(subject: Subject, rng: random.Random, per_file: int, faults: int) -> list[tuple[str, str]]:
    """(mutation, text) pairs: up to ``per_file`` of each mutation, or ``faults`` mutations on top of each other."""
    source = Source(Path("model.py"), subject.text)
    if faults == 1:
        rows = []
        for name in mutations.MUTATIONS:
            texts = mutations.mutants(source, name)
            rows += [(name, text) for text in rng.sample(texts, min(per_file, len(texts)))]
        return rows
    rows = []
    for _ in range(per_file):
        text = subject.text
        for _ in range(faults):
            choices = [
                t for name in mutations.MUTATIONS for t in mutations.mutants(Source(Path("model.py"), text), name)
            ]
            text = rng.choice(choices) if choices else text
        if text != subject.text:
            rows.append((f"{faults} faults", text))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--per-file", type=int, default=1)
    parser.add_argument("--faults", type=int, default=1)
    parser.add_argument("--only", default="")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--verbose", action="store_true", help="print every mutant that did not come back")
    options = parser.parse_args()
    table: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    with Session() as session, tempfile.TemporaryDirectory() as folder:
        bench = Bench(session, Path(folder))
        for subject in subjects(options.only):
            _measure(bench, subject, random.Random(f"{options.seed} {subject.name}"), options, table)
            print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    _print(table)
    if options.json:
        options.json.write_text(json.dumps(table, indent=1), "utf-8")


def _measure(
    bench: Bench,
    subject: Subject,
    rng: random.Random,
    options: argparse.Namespace,
    table: dict[str, collections.Counter[str]],
) -> None:
    healthy = bench.run(subject, subject.text)
    if healthy.ending is not RepairEnding.HEALTHY:
        table["not healthy: " + subject.name]["mutants"] += 1
        return
    for name, text in broken(subject, rng, options.per_file, options.faults):
        try:
            report = bench.run(subject, text)
        except AutofixError:
            continue
        if report.ending not in {RepairEnding.REPAIRED, RepairEnding.NO_FIX, RepairEnding.LIMIT}:
            continue
        row = table[name]
        row["mutants"] += 1
        _count(row, bench, subject, report, healthy, options.verbose)


def _count(
    row: collections.Counter[str], bench: Bench, subject: Subject, report: Report, healthy: Report, verbose: bool
) -> None:
    plan = report.plan
    came_back = False
    if plan is not None:
        after = plan.texts[0][1]
        again = bench.run(subject, after)
        came_back = again.message == healthy.message
        row["repaired"] += again.ending is RepairEnding.HEALTHY
        row["output"] += came_back
        row["parameters"] += again.trace.state_dict == healthy.trace.state_dict
        row["text"] += after == subject.text
        row["safe"] += plan.applicability is Applicability.SAFE
        row["safe wrong"] += plan.applicability is Applicability.SAFE and not came_back
    if verbose and not came_back:
        title = "no plan" if plan is None else f"[{plan.applicability.value}] {plan.title}"
        print(f"{subject.name}: {report.message} -> {title}")


def _print(table: dict[str, collections.Counter[str]]) -> None:
    width = max(map(len, table), default=8) + 2
    print("mutation".ljust(width), *(column.rjust(11) for column in COLUMNS))
    total: collections.Counter[str] = collections.Counter()
    for name, row in sorted(table.items()):
        total.update(row)
        print(name.ljust(width), *(_cell(row, column) for column in COLUMNS))
    print("all".ljust(width), *(_cell(total, column) for column in COLUMNS))


def _cell(row: collections.Counter[str], column: str) -> str:
    if column in {"mutants", "safe", "safe wrong"}:
        return str(row[column]).rjust(11)
    share = 100 * row[column] / row["mutants"] if row["mutants"] else 0
    return f"{row[column]} {share:3.0f} %".rjust(11)


if __name__ == "__main__":
    main()
