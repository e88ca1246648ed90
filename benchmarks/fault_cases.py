"""A case of ``faults/``: what its ``case.json`` says, its edits, and the lines that the accepted repair changes."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FAULTS = Path(__file__).parent / "faults"
DATA = "case.json"
KINDS = ("repair", "silent", "healthy", "refuse")
CLASSES = (
    "model",
    "several-files",
    "data",
    "loss",
    "program",
    "framework",
    "configuration",
    "silent",
    "files",
    "environment",
    "ambiguous",
)
KEYS = {
    "split": str,
    "kind": str,
    "class": str,
    "field": str,
    "year": (int, type(None)),
    "source": str,
    "arguments": list,
    "message": str,
    "why": str,
    "accepted": list,
    "accepted_by": str,
    "also_accepted": list,
    "wrong": list,
    "unwanted": list,
    "check": str,
    "equal": str,
}


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the one place in a file that holds a text."""

    file: str
    replace: str
    text: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """A repair that must not be taken, and why."""

    edits: tuple[Edit, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Case:
    """One folder of the set."""

    folder: Path
    data: Mapping[str, Any]
    accepted: tuple[Edit, ...]
    wrong: tuple[Attempt, ...]
    unwanted: tuple[Attempt, ...]

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def kind(self) -> str:
        return str(self.data["kind"])

    @property
    def fault_class(self) -> str:
        return str(self.data["class"])

    @property
    def split(self) -> str:
        return str(self.data["split"])

    @property
    def field(self) -> str:
        return str(self.data["field"])

    @property
    def year(self) -> int | None:
        year: int | None = self.data["year"]
        return year

    @property
    def is_fault(self) -> bool:
        return self.kind in {"repair", "silent"}

    @property
    def main(self) -> str:
        return str(self.data["arguments"][0])

    @property
    def arguments(self) -> tuple[str, ...]:
        return tuple(self.data["arguments"])

    def options(self) -> Options:
        return Options.read(self.arguments)

    def files(self) -> Iterator[Path]:
        """Yield what the case consists of, without what says what is right."""
        return (
            path
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and path.name != DATA and "__pycache__" not in path.parts
        )

    def texts(self, edits: Sequence[Edit] = ()) -> dict[str, str]:
        """Return the texts of the files that edits change, changed."""
        texts: dict[str, str] = {}
        for edit in edits:
            before = texts.get(edit.file) or (self.folder / edit.file).read_text("utf-8")
            if before.count(edit.replace) != 1 or edit.replace == edit.text:
                raise ValueError(f"{edit.file} has {before.count(edit.replace)} places for {edit.replace!r}")
            texts[edit.file] = before.replace(edit.replace, edit.text)
        return texts

    def edited_lines(self) -> frozenset[tuple[str, int]]:
        """Return the lines that the accepted repair changes."""
        return self.changed_lines(self.texts(self.accepted))

    def changed_lines(self, texts: Mapping[str, str]) -> frozenset[tuple[str, int]]:
        """Return file and line of what new texts replace or delete; of an insertion, its neighbours."""
        lines = set()
        for file, after in texts.items():
            before = (self.folder / file).read_text("utf-8").splitlines()
            matcher = difflib.SequenceMatcher(None, before, after.splitlines(), autojunk=False)
            for tag, start, end, *_ in matcher.get_opcodes():
                if tag == "insert":
                    lines |= {(file, start), (file, start + 1)}
                elif tag != "equal":
                    lines |= {(file, line) for line in range(start + 1, end + 1)}
        return frozenset(lines)


@dataclass(frozen=True, slots=True)
class Options:
    """How a case is run: as a program with arguments, or a model on a sample."""

    model: str
    shapes: tuple[str, ...]
    evaluation_mode: bool
    script: tuple[str, ...]

    @classmethod
    def read(cls, arguments: Sequence[str]) -> Options:
        model, shapes, evaluation_mode, index = "", [], False, 1
        while index < len(arguments):
            word = arguments[index]
            if word == "--":
                break
            if word == "--eval":
                evaluation_mode, index = True, index + 1
                continue
            if word == "-m":
                model = arguments[index + 1]
            elif word == "-s":
                shapes.append(arguments[index + 1])
            else:
                raise ValueError(f"unknown option {word}")
            index += 2
        return cls(model, tuple(shapes), evaluation_mode, tuple(arguments[index + 1 :]))


def cases(names: Sequence[str] = (), folder: Path = FAULTS) -> list[Case]:
    """Return the cases whose names start with one of ``names``; all without any."""
    folders = sorted(path.parent for path in folder.glob(f"*/{DATA}"))
    return [read(path) for path in folders if not names or path.name.startswith(tuple(names))]


def read(folder: Path) -> Case:
    data = json.loads((folder / DATA).read_text("utf-8"))
    return Case(
        folder,
        data,
        _edits(data["accepted"]),
        tuple(Attempt(_edits(entry["edits"]), entry["why"]) for entry in data["wrong"]),
        tuple(Attempt(_edits(entry["edits"]), entry["why"]) for entry in data["unwanted"]),
    )


def _edits(entries: Sequence[Mapping[str, str]]) -> tuple[Edit, ...]:
    return tuple(Edit(entry["file"], entry["replace"], entry["with"]) for entry in entries)


def problems(case: Case) -> Iterator[str]:
    """Yield what in the ``case.json`` is not as the schema says."""
    yield from (f"no `{key}`" for key in KEYS if key not in case.data)
    yield from (f"unknown key `{key}`" for key in case.data if key not in KEYS)
    for key, kind in KEYS.items():
        if key in case.data and not isinstance(case.data[key], kind):
            yield f"`{key}` has another type"
    if not re.fullmatch(r"\d{3}-[a-z0-9-]+", case.name):
        yield "the folder has no number and name"
    if case.kind not in KINDS or case.fault_class not in CLASSES:
        yield f"unknown kind or class {case.kind}, {case.fault_class}"
    if (case.kind == "silent") != (case.fault_class == "silent"):
        yield "kind and class differ on whether it is silent"
    if case.is_fault != bool(case.accepted):
        yield "a fault has an accepted repair, and nothing else has one"
    if case.is_fault and not (case.data["check"] or case.data["equal"]):
        yield "a fault needs a check"
    if case.data["equal"] not in {"", "printed", "values"}:
        yield "`equal` is nothing, `printed` or `values`"
    if (case.kind in {"repair", "refuse"}) != bool(case.data["message"]):
        yield "what raises has its message, and nothing else has one"
    if not (case.folder / case.main).is_file():
        yield f"no file {case.main}"
