"""The values of a module's names: the last statement that binds one, and the loops and calls after it that change it.

Statements are executed by the run's ``execute``, those of a name only when somebody asks for it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from autofix.sample_inputs.abstract_interpreter import other_files
from autofix.sample_inputs.abstract_interpreter.values import UNKNOWN, Foreign, Function, Interpretation, Scope, words

# What one name may cost: a training loop of the module is no reason to give up on the model.
MAX_STEPS = 20_000
_CHANGING = words(
    "append extend insert update pop remove reverse sort setdefault clear add_module add_argument set_defaults"
)
_LOOPS = (ast.For, ast.While)
_COMPOUND = (*_LOOPS, ast.If, ast.Try, ast.With)


def value_of(name: str, run: Interpretation) -> Any:
    """Return what ``name`` means in the module when it has run; a Foreign where the module does not define it."""
    if name not in run.module:
        _define(name, run)
        value = run.module[name]
        if isinstance(value, Foreign) and value.name == name and name not in run.statements:
            run.module[name] = other_files.from_star(name, run)
    return run.module[name]


def _define(name: str, run: Interpretation) -> None:
    """Settle a name together with those that the same loops and conditions change."""
    names, statements = _group(name, run)
    run.module.update(
        {member: Foreign(member) for member in names}
    )  # A name that is defined by itself has no value yet.
    scope = Scope(run)
    for statement in sorted(statements, key=lambda node: (node.lineno, node.col_offset)):
        _settle(statement, scope)
    run.module.update({member: scope.names.get(member, Foreign(member)) for member in names})


def _group(name: str, run: Interpretation) -> tuple[set[str], list[ast.stmt]]:
    if not run.statements:
        run.statements.update(_statements(run.source.tree.body))
    names, statements, waiting = {name}, dict[ast.stmt, None](), [name]
    while waiting:
        for statement in _since_bound(run.statements.get(waiting.pop(), [])):
            statements[statement] = None
            more = set(_touched(statement)) - names - run.module.keys() if isinstance(statement, _COMPOUND) else set()
            names |= more
            waiting += sorted(more)
    return names, list(statements)


def _statements(body: list[ast.stmt]) -> dict[str, list[ast.stmt]]:
    """Return the statements of the module that bind or change each name, in order."""
    result: dict[str, list[ast.stmt]] = {}
    for statement in body:
        for name in dict.fromkeys(_touched(statement)):
            result.setdefault(name, []).append(statement)
    return result


def _since_bound(statements: list[ast.stmt]) -> list[ast.stmt]:
    """Return those from the last on that binds the name whatever was before; all where there is none."""
    for at in range(len(statements) - 1, -1, -1):
        if not isinstance(statements[at], (*_COMPOUND, ast.Expr, ast.AugAssign)) and not _goes_on(statements[at]):
            return statements[at:]
    return statements


def _goes_on(statement: ast.stmt) -> bool:
    """Return whether an assignment rests on what it assigns to: ``sizes = sizes + [8]``, ``sizes[0] = 8``."""
    if not isinstance(statement, ast.Assign):
        return False
    bound = {node.id for target in statement.targets for node in ast.walk(target) if isinstance(node, ast.Name)}
    read = {node.id for node in ast.walk(statement.value) if isinstance(node, ast.Name)}
    within = any(isinstance(target, (ast.Subscript, ast.Attribute)) for target in statement.targets)
    return within or bool(bound & read)


def _touched(statement: ast.stmt) -> Iterator[str]:
    """Yield the names of the module that a statement binds or changes."""
    match statement:
        case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            yield name
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            yield from (alias.asname or alias.name.partition(".")[0] for alias in names)
        case ast.If(test=test) if any(isinstance(node, ast.Name) and node.id == "__name__" for node in ast.walk(test)):
            return  # The module is imported here, not run.
        case _:
            yield from filter(None, map(_touched_by, ast.walk(statement)))


def _touched_by(node: ast.AST) -> str:
    match node:
        case ast.Name(id=name, ctx=ast.Store()):
            return name
        case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store()):
            return name
        case ast.Attribute(value=ast.Name(id=name), ctx=ast.Store()):
            return name
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)) if method in _CHANGING:
            return name
    return ""


def _settle(statement: ast.stmt, scope: Scope) -> None:
    run = scope.run
    match statement:
        case ast.ClassDef(name=name):
            scope.names[name] = statement
            if run.modules is not None:
                run.modules.homes.setdefault(statement, run)
        case ast.FunctionDef(name=name):
            scope.names[name] = Function(statement, Scope(run))
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            for alias in names:
                scope.names[alias.asname or alias.name.partition(".")[0]] = other_files.imported(statement, alias, run)
        case _:
            steps, run.steps = run.steps, min(run.steps, MAX_STEPS)
            allowance = run.steps
            is_told = run.execute([statement], scope)
            run.steps = steps - (allowance - run.steps)
            if not is_told and not isinstance(statement, (ast.If, ast.Try, ast.With)):
                # Which way a condition goes is often not told, and what was before it holds as a rule.
                scope.names.update(dict.fromkeys(_touched(statement), UNKNOWN))
