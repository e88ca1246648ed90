"""What a batch passes between its parts, and between processes and machines: plain data that JSON can carry.

A result is the documented JSON report of one target with what a patch needs beside it; no record here knows a process,
a file system or a format for readers.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from enum import Enum
from pathlib import PurePosixPath
from typing import Any

from autofix.loading import test_files
from autofix.loading.settings import Settings
from autofix.records.options import Mode, Prefer
from autofix.records.plan import Applicability
from autofix.records.report import Limits
from autofix.records.samples import SampleOrigin

Json = dict[str, Any]
MAX_LABEL = 60


@dataclass(frozen=True, slots=True)
class Job:
    """One target. Paths are relative to the base of the batch, with forward slashes.

    With ``script`` the file is run as the program it is, and the model alone only where that cannot be done.
    ``arguments`` are those of a program; ``built`` and ``is_guessed`` say of a model where its arguments come from,
    ``recipe`` the data that they were read from and, at the end, the program that reads it or '', and
    ``part_of`` says in words of what models it is a part. ``is_found``: nobody named the program.
    ``samples`` has one text per input, ``sample`` is an expression; ``origin`` names the ``SampleOrigin`` they have.
    ``texts`` stand in for files on disk: the repairs of earlier targets, when the effect of several is looked at.
    """

    path: str
    model: str
    samples: tuple[str, ...] = ()
    sample: str | None = None
    origin: str = "GIVEN"
    place: str = ""
    also: tuple[str, ...] = ()
    eval: bool = False
    script: bool = False
    arguments: tuple[str, ...] = ()
    built: str = ""
    recipe: tuple[str, ...] = ()
    is_guessed: bool = False
    part_of: str = ""
    is_found: bool = False
    settings: Settings = field(default_factory=Settings)
    texts: tuple[tuple[str, str], ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether its own file or somebody says what it is: a program, or a model built and fed as that tells."""
        return self.script or not (self.built or self.is_guessed or self.origin == SampleOrigin.SOLVED.name)

    @property
    def is_test(self) -> bool:
        """Whether it runs the tests of a file."""
        return self.script and not self.model and test_files.is_test(PurePosixPath(self.path))

    @property
    def label(self) -> str:
        if self.script:
            return self.path
        name, _, arguments = self.model.partition("(")
        return f"{self.path}: {f'{name}(...)' if len(arguments) > MAX_LABEL else self.model}"

    @property
    def of_model(self) -> Job | None:
        """The job for the model of a program; None where there is none."""
        return replace(self, script=False) if self.script and self.model else None

    def as_json(self) -> Json:
        return {**asdict(self), "settings": settings_json(self.settings)}


def job_from(data: Json) -> Job:
    """Return the job that ``as_json`` wrote, its lists tuples again."""
    texts = tuple((path, text) for path, text in data["texts"])
    return Job(**{**with_tuples(data), "settings": settings_from(data["settings"]), "texts": texts})


# What of the settings is for every target alike; the rest is the job's own.
_SHARED = ("mode", "prefer", "select", "ignore", "python", "limits")


def settings_json(settings: Settings) -> Json:
    """Return how a target is run, in the form that ``settings_from`` reads."""
    values = asdict(settings)
    return {**{name: values[name] for name in _SHARED}, "mode": settings.mode.value, "prefer": settings.prefer.value}


def settings_from(data: Json) -> Settings:
    limits, mode, prefer = Limits(**data["limits"]), Mode(data["mode"]), Prefer(data["prefer"])
    return Settings(**{**with_tuples(data), "limits": limits, "mode": mode, "prefer": prefer})


def with_tuples(data: Json) -> Json:
    """Return the same data with each list as the tuple that it was before it became JSON."""
    return {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}


@dataclass(frozen=True, slots=True)
class Missing:
    """A model that cannot be run, with the one thing that is missing.

    ``setting`` is the line of a manifest that would say it, where there is one.
    """

    path: str
    model: str
    message: str
    setting: str = ""


class Kind(Enum):
    """Why a class of the tree is no target of its own."""

    PART = "part"
    LOSS = "loss"
    ABSTRACT = "abstract"
    PROGRAM = "program"
    TEST = "test"
    CELL = "cell"


@dataclass(frozen=True, slots=True)
class Listed:
    """A class or a program that is no target of its own, and why in words."""

    path: str
    name: str
    kind: Kind
    reason: str

    @property
    def label(self) -> str:
        return f"{self.path}: {self.name}" if self.name else self.path


@dataclass(frozen=True, slots=True)
class Change:
    """The text of one file before and after a plan, and how its bytes are written."""

    path: str
    before: str
    after: str
    encoding: str = "utf-8"
    bom: bool = False


@dataclass(frozen=True, slots=True)
class JobOutcome:
    """What came of one target.

    ``document`` is its JSON report and ``sarif`` its SARIF log, as the command for one file writes them. ``files`` are
    the files that the result depends on with the hashes of their bytes, '' for one whose absence mattered; ``ran`` the
    classes of the tree whose forward ran, as ``path: name``.
    ``picture`` is the way to its fault as an SVG element.
    ``withheld`` says why a verified plan is not among the patches, ``remark`` what else the batch has to say.
    """

    label: str
    document: Json
    sarif: Json
    changes: tuple[Change, ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    withheld: str = ""
    remark: str = ""
    ran: tuple[str, ...] = ()
    picture: str = ""

    def as_json(self) -> Json:
        return asdict(self)

    @property
    def ending(self) -> str:
        return str(self.document["ending"])

    @property
    def path(self) -> str:
        return str(self.document["target"]["path"])

    @property
    def message(self) -> str:
        return str(self.document["message"])

    @property
    def plan(self) -> Json | None:
        """The verified plan; first steps after which another fault is left are in the document only."""
        plan: Json | None = self.document["plan"]
        return None if plan is None or plan["applicability"] == Applicability.DISPLAY_ONLY.value else plan

    @property
    def label_of_plan(self) -> str:
        return "" if self.plan is None else str(self.plan["applicability"])

    @property
    def exit_code(self) -> int:
        return int(self.document["exit_code"])

    @property
    def diagnostics(self) -> list[Json]:
        return list(self.document["diagnostics"])


def outcome_from(data: Json) -> JobOutcome:
    changes = tuple(Change(**change) for change in data["changes"])
    files = tuple((path, digest) for path, digest in data["files"])
    return JobOutcome(**{**data, "changes": changes, "files": files, "ran": tuple(data["ran"])})


@dataclass(frozen=True, slots=True)
class BatchReport:
    """Every outcome in input order, and what the whole came to; ``notes`` are about the whole.

    ``listed`` are the classes and programs that are no targets of their own, ``known`` the labels of targets with which
    nothing is wrong but what a baseline has.
    """

    outcomes: tuple[JobOutcome, ...]
    notes: tuple[str, ...] = ()
    version: str = ""
    listed: tuple[Listed, ...] = ()
    known: frozenset[str] = frozenset()

    def count(self, *endings: str) -> int:
        return sum(outcome.ending in endings for outcome in self.outcomes)

    @property
    def exit_code(self) -> int:
        """1 where faults remain or a patch is proposed, 2 where a target could not be run, 3 for both, else 0."""
        code = 0
        for outcome in self.outcomes:
            code |= 0 if outcome.label in self.known else outcome.exit_code
        return code
