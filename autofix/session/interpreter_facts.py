"""What an interpreter is: its versions, and where they cannot be told, why.

It starts the interpreter once and imports torch there; no code of the user runs.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

TIMEOUT_S = 120.0
# It prints after whatever torch or the start of the interpreter may print.
_PROGRAM = """\
import sys
sys.path[:] = [path for path in sys.path if path]
import json
facts = {"python": ".".join(map(str, sys.version_info[:3])), "torch": "", "device": "", "problem": ""}
try:
    import torch
    facts["torch"] = str(torch.__version__)
    facts["device"] = torch.cuda.get_device_name(0) if torch.cuda.is_available() else ""
except Exception as error:
    facts["problem"] = f"{type(error).__name__}: {error}"
print("\\n" + json.dumps(facts))
"""


@dataclass(frozen=True, slots=True)
class InterpreterFacts:
    """Versions, empty where unknown; ``device`` is the name of a GPU; ``problem`` says why torch is missing."""

    python: str = ""
    torch: str = ""
    device: str = ""
    problem: str = ""


def interpreter_facts(python: Path) -> InterpreterFacts:
    """Return what the interpreter says of itself."""
    try:
        done = subprocess.run([str(python), "-c", _PROGRAM], capture_output=True, timeout=TIMEOUT_S, check=False)
    except (OSError, ValueError) as error:
        return InterpreterFacts(problem=f"cannot start {python}: {error}")
    except subprocess.TimeoutExpired:
        return InterpreterFacts(problem=f"{python} gave no answer within {TIMEOUT_S:g} s")
    try:
        answer = json.loads(done.stdout.decode("utf-8", "replace").strip().splitlines()[-1])
        return InterpreterFacts(**{name: str(answer[name]) for name in ("python", "torch", "device", "problem")})
    except (ValueError, LookupError, TypeError):
        words = done.stderr.decode("utf-8", "replace").strip().splitlines()
        return InterpreterFacts(problem=words[-1] if words else f"{python} ended without an answer")
