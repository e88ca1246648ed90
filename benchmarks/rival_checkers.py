"""Checkers that are programs of their own: pyrefly and PyTea, each on a copy of a case; torchtyc has its own file.

A case that is a model on a sample gets one more file, which calls it.
"""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fault_cases import Case
from rival_models import Said

SECONDS = 240.0
ENTRY = "_entry.py"
_NODE = re.compile(r"- \[\d+:\d+ - \d+:\d+\] \(([^():]+):(\d+):\d+\)")
_FAILED = re.compile(r"(?:immediate failed path #|found conflicted constraints\)): ?(\d+)")


def called(words: Sequence[str], folder: Path, seconds: float = SECONDS) -> tuple[int, str, str, float]:
    """Return exit code, stdout, stderr and seconds of a process; -1 where it took too long."""
    start = time.perf_counter()
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1", "NO_COLOR": "1"}
    try:
        done = subprocess.run(
            words,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            check=False,
            text=True,
            errors="replace",
        )
    except subprocess.TimeoutExpired:
        return -1, "", "", seconds
    return done.returncode, done.stdout, done.stderr, time.perf_counter() - start


def entry(folder: Path, case: Case, last: str = "") -> str:
    """Write a file with a function that calls the model on its sample, and then a last line; return its name, or
    nothing for a program.
    """
    options = case.options()
    if not options.shapes:
        return ""
    inputs = ", ".join(_expression(shape) for shape in options.shapes)
    evaluation = "    net.eval()\n" if options.evaluation_mode else ""
    (folder / ENTRY).write_text(
        f"import torch\nfrom {Path(case.main).stem} import *\n\n\ndef entry():\n"
        f"    net = {_built(folder / case.main, options.model)}\n{evaluation}    return net({inputs})\n{last}",
        "utf-8",
    )
    return ENTRY


def _built(path: Path, model: str) -> str:
    """Return the expression that builds a model; a class or a function is called, and without any the last class is."""
    definitions = ast.parse(path.read_text("utf-8")).body
    classes = [node.name for node in definitions if isinstance(node, ast.ClassDef)]
    functions = [node.name for node in definitions if isinstance(node, ast.FunctionDef)]
    name = model or classes[-1]
    return f"{name}()" if name in {*classes, *functions} else name


def _expression(text: str) -> str:
    dtype, _, sizes = text.rpartition(":")
    sizes, _, limits = sizes.partition("@")
    if not dtype:
        return f"torch.randn({sizes})"
    if dtype == "bool":
        return f"torch.ones({sizes}, dtype=torch.bool)"
    low, _, high = limits.partition("..")
    return f"torch.randint({low or 0}, {high or 2}, ({sizes},))" if "int" in dtype else f"torch.randn({sizes})"


def pyrefly(program: str, folder: Path, case: Case) -> Said:
    entry(folder, case)
    files = sorted(path.name for path in folder.glob("*.py"))
    python = Path(program).with_name("python")
    words = [program, "check", *files, "--output-format", "json"]
    if python.exists():
        words += ["--python-interpreter-path", str(python)]
    code, out, err, seconds = called(words, folder)
    try:
        errors = json.loads(out)["errors"]
    except (ValueError, KeyError):
        return Said(cannot=f"exit {code}: {err.strip()[-200:]}", seconds=seconds)
    errors = [error for error in errors if error.get("severity", "error") == "error" and not _is_import(error)]
    lines = [(Path(error["path"]).name, int(error["line"])) for error in errors]
    message = "; ".join(str(error.get("concise_description") or error.get("description")) for error in errors)[:300]
    return Said(bool(errors), tuple(dict.fromkeys(lines)), message, "", seconds)


def _is_import(error: dict[str, Any]) -> bool:
    """A package that is not installed says nothing about shapes."""
    return str(error.get("name", "")).startswith(("missing-import", "import-error", "untyped-import", "missing-source"))


def pytea(program: str, folder: Path, case: Case) -> Said:
    """Run both analyzers of PyTea, on the program or on a file that calls the model."""
    started = entry(folder, case, "\n\nresult = entry()\n") or case.main
    code, out, err, seconds = called(
        [_python_of(program), str(Path(program).resolve()), str(folder / started), "-l", "1"], folder
    )
    if code or "cannot parse entry file" in out + err or "Frontend parse failed" in out + err:
        return Said(cannot="it cannot parse the file", seconds=seconds)
    detected = any(int(count) for count in _FAILED.findall(re.sub(r"\x1b\[\d*m", "", out)))
    lines = [(Path(file).name, int(line)) for file, line in _NODE.findall(out) if Path(file).parent == folder]
    named = tuple(dict.fromkeys(line for line in lines if line[0] != ENTRY)) if detected else ()
    return Said(detected, named, "", "", seconds)


def _python_of(program: str) -> str:
    """Return the interpreter that has z3: the one that the analyzer is installed beside, else ours."""
    beside = Path(program).with_name("python")
    return str(beside) if beside.exists() else sys.executable
