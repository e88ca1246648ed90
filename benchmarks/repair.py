"""Break working models by seeded mutation and repair them again: how many come back, and how well.

    python benchmarks/repair.py [--seed N] [--per-file N] [--faults 1|2|5] [--only PART] [--mutation NAME]
                                [--jobs N] [--json FILE] [--verbose]

For each mutation it prints how many mutants fail, and how many of those are repaired (run again and have no finding),
return the output shape of the original, restore its parameter shapes and its text; then how many plans are labelled
safe, and how many of those return another output shape (there should be none) or have other parameter shapes.
Every fixture that names a model and a sample takes part: healthy ones as they are, the others as repaired.
``--json`` writes a record of every mutant; ``--verbose`` prints those whose parameters did not come back, with
the plan shown and the place of the right one among the alternatives.
"""

from __future__ import annotations

import argparse
import collections
import concurrent.futures
import difflib
import json
import random
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import mutations
import weights

from autofix import engine
from autofix.loading import find_target
from autofix.records.errors import AutofixError
from autofix.records.locations import SourceText
from autofix.records.plan import Applicability, Plan
from autofix.records.report import RepairEnding, Report
from autofix.session.session import Session
from autofix.syntax.source import Source

FIXTURES = Path(__file__).parent.parent / "fixtures"
SHARES = ("repaired", "output", "parameters", "text")
COUNTS = ("safe", "safe wrong", "safe other")
COLUMNS = ("mutants", *SHARES, *COUNTS)
BROKEN = frozenset((RepairEnding.REPAIRED, RepairEnding.NO_FIX, RepairEnding.LIMIT))


@dataclass(frozen=True, slots=True)
class Subject:
    """A working model: its text and how to run it."""

    name: str
    text: str
    model: str | None
    samples: tuple[str, ...]
    evaluation_mode: bool


@dataclass(frozen=True, slots=True)
class Mutant:
    """What became of one broken text. ``right``: of each plan, whether it restores the parameters; ``evidence``: how
    often what counts for it.
    """

    subject: str
    mutation: str
    change: tuple[str, ...]
    message: str
    plan: str
    label: str
    repaired: bool = False
    output: bool = False
    parameters: bool = False
    text: bool = False
    right: tuple[bool, ...] = ()
    alternatives: tuple[str, ...] = ()
    evidence: tuple[dict[str, int], ...] = ()

    @property
    def marks(self) -> Iterator[str]:
        """The columns that this mutant counts in."""
        yield "mutants"
        yield from (column for column in SHARES if getattr(self, column))
        if self.label == Applicability.SAFE.value:
            yield "safe"
            if not self.output:
                yield "safe wrong"
            if not self.parameters:
                yield "safe other"


def subjects(part: str) -> list[Subject]:
    cases = []
    for folder in sorted(FIXTURES.iterdir()):
        case = folder / "case.toml"
        after = folder / "after.py"
        if part not in folder.name or not case.is_file() or not after.is_file():
            continue
        data = tomllib.loads(case.read_text("utf-8"))
        if data.get("samples") and data["kind"] != "refuse" and not folder.name.startswith(("script", "silent")):
            samples = tuple(data["samples"])
            cases.append(
                Subject(folder.name, after.read_text("utf-8"), data.get("model"), samples, bool(data.get("eval")))
            )
    return cases


class Bench:
    """One warm probe and a folder without a project around it."""

    def __init__(self, session: Session, folder: Path) -> None:
        self._session, self._path = session, folder / "model.py"

    def run(self, subject: Subject, text: str) -> Report:
        self._path.write_text(text, "utf-8")
        samples = find_target.parse_sample(subject.samples)
        mode = subject.evaluation_mode
        target = find_target.target(self._path, model=subject.model, samples=samples, evaluation_mode=mode, text=text)
        return engine.repair(engine.Request(target, (SourceText(self._path, text),)), self._session)


