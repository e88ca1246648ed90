"""Run every benchmark of speed, print one table of figures against their targets, and write it as JSON or Markdown.

    python benchmarks/all.py [--quick] [--torchtyc FILE] [--json FILE] [--document] [--without PART ...]

It is no test: a missed target is printed, not raised. Figures of different runs or machines are not to be compared;
ratios of one run are. ``--document`` writes the table into ``docs/speed.md``.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import alternatives
import autofix_rules
import batch
import growth
import start
from measuring import Row, command, document, load, machine, printed, wall

import autofix
from autofix.session.session import Session

DOCUMENT = Path(__file__).parent.parent / "docs" / "speed.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
PARTS = ("start", "growth", "alternatives", "decoder", "editor", "batch")


def main() -> None:
    options = _options()
    _compile_as_pip_does()
    about = {**machine(), "load": load(), "quick": options.quick}
    print(", ".join(f"{name} {value}" for name, value in about.items()))
    if load() > 0.5:
        print("The machine is busy with something else: trust the ratios, not the seconds.")
    with tempfile.TemporaryDirectory(prefix="autofix-bench-") as name:
        rows = printed(_rows(Path(name), options))
    missed = [row for row in rows if row.met is False]
    print(f"\n{sum(row.met is True for row in rows)} targets met, {len(missed)} missed")
    if options.json is not None:
        options.json.write_text(json.dumps(document(rows, about), indent=2) + "\n", "utf-8")
    if options.document:
        _write(rows, about)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer rounds and smaller sizes: some minutes")
    parser.add_argument("--torchtyc", type=Path, metavar="FILE", help="the executable of an installed torchtyc")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write every sample to FILE")
    parser.add_argument("--document", action="store_true", help="write the table into docs/speed.md")
    parser.add_argument("--without", nargs="+", choices=PARTS, default=[], metavar="PART", help=", ".join(PARTS))
    return parser.parse_args()


def _compile_as_pip_does() -> None:
    """Compile the packages: an editable installation may have no bytecode, and users do not pay for
    compiling at every start.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    for package in (autofix, autofix_rules):
        compileall.compile_dir(Path(package.__file__ or "").parent, quiet=2)


def _rows(folder: Path, options: argparse.Namespace) -> Iterator[Row]:
    (folder / "pyproject.toml").touch()
    rounds, sizes = (3, (1000, 5000)) if options.quick else (7, (1000, 5000, 20000))
    parts = [part for part in PARTS if part not in options.without]
    if "start" in parts:
        yield from start.rows(folder, rounds)
    if "growth" in parts:
        with Session() as session:
            yield from growth.rows(session, folder, sizes, min(rounds, 5))
    if "alternatives" in parts:
        yield from alternatives.rows(folder, options.torchtyc, rounds)
    if "decoder" in parts:
        yield from alternatives.decoders(folder)
    if "editor" in parts:
        yield from _editor(folder, 60 if options.quick else 400)
    if "batch" in parts:
        yield from _batch(folder / "batch", 40 if options.quick else 200, rounds)


def _editor(folder: Path, edits: int) -> Iterator[Row]:
    """Yield the figures of the server, measured in a process of its own, since it is driven with an
    event loop of its own.
    """
    result = folder / "editor.json"
    script = str(Path(__file__).with_name("lsp.py"))
    subprocess.run(
        command(script, "--edits", str(edits), "--starts", "3", "--json", str(result)), check=True, stdout=sys.stderr
    )
    group = f"a warm language server, {edits} edits: seconds from the end of the debounce"
    known = {row["name"]: row for row in json.loads(result.read_text("utf-8"))["rows"]}
    yield Row(group, "edit to diagnostics, p95", "ms", (known["edit to diagnostics"]["p95"],), 0.15)
    yield Row(group, "edit to quick fix, p95", "ms", (known["edit to code actions"]["p95"],), 0.15)


def _batch(folder: Path, files: int, rounds: int) -> Iterator[Row]:
    """Yield the figures of each file in a fresh process, before and after the batch, against the batch; per core."""
    group = f"a batch of {files} small files against one fresh process each"
    folder.mkdir()
    paths, cores = batch.written(folder, files), os.cpu_count() or 1
    singles = paths[:: max(1, files // (2 * rounds))]
    half = len(singles) // 2

    def alone(some: list[Path]) -> list[float]:
        return [wall(command("-m", "autofix", path.name, "-q"), folder) for path in some]

    before = alone(singles[:half])
    whole = wall(command("-m", "autofix", "batch", ".", "-q", "-j", str(cores)), folder)
    each = [*before, *alone(singles[half:])]
    again = wall(command("-m", "autofix", "batch", ".", "-q"), folder)
    mean = sum(each) / len(each)
    yield Row(group, "one fresh process", "s", tuple(each))
    yield Row(group, f"the batch on {cores} cores, a file", "s", (whole / files,))
    yield Row(
        group,
        "  throughput of a core against one fresh process at a time",
        "x",
        (mean * files / whole / cores,),
        15.0,
        at_least=True,
    )
    yield Row(group, "the batch again, nothing changed", "s", (again,), 2.0)


# -- the document ------------------------------------------------------------------------------------------------------


def _write(rows: list[Row], about: dict[str, object]) -> None:
    before, _, rest = DOCUMENT.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    DOCUMENT.write_text(f"{before}{BEGIN}\n{_markdown(rows, about)}{END}{after}", "utf-8")


def _markdown(rows: list[Row], about: dict[str, object]) -> str:
    kind = "a short run (`--quick`)" if about["quick"] else "a full run"
    lines = [
        f"Measured on {about['date']}, {kind}: {about['processor']}, {about['cores']} cores, {about['system']}, "
        f"Python {about['python']}, torch {about['torch']}, autofix {about['autofix']}; load before the run "
        f"{about['load']}."
    ]
    for group, members in groupby(rows, key=lambda row: row.group):
        lines += ["", f"### {group[:1].upper()}{group[1:]}", "", "| what | median | target | |", "|---|---|---|---|"]
        lines += [f"| {row.name.strip()} | {' | '.join(row.cells())} |" for row in members]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
