"""An edit of one place, made as well in the later ones of its block that are written alike and would fail alike.

Who names the letters of three weights in the wrong order did it once and wrote it three times: each repaired alone is
three repairs, and any other way round all of them looks cheaper. That a place would fail alike is told by the values at
the failure: what stands there under other names has the same type and shape. Where nothing failed, it is told by what
ran there: the same operator, from the same shape to the same.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from autofix.facts.call_sites import frames_of
from autofix.facts.evaluate import UNKNOWN
from autofix.facts.project_view import Expression, Project
from autofix.records.locations import Edit
from autofix.records.trace import Operation
from autofix.records.values import Mapping, Sequence, Tensor, Value
from autofix.syntax.source import Source, below, dotted

_SIMPLE = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Expr, ast.Return)
# A text, which stays as it is, or a name with its attributes.
_CHAIN = re.compile(r"""(?:"[^"]*"|'[^']*')|(?<![\w.])[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*""")
_Pair = tuple[ast.AST, ast.AST]


@dataclass(frozen=True, slots=True)
class _Twin:
    """``nodes``: each node of the place at fault with the one that stands for it here; ``names``: likewise."""

    nodes: dict[ast.AST, ast.AST]
    names: dict[str, str]


def in_alike_places(project: Project, operation: Operation, edit: Edit) -> tuple[tuple[Edit, ...], str]:
    """Return the edit and its likes, the edit alone where no other place would fail as the operation did; and a tensor
    that all the places read and the edit does not, which may be what is wrong instead.
    """
    failure = project.trace.failure
    if edit.path not in project.files or (failure is not None and failure.operation != operation.index):
        return (edit,), ""
    source, frames = project.source(edit.path), frames_of(project, operation)
    edited = source.node_at(edit.range, ast.expr)
    for depth, frame in enumerate(frames if edited is not None else ()):
        failed = source.node_at(frame.range, ast.expr) if frame.path == edit.path else None
        unit = None if failed is None else next((n for n in _units(source, failed) if edited in below(n)), None)
        if edited is not None and unit is not None:
            place = Expression(source, edited, frames[depth:])
            twins = [twin for twin in _twins_of(project, place, unit) if edited in twin.nodes]
            if failure is None and failed is not None:
                twins = [twin for twin in twins if _ran_alike(project, operation, twin.nodes.get(failed), edit)]
            edits = sorted({edit, *(_moved(project, place, edit, twin) for twin in twins)})
            apart = all(a.range.end <= b.range.start for a, b in pairwise(edits))
            return (tuple(edits), _shared(project, place, twins)) if apart else ((edit,), "")
    return (edit,), ""


def _ran_alike(project: Project, operation: Operation, node: ast.AST | None, edit: Edit) -> bool:
    """Return whether what ran at a node did the same to the same shapes."""
    place = None if node is None else project.source(edit.path).location(node)
    ran = (o for o in project.trace.operations if o.frames and o.frames[0].place == place)
    other = next(ran, None)
    return other is not None and bool(other.tensors) and _shapes(other) == _shapes(operation)


def _shapes(operation: Operation) -> tuple[object, ...]:
    result = operation.result
    return operation.target, [t.shape for t in operation.tensors], result.shape if isinstance(result, Tensor) else None


def _shared(project: Project, place: Expression, twins: list[_Twin]) -> str:
    edited = {dotted(node) for node in below(place.node)}
    for name in twins[0].names if twins else ():
        node = ast.parse(name, mode="eval").body
        is_shared = name not in edited and all(twin.names.get(name) == name for twin in twins)
        if is_shared and isinstance(project.value(place.at(node)), Tensor):
            return name
    return ""


def _units(source: Source, failed: ast.expr) -> Iterator[ast.AST]:
    """Yield what failed and what stands around it in its statement, the smallest first."""
    yield failed
    for around in source.ancestors(failed):
        if isinstance(around, (ast.expr, *_SIMPLE)):
            yield around
        if isinstance(around, ast.stmt):
            return


def _twins_of(project: Project, place: Expression, unit: ast.AST) -> tuple[_Twin, ...]:
    return project.once(("twins", unit, place.frames), lambda: tuple(_twins(project, place, unit)))


def _twins(project: Project, place: Expression, unit: ast.AST) -> Iterator[_Twin]:
    """Yield what runs later in the block of a unit, is written like it and is given what it is given."""
    own = place.source.statement_of(unit)
    blocks = [block for _, block in ast.iter_fields(place.source.parents[own]) if isinstance(block, list)]
    block = next((block for block in blocks if own in block), [])
    bound: set[str] = set()
    for statement in block[block.index(own) :] if isinstance(own, _SIMPLE) else []:
        for node in below(statement) if isinstance(statement, _SIMPLE) else ():
            pairs = _pairs(unit, node) if statement is not own or _is_behind(unit, node) else None
            reads = _reads(pairs or [])
            if pairs is not None and _is_given_alike(project, place, reads, bound):
                yield _Twin(dict(pairs), {dotted(name): dotted(twin) for name, twin in reads})
        bound |= {dotted(node) for node in below(statement) if _is_stored(node)} - {""}