def broken(subject: Subject, rng: random.Random, per_file: int, faults: int, only: str = "") -> list[tuple[str, str]]:
    """Return (mutation, text) pairs: up to ``per_file`` of each mutation, or ``faults`` mutations on
    top of each other.
    """
    source = Source(Path("model.py"), subject.text)
    if faults == 1:
        rows = []
        for name in mutations.MUTATIONS:
            texts = mutations.mutants(source, name)
            rows += [(name, text) for text in rng.sample(texts, min(per_file, len(texts)))]
        return [row for row in rows if only in row[0]]
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
    options = _options()
    cases = subjects(options.only)
    jobs = max(1, min(options.jobs, len(cases)))
    parts = [(cases[job::jobs], options) for job in range(jobs)]
    if jobs == 1:
        rows = _measure_all(*parts[0])
    else:
        with concurrent.futures.ProcessPoolExecutor(jobs) as pool:
            rows = [row for part in pool.map(_measure_all, *zip(*parts, strict=True)) for row in part]
    print(file=sys.stderr)
    rows.sort(key=lambda row: row.subject)
    if options.verbose:
        for row in rows:
            _explain(row)
    _print(rows)
    if options.json:
        options.json.write_text(json.dumps([asdict(row) for row in rows], indent=1), "utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--per-file", type=int, default=1)
    parser.add_argument("--faults", type=int, default=1)
    parser.add_argument("--only", default="", help="fixtures whose name contains this")
    parser.add_argument("--mutation", default="", help="mutations whose name contains this")
    parser.add_argument("--jobs", type=int, default=1, help="probes that work side by side")
    parser.add_argument("--json", type=Path, help="write a record of every mutant")
    parser.add_argument("--verbose", action="store_true", help="print every mutant whose parameters did not come back")
    return parser.parse_args()


def _measure_all(cases: list[Subject], options: argparse.Namespace) -> list[Mutant]:
    rows: list[Mutant] = []
    with Session() as session, tempfile.TemporaryDirectory() as folder:
        bench = Bench(session, Path(folder))
        for subject in cases:
            rows += _measure(bench, subject, random.Random(f"{options.seed} {subject.name}"), options)
            print(".", end="", file=sys.stderr, flush=True)
    return rows


def _measure(bench: Bench, subject: Subject, rng: random.Random, options: argparse.Namespace) -> Iterator[Mutant]:
    healthy = bench.run(subject, subject.text)
    if healthy.ending is not RepairEnding.HEALTHY:
        yield Mutant(subject.name, "(not healthy)", (), healthy.message, "", "")
        return
    for name, text in broken(subject, rng, options.per_file, options.faults, options.mutation):
        try:
            report = bench.run(subject, text)
        except AutofixError:
            continue
        if report.ending in BROKEN:
            yield _judged(bench, subject, name, text, report, healthy)


def _judged(bench: Bench, subject: Subject, name: str, text: str, report: Report, healthy: Report) -> Mutant:
    change = tuple(
        line
        for line in difflib.unified_diff(subject.text.splitlines(), text.splitlines(), lineterm="", n=0)
        if line[:1] in "+-" and line[:3] not in {"+++", "---"}
    )
    message = next((diagnostic.finding.message for diagnostic in report.diagnostics), report.message)
    plan = report.plan
    if plan is None:
        return Mutant(subject.name, name, change, message, "", "")
    again = bench.run(subject, plan.texts[0][1])
    parameters = _state(again) == _state(healthy)
    return Mutant(
        subject.name,
        name,
        change,
        message,
        plan.title,
        plan.applicability.value,
        repaired=again.ending is RepairEnding.HEALTHY,
        output=again.message == healthy.message,
        parameters=parameters,
        text=plan.texts[0][1] == subject.text,
        right=(parameters, *(_is_right(bench, subject, other, healthy) for other in report.alternatives)),
        alternatives=tuple(f"{other.cost - plan.cost:+} {other.title}" for other in report.alternatives),
        evidence=tuple(weights.evidence_of(one) for one in (plan, *report.alternatives)),
    )


def _state(report: Report) -> tuple[tuple[str, tuple[int, ...]], ...]:
    return report.trace.state_dict


def _is_right(bench: Bench, subject: Subject, plan: Plan, healthy: Report) -> bool:
    return _state(bench.run(subject, plan.texts[0][1])) == _state(healthy)


def _explain(row: Mutant) -> None:
    if row.parameters:
        return
    title = f"[{row.label}] {row.plan}" if row.plan else "no plan"
    where = f"right is alternative {row.right.index(True)}" if True in row.right else "no plan is right"
    print(f"{row.subject} ({row.mutation}): {row.message}\n    {title}; {where}")
    for line in (*row.change, *row.alternatives):
        print(f"        {line.strip()}")


def _print(rows: list[Mutant]) -> None:
    table: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for row in rows:
        table[row.mutation].update(row.marks)
    width = max(map(len, table), default=8) + 2
    print("mutation".ljust(width), *(column.rjust(11) for column in COLUMNS))
    total: collections.Counter[str] = collections.Counter()
    for name, counts in sorted(table.items()):
        total.update(counts)
        print(name.ljust(width), *(_cell(counts, column) for column in COLUMNS))
    print("all".ljust(width), *(_cell(total, column) for column in COLUMNS))


def _cell(row: collections.Counter[str], column: str) -> str:
    if column not in SHARES:
        return str(row[column]).rjust(11)
    share = 100 * row[column] / row["mutants"] if row["mutants"] else 0
    return f"{row[column]} {share:3.0f} %".rjust(11)


if __name__ == "__main__":
    main()
