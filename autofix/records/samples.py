"""What the user asked about: the model or program, and the inputs it is run on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SampleInput:
    """One input of ``forward``: a shape and a dtype, never values.

    ``low`` (inclusive) and ``high`` (exclusive) bound the values of an integer input; ``name`` makes it a keyword
    argument.
    """

    shape: tuple[int, ...]
    dtype: str = "float32"
    low: int | None = None
    high: int | None = None
    name: str | None = None

    def __str__(self) -> str:
        prefix = "" if self.name is None else f"{self.name}="
        dtype = "" if self.dtype == "float32" else f"{self.dtype}:"
        bounds = "" if self.high is None else f"@{self.low or 0}..{self.high}"
        return f"{prefix}{dtype}{','.join(map(str, self.shape))}{bounds}"


class SampleOrigin(Enum):
    """Where the sample inputs came from; the report always names it."""

    GIVEN = "given on the command line"
    COMMENT = "a comment in the file"
    SETTINGS = "the settings"
    ANNOTATION = "annotations of forward"
    USE = "a use in the file"
    SOLVED = "chosen to fit the layers"
    TRACEBACK = "chosen to fit the layers and the sizes of the traceback"
    NONE = "no sample"


@dataclass(frozen=True, slots=True)
class Samples:
    """The inputs of one call of the model: shapes, or one expression that the module itself evaluates to the inputs."""

    inputs: tuple[SampleInput, ...] = ()
    expression: str | None = None
    origin: SampleOrigin = SampleOrigin.GIVEN
    place: str = ""

    def __str__(self) -> str:
        return self.expression if self.expression is not None else ";".join(map(str, self.inputs))


@dataclass(frozen=True, slots=True)
class Recipe:
    """The texts that a model expression was read from: data files that ``program`` reads to build the model, or that
    hydra would build it from. Where one of them is edited, the expression is another.
    """

    data: tuple[Path, ...]
    program: Path | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """File plus model expression the user asked about.

    ``root`` is the project root that patches are relative to; ``module`` the dotted name the file is imported as;
    ``search_paths`` are importable in the probe as they would be when the user runs the file. ``script``: the file
    itself is run as a program with ``arguments``, and neither ``model`` nor ``samples`` means anything; with
    ``tests`` as the tests that it holds, with a ``driver`` as a module that these statements use. ``built`` says where
    the arguments in ``model`` come from, if nobody named them, and ``recipe`` from which data; ``is_guessed``: from no
    program, but from names. ``session``: the words by which a session of pytest was begun that failed over these tests;
    every test that ``arguments`` name then has to pass. ``folder``: where a session or a program runs, if not in the
    folder of the file.
    """

    path: Path
    root: Path
    module: str
    search_paths: tuple[Path, ...]
    model: str
    samples: Samples
    also: tuple[Samples, ...] = ()
    evaluation_mode: bool = False
    script: bool = False
    tests: bool = False
    driver: str = ""
    arguments: tuple[str, ...] = ()
    built: str = ""
    recipe: Recipe | None = None
    is_guessed: bool = False
    session: tuple[str, ...] = ()
    folder: Path | None = None
