"""Break model files of public repositories by seeded mutation and repair them: how many come back, and how true.

    python benchmarks/wild.py build OUT --repositories FOLDER [--seed N] [--mutants N]
    python benchmarks/wild.py healthy OUT [--limit N]
    python benchmarks/wild.py score OUT [--limit N]
    python benchmarks/wild.py table OUT

FOLDER (or AUTOFIX_WILD) holds a git directory ``OWNER+NAME/repo`` for each repository of ``wild.toml``, which has
facts only: names, paths, constructors and sample inputs. Rows whose imports are not installed here are left out.
``build`` takes the files out into OUT and keeps mutants that raise or that return another output shape; ``score``
repairs those that raise, ``healthy`` looks at the originals, where nothing should be found. Both write a line for
each model as soon as it is known, and go on where they were stopped. A plan is compared with the original: output
shapes, parameter shapes, and, with the same parameters on the same input, the values of the output; a safe one at
other sizes of the constructor too, as far as the original runs there. Judge only on a seed never used before.
"""

from __future__ import annotations

import argparse
import collections
import os
import random
import sys
import time
import tomllib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import wild_models
import wild_mutations
from wild_folder import Folder
from wild_judging import difference, judged
from wild_models import Row, Run

from autofix import engine
from autofix.loading import find_target
from autofix.records.locations import SourceText
from autofix.records.report import Report
from autofix.records.samples import Samples
from autofix.session.session import Session
from autofix.syntax.source import Source

MANIFEST = Path(__file__).parent / "wild.toml"
FAULTS = frozenset(["RuntimeError", "ValueError", "IndexError", "TypeError", "AssertionError", "EinopsError"])
TRIES = 10  # Of one mutation in one file, before the next mutation is tried.
PER_ROW = 3
COLUMNS = (
    "repaired",
    "output",
    "parameters",
    "text",
    "safe",
    "safe output",
    "safe params",
    "safe values",
    "safe sizes",
)


@dataclass(frozen=True, slots=True)
class Mutant:
    """A broken text of a row. ``silent``: it does not raise, but its output has another shape."""

    name: str
    mutation: str
    row: Row
    text: str
    error: str
    silent: bool


def rows() -> list[Row]:
    """Return what the manifest lists, in order."""
    data = tomllib.loads(MANIFEST.read_text("utf-8"))
    return [Row(repository["name"], *row) for repository in data["repositories"] for row in repository["rows"]]


def build(folder: Folder, options: argparse.Namespace) -> None:
    """Keep mutants of the rows, the mutations as even as the files allow."""
    rng = random.Random(options.seed)
    extracted = [row for row in rows() if folder.extract(options.repositories, row)]
    working: list[tuple[int, Row, Run]] = []
    for number, row in enumerate(extracted):
        run = wild_models.run(folder.root(row), row, {}, folder.reference(number), keep=True)
        again = wild_models.run(folder.root(row), row, {}, folder.reference(number)) if run.ok else run
        if run.ok and run.output and again.values_agree:
            working.append((number, row, run))
            folder.append("rows.jsonl", {"number": number, "row": asdict(row), "run": asdict(run)})
        else:
            print(f"left out: {row}: {run.error} {run.message}", file=sys.stderr)
    rng.shuffle(working)
    kept: collections.Counter[str] = collections.Counter()
    per_row: collections.Counter[int] = collections.Counter()
    seen: set[tuple[str, str, str]] = set()
    for _ in range(PER_ROW):
        for number, row, original in working:
            if sum(kept.values()) >= options.mutants:
                return
            mutant = _broken(folder, row, original, rng, kept, seen)
            if mutant is not None:
                kept[mutant.mutation] += not mutant.silent
                per_row[number] += 1
                name = f"{number:03}-{per_row[number]}-{mutant.mutation.replace(' ', '-')}"
                folder.append("mutants.jsonl", {"number": number, **asdict(mutant), "name": name})


def _broken(
    folder: Folder,
    row: Row,
    original: Run,
    rng: random.Random,
    kept: collections.Counter[str],
    seen: set[tuple[str, str, str]],
) -> Mutant | None:
    source = Source(Path(row.path), folder.text(row))
    names = sorted(wild_mutations.MUTATIONS, key=lambda name: (kept[name], rng.random()))
    for name in names:
        texts = [t for t in wild_mutations.mutants(source, name) if (row.repository, row.path, t) not in seen]
        for text in rng.sample(texts, min(TRIES, len(texts))):
            seen.add((row.repository, row.path, text))
            run = wild_models.run(folder.root(row), row, {row.path: text})
            silent = run.ok and run.output != original.output
            if silent or run.error in FAULTS:
                return Mutant("", name, row, text, f"{run.error}: {run.message}", silent)
    return None


