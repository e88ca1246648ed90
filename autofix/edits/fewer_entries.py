"""The best ``k`` of fewer than ``k``: as many as there are, where the number is worked out, passed or written.

What is said of the best five holds for three classes with all three. It proposes the least of both numbers.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.edits.code_change import CodeChange
from autofix.facts.call_sites import argument_of, size_at_hand
from autofix.facts.project_view import Expression, Project
from autofix.records.finding import Finding
from autofix.records.locations import Edit
from autofix.records.trace import Operation
from autofix.syntax.name_bindings import assignments, bound_above, parameters
from autofix.syntax.source import below
from autofix.syntax.spelling import size_text


def fewer_entries(project: Project, operation: Operation, finding: Finding) -> Iterator[CodeChange]:
    """Yield what the number of entries that was asked for could be, ``min(k, x.size(1))``; nothing where no argument
    asked for them.
    """
    for text, edit in _least(project, operation, finding):
        doubt = "as many could be meant, and the dimension be too small"
        yield CodeChange(f"take no more than there are: `{text}`", (edit,), doubt=doubt)


def _least(project: Project, operation: Operation, finding: Finding) -> Iterator[tuple[str, Edit]]:
    dimension = finding.dimension if finding.parameter else None
    place, base = argument_of(project, operation, 1, finding.parameter), argument_of(project, operation, 0, "input")
    if dimension is None or place is None or base is None:
        return
    size = operation.tensors[0].shape[dimension]
    is_name = isinstance(base.node, (ast.Name, ast.Attribute))
    read = size_text(base.source, base.text, dimension) if is_name else size_at_hand(project, base, size, dimension)
    if read and isinstance(place.node, ast.Name):
        yield from _where_bound(place, place.node.id, base, read)
    if read:
        text = f"min({place.text}, {read})"
        yield text, place.source.replace(place.node, text)


def _where_bound(place: Expression, name: str, base: Expression, read: str) -> Iterator[tuple[str, Edit]]:
    """Yield the same where the function binds the number, for all that reads it there."""
    source, function = place.source, place.source.function_of(place.node)
    bound = list(assignments(source, function, name)) if function is not None else []
    reads = [n for n in below(function) if isinstance(n, ast.Name) and n.id == name] if function is not None else []
    names = {node.id for node in below(base.node) if isinstance(node, ast.Name)}
    if function is None:
        return
    if len(bound) == 1 and isinstance(bound[0][0], ast.Assign) and bound[0][0].value is bound[0][1]:
        statement, value = bound[0]
        if names <= bound_above(function, statement.lineno) and statement.lineno < place.node.lineno:
            text = f"min({source.text_of(value)}, {read})"
            yield text, source.replace(value, text)
    statement = source.statement_of(place.node)
    is_once = len(reads) == 1 or bound or name not in parameters(function)
    if not is_once and source.stands_alone(statement):
        text = f"{name} = min({name}, {read})"
        yield text, source.insert_before(statement, text)
