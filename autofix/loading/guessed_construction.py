"""How a model is built that no program shows whole: what programs tell of it, then small values by annotation and name.

All of it is a guess, and says so.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from autofix.loading.constructor_arguments import STEPS, Built, constructions_in, modules, programs
from autofix.loading.module_files import ModuleFiles
from autofix.syntax.name_bindings import constructor_of, required_parameters
from autofix.syntax.source import Source

if TYPE_CHECKING:
    from autofix.sample_inputs.abstract_interpreter.values import Interpretation
    from autofix.sample_inputs.program_settings import Written


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
    records = {p.arg: record for p in parameters if p.arg in names if (record := _record(source, p, run)) is not None}
    values |= records
    names = [name for name in names if name not in records]
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
    if records and not names:
        classes = _listed(value.text.removesuffix("()") for value in records.values())
        return Built(expression, f"built with the defaults of {classes}")
    parts = [f"{_listed(of_sibling)} as of `{sibling}`"] if of_sibling else []
    by_name = [name for name in names if name not in of_sibling]
    parts += [f"{_listed(by_name)} chosen by name"] if by_name else []
    return Built(expression, f"{', '.join(parts)}, since no program of the project shows it", tuple(names))


def _record(source: Source, parameter: ast.arg, run: Interpretation) -> Written | None:
    """Return the construction of the record that a parameter is annotated as, where every field has a default."""
    from autofix.sample_inputs.abstract_interpreter.values import Scope
    from autofix.sample_inputs.program_settings import Written

    if not isinstance(parameter.annotation, (ast.Name, ast.Attribute)):
        return None
    class_ = run.evaluate(parameter.annotation, Scope(run))
    if not isinstance(class_, ast.ClassDef) or constructor_of(class_) is not None:
        return None
    fields = [node for node in class_.body if isinstance(node, ast.AnnAssign)]
    is_whole = bool(fields) and all(field.value is not None for field in fields)
    return Written(f"{source.text_of(parameter.annotation)}()") if is_whole else None


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
    for program in programs(source, elsewhere, files):
        for construction in constructions_in(program, class_, files):
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
