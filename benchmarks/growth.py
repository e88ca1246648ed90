"""A warm probe: one more candidate, and how the cost grows with operations, lines, modules and faults."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from measuring import Row, timed
from models import BRANCHES, CANDIDATES_OF, DEEP, FILLER, FILLER_LINES, FIVE, LENET, REPAIRED, RIGHT, WRONG

from autofix import engine
from autofix.loading import find_target
from autofix.probe.main import wire
from autofix.probe.main.samples_request import InputRequest, SamplesRequest
from autofix.records.report import RepairEnding, Report
from autofix.records.samples import Target
from autofix.records.trace import Ending, Trace
from autofix.session import decode_reply
from autofix.session.session import Session

LIKE_THE_SMALLEST = 1.3


def rows(session: Session, folder: Path, sizes: Sequence[int], rounds: int) -> Iterator[Row]:
    yield from _candidates(session, folder)
    yield from _eager(session, folder)
    for name, text, shape in (("deep", DEEP, "2,8"), ("wide", BRANCHES, "2,8")):
        yield from _operations(session, folder, name, text, shape, sizes)
    yield from _lines(session, folder, sizes, rounds)
    yield from _modules(session, folder, rounds)
    yield from _faults(session, folder, rounds)


# -- one run -----------------------------------------------------------------------------------------------------------


def _candidates(session: Session, folder: Path) -> Iterator[Row]:
    group = "one more candidate in a warm probe: a repaired LeNet, no two texts alike"
    for batch in (64, 4):
        target = _target(_written(folder, "lenet", LENET), f"{batch},3,32,32", "LeNet()")
        for checks, words in ((False, "forward only"), (True, "with verification checks")):
            texts = (f"{REPAIRED}# candidate {number}\n" for number in range(CANDIDATES_OF))
            times = [timed(partial(_run, session, target, text, checks=checks)) for text in texts]
            yield Row(group, f"batch of {batch}, {words}", "ms", tuple(times[2:]), 0.025)


# Prints the seconds of an eager forward, and of one with its backward, of the model that the file defines.
EAGER = """\
import sys, time, runpy, torch
torch.set_num_threads(1)
model = runpy.run_path(sys.argv[1])["LeNet"]()
sample = torch.randn(*map(int, sys.argv[2].split(",")))
def forward():
    return model(sample)
def both():
    model(sample).sum().backward()
for action in (forward, both):
    times = []
    for _ in range(40):
        start = time.perf_counter(); action(); times.append(time.perf_counter() - start)
    print(sorted(times[8:])[16])
