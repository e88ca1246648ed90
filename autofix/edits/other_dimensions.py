"""Other dimensions for a call that names one, several or all of them: ``mean((2, 3))`` for ``mean((1, 2))``.

The samples stay where they are: what names their dimension comes last.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import combinations, islice, permutations

from autofix.facts import size_origins
from autofix.facts.call_sites import is_method, written
from autofix.facts.contracts import BoundCall, bound
from autofix.facts.project_view import Expression, Project
from autofix.operators.families import Family
from autofix.operators.operator import Parameter
from autofix.provenance.near_sizes import have_one_origin, worked_out
from autofix.provenance.producers import argument_expression, output_parameter
from autofix.records.costs import Evidence, Piece
from autofix.records.finding import FEATURES, Finding
from autofix.records.locations import Edit, Range
from autofix.records.trace import Layer, Operation
from autofix.records.values import is_integer

MOST_RANK = 5
_WRITTEN = (ast.Constant, ast.UnaryOp)
MOST = 24
# Beyond them a size that a layer was built for is hardly found in another dimension by chance.
_OFTEN, _RARE = 4, 8


def other_dimensions(call: BoundCall, parameter: Parameter) -> Iterator[tuple[int | tuple[int, ...], str]]:
    """Yield the other dimensions that a call could name, counted from the end where those written are, with the text
    of each.
    """
    now = call.call.get(parameter.name)
    # What adds a dimension may put it behind all others.
    shapes = (*(operand.tensor.shape for operand in call.operands), call.result() or ())
    rank = max(map(len, shapes))
    if is_integer(now):
        known = [dimension - rank if now < 0 else dimension for dimension in (*range(1, rank), 0)]
        yield from ((dimension, str(dimension)) for dimension in known if dimension != now and rank)
    elif isinstance(now, tuple) and 1 < len(now) <= rank <= MOST_RANK and all(map(is_integer, now)):
        is_from_end = all(dimension < 0 for dimension in now)
        for dimensions in islice(_tuples(now, rank), MOST):
            spelled = tuple(d - rank for d in dimensions) if is_from_end else dimensions
            yield spelled, f"({', '.join(map(str, spelled))})"


def _tuples(now: tuple[int, ...], rank: int) -> Iterator[tuple[int, ...]]:
    """Yield orders of all dimensions, or other choices of as many, which leave the first one alone."""
    own = tuple(dimension % rank for dimension in now)
    if len(own) == rank:
        orders = ((0, *rest) for rest in permutations(range(1, rank)))
        yield from (order for order in orders if order not in (own, tuple(range(rank))))
    else:
        yield from (chosen for chosen in combinations(range(1, rank), len(own)) if set(chosen) != set(own))


def spread(operation: Operation, place: Expression, position: int, text: str) -> Edit | None:
    """Return the edit of dimensions that are passed as arguments of their own, ``permute(0, 2, 1)``; None where they
    are neither that nor a tuple of numbers.
    """
    node, count = place.node, text.count(",") + 1
    if not isinstance(node, ast.Call) or node.keywords or not text.startswith("("):
        return None
    passed = node.args[position - is_method(operation, node) :]
    if len(passed) == 1 and isinstance(passed[0], (ast.Tuple, ast.List)):
        passed = passed[0].elts
    if len(passed) != count or not all(_is_number(part) for part in passed):
        return None
    start, end = (place.source.range_of(part) for part in (passed[0], passed[-1]))
    return Edit(place.source.path, Range(start.start, end.end), text[1:-1])


def _is_number(node: ast.expr) -> bool:
    inner = node.operand if isinstance(node, ast.UnaryOp) else node
    return isinstance(inner, ast.Constant)


def of_dimension(finding: Finding, project: Project) -> tuple[Piece, ...]:
    """Return what speaks for another dimension: that it has the very size which a layer was built for. Where that was
    worked out from something else than what gave the dimension its size, they are equal by chance.
    """
    size = finding.expected[0] if finding.mismatch in FEATURES and len(finding.expected) == 1 else 0
    if size and _is_by_chance(finding, project, size):
        return (Evidence.OTHER_NAME, Evidence.DISAGREES * 2)
    if size <= _OFTEN:
        return (Evidence.OTHER_NAME, Evidence.EXACT_FIT)
    return (Evidence.EXACT_FIT, Evidence.EVIDENT, Evidence.AGREES * (size > _RARE))


def _is_by_chance(finding: Finding, project: Project, size: int) -> bool:
    """Return whether every other dimension of that size, which a reduction left out, has another origin than what a
    layer was built for, as far as both are known and that is worked out.
    """
    layer, operation = project.layer(finding.layer), project.operation(finding)
    place = None if layer is None else argument_expression(project, layer, finding.parameter)
    width = None if place is None else worked_out(project, place)
    if width is None or operation is None or (finding.operand or 0) >= len(operation.tensors):
        return False
    ancestry = project.ancestry(operation.tensors[finding.operand or 0])
    families = ((o, call.row.family) for o in ancestry if (call := bound(project, o)) is not None)
    reduced = next((o.tensors[0] for o, family in families if family is Family.REDUCTION and o.tensors), None)
    origins: list[Expression] = []
    for dimension in range(1, 0 if reduced is None else reduced.rank):
        if reduced is not None and reduced.shape[dimension] == size:
            by = size_origins.maker(project, reduced, dimension)
            giver = None if by is None else project.layer_of(by)
            given_by = None if giver is None else argument_expression(project, giver, output_parameter(giver))
            if given_by is None:
                return False
            origins.append(given_by)
    return bool(origins) and not any(have_one_origin(project, width, each) for each in origins)


def written_dimensions(
    project: Project, operation: Operation, layer: Layer | None, dimension: int
) -> Iterator[Expression]:
    """Yield the literals of the call, or of the layer's constructor, that spell the dimension."""
    place = written(project, operation) if layer is None else project.construction_call(layer)
    if place is None or not isinstance(place.node, ast.Call):
        return
    skipped = 1 if layer is None and not is_method(operation, place.node) else 0
    named = [k.value for k in place.node.keywords if (k.arg or "").startswith(("dim", "start_dim", "axis"))]
    for node in (*place.node.args[skipped:], *named):
        for part in node.elts if isinstance(node, (ast.Tuple, ast.List)) else [node]:
            literal = place.at(part)
            number = part.operand if isinstance(part, ast.UnaryOp) else part
            if isinstance(number, ast.Constant) and project.integer(literal) == dimension:
                yield literal


def without_missing(place: Expression, rank: int) -> Edit | None:
    """Return the edit of a list of dimensions, of which one stands at ``place``, to those that a rank has."""
    node = place.source.parents.get(place.node)
    if not isinstance(node, (ast.Tuple, ast.List)) or not all(isinstance(part, _WRITTEN) for part in node.elts):
        return None
    there = [part for part in node.elts if -rank <= ast.literal_eval(part) < rank]
    texts = [place.source.text_of(part) for part in there]
    if not texts or len(texts) == len(node.elts):
        return None
    text = f"{texts[0]}," if len(texts) == 1 and isinstance(node, ast.Tuple) else ", ".join(texts)
    return place.source.replace(node, f"[{text}]" if isinstance(node, ast.List) else f"({text})")
