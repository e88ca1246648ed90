"""How a model is built when nobody said it: where a person would look, in this order.

The construction in its own file; a test, an example or a script that builds it, with what command lines, records and
data files give by default; the README; else small values that annotations and names suggest. The answer says which.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autofix.loading import data_files, hydra_configs, model_classes, readme_commands
from autofix.loading.module_files import ModuleFiles
from autofix.records.samples import SampleOrigin, Samples
from autofix.syntax.name_bindings import constructor_of, required_parameters
from autofix.syntax.source import Source

if TYPE_CHECKING:
    from autofix.sample_inputs.abstract_interpreter.values import Interpretation, Modules
    from autofix.sample_inputs.constructions import Construction

MAX_PROGRAMS = 16
STEPS = 60_000


@dataclass(frozen=True, slots=True)
class Built:
    """An expression that builds a model, where it comes from in words, and what the program there feeds the model.

    ``guessed`` names the arguments that only a name or an annotation suggests.
    """

    expression: str
    place: str = ""
    guessed: tuple[str, ...] = ()
    samples: Samples | None = None


def modules(files: ModuleFiles) -> Modules:
    """Return what a walk through a file of the project needs to look into the others."""
    from autofix.sample_inputs.abstract_interpreter.values import UNKNOWN, Modules

    def data(base: Path, name: str) -> Any:
        path = files.data_file(base, name)
        try:
            return UNKNOWN if path is None else data_files.read(path)
        except (ValueError, RecursionError):
            return UNKNOWN

    def arguments(program: Path) -> tuple[str, ...]:
        if program not in files.commands:
            files.commands[program] = readme_commands.shown(program)
        return files.commands[program]

    return Modules(files.find, data, arguments)


def shown(source: Source, class_: ast.ClassDef, elsewhere: Iterable[Source], files: ModuleFiles) -> Built | None:
    """Return the first construction that a program shows whole; one that is fed is preferred in one file."""
    for program in _programs(source, elsewhere, files):
        built = [_built(source, class_, construction, files) for construction in _constructions(program, class_, files)]
        whole = [model for model in built if model is not None]
        if whole:
            return next((model for model in whole if model.samples is not None), whole[0])
    return _instantiated(source, class_, files)


def _instantiated(source: Source, class_: ast.ClassDef, files: ModuleFiles) -> Built | None:
    """Return the construction that a file of hydra shows whole."""
    own = constructor_of(class_)
    parameters = [] if own is None else [*own.args.args[1:], *own.args.kwonlyargs]
    as_written = {
        parameter.arg
        for parameter in parameters
        if parameter.annotation is not None and "DictConfig" in ast.unparse(parameter.annotation)
    }
    for entry in hydra_configs.find(source, class_, files):
        texts = {
            name: hydra_configs.config(value) if name in as_written else hydra_configs.spelled(value, source)
            for name, value in entry.arguments.items()
            if name.isidentifier()
        }
        missing = [] if own is None else [name for name in required_parameters(own) if texts.get(name) is None]
        if not missing:
            words = ", ".join(f"{name}={text}" for name, text in texts.items() if text is not None)
            return Built(f"{class_.name}({words})", f"built as {entry.path.name} says")
    return None


def uses(
    source: Source, class_: ast.ClassDef, expression: str, elsewhere: Iterable[Source], files: ModuleFiles
) -> Samples | None:
    """Return what the first program feeds a model that it builds by an expression like this one."""
    for program in _programs(source, elsewhere, files):
        for construction in _constructions(program, class_, files):
            built = _built(source, class_, construction, files) if construction.uses else None
            if built is not None and built.samples is not None and built.expression == expression:
                return built.samples
    return None


def used(source: Source, files: ModuleFiles) -> Built | None:
    """Return the first model of another file that this one imports, builds and feeds, as a test does."""
    from autofix.sample_inputs import spelled_values
    from autofix.sample_inputs.abstract_interpreter import execution
    from autofix.sample_inputs.abstract_interpreter.values import Scope

    run = execution.start(source, STEPS, modules(files))
    imports = [node for node in source.nodes if isinstance(node, ast.ImportFrom)]
    for name in (alias.asname or alias.name for node in imports for alias in node.names):
        class_ = run.evaluate(ast.Name(name, ast.Load()), Scope(run))
        if not isinstance(class_, ast.ClassDef) or not model_classes.has_forward(class_):
            continue
        for construction in _constructions(source, class_, files):
            expression = spelled_values.call(name, construction.positional, construction.keywords, run)
            if expression is not None and construction.uses:
                place = f"{construction.path.name}:{construction.line}"
                return Built(expression, "", (), Samples(construction.uses[0], None, SampleOrigin.USE, place))
    return None


def guessed(
    source: Source,
    class_: ast.ClassDef,
    constructor: ast.FunctionDef,
    elsewhere: Iterable[Source],
    files: ModuleFiles,
) -> Built | None:
    """Return a construction with small values for what no program shows; None where a parameter suggests none."""
    from autofix.sample_inputs import guessed_arguments, spelled_values
    from autofix.sample_inputs.abstract_interpreter import execution

    if constructor.args.posonlyargs:
        return None
    run = execution.start(source, STEPS, modules(files))
    known = _partly_known(source, class_, constructor, elsewhere, files, run)
    parameters = [*constructor.args.args[1:], *constructor.args.kwonlyargs]
    required = required_parameters(constructor)
    names = [parameter.arg for parameter in parameters if parameter.arg in required and parameter.arg not in known]
    sibling, of_sibling = _of_sibling(source, class_, names, elsewhere, files, run) if len(names) > 1 else ("", {})
    values = known | of_sibling
    for parameter in parameters:
        if parameter.arg in names and parameter.arg not in of_sibling:
            value = guessed_arguments.of_parameter(class_, parameter)
            if value is guessed_arguments.NOTHING:
                return None
            values[parameter.arg] = value
    ordered = {parameter.arg: values[parameter.arg] for parameter in parameters if parameter.arg in values}
    expression = spelled_values.call(class_.name, (), _accepted(class_, ordered, names, run), run)
    if expression is None:
        return None
    parts = [f"{_listed(of_sibling)} as of `{sibling}`"] if of_sibling else []
    by_name = [name for name in names if name not in of_sibling]
    parts += [f"{_listed(by_name)} chosen by name"] if by_name else []
    return Built(expression, f"{', '.join(parts)}, since no program of the project shows it", tuple(names))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _of_sibling(
    source: Source,
    class_: ast.ClassDef,
    names: list[str],
    elsewhere: Iterable[Source],
    files: ModuleFiles,
    run: Interpretation,
) -> tuple[str, dict[str, Any]]:
    """Return the class of the file that is built with most of these arguments, and what programs give it for them."""
    best: tuple[str, dict[str, Any]] = "", {}
    for other in source.classes.values():
        constructor = constructor_of(other)
        if other is class_ or constructor is None or len(set(names) & set(required_parameters(constructor))) < 2:
            continue
        known = _partly_known(source, other, constructor, elsewhere, files, run)
        shared = {name: known[name] for name in names if name in known}
        best = (other.name, shared) if len(shared) > len(best[1]) else best
    return best


# -- constructions of programs -----------------------------------------------------------------------------------------


def _programs(source: Source, elsewhere: Iterable[Source], files: ModuleFiles) -> Iterator[Source]:
    yield source
    for number, other in enumerate(elsewhere):
        if number >= MAX_PROGRAMS:
            break
        parsed = files.source(other.path)
        if parsed is not None and parsed.path != source.path:
            yield parsed
    readme = files.readme()
    if readme is not None:
        yield readme


def _constructions(program: Source, class_: ast.ClassDef, files: ModuleFiles) -> list[Construction]:
    from autofix.sample_inputs import constructions

    known = files.constructions
    key = (program.path, id(class_))
    if key not in known:
        known[key] = constructions.find(program, class_, modules(files))
    return list(known[key])


def _built(source: Source, class_: ast.ClassDef, construction: Construction, files: ModuleFiles) -> Built | None:
    from autofix.sample_inputs import spelled_values
    from autofix.sample_inputs.abstract_interpreter import execution

    run = execution.start(source, STEPS, modules(files))
    expression = spelled_values.call(class_.name, construction.positional, construction.keywords, run)
    if expression is None or not _is_whole(class_, construction):
        return None
    place = f"{construction.path.name}:{construction.line}"
    inputs = next(iter(construction.uses), ())
    samples = Samples(inputs, None, SampleOrigin.USE, place) if inputs else None
    return Built(expression, f"built as in {place}", (), samples)


def _is_whole(class_: ast.ClassDef, construction: Construction) -> bool:
    """Return whether a construction gives every argument: ``Net(**options)`` may give none of them."""
    own = constructor_of(class_)
    required = [] if own is None else required_parameters(own)
    if not all(name in construction.keywords for name in required[len(construction.positional) :]):
        return False
    passed = dict(zip(required, construction.positional, strict=False)) | construction.keywords
    # An object that is not there yet where the walk came to the construction: nobody builds the class with None.
    return not any(value is None and _reads_parts(class_, name) for name, value in passed.items() if name in required)


def _reads_parts(class_: ast.ClassDef, parameter: str) -> bool:
    parts = (node for node in ast.walk(class_) if isinstance(node, (ast.Attribute, ast.Subscript)))
    return any(isinstance(node.value, ast.Name) and node.value.id == parameter for node in parts)


# -- guesses -----------------------------------------------------------------------------------------------------------


def _partly_known(
    source: Source,
    class_: ast.ClassDef,
    constructor: ast.FunctionDef,
    elsewhere: Iterable[Source],
    files: ModuleFiles,
    run: Interpretation,
) -> dict[str, Any]:
    """Return the arguments of the construction that tells most of them."""
    from autofix.sample_inputs import spelled_values

    names = [argument.arg for argument in constructor.args.args[1:]]
    own = {*names, *(argument.arg for argument in constructor.args.kwonlyargs)}
    best: dict[str, Any] = {}
    for program in _programs(source, elsewhere, files):
        for construction in _constructions(program, class_, files):
            passed = dict(zip(names, construction.positional, strict=False)) | construction.keywords
            known = {
                name: value
                for name, value in passed.items()
                if name in own and value is not None and spelled_values.spelled(value, run) is not None
            }
            best = known if len(known) > len(best) else best
    return best


def _accepted(class_: ast.ClassDef, values: dict[str, Any], guesses: list[str], run: Interpretation) -> dict[str, Any]:
    """Return the values with a depth that the constructor's own assertions accept."""
    from autofix.sample_inputs import guessed_arguments
    from autofix.sample_inputs.abstract_interpreter import execution
    from autofix.sample_inputs.abstract_interpreter.values import UNREADABLE, ShapeMismatch

    def is_accepted(tried: dict[str, Any]) -> bool:
        run.steps = STEPS
        try:
            execution.call(class_, [], dict(tried), run)
        except ShapeMismatch:
            return False
        except UNREADABLE:
            return True
        return True

    if is_accepted(values):
        return values
    for name in guesses:
        for depth in guessed_arguments.DEPTHS if isinstance(values[name], int) else ():
            if is_accepted(values | {name: depth}):
                return values | {name: depth}
    return values