"""


def _eager(session: Session, folder: Path) -> Iterator[Row]:
    """Yield the figures of the same model on the same sample, without autofix."""
    import subprocess

    from measuring import command

    group = "the floor: the same LeNet on the same sample, eager, one thread"
    path = _written(folder, "repaired", REPAIRED)
    done = subprocess.run(command("-c", EAGER, str(path), "64,3,32,32"), capture_output=True, text=True, check=True)
    forward, forward_and_backward = map(float, done.stdout.split())
    target = _target(path, "64,3,32,32", "LeNet()")
    times = [timed(partial(_run, session, target, f"{REPAIRED}# {number}\n", checks=False)) for number in range(24)]
    checked = [timed(partial(_run, session, target, f"{REPAIRED}## {number}\n", checks=True)) for number in range(24)]
    yield Row(group, "one eager forward", "ms", (forward,))
    yield Row(group, "one eager forward and backward", "ms", (forward_and_backward,))
    yield Row(group, "a candidate, forward only, against one eager forward", "x", tuple(t / forward for t in times[2:]))
    against = "a candidate with its checks (some seven forwards) against forward and backward"
    yield Row(group, against, "x", tuple(t / forward_and_backward for t in checked[2:]))


# -- growth ------------------------------------------------------------------------------------------------------------


def _operations(
    session: Session, folder: Path, name: str, text: str, shape: str, sizes: Sequence[int]
) -> Iterator[Row]:
    group = f"growth with recorded operations: a {name} model"
    for action, width in (("one run", 8), ("a whole repair", 9)):
        first = 0.0
        for size in sizes:
            path = _written(folder, f"{name}_{size}_{width}", text.format(operations=size, width=width))
            target = _target(path, shape, "Net()")
            run = partial(_run, session, target, path.read_text("utf-8"), checks=False)
            times = [timed(run if width == 8 else partial(_repair, session, target)) / size for _ in range(3)][1:]
            first = first or statistics.median(times)
            yield Row(group, f"{action}, {size:,} operations: each", "ms", tuple(times))
        last = f"  {action}: an operation of {sizes[-1]:,} against one of {sizes[0]:,}"
        yield Row(group, last, "x", (statistics.median(times) / first,), LIKE_THE_SMALLEST)


def _lines(session: Session, folder: Path, sizes: Sequence[int], rounds: int) -> Iterator[Row]:
    group = "growth with the lines of the file: a whole repair"
    base, seconds = 0.0, []
    for size in (0, *sizes):
        filler = "".join(FILLER.format(number=number) for number in range(size // FILLER_LINES))
        times = []
        for number in range(rounds + 1):
            path = _written(folder, f"lines_{size}", f"{LENET}{filler}# {number}\n")
            times.append(timed(lambda path=path: _repair(session, _target(path, "64,3,32,32", "LeNet()"))))  # type: ignore[misc]
        middle = statistics.median(times[1:])
        base = base or middle
        seconds.append(middle)
        yield Row(group, f"{size or 'no'} further lines", "s", tuple(times[1:]))
        if size == 5000:
            yield Row(group, "  what 5,000 lines add", "s", (max(middle - base, 0.0),), 1.0)
    # What the first thousand add is less than the noise of a repair.
    steps = zip((0, *sizes), sizes, seconds, seconds[1:], strict=False)
    *_, before, last = ((after - earlier) / (size - smaller) for smaller, size, earlier, after in steps)
    words = f"  a line of the last {sizes[-1] - sizes[-2]:,} against one before"
    yield Row(group, words, "x", (last / before,), LIKE_THE_SMALLEST)


def _modules(session: Session, folder: Path, rounds: int) -> Iterator[Row]:
    group = "growth with the modules of the user's that the file imports: a whole repair"
    costs = []
    for count in (0, 50, 200):
        package = folder / f"parts_{count}"
        package.mkdir()
        (package / "__init__.py").touch()
        head = "from torch import nn\n"
        for number in range(count):
            (package / f"part_{number}.py").write_text(head + FILLER.format(number=number), "utf-8")
        imports = "".join(f"from parts_{count}.part_{number} import Block{number}\n" for number in range(count))
        target = _target(_written(folder, f"modules_{count}", imports + LENET), "64,3,32,32", "LeNet()")
        times = [timed(partial(_repair, session, target)) for _ in range(rounds + 1)][1:]
        costs.append(statistics.median(times))
        yield Row(group, f"{count or 'no'} modules", "s", tuple(times))
    ratio = ((costs[2] - costs[0]) / 200) / max((costs[1] - costs[0]) / 50, 1e-9)
    yield Row(group, "  a module of 200 against one of 50", "x", (ratio,), LIKE_THE_SMALLEST)


def _faults(session: Session, folder: Path, rounds: int) -> Iterator[Row]:
    group = "search: five faults in one model against one"
    times, runs = [], []
    for name, sizes in (("one", (*RIGHT[:2], WRONG[2], *RIGHT[3:])), ("five", WRONG)):
        target = _target(_written(folder, f"{name}_faults", FIVE.format(*sizes)), "4,8", "Net()")
        spent = [timed(partial(_repair, session, target)) for _ in range(rounds + 1)][1:]
        report = _repair(session, target)
        times.append(spent)
        runs.append(report.spent.probes)
        yield Row(group, f"{name} fault{'s' if name == 'five' else ''}", "ms", tuple(spent))
        yield Row(group, "  runs of the model", "runs", (report.spent.probes,))
    ratio = tuple(five / statistics.median(times[0]) for five in times[1])
    yield Row(group, "five against one", "x", ratio, 6.0)


# -- what is timed -----------------------------------------------------------------------------------------------------


def _written(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.py"
    path.write_text(text, "utf-8")
    return path


def _target(path: Path, shape: str, model: str) -> Target:
    return find_target.target(path, model=model, samples=find_target.parse_sample([shape]))


def _repair(session: Session, target: Target) -> Report:
    report = engine.repair(engine.Request(target), session)
    if report.ending is not RepairEnding.REPAIRED:
        raise SystemExit(f"{target.path.name}: {report.ending.value}: {report.message}")
    return report


def _run(session: Session, target: Target, text: str, *, checks: bool) -> Trace:
    """Run one candidate as the engine runs it: request, run, reply as records."""
    inputs = tuple(
        InputRequest(sample.shape, sample.dtype, sample.low, sample.high, sample.name)
        for sample in target.samples.inputs
    )
    request = wire.RunRequest(
        path=str(target.path),
        module=target.module,
        root=str(target.root),
        search_paths=tuple(map(str, target.search_paths)),
        model=target.model,
        samples=SamplesRequest(inputs, None),
        also=(),
        evaluation_mode=False,
        texts=((str(target.path), text),),
        checks=checks,
        fresh=False,
        graph=False,
        limits=wire.RunLimits(120.0, 0, 0, 0, 0),
    )
    lines = text.splitlines()
    trace = decode_reply.read(session.run(request), lambda _, line: lines[line - 1] if line <= len(lines) else "")
    if trace.ending is not Ending.PASSED:
        raise SystemExit(f"{target.path.name}: {trace.ending.value}: {trace.message}")
    return trace
