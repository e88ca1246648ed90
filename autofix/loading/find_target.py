"""``net.py`` and what the user said of it -> Target and SourceText: root, module name, model expression, samples.

It reads files and looks at trees; nothing is run.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from autofix.loading import model_discovery, script_detection
from autofix.loading.text_files import MAX_NAME, check_syntax, read, sources
from autofix.records.errors import MissingInputError, UsageError
from autofix.records.samples import SampleOrigin, Samples, Target
from autofix.sample_inputs import grammar
from autofix.syntax.source import Source, source_of
from autofix.system import project_paths

_MARKS = ("pyproject.toml", "setup.py", ".git")
_DATA = (".json", ".yaml", ".yml", ".toml", ".ini", ".cfg")
MAX_TESTS = 40
parse_sample = grammar.parse_samples
parse_also = grammar.parse_also


def target(
    path: Path,
    *,
    model: str | None = None,
    samples: Samples | None = None,
    also: tuple[Samples, ...] = (),
    evaluation_mode: bool = False,
    text: str | None = None,
    arguments: tuple[str, ...] = (),
    settled: Samples | None = None,
    elsewhere: Iterable[Path] | None = None,
) -> Target:
    """Return what to run: the file in its project, the model expression, the samples.

    Without a model and a sample, a file that does something when it is run is the program to run, with ``arguments``.
    A sample is what was given, else what a comment of the file declares, else what the settings say (``settled``),
    else what the file's code tells, and that of ``elsewhere``: files that may build and use the model (default: the
    tests of the project).
    Raises UsageError if the file is not Python, or the model or a sample is neither given nor plain from the file.
    """
    path = Path(os.path.abspath(path))
    source = source_of(path, read(path).text if text is None else text)
    check_syntax(source)
    root = project_root(path)
    module, package_parent = module_name(path)
    paths = tuple(dict.fromkeys((package_parent, root, path.parent)))
    if arguments and (model or samples):
        raise UsageError("arguments after -- go to a program, but a model or a sample was given; leave one out")
    known = samples or grammar.from_comment(source) or settled
    if arguments or (model is None and known is None and script_detection.is_program(source)):
        return Target(
            path, root, module, paths, "", Samples(origin=SampleOrigin.NONE), script=True, arguments=arguments
        )
    others = _Others(source, _TestFiles(source, root)) if elsewhere is None else _Others(source, elsewhere, known=True)
    expression = model_discovery.expression(source, model, others)
    inputs = known or _inferred(source, expression, others)
    if inputs is None:
        model_discovery.check_name(source, expression)
        raise MissingInputError(
            f"no sample input for `{expression}` in {path.name}",
            option="pass one, for example --sample-shape 64,3,32,32",
            setting='samples = ["64,3,32,32"]',
        )
    return Target(path, root, module, paths, expression, inputs, also, evaluation_mode)


def model_of_program(program: Target, source: Source) -> Target | None:
    """Return the one model that the file of a program defines, on a sample that the code tells; None if it has none.

    Raises UsageError where there are several, or the model cannot be built from what the code tells.
    """
    if not model_discovery.several(source):
        return None
    expression = model_discovery.expression(source, None, ())
    return target(program.path, model=expression, text=source.text, evaluation_mode=program.evaluation_mode)


def configured(sample_shape: tuple[str, ...]) -> Samples | None:
    """Return the sample of the settings, for ``target``."""
    return grammar.parse_samples(sample_shape, SampleOrigin.SETTINGS) if sample_shape else None


def _inferred(source: Source, expression: str, elsewhere: Iterable[Source]) -> Samples | None:
    # Most runs name their sample, and the start should not pay for what they do not need.
    from autofix.sample_inputs import inference

    return inference.infer(source, expression, elsewhere)


@dataclass(frozen=True)
class _Others:
    """Those of the files that name the module of ``source``, or all where it is known that they use it.

    They are read anew whenever somebody asks, so not without need.
    """

    source: Source
    paths: Iterable[Path]
    known: bool = False

    def __iter__(self) -> Iterator[Source]:
        for other in sources(self.paths):
            if other.path != self.source.path and (self.known or self.source.path.stem in other.text):
                yield other


@dataclass(frozen=True)
class _TestFiles:
    """The test files of a project, looked for when somebody asks."""

    source: Source
    root: Path

    def __iter__(self) -> Iterator[Path]:
        folders = dict.fromkeys((self.root, self.root / "tests", self.root / "test", self.source.path.parent))
        paths = [path for folder in folders for path in sorted(folder.glob("test_*.py"))]
        yield from dict.fromkeys(paths[:MAX_TESTS])


def data_files(sources: Iterable[Source]) -> tuple[Path, ...]:
    """Return the data files that texts in the code name and that stand beside it or above it."""
    files: dict[Path, None] = {}
    for source in sources:
        may_name = any(
            ending in source.text for ending in _DATA
        )  # Most files name none, and need not be parsed for it.
        for node in source.nodes if may_name else ():
            name = node.value if isinstance(node, ast.Constant) else None
            if isinstance(name, str) and name.endswith(_DATA) and len(name) < MAX_NAME and "\n" not in name:
                folders = (source.path.parent, project_root(source.path))
                named = (Path(os.path.abspath(folder / name)) for folder in folders)
                files.update(
                    dict.fromkeys(path for path in named if path.is_file() and project_paths.within(path, folders[1]))
                )
    return tuple(files)


def project_root(path: Path) -> Path:
    """Return the nearest ancestor with a project mark; else the working directory if the file is under
    it; else the file's folder.
    """
    for folder in path.parents:
        if any((folder / mark).exists() for mark in _MARKS):
            return folder
    working_directory = Path.cwd()
    return working_directory if working_directory in path.parents else path.parent


def module_name(path: Path) -> tuple[str, Path]:
    """Return the dotted name a file is imported as, and the folder above its outermost package."""
    parts = [] if path.stem == "__init__" else [path.stem]
    folder = path.parent
    while (folder / "__init__.py").is_file() and folder.name.isidentifier():
        parts.insert(0, folder.name)
        folder = folder.parent
    name = ".".join(parts)
    import_safe = all(part.isidentifier() for part in parts)
    if len(parts) == 1 and (not import_safe or _is_taken(name)):
        return "autofix_target", folder
    return name if import_safe else "autofix_target", folder


def _is_taken(name: str) -> bool:
    """Return whether a file would stand in the place of a module that torch or the probe needs, because
    it has its name.
    """
    import sys

    return name in sys.stdlib_module_names or name in {"torch", "numpy"}
