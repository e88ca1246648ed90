"""Drive a real language server over stdio: how long after an edit the answers are there, and whether it grows.

The model is of LeNet's size, the edits break it, repair it and do neither in turn. Times are from the end of the
debounce. It is no test: a missed target is printed, not raised; figures of different runs are not to be compared.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from editor import Editor

from autofix import engine
from autofix.loading import find_target
from autofix.records.locations import SourceText
from autofix.session.session import Session

DEBOUNCE_S = 0.05
ALONE_EVERY = 20
SETTLED = 100  # Edits after which memory should not grow any more.
MODEL = """\
import torch
import torch.nn.functional as F
from torch import nn


class LeNet(nn.Module):
    def __init__(self, num_classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 6, kernel_size=5)
        self.conv2 = nn.Conv2d(6, 16, kernel_size=5)
        self.fc1 = nn.Linear(16 * {side} * {side}, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, num_classes)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = torch.flatten(x, 1)
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        return self.fc3(x)  # {note}


# autofix: sample-shape=64,3,32,32
"""
FAULT_LINE = 18
# side of the maps that `fc1` is built for; 5 is right.
COURSE = (("break", 4), ("cosmetic", 4), ("repair", 5), ("cosmetic", 5))


@dataclass(frozen=True, slots=True)
class Edit:
    """Seconds from the end of the debounce; MiB of the server and all its processes."""

    kind: str
    healthy: bool
    diagnostics: float
    actions: float
    memory: float


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    unit: str
    p50: float
    p95: float
    target: str
    met: bool | None


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="autofix-bench-") as name:
        folder = Path(name)
        (folder / "pyproject.toml").touch()
        starts = [_start(folder) for _ in range(options.starts)]
        edits, alone, wrong = _edited(folder, options.edits)
    rows = _rows(starts, edits, alone)
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {len(edits)} edits, {len(starts)} starts")
    if os.getloadavg()[0] > 1:
        print(f"The machine is busy with something else (load {os.getloadavg()[0]:.1f}).")
    print(f"{'':48}{'p50':>10}{'p95':>10}  target")
    for row in rows:
        verdict = "" if row.met is None else "  met" if row.met else "  MISSED"
        print(f"{row.name:<48}{row.p50:>10.3f}{row.p95:>10.3f}  {row.target} {row.unit}{verdict}")
    print(f"answers that were lost, late or for another version: {len(wrong)}")
    for problem in wrong[:5]:
        print(f"  {problem}")
    if options.json is not None:
        document = {"rows": [asdict(row) for row in rows], "edits": [asdict(edit) for edit in edits], "wrong": wrong}
        options.json.write_text(json.dumps(document, indent=2) + "\n", "utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--edits", type=int, default=1000, help="edits in a row (default: 1000)")
    parser.add_argument("--starts", type=int, default=5, help="starts of a server (default: 5)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write every sample to FILE")
    return parser.parse_args()


def _start(folder: Path) -> tuple[float, float]:
    """Return the seconds until `initialize` is answered, and until the first question is."""
    editor = Editor(folder)
    editor.request("textDocument/hover", {"textDocument": {"uri": "file:///none.py"}, "position": _place(0)})
    asked = time.perf_counter()
    editor.end()
    return editor.initialized - editor.started, asked - editor.started


def _place(line: int) -> dict[str, int]:
    return {"line": line, "character": 0}


def _edited(folder: Path, count: int) -> tuple[list[Edit], list[float], list[str]]:
    """Return the edits; the seconds that the engine takes alone for the same faulty text; what went wrong."""
    settings = {"run": "onChange", "debounce": DEBOUNCE_S * 1000}
    editor = Editor(folder, options={"workspaceTrust": True}, settings=settings)
    uri = editor.open(folder / "net.py", MODEL.format(side=5, note="opened"))
    editor.diagnostics(uri)
    edits: list[Edit] = []
    wrong: list[str] = []
    alone: list[float] = []
    with Session() as session:
        for number in range(count):
            kind, side = COURSE[number % len(COURSE)]
            edits.append(_one(editor, uri, number, kind, side, wrong))
            editor.came.clear()
            if number % ALONE_EVERY == 0:
                alone.append(_alone(folder / "net.py", number, session))
    if editor.end() != 0:
        wrong.append("the server did not end well")
    return edits, alone[1:], wrong


def _alone(path: Path, number: int, session: Session) -> float:
    text = MODEL.format(side=4, note=f"alone {number}")
    began = time.perf_counter()
    target = find_target.target(path, text=text)
    engine.repair(engine.Request(target, (SourceText(path, text),)), session)
    return time.perf_counter() - began


def _one(editor: Editor, uri: str, number: int, kind: str, side: int, wrong: list[str]) -> Edit:
    version = editor.change(uri, MODEL.format(side=side, note=f"edit {number}"))
    began = time.perf_counter() + DEBOUNCE_S
    items = editor.diagnostics(uri)
    diagnosed = time.perf_counter() - began
    actions = editor.actions(uri, FAULT_LINE)
    acted = time.perf_counter() - began
    healthy = side == 5
    fixes = [action for action in actions if action["kind"] == "quickfix" and "data" in action]
    if bool(items) == healthy or bool(fixes) == healthy:
        wrong.append(f"edit {number} ({kind}): {len(items)} diagnostics, {len(fixes)} repairs")
    for action in fixes[:1]:
        edit = editor.request("codeAction/resolve", action)["edit"]
        versions = {change["textDocument"]["version"] for change in edit["documentChanges"]}
        if versions != {version}:
            wrong.append(f"edit {number} ({kind}): an edit for version {versions} instead of {version}")
    return Edit(kind, healthy, diagnosed, acted, _memory(editor.process.pid) / 1024)


def _memory(process: int) -> float:
    """Return the KiB that a process and those it started take, shared pages counted in part.

    0 where the system does not say.
    """
    total = 0.0
    for pid in (process, *_children(process)):
        try:
            text = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
        except OSError:
            continue
        total += sum(float(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
    return total


def _children(process: int) -> list[int]:
    descendants: list[int] = []
    for path in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            for child in map(int, path.read_text("ascii").split()):
                descendants += [child, *_children(child)]
        except OSError:
            continue
    return descendants


def _rows(starts: list[tuple[float, float]], edits: list[Edit], alone: list[float]) -> list[Row]:
    faulty = [edit for edit in edits if not edit.healthy]
    rows = [
        _row("start to `initialize` answered", [answered for answered, _ in starts], None, 0.5),
        _row("start to the first question answered", [asked for _, asked in starts], None, None),
        _row("edit to diagnostics", [edit.diagnostics for edit in edits], 0.08, 0.15),
        _row("edit to code actions", [edit.actions for edit in edits], 0.08, 0.15),
        _row("  of those after which there is a fault", [edit.actions for edit in faulty], None, None),
        _row("  the engine alone, in this process", alone or [0.0], None, None),
    ]
    if len(edits) > SETTLED and edits[0].memory:
        base = statistics.median(edit.memory for edit in edits[SETTLED - 20 : SETTLED + 20])
        last = statistics.median(edit.memory for edit in edits[-40:])
        growth = last / base - 1
        rows.append(
            Row("memory after 100 edits and at the end", "MiB", base, last, "growth at most 5 %,", growth <= 0.05)
        )
    return rows


def _row(name: str, samples: list[float], p50: float | None, p95: float | None) -> Row:
    ordered = sorted(samples)
    middle = statistics.median(ordered)
    high = ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]
    met = None if p50 is None and p95 is None else (p50 is None or middle <= p50) and (p95 is None or high <= p95)
    targets = [f"{limit:g}" for limit in (p50, p95) if limit is not None]
    return Row(name, "s", middle, high, " / ".join(targets) if targets else "-", met)


if __name__ == "__main__":
    main()
