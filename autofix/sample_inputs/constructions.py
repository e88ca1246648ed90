"""How the programs of a project build a model and what they feed it, told from their texts.

A program is walked abstractly from its first line, its main block included; each function that the walk has not come to
is walked with its defaults. Every construction of the class on the way counts, however the program names it: through a
registry, a factory, another file. Nothing is run.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from autofix.records.samples import SampleInput
from autofix.sample_inputs import program_settings
from autofix.sample_inputs.abstract_inputs import sample_input
from autofix.sample_inputs.abstract_interpreter import execution
from autofix.sample_inputs.abstract_interpreter.values import (
    UNKNOWN,
    UNREADABLE,
    Function,
    Instance,
    Interpretation,
    Modules,
    Scope,
)
from autofix.syntax.source import Source, dotted

STEPS = 60_000
MAX_BUILT = 24


@dataclass(slots=True)
class Construction:
    """One construction of the class: its arguments, where it stands, and the inputs of each call of what it built."""

    positional: list[Any]
    keywords: dict[str, Any]
    path: Path
    line: int
    uses: list[tuple[SampleInput, ...]] = field(default_factory=list)

    @property
    def arguments(self) -> tuple[Any, ...]:
        return (*self.positional, *self.keywords.values())


class _Enough(Exception):
    """The walk has seen enough constructions."""


def find(source: Source, class_: ast.ClassDef, modules: Modules) -> list[Construction]:
    """Return the constructions of a class that the program in a file shows, in the order of the walk.

    ``class_`` is the definition in the file it stands in, as ``modules`` gives it.
    """
    watch = _Watch(class_)
    run = execution.start(source, STEPS, replace(modules, runs={}, homes={}))
    run.call, run.asked_class, run.lenient = watch.call, class_, True
    try:
        _walk(source, class_, run, watch)
    except (*UNREADABLE, _Enough):
        pass
    return watch.built


class _Watch:
    """Stands in for the interpreter's ``call`` and remembers what is built of one class, and what that is fed."""

    def __init__(self, class_: ast.ClassDef) -> None:
        self.class_ = class_
        self.built: list[Construction] = []
        self.entered: set[ast.AST] = set()
        self._of: dict[Instance, Construction] = {}

    def call(self, function: Any, positional: list[Any], keywords: dict[str, Any], run: Interpretation) -> Any:
        if function is self.class_:
            return self._construct(positional, keywords, run)
        if isinstance(function, Instance) and function in self._of:
            inputs = [sample_input(value) for value in positional]
            inputs += [_named(key, value) for key, value in keywords.items()]
            known = tuple(sample for sample in inputs if sample is not None)
            if known and len(known) == len(inputs):
                self._of[function].uses.append(known)
        value = program_settings.special(function, positional, keywords, run)
        if value is not program_settings.NOT_SPECIAL:
            return value
        if isinstance(function, Function):
            self.entered.add(function.node)
        result = execution.call(function, positional, keywords, run)
        if isinstance(function, ast.ClassDef) and isinstance(result, Instance):
            result.attributes = program_settings.fields(result, run)  # Its defaults, as its own file tells them.
        return result

    def _construct(self, positional: list[Any], keywords: dict[str, Any], run: Interpretation) -> Any:
        if len(self.built) >= MAX_BUILT:
            raise _Enough
        path, line = run.at or (run.source.path, 0)
        construction = Construction(list(positional), dict(keywords), path, line)
        self.built.append(construction)
        try:
            instance = execution.call(self.class_, positional, keywords, run)
        except UNREADABLE:
            instance = Instance(self.class_)
        self._of[instance] = construction
        return instance


# -- the way of the walk -----------------------------------------------------------------------------------------------