def _is_behind(unit: ast.AST, node: ast.AST) -> bool:
    """Return whether an expression stands behind another of its statement."""
    if not isinstance(unit, ast.expr) or not isinstance(node, ast.expr):
        return False
    return (node.lineno, node.col_offset) >= (unit.end_lineno or unit.lineno, unit.end_col_offset or 0)


def _is_stored(node: ast.AST) -> bool:
    return isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Store)


def _pairs(first: ast.AST, second: ast.AST, *, is_called: bool = False) -> list[_Pair] | None:
    """Return which node of two of one form stands for which; a name with its attributes is one, but for a method's.

    None where they differ in more than names.
    """
    if type(first) is not type(second):
        return None
    is_method = is_called and isinstance(first, ast.Attribute) and first.attr == getattr(second, "attr", "")
    pairs: list[_Pair] = [(first, second)]
    if dotted(first) and dotted(second) and not is_method:
        return pairs if _is_stored(first) == _is_stored(second) else None
    for name, value in ast.iter_fields(first):
        ones, twins = (v if isinstance(v, list) else [v] for v in (value, getattr(second, name)))
        if len(ones) != len(twins):
            return None
        for part, twin in zip(ones, twins, strict=True):
            inner = _pairs(part, twin, is_called=name == "func") if isinstance(part, ast.AST) else []
            if inner is None or (not isinstance(part, ast.AST) and part != twin):
                return None
            pairs += inner
    return pairs


def _reads(pairs: list[_Pair]) -> list[tuple[ast.expr, ast.expr]]:
    """Return the names that are read, with their attributes; what a method is called on without the method."""
    nodes = dict(pairs)
    return [
        (node, twin)
        for node, twin in pairs
        if isinstance(node, ast.expr) and isinstance(twin, ast.expr) and dotted(node) and not _is_stored(node)
        if getattr(node, "value", None) not in nodes
    ]


def _is_given_alike(
    project: Project, place: Expression, reads: list[tuple[ast.expr, ast.expr]], bound: set[str]
) -> bool:
    """Return whether each name of the place at fault has the value that its twin has, which nothing binds between."""
    names: dict[str, str] = {}
    for node, twin in reads:
        name, other = dotted(node), dotted(twin)
        is_bound = any(other == text or other.startswith(f"{text}.") for text in bound)
        if is_bound or names.setdefault(name, other) != other:
            return False
        if project.trace.failure is None:
            continue
        values = [project.value(place.at(read)) for read in (node, twin)]
        if name != other and (UNKNOWN in values or not _is_alike(values[0], values[1])):
            return False
    return True


def _is_alike(value: Value, other: Value) -> bool:
    """Return whether two values are the same, but for the numbers in their tensors."""
    match value, other:
        case Tensor(), Tensor():
            return (value.shape, value.dtype) == (other.shape, other.dtype)
        case Mapping(), Mapping():
            keys = [[key for key, _ in v.items] for v in (value, other)]
            alike = all(_is_alike(a, b) for (_, a), (_, b) in zip(value.items, other.items, strict=False))
            return value.type == other.type and keys[0] == keys[1] and alike
        case Sequence(), Sequence():
            alike = all(_is_alike(a, b) for a, b in zip(value.items, other.items, strict=False))
            return (value.type, len(value.items)) == (other.type, len(other.items)) and alike
    return value == other


def _moved(project: Project, place: Expression, edit: Edit, twin: _Twin) -> Edit:
    """Return the edit in a twin, with the names that it has there."""
    parts: dict[str, str] = {}
    for pair in twin.names.items():
        ones, twins = ([part for word in text.split(".") for part in word.split("_")] for text in pair)
        if len(ones) == len(twins):
            parts |= {old: new for old, new in zip(ones, twins, strict=True) if old != new}

    def rename(match: re.Match[str]) -> str:
        chain = match[0].split(".")
        for length in range(len(chain), 0, -1):
            name = ".".join(chain[:length])
            if name in twin.names:
                return ".".join((twin.names[name], *chain[length:]))
        renamed = re.sub(r"[^\W_]+", lambda part: parts.get(part[0], part[0]), match[0])
        return renamed if match[0][:1] not in "\"'" and _is_known(project, place, renamed) else match[0]

    return Edit(edit.path, place.source.range_of(twin.nodes[place.node]), _CHAIN.sub(rename, edit.text))


def _is_known(project: Project, place: Expression, text: str) -> bool:
    node = ast.parse(text, mode="eval").body
    return project.value(place.at(node)) != UNKNOWN
