"""A width that counts flattened maps whose size follows from a parameter of the constructor, the side of pictures."""

from __future__ import annotations

import ast
import math
from dataclasses import dataclass

from autofix.facts.project_view import Expression, Project
from autofix.provenance.producers import argument_expression, flattened_from
from autofix.provenance.render_expression import factors_of
from autofix.records.trace import Layer
from autofix.records.values import Tensor, is_integer
from autofix.syntax.name_bindings import assignments, parameters
from autofix.syntax.source import Function


@dataclass(frozen=True, slots=True)
class SizedMaps:
    """The width of a layer as it is written, the sizes that were flattened into it, and the parameter ``name`` that is
    as large as the maps which came in and that the width does not read.
    """

    width: Expression
    merged: tuple[int, ...]
    name: str
    value: int

    def text(self, project: Project) -> str:
        """Return the width as it follows from the parameter; empty where maps are not square or do not divide it."""
        channels, *sides = self.merged
        if len(sides) != 2 or sides[0] != sides[1] or self.value % sides[0]:
            return ""
        factors = [Expression(self.width.source, node, self.width.frames) for node in factors_of(self.width.node)]
        values = [project.integer(factor) for factor in factors]
        for count in range(len(factors), 0, -1):  # What counted the places before stands behind the channels.
            plain = [value for value in values[:count] if value is not None]
            if len(plain) == count and math.prod(plain) == channels:
                shrunk, own = self.value // sides[0], " * ".join(factor.text for factor in factors[:count])
                return f"{own} * {self.name if shrunk == 1 else f'({self.name} // {shrunk})'} ** 2"
        return ""


def sized_maps(project: Project, layer: Layer, tensor: Tensor) -> SizedMaps | None:
    """Return what is known of the flattened maps that a layer takes; None where no parameter tells their size."""
    width = argument_expression(project, layer, "in_features")
    function = None if width is None else width.source.function_of(width.node)
    local = None if width is None else project.names(width).local
    merged = flattened_from(project, tensor)
    if width is None or function is None or local is None or len(merged) < 3 or math.prod(merged[1:]) == 1:
        return None
    sizes = {size for sample in project.inputs() if sample.rank > 2 for size in sample.shape[2:]}
    read = _read(width, function)
    for name in parameters(function):
        value = local.get(name)
        if name not in read and is_integer(value) and value in sizes and value > 1:
            return SizedMaps(width, merged, name, value)
    return None


def _read(width: Expression, function: Function) -> set[str]:
    """Return the names that a width reads, and those that made them."""
    read: set[str] = set()
    waiting: list[ast.expr] = [width.node]
    while waiting:
        names = {node.id for node in ast.walk(waiting.pop()) if isinstance(node, ast.Name)} - read
        read |= names
        waiting += [value for name in names for _, value in assignments(width.source, function, name)]
    return read
