"""Print what autofix costs against what torch costs, measured side by side in one run.

Every figure stands next to its target. It is no test: a missed target is printed, not raised, and figures of different
runs or machines are not to be compared.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import autofix_rules
from models import DEEP, FILLER, FILLER_LINES, LENET, REPAIRED

import autofix
from autofix import engine, load, replies
from autofix.child import Session
from autofix.probe import wire
from autofix.records import Ending, RepairEnding, Target, Trace

# Runs the command as `python -m autofix` does, but stops where the first request would be sent, and says when that was.
UNTIL_REQUEST = """\
import os, sys, time
from autofix import __main__ as command, child

def stop(session, request):
    sent = time.time()
    session.close()
    os.write(1, f"{sent} {'torch' in sys.modules}".encode())
    os._exit(0)

child.Session.run = stop
command.main()
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: the median of ``samples``, the range they span, and the target if there is one."""

    group: str
    name: str
    unit: str
    samples: tuple[float, ...]
    target: float | None = None

    @property
    def median(self) -> float:
        return statistics.median(self.samples)


def main() -> None:
    options = _options()
    _compile_as_pip_does()
    with tempfile.TemporaryDirectory(prefix="autofix-bench-") as name:
        rows = list(_measured(Path(name), options))
    if options.json is not None:
        document = {"machine": _machine(), "rows": [{**asdict(row), "median": row.median} for row in rows]}
        options.json.write_text(json.dumps(document, indent=2) + "\n", "utf-8")


def _compile_as_pip_does() -> None:
    """An editable installation may have no bytecode, and compiling again at every start is not what users pay."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    for package in (autofix, autofix_rules):
        compileall.compile_dir(Path(package.__file__ or "").parent, quiet=2)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=7, help="pairs of whole processes (default: 7)")
    parser.add_argument("--operations", type=int, nargs="+", default=[100, 1000, 5000], help="sizes of the deep model")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write every sample to FILE")
    return parser.parse_args()


def _machine() -> dict[str, object]:
    return {"python": platform.python_version(), "system": platform.platform(), "cores": os.cpu_count()}


def _measured(folder: Path, options: argparse.Namespace) -> Iterator[Row]:
    """Every row, printed as soon as it is known."""
    machine = _machine()
    print(f"Python {machine['python']}, {machine['system']}, {machine['cores']} cores")
    if hasattr(os, "getloadavg") and os.getloadavg()[0] > 0.5:
        print("The machine is busy with something else: trust the ratios, not the seconds.")
    group = ""
    for row in _rows(folder, options):
        if row.group != group:
            group = row.group
            print(f"\n{group}\n{'':44}{'median':>12}{'lowest':>12}{'highest':>12}{'target':>12}")
        print(_line(row), flush=True)
        yield row


def _line(row: Row) -> str:
    cells = [_number(value, row.unit) for value in (row.median, min(row.samples), max(row.samples))]
    verdict = ""
    if row.target is not None:
        cells.append(_number(row.target, row.unit))
        verdict = "  met" if row.median <= row.target else "  MISSED"
    return f"  {row.name:<42}{''.join(f'{cell:>12}' for cell in cells)}{verdict}"


def _number(value: float, unit: str) -> str:
    match unit:
        case "s":
            return f"{value:.3f} s"
        case "ms":
            return f"{value * 1000:.2f} ms"
    return f"{value:.3f} x"


def _rows(folder: Path, options: argparse.Namespace) -> Iterator[Row]:
    lenet = folder / "lenet.py"
    lenet.write_text(LENET, "utf-8")
    yield from _whole_process(lenet, options.rounds)
    yield from _front_end(lenet, options.rounds)
    with Session() as session:
        yield from _candidates(session, lenet)
        yield from _operations(session, folder, options.operations)
        yield from _file_size(session, folder)


# -- whole processes ---------------------------------------------------------------------------------------------------


def _whole_process(lenet: Path, rounds: int) -> Iterator[Row]:
    """Pairs, each in the other order than the one before, so that a machine that slows down hits both alike."""
    group = "whole process, alternating: a broken LeNet, from the command to the patch"
    autofix = _command("-m", "autofix", str(lenet), "-s", "64,3,32,32")
    torch = _command("-c", "import torch")
    ours, theirs = [], []
    for number in range(rounds + 1):
        first, second = (autofix, torch) if number % 2 else (torch, autofix)
        times = {first: _wall(first, lenet.parent), second: _wall(second, lenet.parent)}
        ours.append(times[autofix])
        theirs.append(times[torch])
    # The first pair fills the file cache.
    ours, theirs = ours[1:], theirs[1:]
    yield Row(group, "python -c 'import torch'", "s", tuple(theirs))
    yield Row(group, "autofix lenet.py -s 64,3,32,32", "s", tuple(ours))
    pairs = tuple(a / b for a, b in zip(ours, theirs, strict=True))
    yield Row(group, "ratio of each pair", "x", pairs, 1.25)


