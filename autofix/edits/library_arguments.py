"""What the project passes to a library that builds the failing module: arguments that are as large as what clashes.

The sizes of ``GCNConv(32, 3)`` and of ``BertConfig(vocab_size=100)`` become those of layers deep in the library, by
code that is not the project's to follow: an argument is told by its value. It lists places; which is meant is for the
run.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.facts.project_view import Expression, Project
from autofix.operators.table import layer as layer_row
from autofix.provenance.bindings import bindings
from autofix.records.trace import Layer, Operation
from autofix.syntax.name_bindings import callee_name


def library_arguments(
    project: Project, operation: Operation | None, layer: Layer | None, size: int
) -> Iterator[Expression]:
    """Yield the arguments of value ``size`` in the call by which the project has a library build the module that fails,
    and in the calls that made its arguments.
    """
    around = project.layer(operation.scope_index) if operation is not None else None
    for built in (layer, around):
        call = None if built is None else _call_of_project(project, built)
        places = [] if call is None else list(_of_size(project, call, size, depth=1))
        if places:
            yield from places
            return


def _call_of_project(project: Project, built: Layer) -> Expression | None:
    """Return the innermost call of the project on the way to a constructor, where a library stands in between."""
    own = set(project.files)
    at = next((i for i, frame in enumerate(built.construction) if frame.path in own), None)
    call = None if at is None else project.call(built.construction[at:])
    if call is None or not isinstance(call.node, ast.Call):
        return None
    name = callee_name(call.node)
    row = layer_row(name)
    is_of_torch = row is not None and row.library == "torch"
    is_own = is_of_torch or name == "__init__" or any(name in source.classes for source in project.sources())
    return None if is_own else call


def _of_size(project: Project, call: Expression, size: int, depth: int) -> Iterator[Expression]:
    if not isinstance(call.node, ast.Call):
        return
    for node in (*call.node.args, *(keyword.value for keyword in call.node.keywords)):
        expression = call.at(node)
        if project.integer(expression) == size:
            yield expression
        for binding in bindings(project, expression) if depth and isinstance(node, ast.Name) else ():
            if isinstance(binding.expression.node, ast.Call):
                yield from _of_size(project, binding.expression, size, depth - 1)
