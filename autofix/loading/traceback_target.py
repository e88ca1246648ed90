"""What a pasted traceback tells about the files here: which of its frames they are, and what to run to meet the error.

It lists and reads files below a folder; nothing is run.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from autofix.loading import script_detection, text_files
from autofix.loading.traceback_text import MODULE, PastedFrame, PastedTraceback, sizes_in, tracebacks
from autofix.records.errors import UsageError
from autofix.records.finding import Finding
from autofix.records.trace import Frame, Trace
from autofix.syntax.source import Source

MAX_FILES = 20_000
_LEFT_OUT = frozenset({"node_modules", "__pycache__", "site-packages", "dist-packages", "build", "dist"})
_INSTALLED = re.compile(r"[/\\](?:site-packages|dist-packages|lib[/\\]python\d[\d.]*)[/\\]|^<")


@dataclass(frozen=True, slots=True)
class FrameHere:
    """A frame of a traceback and the file here that it is of."""

    path: Path
    frame: PastedFrame


@dataclass(frozen=True, slots=True)
class ModelHere:
    """A model class whose code is in the frames, or (``model`` empty) a program: what may be run to meet an error."""

    path: Path
    model: str

    def __str__(self) -> str:
        return f"`{self.model}` of {self.path.name}" if self.model else f"{self.path.name} as a program"


@dataclass(frozen=True, slots=True)
class TracebackTarget:
    """What a traceback tells: ``place`` is its innermost frame here, ``choices`` what to run, the first that can be."""

    traceback: PastedTraceback
    place: FrameHere
    choices: tuple[ModelHere, ...]

    @property
    def words(self) -> str:
        """What was taken from the traceback, in one line."""
        frame = self.place.frame
        function = f" in {frame.function}" if frame.function not in ("", MODULE) else ""
        message = f": {self.traceback.message}" if self.traceback.message else ""
        return f"from the traceback: {self.place.path.name}:{frame.line}{function}{message}"


def read(text: str, folder: Path) -> TracebackTarget:
    """Return what a text tells of its first error about shapes that went through files below ``folder``.

    Raises UsageError where no frame of it lies in a file there, or none of them says what to run.
    """
    read_tracebacks = tracebacks(text)
    if not read_tracebacks:
        raise UsageError("there is no traceback in it: no line names a file and a line of it")
    known = _Files(folder)
    here = [(traceback, frames) for traceback in read_tracebacks if (frames := tuple(known.frames(traceback)))]
    if not here:
        innermost = read_tracebacks[-1].frames[-1].path
        raise UsageError(
            f"no frame of the traceback lies in a file below {folder}, its innermost is of {innermost}; "
            "run it in the folder of the project"
        )
    traceback, frames = next((candidate for candidate in here if candidate[0].is_of_shapes), here[-1])
    choices = tuple(dict.fromkeys(_choices(frames)))
    if not choices:
        place = f"{frames[-1].path.name}:{frames[-1].frame.line}"
        raise UsageError(
            f"the traceback ends at {place}, in no model and no program; name what to run: autofix FILE[:MODEL]"
        )
    return TracebackTarget(traceback, frames[-1], choices)


def _choices(frames: tuple[FrameHere, ...]) -> Iterator[ModelHere]:
    """Yield the program of the outermost frame, then the models whose code is in the frames, from the outermost."""
    outermost = frames[0]
    source = Source(outermost.path, text_files.read(outermost.path).text)
    text_files.check_syntax(source)
    is_program = script_detection.is_program(source)
    if is_program and outermost.frame.function == MODULE:
        yield ModelHere(outermost.path, "")
    for frame in frames:
        if (model := _model_at(frame)) is not None:
            yield ModelHere(frame.path, model)
    if is_program:
        yield ModelHere(outermost.path, "")


def _model_at(frame: FrameHere) -> str | None:
    """Return the class whose forward or constructor a frame stands in."""
    source = Source(frame.path, text_files.read(frame.path).text)
    text_files.check_syntax(source)
    function = _function_at(source, frame.frame)
    class_ = None if function is None else source.class_of(function)
    if function is None or class_ is None or function.name not in ("forward", "__init__"):
        return None
    has_forward = any(isinstance(node, ast.FunctionDef) and node.name == "forward" for node in class_.body)
    is_model = has_forward or any("Sequential" in ast.unparse(base) for base in class_.bases)
    return class_.name if is_model and isinstance(source.parents.get(class_), ast.Module) else None


def _function_at(source: Source, frame: PastedFrame) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    """Return the innermost function around a line, else the only one of that name: lines move between versions."""
    around = [
        function
        for function in source.functions
        if function.lineno <= frame.line <= (function.end_lineno or function.lineno)
        and frame.function in ("", function.name)
    ]
    named = [function for function in source.functions if function.name == frame.function]
    return max(around, key=lambda function: function.lineno, default=named[0] if len(named) == 1 else None)


# -- files here --------------------------------------------------------------------------------------------------------


class _Files:
    """The Python files below a folder by their names."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._by_name: dict[str, list[Path]] = {}
        for count, path in enumerate(_python_files(folder)):
            if count >= MAX_FILES:
                break
            self._by_name.setdefault(path.name, []).append(path)

    def frames(self, traceback: PastedTraceback) -> Iterator[FrameHere]:
        """Yield the frames that lie in files here, from the outermost."""
        for frame in traceback.frames:
            if (path := self._path(frame)) is not None:
                yield FrameHere(path, frame)

    def _path(self, frame: PastedFrame) -> Path | None:
        """Return the file with the longest tail of the path in common, of equals the one that has the line."""
        parts = _parts(frame.path)
        same_machine = Path(os.path.abspath(Path(frame.path).expanduser() if frame.path[:1] == "~" else frame.path))
        if same_machine.is_relative_to(self._folder) and same_machine in self._by_name.get(parts[-1], ()):
            return same_machine
        if _INSTALLED.search(frame.path):
            return None
        ranked = [(_common_tail(parts, path.parts), path) for path in self._by_name.get(parts[-1], ())]
        longest = max((length for length, _ in ranked), default=0)
        likely = [path for length, path in ranked if length == longest]
        fitting = [path for path in likely if _has(path, frame)]
        if longest == 1 and len(parts) > 1:
            likely = fitting  # The name alone may be that of another file.
        chosen = likely if len(likely) == 1 else fitting
        return chosen[0] if len(chosen) == 1 else None