def _front_end(lenet: Path, rounds: int) -> Iterator[Row]:
    group = "front-end: from the start of the process until ..."
    yield Row(group, "the first request is sent", "s", tuple(_until_request(lenet) for _ in range(rounds)), 0.35)
    help_page = _command("-m", "autofix", "--help")
    yield Row(group, "--help has been printed", "s", tuple(_wall(help_page, lenet.parent) for _ in range(rounds)), 0.35)
    nothing = _command("-c", "pass")
    yield Row(group, "(Python alone has done nothing)", "s", tuple(_wall(nothing, lenet.parent) for _ in range(rounds)))


def _command(*words: str) -> tuple[str, ...]:
    return (sys.executable, *words)


def _wall(command: Sequence[str], folder: Path) -> float:
    start = time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    seconds = time.perf_counter() - start
    # 1: a patch is proposed.
    if done.returncode not in {0, 1}:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr.decode()}")
    return seconds


def _until_request(lenet: Path) -> float:
    start = time.time()
    command = _command("-c", UNTIL_REQUEST, str(lenet), "-s", "64,3,32,32")
    done = subprocess.run(command, cwd=lenet.parent, capture_output=True, check=True)
    sent, has_torch = done.stdout.decode().split()
    if has_torch == "True":
        raise SystemExit("the front-end imported torch")
    return float(sent) - start


# -- a warm probe ------------------------------------------------------------------------------------------------------


def _candidates(session: Session, lenet: Path) -> Iterator[Row]:
    group = "one more candidate in a warm probe: a repaired LeNet, no two texts alike"
    for batch in (64, 4):
        target = _target(lenet, f"{batch},3,32,32", "LeNet()")
        for checks, words in ((False, "forward only"), (True, "with the ladder of checks")):
            texts = (f"{REPAIRED}# candidate {number}\n" for number in range(32))
            times = [_timed(partial(_run, session, target, text, checks=checks)) for text in texts]
            yield Row(group, f"batch of {batch}, {words}", "ms", tuple(times[2:]), 0.025)


def _operations(session: Session, folder: Path, sizes: Sequence[int]) -> Iterator[Row]:
    group = "cost of one recorded operation: linear if it stays the same"
    for size in sizes:
        path = folder / f"deep_{size}.py"
        path.write_text(DEEP.format(operations=size, width=8), "utf-8")
        target = _target(path, "2,8", "Deep()")
        run = partial(_run, session, target, path.read_text("utf-8"), checks=False)
        times = [_timed(run) for _ in range(4)]
        yield Row(group, f"one run of {size:,} operations", "ms", tuple(seconds / size for seconds in times[1:]))
    for size in sizes:
        path = folder / f"deep_{size}.py"
        path.write_text(DEEP.format(operations=size, width=9), "utf-8")
        target = _target(path, "2,8", "Deep()")
        times = [_timed(partial(_repair, session, target)) for _ in range(3)]
        yield Row(group, f"a whole repair of {size:,} operations", "ms", tuple(seconds / size for seconds in times[1:]))


def _file_size(session: Session, folder: Path) -> Iterator[Row]:
    group = "cost of a long file: a whole repair in a warm probe"
    blocks = 5000 // FILLER_LINES
    texts = {
        "a short file": LENET,
        "a file of 5,000 lines": LENET + "".join(FILLER.format(number=number) for number in range(blocks)),
    }
    medians = []
    for number, (name, text) in enumerate(texts.items()):
        path = folder / f"size_{number}.py"
        path.write_text(text, "utf-8")
        times = [_timed(partial(_find_and_repair, session, path)) for _ in range(5)]
        row = Row(group, name, "s", tuple(times[1:]))
        medians.append(row.median)
        yield row
    yield Row(group, "what the long file adds", "s", (medians[1] - medians[0],), 1.0)


def _target(path: Path, shape: str, model: str) -> Target:
    return load.target(path, model=model, samples=load.parse_sample([shape]))


def _timed(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def _find_and_repair(session: Session, path: Path) -> None:
    _repair(session, _target(path, "64,3,32,32", "LeNet()"))


def _repair(session: Session, target: Target) -> None:
    report = engine.repair(engine.Request(target), session)
    if report.ending is not RepairEnding.REPAIRED:
        raise SystemExit(f"{target.path.name}: {report.ending.value}: {report.message}")


def _run(session: Session, target: Target, text: str, *, checks: bool) -> Trace:
    """One candidate as the engine runs it: request, run, reply as records."""
    inputs = tuple(
        wire.InputRequest(one.shape, one.dtype, one.low, one.high, one.name) for one in target.samples.inputs
    )
    request = wire.RunRequest(
        path=str(target.path),
        module=target.module,
        root=str(target.root),
        search_paths=tuple(map(str, target.search_paths)),
        model=target.model,
        samples=wire.SamplesRequest(inputs, None),
        also=(),
        evaluation_mode=False,
        texts=((str(target.path), text),),
        checks=checks,
        fresh=False,
        graph=False,
        seconds=120.0,
        memory_mib=0,
    )
    lines = text.splitlines()
    trace = replies.read(session.run(request), lambda _, line: lines[line - 1] if line <= len(lines) else "")
    if trace.ending is not Ending.PASSED:
        raise SystemExit(f"{target.path.name}: {trace.ending.value}: {trace.message}")
    return trace


if __name__ == "__main__":
    main()
