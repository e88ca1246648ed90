"""An index that counts: how many entries there are in place of where the last of them is, ``tags[mask.sum(0)]``.

A count is from one to the size of the dimension; the last of that many entries stands one before it.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator

from autofix.edits.code_change import CodeChange
from autofix.facts.call_sites import operands
from autofix.facts.contracts import bound
from autofix.facts.project_view import Expression, Project
from autofix.operators.rows.subscripts import is_mask
from autofix.provenance.bindings import bindings
from autofix.records.costs import Evidence
from autofix.records.finding import Finding
from autofix.records.trace import Operation
from autofix.records.values import Sequence, Tensor
from autofix.syntax import subscripts
from autofix.syntax.name_bindings import callee_name, reads

_MOST_STEPS = 12
_PICKS = frozenset(("gather", "index_select", "take", "take_along_dim", "scatter", "scatter_", "index_fill_"))
_KEEPS = frozenset(
    (
        *("long", "int", "to", "type", "type_as", "cuda", "cpu", "clone", "detach", "contiguous"),
        *("view", "reshape", "unsqueeze", "squeeze", "flatten", "expand", "expand_as", "repeat"),
    )
)
_MAKES = frozenset(("tensor", "as_tensor", "LongTensor", "IntTensor", "from_numpy"))
_COUNTS = frozenset(("sum", "cumsum", "count_nonzero", "bincount", "size", "len"))
_COUNT_NAMES = re.compile(r"(?:^|_)(?:n|num|lens?|lengths?|counts?|sizes?)(?:$|_)|lens$|lengths?$", re.IGNORECASE)
_DOUBT = "another entry could be meant"


def counted_lengths(project: Project, finding: Finding) -> Iterator[CodeChange]:
    """Yield an index less one, where the largest is the size of the dimension and it comes from a count."""
    operation = project.operation(finding)
    if operation is None or not operation.raised:
        return
    for index in _past_by_one(project, operation):
        place, is_count = _origin(project, index)
        if is_count:
            words = f"take one from `{place.text}`, which counts: the last of as many entries is one before"
            edit = place.source.replace(place.node, f"{place.text} - 1")
            evidence = (Evidence.EXACT_FIT, Evidence.EVIDENT, Evidence.INSERTED)
            yield CodeChange(words, (edit,), evidence, _DOUBT)


def _past_by_one(project: Project, operation: Operation) -> Iterator[Expression]:
    """Yield the indices of a call of which the smallest is at least one and the largest one past the end."""
    places, tensors = operands(project, operation), operation.tensors
    if len(places) != len(tensors) or not tensors:
        return
    own = tensors[0].shape
    if operation.operator in {"getitem", "setitem"}:
        key = operation.arguments[1] if len(operation.arguments) > 1 else None
        parts = key.items if isinstance(key, Sequence) and key.type == "tuple" else (key,)
        if any(part is None or isinstance(part, bool) or is_mask(part) for part in parts):
            return
        if any(getattr(part, "type", "") == "ellipsis" for part in parts):
            return
        sizes = [size for size, part in zip(own, parts, strict=False) if isinstance(part, Tensor)]
    elif operation.operator in _PICKS:
        call = bound(project, operation)
        dimension = None if call is None else call.call.get("dim")
        if operation.operator != "take" and not isinstance(dimension, int):
            return
        sizes = [own[dimension % len(own)] if isinstance(dimension, int) else math.prod(own)]
    else:
        return
    for place, tensor, size in zip(places[1:], tensors[1:], sizes, strict=False):
        if tensor.values is not None and tensor.values[0] >= 1 and tensor.values[1] == size:
            yield place


def _origin(project: Project, index: Expression) -> tuple[Expression, bool]:
    """Return where one is to be taken, as near to the count as nothing else reads it, and whether it is a count."""
    place, is_near, current = index, True, index
    for _ in range(_MOST_STEPS):
        node = current.node
        inner = _kept(node)
        if inner is not None:
            current = current.at(inner)
        elif isinstance(node, ast.Name) and (binding := _bound(project, current)) is not None:
            is_near = is_near and _only_picks(current)
            current = binding
        else:
            break
        place = current if is_near else place
    return place, _counts(current) or (place is not current and _counts(place))


def _kept(node: ast.expr) -> ast.expr | None:
    """Return what has the same numbers as an expression, in another form, type or place."""
    if isinstance(node, ast.Subscript):
        parts = subscripts.parts(node)
        is_same = all(isinstance(p, ast.Slice) or getattr(p, "value", 0) in (None, Ellipsis) for p in parts)
        return node.value if is_same else None
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return None
    return node.func.value if node.func.attr in _KEEPS else None


def _bound(project: Project, name: Expression) -> Expression | None:
    """Return what a name was bound to in its function, alone and as a whole."""
    before = [binding for binding in bindings(project, name) if binding.inverse is None]
    if len(before) != 1 or before[0].is_argument or before[0].expression.source is not name.source:
        return None
    value, source = before[0].expression, name.source
    statement = source.statement_of(value.node)
    is_plain = isinstance(statement, ast.Assign) and statement.value is value.node and len(statement.targets) == 1
    is_here = source.function_of(value.node) is source.function_of(name.node)
    return name.at(value.node) if is_plain and is_here else None


def _only_picks(name: Expression) -> bool:
    """Return whether a name is read nowhere but as an index, so that what it is bound to can be another number."""
    source, node = name.source, name.node
    assert isinstance(node, ast.Name)
    read_at = reads(source.function_of(node) or source.tree, node.id)
    return len(read_at) == 1 or all(_is_index(name, read) for read in read_at)


def _is_index(name: Expression, read: ast.expr) -> bool:
    below_it: ast.AST = read
    for above in name.source.ancestors(read):
        if isinstance(above, ast.Subscript):
            return below_it is above.slice
        if isinstance(above, ast.Call):
            return callee_name(above) in _PICKS and below_it is not above.func
        if not isinstance(above, (ast.Tuple, ast.List)):
            return False
        below_it = above
    return False


def _counts(expression: Expression) -> bool:
    """Return whether an expression says how many there are: a sum, or what is named as a number of something."""
    node = expression.node
    if isinstance(node, ast.Call):
        if callee_name(node) in _MAKES and node.args:
            return _counts(expression.at(node.args[0]))
        return callee_name(node) in _COUNTS
    if isinstance(node, (ast.ListComp, ast.GeneratorExp)):
        return _counts(expression.at(node.elt))
    name = node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")
    return bool(_COUNT_NAMES.search(name))
