"""Two entries of one configuration, or arguments of one call, that stand in each other's place: ``n_layers: 5,
n_heads: 12`` for 12 and 5.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from autofix.facts.project_view import Expression, Project
from autofix.provenance.site import Site
from autofix.records.costs import Evidence
from autofix.records.locations import Edit, Position, Range
from autofix.records.values import is_integer
from autofix.syntax.source import Source

_NEAR = 12
_LINE = re.compile(r"^(\s*)(?:['\"]?)([\w.-]+)(?:['\"]?)\s*[:=]\s*(\d+)\s*,?\s*(?:#.*)?$")


def exchanged(literal: Expression, site: Site, now: int, target_size: int) -> Iterator[Site]:
    """Yield the site with the one other entry that has the size wanted, where each gets the number of the other."""
    source = literal.source
    twins = [node for node in _beside(source, literal.node) if getattr(node, "value", None) == target_size]
    if len(twins) == 1 and isinstance(twins[0], ast.expr):
        yield _both(site, source.replace(twins[0], str(now)))


def exchanged_lines(project: Project, site: Site, now: int, target_size: int) -> Iterator[Site]:
    """Yield the same for an entry of a data file: of the lines around that are as far indented."""
    path, line = site.place.path, site.place.range.start.line
    lines = project.source(path).lines
    own = _LINE.match(lines[line - 1].rstrip("\r\n"))
    twins = []
    for step in (-1, 1) if own is not None else ():
        for number in range(line + step, line + step * _NEAR, step):
            other = _LINE.match(lines[number - 1].rstrip("\r\n")) if 0 < number <= len(lines) else None
            if other is None or own is None or other.group(1) != own.group(1):
                break
            if int(other.group(3)) == target_size:
                start, end = (Position(number, column) for column in other.span(3))
                twins.append(Edit(path, Range(start, end), str(now)))
    if len(twins) == 1:
        yield _both(site, twins[0])


def exchanged_beside(expression: Expression, site: Site) -> Iterator[Site]:
    """Yield the site with the one other argument of the call that is written so already, where each gets the text of
    the other: neither is meant twice.
    """
    source = expression.source
    around = source.parents.get(expression.node)
    call = source.parents.get(around) if isinstance(around, ast.keyword) else around
    passed = [*call.args, *(keyword.value for keyword in call.keywords)] if isinstance(call, ast.Call) else []
    twins = [node for node in passed if node is not expression.node and source.text_of(node) == site.text]
    if expression.node in passed and len(twins) == 1:
        edits = tuple(sorted((*site.edits, source.replace(twins[0], expression.text))))
        yield replace(site, edits=edits).with_evidence(Evidence.AGREES)


def _both(site: Site, other: Edit) -> Site:
    edits = tuple(sorted((*site.edits, other)))
    return replace(site, edits=edits).with_evidence(Evidence.MORE_PLACES, Evidence.RUNNER_UP)


def _beside(source: Source, node: ast.AST) -> Iterator[ast.AST]:
    """Yield the numbers that stand beside one under names of their own: entries, arguments, fields."""
    around = source.parents.get(node)
    values: list[ast.expr] = []
    if isinstance(around, ast.Dict):
        values = around.values
    elif isinstance(around, ast.keyword) and isinstance(call := source.parents.get(around), ast.Call):
        values = [keyword.value for keyword in call.keywords if keyword.arg]
    elif isinstance(around, ast.AnnAssign) and (owner := source.class_of(around)) is not None:
        fields = [field for field in owner.body if isinstance(field, ast.AnnAssign)]
        values = [field.value for field in fields if field.value is not None]
    elif isinstance(around, ast.Tuple) and isinstance(assigned := source.parents.get(around), ast.Assign):
        values = around.elts if isinstance(assigned.targets[0], ast.Tuple) else []
    for value in values:
        if value is not node and isinstance(value, ast.Constant) and is_integer(value.value):
            yield value
