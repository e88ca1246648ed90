"""The tables of ``docs/evidence.md``, as Markdown, from what was judged."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence

from evidence_markdown import FAULTS, Record, is_alarm, table
from evidence_pairs import ablations, first_and_after
from fault_cases import CLASSES, Case
from rivals import OURS, Rival

# By the year of the report, the last one that belongs to each.
AGES = (("before 2019", 2018), ("2019 to 2021", 2021), ("2022 and 2023", 2023), ("2024 on", 9999), ("not known", None))


def page(
    known: Sequence[Case],
    answers: Sequence[Record],
    first: Sequence[Record],
    ablated: Sequence[Record],
    concerned: Mapping[str, Sequence[str]],
    runs: Sequence[Record],
    rivals: Sequence[Rival],
) -> str:
    """Return everything that the command writes."""
    names = [rival.name for rival in rivals if any(record["rival"] == rival.name for record in answers)]
    missing = [rival for rival in rivals if rival.name not in names]
    by_name = {case.name: case for case in known}
    answers = [record for record in answers if record["case"] in by_name]
    slow = {rival.name for rival in rivals if rival.every > 1}
    shared = asked_of_all(answers, [name for name in names if name not in slow])
    apart = [record for record in answers if record["rival"] in slow]
    parts = [
        _about(runs, {"answers.jsonl": answers, "first.jsonl": first, "ablations.jsonl": ablated}),
        f"### Everybody, on the {len({record['case'] for record in shared})} cases that all were asked about\n",
        everybody([*shared, *apart], names),
        "\n".join(f"- {rival.name}: {rival.note}." for rival in rivals if rival.name in names) + "\n",
        *(f"Left out: {rival.name} ({rival.missing}): {rival.note}.\n" for rival in missing if rival.missing),
        "### By class: faults detected, and after the bar those whose cause is named\n",
        by_class(shared, [name for name in names if name not in slow]),
        f"### The program by class, on {sum(record['rival'] == OURS for record in answers)} of {len(known)} cases\n",
        ours(answers, "class", lambda record: str(record["fault_class"]), CLASSES),
        "### The program by split\n",
        ours(answers, "split", lambda record: str(record["split"]), sorted({case.split for case in known})),
        "### The program at its first sight of a split, and after\n",
        first_and_after(answers, first),
        "### The program by age\n",
        ours(answers, "reported", lambda record: age(by_name[record["case"]].year), [name for name, _ in AGES]),
        "### The program by field\n",
        ours(answers, "field", lambda record: by_name[record["case"]].field, sorted({case.field for case in known})),
        "### Parts taken out\n",
        ablations(answers, ablated, concerned),
    ]
    return "\n".join(parts)


def asked_of_all(answers: Sequence[Record], names: Sequence[str]) -> list[Record]:
    """Return the answers about cases that everybody was asked about."""
    asked = [{record["case"] for record in answers if record["rival"] == name} for name in names]
    shared = set.intersection(*asked) if asked else set()
    return [record for record in answers if record["case"] in shared]


def _about(runs: Sequence[Record], asked: Mapping[str, Sequence[Record]]) -> str:
    """Return of each file of answers what it was measured on."""
    lines = []
    for name, answers in asked.items():
        of_name = [record for record in runs if record["name"] == name]
        if not of_name:
            continue
        last, loads = of_name[-1], [record["load"] for record in of_name]
        commits = ", ".join(dict.fromkeys(record["commit"] for record in of_name))
        minutes = sum(record["seconds"] for record in answers) / 60
        wall = sum(record["seconds"] for record in of_name) / 60
        lines.append(
            f"`{name}`: commit {commits}, {last['date']}, torch {last['torch']}, Python {last['python']}, "
            f"{last['processor']}, {last['cores']} cores, {last['jobs']} at a time, load {min(loads)} to {max(loads)} "
            f"when a run began: {len(answers)} answers, in {wall:.0f} minutes; one after the other they took "
            f"{minutes:.0f}.\n"
        )
    return "\n".join(lines)


def everybody(answers: Sequence[Record], names: Sequence[str]) -> str:
    """Return the table of all: a row for each that was asked."""
    header = (
        "who",
        "detected",
        "of these silent",
        "cannot say",
        "right line",
        "right cause",
        "lines named",
        "repaired",
        "as the person",
        "safe",
        "safe, wrong",
        "false alarms",
        "patches where refusing is right (safe)",
        "seconds",
    )
    return table(header, (_row(name, [record for record in answers if record["rival"] == name]) for name in names))


def _row(name: str, records: Sequence[Record]) -> list[object]:
    faults = [record for record in records if record["kind"] in FAULTS]
    silent = [record for record in faults if record["kind"] == "silent"]
    raising = [record for record in faults if record["kind"] == "repair"]
    healthy = [record for record in records if record["kind"] == "healthy"]
    refuse = [record for record in records if record["kind"] == "refuse"]
    lines = [record["lines"] for record in faults if record["lines"]]
    offers = any(record["offered"] for record in records)
    repairs = (
        [
            _count(faults, "repaired"),
            _count(faults, "human"),
            _count(faults, "safe"),
            sum(record["safe"] and not record["repaired"] for record in faults),
        ]
        if offers
        else ["", "", "", ""]
    )
    return [
        name,
        f"{_count(faults, 'detected')} of {len(faults)}",
        f"{_count(silent, 'detected')} of {len(silent)}",
        _count(faults, "cannot"),
        f"{_count(raising, 'line')} of {len(raising)}",
        f"{_count(faults, 'cause')} of {len(faults)}",
        f"{statistics.mean(lines):.1f}" if lines else "",
        *repairs,
        f"{sum(map(is_alarm, healthy))} of {len(healthy)}",
        f"{_count(refuse, 'offered')} ({_count(refuse, 'safe')}) of {len(refuse)}" if offers else "",
        f"{statistics.median(record['seconds'] for record in records):.1f}" if records else "",
    ]


def _count(records: Iterable[Record], key: str) -> int:
    return sum(bool(record[key]) for record in records)


def by_class(answers: Sequence[Record], names: Sequence[str]) -> str:
    """Return what each detects and of how many it names the cause, by class of fault."""
    faults = [record for record in answers if record["kind"] in FAULTS]
    rows = []
    for fault_class in CLASSES:
        of_class = [record for record in faults if record["fault_class"] == fault_class]
        if not of_class:
            continue
        cells: list[object] = [fault_class, len({record["case"] for record in of_class})]
        for name in names:
            own = [record for record in of_class if record["rival"] == name]
            cells.append(f"{_count(own, 'detected')} / {_count(own, 'cause')}")
        rows.append(cells)
    return table(("class", "faults", *names), rows)


def ours(answers: Sequence[Record], title: str, key: Callable[[Record], str], names: Sequence[str]) -> str:
    """Return the figures of the program alone, by what ``key`` gives."""
    header = (
        title,
        "faults",
        "detected",
        "right cause",
        "first plan repairs",
        "one of its plans repairs",
        "as the person",
        "safe",
        "safe, wrong",
        "another patch",
        "false alarms",
    )
    own = [record for record in answers if record["rival"] == OURS]
    rows: list[list[object]] = []
    for name in (*names, "all"):
        group = [record for record in own if name in {"all", key(record)}]
        faults = [record for record in group if record["kind"] in FAULTS]
        if not faults and name != "all":
            continue
        healthy = [record for record in group if record["kind"] == "healthy"]
        rows.append(
            [
                name,
                len(faults),
                _count(faults, "detected"),
                _count(faults, "cause"),
                _count(faults, "repaired"),
                sum(record["repaired"] or record["later"] for record in faults),
                _count(faults, "human"),
                _count(faults, "safe"),
                sum(record["safe"] and not record["repaired"] for record in faults),
                sum(record["offered"] and not record["repaired"] for record in faults),
                f"{sum(map(is_alarm, healthy))} of {len(healthy)}",
            ]
        )
    return table(header, rows)


def age(year: int | None) -> str:
    return next(name for name, last in AGES if last is None or (year is not None and year <= last))
