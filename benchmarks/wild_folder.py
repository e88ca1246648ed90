"""The folder in which the wild bench keeps sources, references, mutants and what became of them."""

from __future__ import annotations

import json
import subprocess
import tarfile
from io import BytesIO
from pathlib import Path
from typing import Any

from wild_models import Row


class Folder:
    """Where a run keeps its files: sources, references, mutants and what became of them."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.path.mkdir(parents=True, exist_ok=True)

    def root(self, row: Row) -> Path:
        return self.path / "src" / row.repository.replace("/", "+")

    def text(self, row: Row) -> str:
        return (self.root(row) / row.path).read_text("utf-8")

    def reference(self, number: int) -> Path:
        return self.path / f"reference{number}.pt"

    def read(self, name: str) -> list[dict[str, Any]]:
        path = self.path / name
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.is_file() else []

    def append(self, name: str, record: dict[str, Any]) -> None:
        with (self.path / name).open("a", encoding="utf-8") as file:
            file.write(json.dumps(record, default=str) + "\n")

    def extract(self, mirror: Path, row: Row) -> bool:
        """Take the Python files of a repository out of its git directory."""
        root = self.root(row)
        if root.is_dir():
            return True
        git = mirror / root.name / "repo"
        git = git / ".git" if (git / ".git").is_dir() else git
        command = ["git", f"--git-dir={git}", "archive", "HEAD", "--", ":(glob)**/*.py"]
        packed = subprocess.run(command, capture_output=True, check=False).stdout
        if not packed:
            return False
        with tarfile.open(fileobj=BytesIO(packed)) as archive:
            archive.extractall(root, filter="data")
        (root / ".git").mkdir(exist_ok=True)  # It marks the root, as in every clone.
        return True