def repaired(session: Session, folder: Folder, row: Row, text: str) -> tuple[Report | None, dict[str, Any]]:
    """Return the report on a text and what a record says of it; no report where the program itself failed."""
    path = folder.root(row) / row.path
    start = time.monotonic()
    try:
        if row.sample.startswith(wild_models.EXPRESSION):
            samples = Samples(expression=row.sample.removeprefix(wild_models.EXPRESSION))
        else:
            samples = find_target.parse_sample(row.sample.split(";"))
        target = find_target.target(path, model=row.model, samples=samples, text=text)
        report = engine.repair(engine.Request(target, (SourceText(path, text),)), session)
    except Exception as error:
        return None, {"ending": "internal error", "message": repr(error), "seconds": time.monotonic() - start}
    return report, {
        "ending": report.ending.name,
        "message": report.message,
        "findings": [f"{diagnostic.code} {diagnostic.finding.message}" for diagnostic in report.diagnostics],
        "notes": list(report.notes),
        "probes": report.spent.probes,
        "seconds": round(time.monotonic() - start, 1),
    }


def healthy(folder: Folder, options: argparse.Namespace) -> None:
    """Look at every original: nothing should be found."""
    done = {record["number"] for record in folder.read("healthy.jsonl")}
    with Session() as session:
        for record in folder.read("rows.jsonl")[: options.limit]:
            if record["number"] not in done:
                row = Row(**record["row"])
                report, result = repaired(session, folder, row, folder.text(row))
                result["plan"] = report.plan.title if report and report.plan else ""
                folder.append("healthy.jsonl", {"number": record["number"], "row": asdict(row), **result})


def score(folder: Folder, options: argparse.Namespace) -> None:
    """Repair every mutant that raises, and compare what came out with the original."""
    done = {record["name"] for record in folder.read("score.jsonl")}
    originals = {record["number"]: record["run"] for record in folder.read("rows.jsonl")}
    with Session() as session:
        for mutant in folder.read("mutants.jsonl")[: options.limit]:
            if mutant["name"] in done or mutant["silent"]:
                continue
            row = Row(**mutant["row"])
            report, result = repaired(session, folder, row, mutant["text"])
            of_plans = judged(folder, row, mutant, report, originals[mutant["number"]])
            names = {key: mutant[key] for key in ("number", "name", "mutation", "error")}
            change = difference(folder.text(row), mutant["text"])
            folder.append("score.jsonl", {**names, "row": asdict(row), "change": change, **result, **of_plans})
            print(".", end="", file=sys.stderr, flush=True)


def marks(record: dict[str, Any]) -> Iterator[str]:
    """Yield the columns that a scored mutant counts in."""
    yield "mutants"
    yield from (name for name in ("repaired", "output", "parameters", "text") if record.get(name))
    if record.get("safe"):
        yield "safe"
        if not record["output"]:
            yield "safe output"
        if not record["parameters"]:
            yield "safe params"
        if record["output"] and record["parameters"] and record["values"] is False:
            yield "safe values"
        if record["sizes"]:
            yield "safe sizes"


def table(folder: Folder, _: argparse.Namespace) -> None:
    """Print the figures of what was scored so far; the last four columns should be 0."""
    counts: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for record in folder.read("score.jsonl"):
        for mark in marks(record):
            counts[record["mutation"]][mark] += 1
            counts["~all"][mark] += 1
    print("mutation".ljust(24), *(name.rjust(11) for name in ("mutants", *COLUMNS)))
    for name, row in sorted(counts.items()):
        print(name.strip("~").ljust(24), *(str(row[column]).rjust(11) for column in ("mutants", *COLUMNS)))
    silent = sum(record["silent"] for record in folder.read("mutants.jsonl"))
    looked = folder.read("healthy.jsonl")
    print(f"\n{silent} mutants more are silent with another output shape.")
    endings = collections.Counter(record["ending"] for record in looked)
    with_finding = sum(bool(record.get("findings") or record["plan"]) for record in looked)
    print(f"{len(looked)} healthy models: {with_finding} with a finding; {dict(endings)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=("build", "healthy", "score", "table"))
    parser.add_argument("out", type=Path)
    parser.add_argument("--repositories", type=Path, default=Path(os.environ.get("AUTOFIX_WILD", "mirror")))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--mutants", type=int, default=300)
    parser.add_argument("--limit", type=int)
    options = parser.parse_args()
    steps = {"build": build, "healthy": healthy, "score": score, "table": table}
    steps[options.step](Folder(options.out), options)


if __name__ == "__main__":
    main()