def _python_files(folder: Path) -> Iterator[Path]:
    for root, folders, files in os.walk(folder):
        is_environment = "pyvenv.cfg" in files
        folders[:] = [] if is_environment else sorted(f for f in folders if f[0] != "." and f not in _LEFT_OUT)
        yield from () if is_environment else (Path(root, file) for file in sorted(files) if file.endswith(".py"))


def _parts(path: str) -> tuple[str, ...]:
    return tuple(part for part in re.split(r"[/\\]", path) if part not in ("", ".", "~")) or (path,)


def _common_tail(parts: Iterable[str], others: Iterable[str]) -> int:
    pairs = zip(reversed(tuple(parts)), reversed(tuple(others)), strict=False)
    return next((index for index, (a, b) in enumerate(pairs) if a != b), min(len(tuple(parts)), len(tuple(others))))


def _has(path: Path, frame: PastedFrame) -> bool:
    """Return whether a file has what a frame tells of it: the line of code, else the function."""
    try:
        text = text_files.read(path).text
    except UsageError:
        return False
    if frame.code:
        return " ".join(frame.code.split()) in " ".join(text.split())
    return not frame.function.isidentifier() or f"def {frame.function}" in text


# -- the run and the traceback -----------------------------------------------------------------------------------------


def elsewhere(taken: TracebackTarget, trace: Trace) -> str:
    """Return in words that a run died elsewhere than the traceback tells; empty where it died there."""
    frame, path = taken.place.frame, taken.place.path
    frames = () if trace.failure is None else trace.failure.frames
    if any(_is_there(known, path, frame) for known in frames):
        return ""
    where = f"dies at {frames[0].path.name}:{frames[0].range.start.line}" if frames else "does not die"
    return f"the run {where}; in the traceback it is {path.name}:{frame.line}"


def _is_there(known: Frame, path: Path, frame: PastedFrame) -> bool:
    """Return whether two frames are of one function; lines move between versions of a file."""
    is_same_file = os.path.realpath(known.path) == os.path.realpath(path)
    return is_same_file and frame.function in ("", known.function.rpartition(".")[2])


def confirms(taken: TracebackTarget, trace: Trace, finding: Finding, batch: frozenset[int]) -> bool:
    """Return whether a run died where the traceback tells and of the same sizes, whatever its ``batch`` is."""
    own = {*finding.expected, *finding.actual} - batch
    return bool(own) and own <= taken.traceback.sizes and not elsewhere(taken, trace)


def other_sizes(taken: TracebackTarget, trace: Trace, finding: Finding) -> str:
    """Return in words that other sizes disagree than the traceback tells; empty where it has none, or the same."""
    own, logged = {*finding.expected, *finding.actual}, taken.traceback.sizes
    sizes = sizes_in("" if trace.failure is None else trace.failure.message)
    is_told = len(finding.expected) == len(finding.actual) == 1 and own <= sizes and bool(logged)
    if not is_told or own <= logged:
        return ""
    return f"the traceback tells of other sizes ({taken.traceback.message}); pass the sample that it died on with -s"
