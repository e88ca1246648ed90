"""How a model is built when nobody said it: where a person would look, in this order.

The construction in its own file; a test, an example or a script that builds it, with what command lines, records and
data files give by default; the README; the YAML of hydra. The answer says which, and where no program tells, small
values are for ``guessed_construction``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autofix.loading import hydra_configs, model_classes, readme_commands
from autofix.loading.module_files import ModuleFiles
from autofix.records.samples import Recipe, SampleOrigin, Samples
from autofix.syntax.name_bindings import class_name, constructor_of, required_parameters
from autofix.syntax.source import Source

if TYPE_CHECKING:
    from autofix.sample_inputs.abstract_interpreter.values import Modules
    from autofix.sample_inputs.constructions import Construction

MAX_PROGRAMS = 16
STEPS = 60_000


@dataclass(frozen=True, slots=True)
class Built:
    """An expression that builds a model, where it comes from in words, and what the program there feeds the model.

    ``guessed`` names the arguments that only a name or an annotation suggests; ``recipe`` the data that it was read
    from.
    """

    expression: str
    place: str = ""
    guessed: tuple[str, ...] = ()
    samples: Samples | None = None
    recipe: Recipe | None = None


def modules(files: ModuleFiles) -> Modules:
    """Return what a walk through a file of the project needs to look into the others."""
    from autofix.sample_inputs.abstract_interpreter.values import UNKNOWN, Modules

    def data(base: Path, name: str) -> Any:
        path = files.data_file(base, name)
        try:
            return UNKNOWN if path is None else files.data(path)
        except (ValueError, RecursionError):
            return UNKNOWN

    def arguments(program: Path) -> tuple[str, ...]:
        if program not in files.commands:
            files.commands[program] = readme_commands.shown(program)
        return files.commands[program]

    return Modules(files.find, data, arguments)


def shown(source: Source, class_: ast.ClassDef, elsewhere: Iterable[Source], files: ModuleFiles) -> Built | None:
    """Return the first construction that a program shows whole; one that is fed is preferred in one file."""
    for program in programs(source, elsewhere, files):
        built = [
            _built(source, class_, construction, files) for construction in constructions_in(program, class_, files)
        ]
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
            recipe = Recipe((entry.path, *entry.included))
            return Built(f"{class_.name}({words})", f"built as {entry.path.name} says", recipe=recipe)
    return None


def rebuilt(source: Source, expression: str, recipe: Recipe, files: ModuleFiles) -> str:
    """Return the expression that the texts of ``files`` give for a model that was read from a recipe.

    The expression stays where they give none.
    """
    class_ = source.classes.get(class_name(expression))
    program = None if recipe.program is None else files.source(recipe.program)
    if class_ is None or (recipe.program is not None and program is None):
        return expression
    again = _instantiated(source, class_, files) if program is None else shown(source, class_, [program], files)
    return expression if again is None else again.expression


def uses(
    source: Source,
    class_: ast.ClassDef,
    expression: str,
    elsewhere: Iterable[Source],
    files: ModuleFiles,
    *,
    is_guessed: bool = False,
) -> Samples | None:
    """Return what the first program feeds a model that it builds by an expression like this one; where this one is
    guessed, a model that it builds of what no text tells.
    """
    for program in programs(source, elsewhere, files):
        for construction in constructions_in(program, class_, files):
            built = _built(source, class_, construction, files) if construction.uses else None
            if built is not None and built.samples is not None and built.expression == expression:
                return built.samples
            if built is None and construction.uses and is_guessed:
                return Samples(
                    construction.uses[0], None, SampleOrigin.USE, f"{construction.path.name}:{construction.line}"
                )
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
        for construction in constructions_in(source, class_, files):
            expression = spelled_values.call(name, construction.positional, construction.keywords, run)
            if expression is not None and construction.uses:
                place = f"{construction.path.name}:{construction.line}"
                return Built(expression, "", (), Samples(construction.uses[0], None, SampleOrigin.USE, place))
    return None


# -- constructions of programs -----------------------------------------------------------------------------------------


def programs(source: Source, elsewhere: Iterable[Source], files: ModuleFiles) -> Iterator[Source]:
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


def constructions_in(program: Source, class_: ast.ClassDef, files: ModuleFiles) -> list[Construction]:
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
    recipe = Recipe(tuple(files.named_data), construction.path) if files.named_data else None
    return Built(expression, f"built as in {place}", (), samples, recipe)


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
