"""Check the set of faults in ``faults/``, and keep the counts of its data sheet.

    python benchmarks/faults.py check [--jobs N] [NAME ...]
    python benchmarks/faults.py sheet [--check]

``check`` runs every file: a fault raises its message (a silent one runs, and its check fails), the accepted repair runs
and its check holds, each wrong repair fails the check, an unwanted one passes it, what is healthy runs, and what is to
be refused raises. ``sheet`` writes the counts into ``faults/README.md``; with ``--check`` it says whether they stand
there. ``faults/README.md`` describes the format.
"""

from __future__ import annotations

import argparse
import collections
import concurrent.futures
import os
import sys
from collections.abc import Callable, Iterable, Iterator

import fault_runs
from fault_cases import CLASSES, FAULTS, KINDS, Case, Edit, cases, problems
from fault_runs import Run

SHEET = FAULTS / "README.md"
BEGIN, END = "<!-- counts: begin -->", "<!-- counts: end -->"


def check(case: Case) -> Iterator[str]:
    """Yield what is not as the case says."""
    found = list(problems(case))
    if found:
        yield from found
        return
    bare = fault_runs.run(case, check=False)
    if case.kind in {"healthy", "silent"} and not bare.ok:
        yield f"it should run: {bare.error}: {bare.message}"
    if case.kind in {"repair", "refuse"} and str(case.data["message"]) not in bare.message:
        yield f"it should raise another message: {bare.error}: {bare.message}"
    if case.kind == "healthy":
        yield from _not_held("the check", fault_runs.run(case))
    if case.is_fault:
        yield from _repairs(case)


def _repairs(case: Case) -> Iterator[str]:
    try:
        accepted = case.texts(case.accepted)
        attempts = [(attempt, case.texts(attempt.edits)) for attempt in (*case.wrong, *case.unwanted)]
    except (ValueError, OSError) as error:
        yield f"an edit does not fit: {error}"
        return
    reference = fault_runs.run(case, accepted)
    yield from _not_held("the accepted repair", reference)
    yield from _not_held("the accepted repair again", fault_runs.holds(case, accepted, reference))
    if fault_runs.holds(case, None, reference).ok:
        yield "the check holds for the fault"
    for attempt, texts in attempts:
        result = fault_runs.holds(case, texts, reference)
        if attempt in case.wrong and result.ok:
            yield f"the check holds for a wrong repair: {attempt.why}"
        elif attempt in case.unwanted:
            yield from _not_held(f"an unwanted repair ({attempt.why})", result)


def _not_held(what: str, result: Run) -> Iterator[str]:
    if not result.ok:
        yield f"{what} fails: {result.error}: {result.message}"


def checked(chosen: Iterable[Case], jobs: int) -> dict[str, list[str]]:
    """Return what is not as each case says, and print it as soon as it is known."""
    known: dict[str, list[str]] = {}
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for case, bad in zip(chosen, pool.map(lambda case: list(check(case)), chosen), strict=True):
            known[case.name] = bad
            for line in bad:
                print(f"{case.name}: {line}", flush=True)
    return known


# -- the data sheet ----------------------------------------------------------------------------------------------------


def counts(known: list[Case]) -> str:
    """Return the tables of the data sheet."""
    parts = [
        _table("split", sorted({case.split for case in known}), known, lambda case: case.split),
        _table("class", [name for name in CLASSES if any(case.fault_class == name for case in known)], known, _class),
        _table("field", sorted({_field(case) for case in known}), known, _field),
        _table("age", sorted({_year(case) for case in known}), known, _year),
        _repairs_table(known),
    ]
    return "\n".join(parts)


def _class(case: Case) -> str:
    return case.fault_class


def _field(case: Case) -> str:
    return case.field


def _year(case: Case) -> str:
    return str(case.year or "not known")


def _table(title: str, names: list[str], known: list[Case], key: Callable[[Case], str]) -> str:
    numbers = collections.Counter((key(case), case.kind) for case in known)
    lines = [f"| {title} | {' | '.join(KINDS)} | all |", "|---" * (len(KINDS) + 2) + "|"]
    for name in names:
        row = [numbers[name, kind] for kind in KINDS]
        lines.append(f"| {name} | {' | '.join(map(str, row))} | {sum(row)} |")
    totals = [sum(case.kind == kind for case in known) for kind in KINDS]
    lines.append(f"| all | {' | '.join(map(str, totals))} | {len(known)} |")
    return "\n".join(lines) + "\n"


def _repairs_table(known: list[Case]) -> str:
    faults = [case for case in known if case.is_fault]
    files: Callable[[tuple[Edit, ...]], int] = lambda edits: len({edit.file for edit in edits})  # noqa: E731
    rows = {
        "faults": len(faults),
        "with a thread or a page as their source": sum(case.data["source"] != "own" for case in faults),
        "whose accepted repair is what a person of the thread changed": sum(
            case.data["accepted_by"] == "human" for case in faults
        ),
        "with more than one line to edit": sum(len(case.edited_lines()) > 1 for case in faults),
        "with more than one edited file": sum(files(case.accepted) > 1 for case in faults),
        "run as a program": sum(not case.options().shapes for case in faults),
        "with a check of their own": sum(bool(case.data["check"]) for case in faults),
        "compared with the accepted repair by its values": sum(bool(case.data["equal"]) for case in faults),
        "wrong repairs, which the checks refuse": sum(len(case.wrong) for case in faults),
        "unwanted repairs, which the checks let pass": sum(len(case.unwanted) for case in faults),
    }
    return (
        "\n".join(["| of the faults | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows.items())])
        + "\n"
    )


def sheet(*, only_check: bool) -> int:
    text = SHEET.read_text("utf-8")
    current = with_part(text, BEGIN, END, counts(cases()))
    if only_check:
        return int(text != current)
    SHEET.write_text(current, "utf-8")
    return 0


def with_part(text: str, begin: str, end: str, part: str) -> str:
    """Return a page with what stands between two markers replaced."""
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{begin}\n\n{part}\n{end}{after}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=("check", "sheet"))
    parser.add_argument("names", nargs="*", metavar="NAME", help="only cases whose names start so")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--check", action="store_true", help="of the sheet: only say whether it is current")
    options = parser.parse_args()
    if options.step == "sheet":
        return sheet(only_check=options.check)
    known = checked(cases(options.names), options.jobs)
    bad = sum(bool(lines) for lines in known.values())
    print(f"{len(known)} cases, {bad} not as they say")
    return int(bad > 0 or not known)


if __name__ == "__main__":
    sys.exit(main())
