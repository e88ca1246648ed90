"""Ask the program about a split of ``faults/`` as it was before it had been changed with any of it.

``python benchmarks/first_sight.py FOLDER ARGUMENTS ...`` runs the program whose sources lie in FOLDER; `program` puts
them there from the history. ``evidence.py first`` asks for all of `COMMITS` and writes ``first.jsonl``.
"""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path

import rivals
from rivals import Rival

ROOT = Path(__file__).parent.parent
NAME = "autofix at first sight"
# The last commit before what a split showed was learned from. Of `blind-a`, `blind-b` and `reports-a` none is known:
# the program and they grew together.
COMMITS = {
    "blind-c": "dd84b2d",
    "blind-d": "fd48081",
    "blind-e": "6d5e16e",
    "blind-f": "924b10e",
    "blind-g": "4c3f805",
    "blind-h": "90b241a",
    "blind-i": "403949f",
    "blind-j": "668c7d9",
    "blind-k": "1cc9930",
    "blind-l": "217d183",
    "blind-m": "276bc34",
    "blind-n": "c8be595",
    "blind-o": "3742883",
    "blind-p": "25006c7",
    "blind-q": "25006c7",
    "blind-r": "25c054f",
    "blind-s": "805f1ac",
    "blind-t": "033ebdd",
    "blind-u": "85493e5",
    "blind-v": "56954e4",
    "blind-w": "91d424d",
}
_PARTS = ("autofix", "rules", "pyproject.toml")


def program(commit: str, folder: Path) -> Rival:
    """Return the program of a commit, whose sources are put below ``folder`` where they are not there yet."""
    sources = folder / commit
    if not sources.exists():
        parts = subprocess.run(
            ["git", "archive", "--format=tar", commit, *_PARTS], cwd=ROOT, capture_output=True, check=False
        )
        if parts.returncode:
            raise SystemExit(f"{commit} is not in the history here: {parts.stderr.decode().strip()}")
        sources.mkdir(parents=True)
        subprocess.run(["tar", "-xf", "-", "-C", str(sources)], input=parts.stdout, check=True)
    words = (sys.executable, str(Path(__file__).resolve()), str(sources))
    return Rival(NAME, f"the program of {commit}", partial(rivals.ours, words))


if __name__ == "__main__":
    sys.path[0:0] = [sys.argv[1], f"{sys.argv[1]}/rules"]
    from autofix.__main__ import main

    sys.argv = ["autofix", *sys.argv[2:]]
    main()
