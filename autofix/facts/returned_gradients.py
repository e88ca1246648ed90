"""Which ``backward`` ran last before a failure, what its ``forward`` calls its arguments, and what it returns."""

from __future__ import annotations

import ast

from autofix.facts.project_view import Project
from autofix.records.gradients import Gradients
from autofix.syntax.name_bindings import parameters


def last(project: Project) -> Gradients | None:
    """Return what the last ``backward`` of the project returned; None where there was none."""
    return next(reversed(project.trace.gradients), None)


def arguments(project: Project, gradients: Gradients) -> tuple[str, ...]:
    """Return what ``forward`` calls the arguments that it was passed; their places where it names fewer."""
    source = project.source(gradients.frame.path)
    function = source.function_at(gradients.frame.range, gradients.frame.function)
    class_ = None if function is None else source.class_of(function)
    methods = class_.body if class_ is not None else []
    forward = next((m for m in methods if isinstance(m, ast.FunctionDef) and m.name == "forward"), None)
    names = parameters(forward) if forward is not None else []
    first = 1 if names[:1] and len(names) > len(gradients.inputs) else 0
    return tuple(
        names[first + index] if first + index < len(names) else f"argument {index}"
        for index in range(len(gradients.inputs))
    )


def entries(project: Project, gradients: Gradients) -> tuple[ast.expr, ...]:
    """Return the expressions that were returned, one for each gradient; empty where they are not written out there."""
    source = project.source(gradients.frame.path)
    statement = source.node_at(gradients.frame.range, ast.Return)
    value = None if statement is None else statement.value
    nodes = tuple(value.elts) if isinstance(value, ast.Tuple) else () if value is None else (value,)
    is_whole = len(nodes) == len(gradients.returned) and not any(isinstance(node, ast.Starred) for node in nodes)
    return nodes if is_whole else ()
