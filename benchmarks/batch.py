"""Print what a batch costs against one process for each file, and what a batch survives; measured side by side.

``throughput``: 200 small files once through ``autofix batch``, then again unchanged, against one fresh ``autofix``
each for a part of them. ``chaos``: 1,000 targets of which one in twenty each hangs, crashes and eats memory, against
the same tree without these. ``kill``: a batch killed at many moments and resumed, against one left alone.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

MODEL = """\
# autofix: sample-shape={batch},3,{size},{size}
import os, time
import torch
from torch import nn


class Net{number}(nn.Module):
    def __init__(self, classes={classes}):
        super().__init__()
        self.conv1 = nn.Conv2d(3, {wide}, 3, padding=1)
        self.conv2 = nn.Conv2d({wide}, {wide} * 2, 3, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.fc1 = nn.Linear({features}, 64)
        self.fc2 = nn.Linear(64, classes)

    def forward(self, x):
        {trouble}
        x = self.pool(torch.relu(self.conv1(x)))
        x = self.pool(torch.relu(self.conv2(x)))
        x = torch.flatten(x, 1)
        return self.fc2(torch.relu(self.fc1(x)))
"""
TROUBLES = {
    "hang": "time.sleep(3600)",
    "crash": "os.abort()",
    "eat": "self.all = [bytearray(1 << 26) for _ in range(4000)]",
}
AUTOFIX = [sys.executable, "-m", "autofix"]


def text(number: int, trouble: str = "pass") -> str:
    """Return the text of a file: every third is faulty, and sizes differ so that no two are alike."""
    wide, size = 4 + number % 5, 16 + 4 * (number % 3)
    right = wide * 2 * (size // 4) ** 2
    features = right if number % 3 else right + wide
    classes, batch = 2 + number % 9, 2 + number % 4
    return MODEL.format(
        number=number, wide=wide, size=size, features=features, classes=classes, batch=batch, trouble=trouble
    )


def written(folder: Path, count: int, troubles: dict[int, str] | None = None) -> list[Path]:
    (folder / "pyproject.toml").touch()
    paths = [folder / f"net_{number:04}.py" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_text(text(number, TROUBLES.get((troubles or {}).get(number, ""), "pass")), "utf-8")
    return paths


def timed(words: Sequence[str], folder: Path) -> float:
    start = time.perf_counter()
    done = subprocess.run([*AUTOFIX, *words], cwd=folder, capture_output=True, check=False)
    if done.returncode not in (0, 1) or b"Traceback" in done.stderr:  # A refusal takes no time at all.
        raise SystemExit(done.stderr.decode())
    return time.perf_counter() - start


def endings(path: Path) -> dict[str, str]:
    targets = json.loads(path.read_text("utf-8"))["targets"]
    return {target["report"]["target"]["path"]: json.dumps(target, sort_keys=True) for target in targets}


def throughput(arguments: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder, count, cores = Path(name), arguments.files, os.cpu_count() or 1
        paths = written(folder, count)
        singles = paths[:: max(1, count // arguments.singles)]
        alone = [timed([path.name, "-q"], folder) for path in singles[: len(singles) // 2]]
        whole = timed(["batch", ".", "-q", "-j", str(cores)], folder)
        alone += [timed([path.name, "-q"], folder) for path in singles[len(singles) // 2 :]]
        again = min(timed(["batch", ".", "-q"], folder) for _ in range(3))
    each = sum(alone) / len(alone)
    print(f"one fresh process each: {each:.2f} s a file (mean of {len(alone)}, one at a time, before and after)")
    print(f"batch: {whole:.1f} s for {count} files on {cores} cores, {whole / count:.3f} s a file")
    print(f"throughput per core against one process at a time on one core: {each * count / (whole * cores):.1f} x")
    print(
        f"throughput of the machine against one process at a time: {each * count / whole:.1f} x (target: 15 x per core)"
    )
    print(f"second run over the unchanged tree: {again:.2f} s (target: under 2 s)")


def memory_of(group: int) -> int:
    """Return the resident MiB of a process and everything below it, as Linux counts it."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    waiting, total = [group], 0
    while waiting:
        pid = waiting.pop()
        waiting += children.get(pid, [])
        try:
            total += int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        except (OSError, ValueError):
            continue
    return total >> 20


def watched(words: Sequence[str], folder: Path) -> tuple[float, list[tuple[int, int]]]:
    """Return the seconds, and the resident MiB of the front-end and of everything, every second."""
    start, samples = time.perf_counter(), []
    process = subprocess.Popen([*AUTOFIX, *words], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def watch() -> None:
        while process.poll() is None:
            samples.append((_own(process.pid), memory_of(process.pid)))
            time.sleep(1.0)

    thread = threading.Thread(target=watch)
    thread.start()
    process.wait()
    thread.join()
    return time.perf_counter() - start, samples


def _own(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") >> 20
    except (OSError, ValueError):
        return 0


def chaos(arguments: argparse.Namespace) -> None:
    count = arguments.files
    kinds = list(TROUBLES)
    numbers = random.Random(0).sample(range(count), 3 * (count // 20))
    troubles = {number: kinds[index % 3] for index, number in enumerate(numbers)}
    words = ["batch", ".", "-q", "--no-cache", "--time-limit", "3", "--memory-limit", "1024", "--report"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        written(folder, count, troubles)
        seconds, samples = watched([*words, "chaos.json"], folder)
        troubled = endings(folder / "chaos.json")
        written(folder, count)
        calm = timed([*words, "calm.json"], folder)
        expected = endings(folder / "calm.json")
    names = {f"net_{number:04}.py" for number in troubles}
    equal = sum(troubled.get(file) == expected[file] for file in expected if file not in names)
    print(f"{count} targets, {len(troubles)} in trouble: {seconds:.0f} s, without trouble {calm:.0f} s")
    print(f"results as without them: {equal} of {count - len(troubles)}; reported: {len(troubled)}")
    for part in range(4):
        own, whole = zip(*samples[part * len(samples) // 4 : (part + 1) * len(samples) // 4], strict=True)
        print(f"memory in quarter {part + 1}: front-end at most {max(own)} MiB, everything at most {max(whole)} MiB")


def kill(arguments: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        written(folder, arguments.files)
        words = ["batch", ".", "-q", "--report", "report.json", "--output", "all.patch"]
        whole = timed([*words, "--no-cache"], folder)
        expected = [(folder / file).read_bytes() for file in ("report.json", "all.patch")]
        moments = [whole * (index + 0.5) / arguments.moments for index in range(arguments.moments)]
        equal = sum(_resumed(folder, words, moment) == expected for moment in moments)
    print(
        f"killed at {len(moments)} moments between 0 and {whole:.1f} s, then resumed: {equal} reports and patches equal"
    )


def _resumed(folder: Path, words: Sequence[str], moment: float) -> list[bytes]:
    for file in ("report.json", "all.patch"):
        (folder / file).unlink(missing_ok=True)
    words = [*words, "--cache-dir", str(folder.parent / "cache")]
    subprocess.run(["rm", "-rf", words[-1]], check=True)
    process = subprocess.Popen([*AUTOFIX, *words], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(moment)
    process.send_signal(signal.SIGKILL)
    process.wait()
    left = [path.name for path in folder.iterdir() if path.name.endswith(".autofix")]
    if left:
        raise SystemExit(f"half-written: {left}")
    resumed = subprocess.run([*AUTOFIX, *words, "--resume"], cwd=folder, capture_output=True, check=False)
    if resumed.returncode == 2:  # Killed before the run had begun, or after it had finished.
        subprocess.run([*AUTOFIX, *words], cwd=folder, capture_output=True, check=False)
    return [(folder / file).read_bytes() for file in ("report.json", "all.patch")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("throughput", "chaos", "kill"))
    parser.add_argument("--files", type=int)
    parser.add_argument("--singles", type=int, default=20)
    parser.add_argument("--moments", type=int, default=20)
    arguments = parser.parse_args()
    chosen: dict[str, tuple[Callable[[argparse.Namespace], None], int]] = {
        "throughput": (throughput, 200),
        "chaos": (chaos, 1000),
        "kill": (kill, 12),
    }
    measure, files = chosen[arguments.what]
    arguments.files = arguments.files or files
    measure(arguments)


if __name__ == "__main__":
    main()
