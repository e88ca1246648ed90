"""``net.py`` and what the user said of it -> Target and SourceText: root, module name, model expression, samples.

It reads files and looks at trees; nothing is run.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from autofix.loading import (
    constructor_arguments,
    model_discovery,
    readme_commands,
    script_detection,
    test_files,
    training_steps,
)
from autofix.loading.constructor_arguments import Built
from autofix.loading.module_files import ModuleFiles
from autofix.loading.text_files import MAX_NAME, check_syntax, read, sources
from autofix.records.errors import MissingInputError, UsageError
from autofix.records.samples import SampleOrigin, Samples, Target
from autofix.sample_inputs import grammar
from autofix.syntax.name_bindings import class_name
from autofix.syntax.source import Source, source_of
from autofix.system import project_paths

_DATA = (".json", ".yaml", ".yml", ".toml", ".ini", ".cfg")
MAX_TESTS = 40
MAX_FILES = 300
MAX_CONFIGS = 60
_PROGRAM = ("__main__", "parse_args")
_NO_SOURCES = frozenset(("node_modules", "site-packages", "__pycache__", "build", "dist"))
project_root = project_paths.project_root
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
    on_read: Callable[[Iterable[Path]], None] = lambda _: None,
) -> Target:
    """Return what to run: the file in its project, the model expression, the samples.

    Without a model and a sample, a file of tests is run as ``pytest`` runs it (``arguments`` choose among them), and
    one that does something when it is run as the program it is, with ``arguments``.
    A sample is what was given, else what a comment of the file declares, else what the settings say (``settled``),
    else what the file's code tells, and that of ``elsewhere``: files that may build and use the model (default: the
    tests and programs of the project). ``on_read`` is told the files that were looked into.
    Raises UsageError if the file is not Python, or the model or a sample is neither given nor plain from the file.
    """
    path = Path(os.path.abspath(path))
    source = source_of(path, read(path).text if text is None else text)
    check_syntax(source)
    root = project_root(path)
    module, package_parent = _imported_as(source, root)
    between = (folder for folder in package_parent.parents if root in folder.parents)
    paths = tuple(dict.fromkeys((package_parent, *between, root, path.parent, *_source_folders(root))))
    if arguments and (model or samples):
        raise UsageError("arguments after -- go to a program, but a model or a sample was given; leave one out")
    known = samples or grammar.from_comment(source) or settled
    if arguments or (model is None and known is None):
        nothing = Samples(origin=SampleOrigin.NONE)
        program = _program(Target(path, root, module, paths, "", nothing, script=True, arguments=arguments), source)
        if program is not None:
            return program
    others = _Others(source, _TestFiles(source, root) if elsewhere is None else elsewhere, known=elsewhere is not None)
    files = ModuleFiles(root, paths, (source,))
    built = model_discovery.built(source, model, others, files)
    expression = built.expression
    inputs = known or _inferred(source, built, others, files)
    on_read(files.read)
    if inputs is None:
        model_discovery.check_name(source, expression)
        raise _without_sample(expression, path)
    return Target(
        path,
        root,
        module,
        paths,
        expression,
        inputs,
        also,
        evaluation_mode,
        built=built.place,
        recipe=built.recipe,
        is_guessed=bool(built.guessed),
    )


def _program(target: Target, source: Source) -> Target | None:
    """Return the target of a file as the tests or the program that it is; None for one that only defines things."""
    if test_files.holds_tests(source):
        return replace(target, tests=True)
    if target.arguments or script_detection.is_program(source):
        return replace(target, folder=readme_commands.folder(target.path))
    driver = training_steps.driver(source)
    return replace(target, driver=driver) if driver else None


def _without_sample(expression: str, path: Path) -> MissingInputError:
    return MissingInputError(
        f"no sample input for `{expression}` in {path.name}",
        option="pass one, for example --sample-shape 64,3,32,32",
        setting='samples = ["64,3,32,32"]',
    )


def model_of_program(program: Target, source: Source) -> Target | None:
    """Return the one model that the file of a program defines, on a sample that the code tells; None if it has none.

    Raises UsageError where there are several, or the model cannot be built from what the code tells.
    """
    if not model_discovery.several(source):
        return None
    files = ModuleFiles(program.root, program.search_paths, (source,))
    expression = model_discovery.built(source, None, (), files).expression
    return target(program.path, model=expression, text=source.text, evaluation_mode=program.evaluation_mode)


def configured(sample_shape: tuple[str, ...]) -> Samples | None:
    """Return the sample of the settings, for ``target``."""
    return grammar.parse_samples(sample_shape, SampleOrigin.SETTINGS) if sample_shape else None


def _inferred(source: Source, built: Built, elsewhere: Iterable[Source], files: ModuleFiles) -> Samples | None:
    # Most runs name their sample, and the start should not pay for what they do not need.
    from autofix.sample_inputs import inference

    def shown() -> Samples | None:
        class_ = source.classes.get(class_name(built.expression))
        if built.samples is not None or class_ is None:
            return built.samples
        is_guessed = bool(built.guessed)
        return constructor_arguments.uses(source, class_, built.expression, elsewhere, files, is_guessed=is_guessed)

    return inference.infer(source, built.expression, elsewhere, shown, constructor_arguments.modules(files))


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
            named = self.known or self.source.path.stem in other.text or any(word in other.text for word in _PROGRAM)
            if other.path != self.source.path and named:
                yield other


@dataclass(frozen=True)
class _TestFiles:
    """The test files of a project, then its other files, looked for when somebody asks."""

    source: Source
    root: Path

    def __iter__(self) -> Iterator[Path]:
        folders = dict.fromkeys((self.root, self.root / "tests", self.root / "test", self.source.path.parent))
        paths = [path for folder in folders for path in sorted(folder.glob("test_*.py"))]
        tests = dict.fromkeys(paths[:MAX_TESTS])
        yield from tests
        if any((self.root / mark).exists() for mark in project_paths.MARKS):  # Else the root is a folder of anything.
            yield from (path for path in islice(_python_files(self.root), MAX_FILES) if path not in tests)


def _python_files(folder: Path) -> Iterator[Path]:
    """Yield the Python files of a tree in order of their names, environments and hidden folders left out."""
    entries = sorted(folder.iterdir()) if os.access(folder, os.R_OK) else []
    for path in entries:
        if path.is_file() and path.suffix == ".py":
            yield path
        elif path.is_dir() and _may_hold_sources(path):
            yield from _python_files(path)


def _may_hold_sources(folder: Path) -> bool:
    is_hidden = folder.name.startswith(".") or folder.name in _NO_SOURCES or folder.is_symlink()
    return not is_hidden and not (folder / "pyvenv.cfg").is_file()


def may_hold_sizes(path: Path) -> bool:
    """Return whether a data file is one of settings, by its name."""
    return path.suffix in _DATA and path.is_file()


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
        files.update(dict.fromkeys(_configs_of_folder(source)))
    return tuple(files)


def _configs_of_folder(source: Source) -> Iterator[Path]:
    """Yield the YAML files of a folder that a call names as ``config_path=``, as programs with hydra do."""
    for node in source.nodes if "config_path" in source.text else ():
        value = node.value if isinstance(node, ast.keyword) and node.arg == "config_path" else None
        name = value.value if isinstance(value, ast.Constant) else None
        if isinstance(name, str):
            folder = Path(os.path.abspath(source.path.parent / name))
            if folder.is_dir() and project_paths.within(folder, project_root(source.path)):
                yield from sorted(path for path in folder.rglob("*.y*ml") if path.is_file())[:MAX_CONFIGS]


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


def _imported_as(source: Source, root: Path) -> tuple[str, Path]:
    """Return the dotted name that a file is imported as: one that imports from its own package, or from one further
    out, is in that, even if no ``__init__.py`` says so.
    """
    name, folder = module_name(source.path)
    level = max((node.level for node in source.tree.body if isinstance(node, ast.ImportFrom)), default=0)
    above = source.path.parents[: level + 1]
    if name.count(".") >= level or len(above) <= level or root not in (above[level], *above[level].parents):
        return name, folder
    parts = [*(folder.name for folder in reversed(above[:level])), source.path.stem]
    return (".".join(parts), above[level]) if all(part.isidentifier() for part in parts) else (name, folder)


def _source_folders(root: Path) -> tuple[Path, ...]:
    """Return the folder of a project from which its package is installed, where that is not the root."""
    return (root / "src",) if (root / "src").is_dir() and not (root / "src" / "__init__.py").exists() else ()


def _is_taken(name: str) -> bool:
    """Return whether a file would stand in the place of a module that torch or the probe needs, because
    it has its name.
    """
    import sys

    return name in sys.stdlib_module_names or name in {"torch", "numpy"}
