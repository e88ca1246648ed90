"""What rules about constructors ask: the layer that refused its arguments, and the numbers a computed size grows with.

It reads the failure and the frames; it proposes nothing.
"""

import ast
import math
from collections.abc import Iterator

from autofix.facts.project_view import Expression, Project
from autofix.operators.shape_functions import nearest_divisor
from autofix.provenance import Site, sites
from autofix.provenance.bindings import bindings
from autofix.records.costs import Evidence
from autofix.records.trace import Layer

MAX_DEPTH = 6


def failed_construction(project: Project) -> Layer | None:
    """Return a stand-in for the layer whose constructor raised, with the arguments it was given as its settings."""
    failure = project.trace.failure
    if failure is None or not failure.callee.endswith(".__init__"):
        return None
    kind = failure.callee.removesuffix(".__init__")
    return Layer(None, None, kind, failure.arguments, (), failure.frames, True)


def common_groups(size: int, groups: int) -> int:
    """Return the number of groups for ``size``: what it shares with the number asked for, else the
    divisor nearest to it.
    """
    shared = math.gcd(size, groups)
    return shared if shared * 4 >= groups else nearest_divisor(size, groups)


def scaled_roots(project: Project, expression: Expression | None, target_size: int) -> Iterator[Site]:
    """Yield the places of the numbers that ``expression`` is computed from, multiplied by the factor that is missing.

    ``int(0.5 * width)`` of 16 has to be 32: ``width`` is doubled.
    """
    now = None if expression is None else project.integer(expression)
    if expression is None or not now or target_size % now:
        return
    seen: set[ast.AST] = set()
    for factor in _factors(project, expression, seen, 0):
        size = project.integer(factor)
        if size is not None and size > 1:
            for site in sites(project, factor, size * (target_size // now)):
                yield site.with_evidence(Evidence.MORE_PLACES)


def _factors(project: Project, expression: Expression, seen: set[ast.AST], depth: int) -> Iterator[Expression]:
    """Yield the whole numbers that a product is made of, through names, conversions and factors that are fractions."""
    node = expression.node
    if node in seen or depth > MAX_DEPTH:
        return
    seen.add(node)
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.Div, ast.FloorDiv)):
        for side in (node.left, node.right):
            inner = expression.at(side)
            if project.integer(inner) is not None:
                yield inner
            yield from _factors(project, inner, seen, depth + 1)
    elif isinstance(node, ast.Call) and len(node.args) == 1:
        yield from _factors(project, expression.at(node.args[0]), seen, depth + 1)
    elif isinstance(node, (ast.Name, ast.Attribute)):
        for binding in bindings(project, expression):
            yield from _factors(project, binding.expression, seen, depth + 1)
