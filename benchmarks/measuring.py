"""What all benchmarks share: a row with its target, how it is printed and written, and how processes are timed."""

from __future__ import annotations

import datetime
import os
import platform
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

UNITS = {"s": "{:.3f} s", "ms": "{:.1f} ms", "x": "{:.2f} x", "MiB": "{:.0f} MiB", "runs": "{:.0f} runs"}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: the median of ``samples`` and its target, at most or ``at_least``; none is a comparison
    without one. ``note`` says what was not measured and why, where there are no samples.
    """

    group: str
    name: str
    unit: str
    samples: tuple[float, ...]
    target: float | None = None
    at_least: bool = False
    note: str = ""

    @property
    def median(self) -> float:
        return statistics.median(self.samples)

    @property
    def met(self) -> bool | None:
        """None without a target or a measurement."""
        if self.target is None or not self.samples:
            return None
        return self.median >= self.target if self.at_least else self.median <= self.target

    def cells(self) -> tuple[str, str, str]:
        """Return the figure, the target and the verdict, as they are shown."""
        shown = _number(self.median, self.unit) if self.samples else self.note
        limit = "" if self.target is None else f"{'>=' if self.at_least else '<='} {_number(self.target, self.unit)}"
        return shown, limit, {None: "", True: "met", False: "MISSED"}[self.met]


def _number(value: float, unit: str) -> str:
    return UNITS[unit].format(value * 1000 if unit == "ms" else value)


def printed(rows: Iterator[Row]) -> list[Row]:
    """Print each row as soon as it is known, and return all."""
    known: list[Row] = []
    for row in rows:
        if not known or known[-1].group != row.group:
            print(f"\n{row.group}")
        shown, limit, verdict = row.cells()
        print(f"  {row.name:<66}{shown:>14}{limit:>14}  {verdict}".rstrip(), flush=True)
        known.append(row)
    return known


def machine() -> dict[str, object]:
    """Return what the figures depend on; no name of the machine."""
    import importlib.metadata

    figures: dict[str, object] = {
        "date": datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "torch": importlib.metadata.version("torch"),
        "autofix": importlib.metadata.version("torch-autofix"),
    }
    return figures


def load() -> float:
    """Return the load of the last minute, before the benchmarks add theirs; 0 where it is not known."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else 0.0


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines()
    except OSError:
        return platform.processor() or "unknown"
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def document(rows: Sequence[Row], about: dict[str, object]) -> dict[str, object]:
    """Return everything as JSON values."""
    measured = [
        {**asdict(row), "median": row.median if row.samples else None, "met": row.met, "samples": list(row.samples)}
        for row in rows
    ]
    return {"machine": about, "rows": measured}


# -- timing ------------------------------------------------------------------------------------------------------------


def command(*words: str) -> tuple[str, ...]:
    return (sys.executable, *words)


def timed(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def wall(words: Sequence[str], folder: Path, codes: tuple[int, ...] = (0, 1), **environment: str) -> float:
    """Return the seconds of a whole process; 1 is the exit code of a proposed patch."""
    start = time.perf_counter()
    done = subprocess.run(words, cwd=folder, env={**os.environ, **environment}, capture_output=True, check=False)
    seconds = time.perf_counter() - start
    if done.returncode not in codes:
        raise SystemExit(f"{' '.join(words)} ended with {done.returncode}:\n{done.stderr.decode()}")
    return seconds


def alternating(
    first: Callable[[], float], second: Callable[[], float], rounds: int
) -> tuple[list[float], list[float]]:
    """Measure both side by side, each pair in the other order than the one before; the first pair fills
    the file cache.
    """
    own, other = [], []
    for number in range(rounds + 1):
        if number % 2:
            own.append(first())
            other.append(second())
        else:
            other.append(second())
            own.append(first())
    return own[1:], other[1:]


def ratios(own: Sequence[float], other: Sequence[float]) -> tuple[float, ...]:
    return tuple(a / b for a, b in zip(own, other, strict=True))


def with_memory(words: Sequence[str], folder: Path) -> tuple[float, float, int]:
    """Return the seconds, the most MiB that the process and all below it held at once, and the exit code."""
    start, most = time.perf_counter(), [0.0]
    process = subprocess.Popen(words, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.05):
            most[0] = max(most[0], _held(process.pid))

    thread = threading.Thread(target=watch)
    thread.start()
    code = process.wait()
    seconds = time.perf_counter() - start
    over.set()
    thread.join()
    return seconds, most[0], code


def _held(root: int) -> float:
    """Return the MiB of a process and its descendants, pages that forks share counted once; 0 where
    ``/proc`` does not exist.
    """
    total = 0
    for process in (root, *_below(root)):
        try:
            lines = Path(f"/proc/{process}/smaps_rollup").read_text("utf-8").splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def _below(root: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text("utf-8", "replace").rpartition(")")[2].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(stat.parent.name))
    pids, waiting = [], [root]
    while waiting:
        new = children.get(waiting.pop(), [])
        pids += new
        waiting += new
    return pids
