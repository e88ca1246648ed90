"""What a user would run instead: ``torchtyc run``, a fresh Python for each candidate; and the very large model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import decoder
from measuring import Row, alternating, command, ratios, wall, with_memory
from models import PROGRAM, REPAIRED

from autofix import engine
from autofix.loading import find_target
from autofix.session.session import Session

DECODER_SECONDS, DECODER_MIB = 15.0, 2048.0


def rows(folder: Path, torchtyc: Path | None, rounds: int) -> Iterator[Row]:
    path = folder / "program.py"
    path.write_text(PROGRAM, "utf-8")
    yield from _checker(path, torchtyc, rounds)
    yield from _by_hand(path, rounds)


def _checker(path: Path, torchtyc: Path | None, rounds: int) -> Iterator[Row]:
    group = "instead: torchtyc run finds the fault of the LeNet; autofix finds and repairs it"
    if torchtyc is None:
        yield Row(group, "torchtyc run program.py", "s", (), note="not installed")
        return
    check = (str(torchtyc), "run", path.name, "--python", command()[0])
    repair = command("-m", "autofix", path.name, "-s", "64,3,32,32")
    ours, theirs = alternating(lambda: wall(repair, path.parent), lambda: wall(check, path.parent, (1,)), rounds)
    yield Row(group, "torchtyc run program.py", "s", tuple(theirs))
    yield Row(group, "autofix program.py -s 64,3,32,32", "s", tuple(ours))
    yield Row(group, "  autofix against torchtyc, pair by pair", "x", ratios(ours, theirs), 1.0)


def _by_hand(path: Path, rounds: int) -> Iterator[Row]:
    group = "instead: a fresh Python for each candidate, as many as the search runs"
    target = find_target.target(path, model="LeNet()", samples=find_target.parse_sample(["64,3,32,32"]))
    with Session() as session:
        runs = engine.repair(engine.Request(target), session).spent.probes
    good = path.with_name("by_hand.py")
    good.write_text(PROGRAM.replace(PROGRAM.partition("\n\nif __name__")[0], REPAIRED), "utf-8")
    repair = command("-m", "autofix", path.name, "-s", "64,3,32,32")

    def by_hand() -> float:
        # The faulty text once, and each candidate as a program of its own.
        return sum(wall(command(program.name), path.parent) for program in (path, *[good] * (runs - 1)))

    ours, theirs = alternating(lambda: wall(repair, path.parent), by_hand, max(1, rounds // 2))
    yield Row(group, f"python program.py, {runs} times", "s", tuple(theirs))
    yield Row(group, "autofix program.py -s 64,3,32,32", "s", tuple(ours))
    yield Row(group, "  autofix against that, pair by pair", "x", ratios(ours, theirs), 1.0)


def decoders(folder: Path) -> Iterator[Row]:
    """Yield the figures of every fault by itself, in a whole process tree: memory that forks share counts once."""
    group = "a decoder of 70 billion parameters: trace and repair, autofix decoder.py -s int64:1,128@0..32000"
    largest = 0.0
    for fault in decoder.FAULTS:
        before, after = decoder.texts(fault)
        path = folder / "decoder.py"
        path.write_text(before, "utf-8")
        words = command("-m", "autofix", path.name, "-m", "Decoder()", "-s", "int64:1,128@0..32000", "-q", "--apply")
        seconds, most, _ = with_memory([*words, "--unsafe-fixes"], folder)
        if path.read_text("utf-8") != after:
            yield Row(group, fault, "s", (), note="not repaired as it should be")
            continue
        largest = max(largest, most)
        yield Row(group, fault, "s", (seconds,), DECODER_SECONDS)
    yield Row(group, "  memory of all processes of one repair, at most", "MiB", (largest,), DECODER_MIB)
