"""Write what developers install, with the hash of every file: `python .ci/lock.py`, which needs uv.

`requirements/dev.txt` is all but torch, and `requirements/torch.txt` is torch and what its build for Linux brings: a
machine may have another build of it, which is a file with another hash.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
OF_TORCH = re.compile(r"(torch|triton|nvidia-|cuda-)")
PYTHON = "3.11.7"  # The oldest that all of the pins have files for.
HEAD = "# Written by `python .ci/lock.py`; installed by `make locked`.\n"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "lock.txt")
        words = ["uv", "pip", "compile", "pyproject.toml", "--extra", "dev", "--extra", "docs", "--universal"]
        words += ["--constraint", "constraints.txt", "--python-version", PYTHON, "--generate-hashes", "--quiet"]
        words += ["--no-emit-package", "torch-autofix", "--no-header", "--no-annotate", "--output-file", str(target)]
        subprocess.run(words, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        entries = re.split(r"(?m)^(?=\S)", target.read_text("utf-8"))[1:]
    (ROOT / "requirements").mkdir(exist_ok=True)
    for name, is_torch in (("dev", False), ("torch", True)):
        kept = [entry for entry in entries if bool(OF_TORCH.match(entry)) is is_torch]
        (ROOT / "requirements" / f"{name}.txt").write_text(HEAD + "".join(kept), "utf-8")


if __name__ == "__main__":
    main()
