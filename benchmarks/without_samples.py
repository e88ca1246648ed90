"""Run every fixture without its sample: what of the broken ones is repaired, and that none is called healthy.

    python benchmarks/without_samples.py [--only PART] [--verbose]

Each file is given its model, as most have a constructor with arguments, and nothing else; the sample comes from where
the program finds one. It prints a table of Markdown, which stands in ``docs/samples.md``: how the broken and the
healthy fixtures end. It ends with 1 if a broken one is called healthy or a healthy one is blamed.
"""

from __future__ import annotations

import argparse
import collections
import shutil
import sys
import tempfile
import tomllib
from pathlib import Path

from autofix import engine
from autofix.loading import find_target
from autofix.records.errors import AutofixError
from autofix.records.plan import Applicability
from autofix.records.report import RepairEnding, Report
from autofix.session.session import Session

FIXTURES = Path(__file__).parent.parent / "fixtures"
BROKEN, HEALTHY = "broken", "healthy"
ENDINGS = {
    RepairEnding.HEALTHY: "healthy",
    RepairEnding.UNCONFIRMED: "unconfirmed",
    RepairEnding.NO_FIX: "fault without a repair",
    RepairEnding.LIMIT: "fault without a repair",
    RepairEnding.NOT_RUN: "not run",
    RepairEnding.SUPPRESSED: "suppressed",
}
ROWS = ("repaired, safe", "repaired, unsafe", "fault without a repair", "unconfirmed", "not run", "healthy")


def main() -> int:
    options = _options()
    counts: collections.Counter[tuple[str, str]] = collections.Counter()
    wrong = []
    for case in sorted(FIXTURES.glob("*/case.toml")):
        data = tomllib.loads(case.read_text("utf-8"))
        if options.only not in case.parent.name or not data.get("samples") or data["kind"] == "refuse":
            continue
        kind = HEALTHY if data["kind"] == HEALTHY else BROKEN
        ending = _ending(case.parent, data.get("model"), evaluation_mode=bool(data.get("eval")))
        counts[kind, ending] += 1
        if ending == "healthy" if kind == BROKEN else ending.startswith(("repaired", "fault")):
            wrong.append(f"{case.parent.name} is {kind}, and said to be {ending}")
        if options.verbose:
            print(f"{case.parent.name}: {ending}", file=sys.stderr)
    _print(counts)
    for name in wrong:
        print(name, file=sys.stderr)
    return 1 if wrong else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="fixtures whose name contains this")
    parser.add_argument("--verbose", action="store_true", help="print how each ends")
    return parser.parse_args()


def _ending(folder: Path, model: str | None, *, evaluation_mode: bool) -> str:
    """Return how a copy of a fixture ends, in which nothing says what is right."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "project"
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("after*", "report*", "case.toml", "__pycache__"))
        path = next((copy / name for name in ("before.py", "model.py") if (copy / name).is_file()), None)
        if path is None:
            return "not run"
        try:
            target = find_target.target(path, model=model, evaluation_mode=evaluation_mode)
            with Session() as session:
                return _words(engine.repair(engine.Request(target), session))
        except AutofixError:
            return "not run"


def _words(report: Report) -> str:
    if report.ending is RepairEnding.REPAIRED and report.plan is not None:
        return "repaired, safe" if report.plan.applicability is Applicability.SAFE else "repaired, unsafe"
    return ENDINGS.get(report.ending, report.ending.value)


def _print(counts: collections.Counter[tuple[str, str]]) -> None:
    print("| without a sample | broken | healthy |")
    print("|---|---|---|")
    for row in (*ROWS, *sorted({ending for _, ending in counts} - set(ROWS))):
        print(f"| {row} | {counts[BROKEN, row]} | {counts[HEALTHY, row]} |")
    totals = [sum(count for (kind, _), count in counts.items() if kind == asked) for asked in (BROKEN, HEALTHY)]
    print(f"| all | {totals[0]} | {totals[1]} |")


if __name__ == "__main__":
    sys.exit(main())