def _walk(source: Source, class_: ast.ClassDef, run: Interpretation, watch: _Watch) -> None:
    """Walk the module as a program, then the functions and methods that name the class and were not come to."""
    scope = Scope(run, run.module)
    run.module["__name__"] = "__main__"
    statements = [node for node in source.tree.body if not isinstance(node, _DEFINITIONS)]
    if _may_build(statements):
        execution.execute(statements, scope)
    for function in sorted(source.functions, key=lambda function: function.lineno):
        if function in watch.entered or not isinstance(function, ast.FunctionDef) or not _names(function, class_):
            continue
        owner = source.parents.get(function)
        if owner is class_ or not isinstance(owner, (ast.Module, ast.ClassDef)):
            continue
        run.steps = STEPS
        _enter(function, owner, scope, watch)


_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)


def _may_build(statements: Sequence[ast.stmt]) -> bool:
    return any(isinstance(node, ast.Call) for statement in statements for node in ast.walk(statement))


def _names(function: ast.FunctionDef, class_: ast.ClassDef) -> bool:
    return any(
        isinstance(node, (ast.Name, ast.Attribute)) and dotted(node).rpartition(".")[2] == class_.name
        for node in ast.walk(function)
    )


def _enter(function: ast.FunctionDef, owner: ast.AST, scope: Scope, watch: _Watch) -> None:
    """Call a function as a test runner or nobody would: with parameters, fixtures and defaults."""
    run = scope.run
    keywords = dict(_arguments(function, scope))
    try:
        if isinstance(owner, ast.ClassDef):
            instance = Instance(owner)
            bound = Function(function, Scope(run, class_=owner), instance)
            if function.name != "__init__":
                for name in ("__init__", "setUp", "setup_method"):
                    _set_up(owner, name, instance, scope)
        else:
            bound = Function(function, Scope(run))
        watch.call(bound, [], keywords, run)
    except UNREADABLE:
        return


def _set_up(owner: ast.ClassDef, name: str, instance: Instance, scope: Scope) -> None:
    method = next((node for node in owner.body if isinstance(node, ast.FunctionDef) and node.name == name), None)
    if method is not None:
        try:
            scope.run.call(Function(method, Scope(scope.run, class_=owner), instance), [], {}, scope.run)
        except UNREADABLE:
            return


def _arguments(function: ast.FunctionDef, scope: Scope) -> Iterator[tuple[str, Any]]:
    """Yield what ``pytest`` would pass: the first row of ``parametrize``, the value of a fixture of the file."""
    names = [argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)]
    fixtures = {
        node.name: node
        for node in scope.run.source.tree.body
        if isinstance(node, ast.FunctionDef) and any("fixture" in ast.unparse(d) for d in node.decorator_list)
    }
    for name in names:
        if name in fixtures and fixtures[name] is not function:
            yield name, _value_of_fixture(fixtures[name], scope)
    for decorator in function.decorator_list:
        if (
            isinstance(decorator, ast.Call)
            and dotted(decorator.func).endswith("parametrize")
            and len(decorator.args) > 1
        ):
            yield from _first_row(decorator, scope)


def _value_of_fixture(fixture: ast.FunctionDef, scope: Scope) -> Any:
    try:
        return scope.run.call(Function(fixture, Scope(scope.run)), [], {}, scope.run)
    except UNREADABLE:
        return UNKNOWN


def _first_row(decorator: ast.Call, scope: Scope) -> Iterator[tuple[str, Any]]:
    named = execution.value(decorator.args[0], scope.run)
    rows = execution.value(decorator.args[1], scope.run)
    if not isinstance(rows, (list, tuple)) or not rows:
        return
    names = [name.strip() for name in named.split(",")] if isinstance(named, str) else list(named or ())
    row = rows[0] if len(names) > 1 and isinstance(rows[0], (list, tuple)) else [rows[0]]
    yield from zip(names, row, strict=False)


# -- inputs ------------------------------------------------------------------------------------------------------------


def _named(name: str, value: Any) -> SampleInput | None:
    sample = sample_input(value)
    return None if sample is None else replace(sample, name=name)
