"""A default with one entry for each stage, where an argument gives another number of stages.

``flags=(False, False, False, True)`` is written for four: with three stages a check of both lengths fails. The default
is worked out for as many as there are, in the pattern that is written: all alike, or all but the last or the first.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.edits.code_change import CodeChange
from autofix.facts.project_view import Expression, Project
from autofix.provenance.bindings import bindings
from autofix.records.costs import Evidence
from autofix.records.values import Sequence
from autofix.syntax.name_bindings import default_of, parameters, reads
from autofix.syntax.source import Function, dotted

_DOUBT = "what the further stages were meant to have its default alone tells"
_FEWEST = 2


def stage_defaults(project: Project) -> Iterator[CodeChange]:
    """Yield the default of an argument, worked out for as many stages as the check that failed compares it with."""
    failure = project.trace.failure
    frames = failure.frames if failure is not None else ()
    source = project.source(frames[0].path) if frames else None
    nodes = source.nodes_at(frames[0].range) if source is not None else []
    function = source.function_of(nodes[0]) if source is not None and nodes else None
    if source is None or function is None or isinstance(function, ast.Lambda):
        return
    statement = source.statement_of(nodes[0])
    above = source.parents.get(statement)
    test = statement.test if isinstance(statement, ast.Assert) else above.test if isinstance(above, ast.If) else None
    for compared in ast.walk(test) if test is not None else ():
        if not isinstance(compared, ast.Compare) or len(compared.ops) != 1:
            continue
        sides = [Expression(source, side, frames) for side in (compared.left, compared.comparators[0])]
        for own, other in (sides, sides[::-1]):
            yield from _worked_out(project, function, own, other)


def _worked_out(project: Project, function: Function, own: Expression, other: Expression) -> Iterator[CodeChange]:
    name, source = _measured(own.node), own.source
    default = default_of(function, name) if name in parameters(function) else None
    count, value = project.integer(other), project.value(own.named(name))
    if not isinstance(default, (ast.Tuple, ast.List)) or not isinstance(value, Sequence) or not count:
        return
    entries = [source.text_of(entry) for entry in default.elts if isinstance(entry, ast.Constant)]
    is_default = project.value(Expression(source, default)) in (value, Sequence("list", value.items))
    if len(entries) != len(default.elts) or count == len(entries) or not is_default:
        return
    number, first = _number(project, function, other), _first_read(function, name)
    text = _pattern(entries, number, "[]" if isinstance(default, ast.List) else "()") if number else ""
    if text and first is not None and source.stands_alone(first):
        inner = f"{source.newline}{source.indent_of(first.lineno)}    "
        line = f"if {name} is None:{inner}{name} = {text}"
        edits = (source.replace(default, "None"), source.insert_before(first, line))
        words = f"work `{name}` out by `{number}`: `{text}`"
        yield CodeChange(words, edits, (Evidence.INSERTED, Evidence.MORE_PLACES), _DOUBT)


def _measured(node: ast.expr) -> str:
    """Return the name whose length an expression is."""
    is_length = isinstance(node, ast.Call) and dotted(node.func) == "len" and len(node.args) == 1
    return dotted(node.args[0]) if isinstance(node, ast.Call) and is_length else ""


def _number(project: Project, function: Function, other: Expression) -> str:
    """Return the number of stages as it is read from arguments of the function; empty where it is not."""
    own = parameters(function)
    for place in (other, *(binding.expression for binding in bindings(project, other))):
        name = _measured(place.node) or dotted(place.node)
        if name in own and place.source.function_of(place.node) is function:
            return place.text
    return ""


def _first_read(function: Function, name: str) -> ast.stmt | None:
    body = function.body if not isinstance(function, ast.Lambda) else []
    return next((statement for statement in body if reads(statement, name)), None)


def _pattern(entries: list[str], number: str, brackets: str) -> str:
    """Return the entries for any number of stages; empty where they follow no pattern."""
    left, right = brackets[0], brackets[1]

    def row(entry: str) -> str:
        return f"{left}{entry}{',' if brackets == '()' else ''}{right}"

    if len(entries) < _FEWEST:
        return ""
    rest = f"({number} - 1)"
    if len(set(entries)) == 1:
        return f"{row(entries[0])} * {number}"
    if len(set(entries[:-1])) == 1 and len(entries) > _FEWEST:
        return f"{row(entries[0])} * {rest} + {row(entries[-1])}"
    if len(set(entries[1:])) == 1 and len(entries) > _FEWEST:
        return f"{row(entries[0])} + {row(entries[-1])} * {rest}"
    return ""
