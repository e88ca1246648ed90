"""Another name of the scope in place of one that is read on the way to a fault.

Every tensor and every size at hand there is held against the contracts of what ran: where the call that failed would be
content with it, it is a candidate, and where the contracts cannot tell, the run has to. It proposes names.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from autofix.edits.code_change import CodeChange
from autofix.edits.names_in_scope import is_telling
from autofix.edits.verdicts import recorded_at, verdict_of
from autofix.facts.checked_shapes import is_check
from autofix.facts.fault_path import FaultPlace, reads_of, way
from autofix.facts.project_view import Expression, Project
from autofix.records.costs import Evidence
from autofix.records.locations import Location
from autofix.records.trace import Operation
from autofix.records.values import Sequence, Tensor, Value, is_integer
from autofix.syntax import subscripts
from autofix.syntax.name_bindings import bound_later, parameters, reads, targets
from autofix.syntax.source import below, dotted

MOST = 8
_DOUBT = "that another name is meant is told by the run, not by its name"
_STEM = 4  # Letters that make two words one: ``grad`` and ``grads``.


@dataclass(frozen=True, slots=True)
class NameAtHand:
    """``text`` to stand for ``read``. ``fits``: whether the contracts are content, None where they cannot tell.

    ``is_related``: the names have a word in common, or one is worked out from the other. ``is_unread``: nothing else
    reads it.
    """

    read: Expression
    text: str
    fits: bool | None
    is_related: bool
    is_unread: bool = False

    @property
    def change(self) -> CodeChange:
        title = f"read `{self.text}` for `{self.read.text}`" + ", which nothing else reads" * self.is_unread
        is_meant = bool(self.fits) and self.is_related and self.text.isidentifier()
        evidence = (Evidence.EXACT_FIT * bool(self.fits), Evidence.AGREES * (self.is_unread or is_meant))
        edits = (self.read.source.replace(self.read.node, self.text),)
        return CodeChange(title, edits, (*evidence, Evidence.BY_RUN * (not is_meant), Evidence.OTHER_NAME), _DOUBT)


def names_at_hand(project: Project, operation: Operation | None, layer: int | None) -> Iterator[CodeChange]:
    """Yield other names for those read on the way to the fault: those that fit first, then related ones, the nearest
    first.
    """
    at = recorded_at(project)
    every = list(_every(project, operation, layer, at))
    for verdict, is_related in ((True, True), (True, False), (None, True), (None, False)):
        chosen = (name for name in every if name.fits is verdict and (name.is_related or name.is_unread) is is_related)
        yield from (name.change for name in islice(chosen, MOST))


def _every(
    project: Project, operation: Operation | None, layer: int | None, at: dict[Location, Operation]
) -> Iterator[NameAtHand]:
    seen: set[tuple[str, int, int]] = set()
    is_odd = is_type_error = _is_of_odd_kind(project, operation)
    for place in way(project, operation, layer):
        for node in reads_of(place.statement):
            key = (str(place.source.path), node.lineno, node.col_offset)
            if key in seen or not isinstance(node, ast.Name) or _is_called(place, node):
                continue
            seen.add(key)
            read = place.at(node)
            value = project.value(read)
            # A fraction that is passed for a size fails further in.
            is_free = is_odd or (is_type_error and isinstance(value, float))
            for other, text, is_related in _pool(project, place, read, value, at, is_free):
                if _further_loads(place, node.id) < 2 and not re.search(rf"\b{node.id}\b", text):
                    continue  # What was computed for this line would be computed for nothing.
                verdict = verdict_of(project, operation, read, (value, text, other), at)
                if verdict is not False:
                    is_unread = text.isidentifier() and not _loads(place, text)
                    yield NameAtHand(read, text, verdict, is_related, is_unread)
        is_odd = False  # Only what stands in the line that failed.


def _is_of_odd_kind(project: Project, operation: Operation | None) -> bool:
    """Return whether a run ended since something of another kind was read than the line can do with: a tensor for a
    number, or one in whose sizes nobody is interested.
    """
    failure = project.trace.failure
    return is_check(operation) or (failure is not None and failure.type == "TypeError")


def _is_called(place: FaultPlace, node: ast.expr) -> bool:
    """Return whether a name is called there."""
    parent = place.source.parents.get(node)
    return isinstance(parent, ast.Call) and parent.func is node


# -- what is at hand -------------------------------------------------------------------------------------------------


def _pool(
    project: Project, place: FaultPlace, read: Expression, value: Value, at: dict[Location, Operation], is_odd: bool
) -> Iterator[tuple[Value, str, bool]]:
    """Yield what could stand for a read, with its value and whether their names are related. ``is_odd``: what stands
    there may be of a kind that is not meant.
    """
    own = dotted(read.node)
    names = project.names(read)
    scope = names.local or names.module
    later = set() if isinstance(place.scope, ast.Module) else bound_later(place.scope, place.statement.lineno)
    # One of these twice is never what was meant; where the names have nothing in common, in the whole line.
    around = next((n for n in place.source.ancestors(read.node) if isinstance(n, (ast.Call, ast.BinOp))), None)
    # What a line makes anew from itself, ``k = k.view(...)``, is meant whatever its neighbours are called.
    updated = _assigned(place.statement)
    beside, in_line = ({n.id for n in reads(node)} if node else set() for node in (around, place.statement))
    order = [] if isinstance(place.scope, ast.Module) else parameters(place.scope)
    items = scope.items if scope is not None else ()
    for name, other in sorted(items, key=lambda pair: order.index(pair[0]) if pair[0] in order else len(order)):
        is_related = own not in updated and _is_related(own, name)
        # One that begins with ``_`` is meant to be left.
        is_free = (
            name.isidentifier()
            and not name.startswith("_")
            and name not in {own, *later, *(beside if is_related else in_line)}
        )
        is_of_kind = _is_of_kind(value, other, is_related) or (
            is_odd and _may_be_meant(project, place, read, (value, other))
        )
        if is_free and is_of_kind and other != value:
            yield other, name, is_related
    if is_integer(value):
        yield from _worked_out(project, place, read, value)
    if isinstance(value, Tensor):
        yield from _picked(place, read, value, at)


def _assigned(statement: ast.stmt) -> set[str]:
    """Return the names that a statement assigns."""
    return (
        set().union(*(targets(target) for target in statement.targets)) if isinstance(statement, ast.Assign) else set()
    )


def _is_of_kind(value: Value, other: Value, is_related: bool) -> bool:
    """Return whether a name holds what could be meant in place of another: a tensor for a tensor, of as many dimensions
    and the same type where the names have nothing in common, or one for several.
    """
    if isinstance(value, Tensor):
        return isinstance(other, Tensor) and (is_related or (value.rank, value.dtype) == (other.rank, other.dtype))
    if isinstance(value, Sequence):
        return isinstance(other, Tensor)
    return is_integer(value) and is_integer(other)


def _may_be_meant(project: Project, place: FaultPlace, read: Expression, pair: tuple[Value, Value]) -> bool:
    """Return whether a value may be meant in place of one of another kind: a tensor for a tensor, and a tensor or a
    number for what a call is given or calculated with; no tensor beside another one, which is odd enough there.
    """
    value, other = pair
    if isinstance(value, Tensor) and isinstance(other, Tensor):
        return True
    parent = place.source.parents.get(read.node)
    call = next((n for n in place.source.ancestors(read.node) if isinstance(n, ast.Call)), None)
    if call is None or not isinstance(parent, (ast.keyword, ast.BinOp, ast.Call, ast.Tuple, ast.List)):
        return False
    passed = (*call.args, *(keyword.value for keyword in call.keywords))
    has_tensor = any(isinstance(project.value(place.at(name)), Tensor) for part in passed for name in reads(part))
    return (isinstance(other, Tensor) and not has_tensor) or (is_integer(other) and not is_integer(value))


def _worked_out(
    project: Project, place: FaultPlace, read: Expression, value: Value
) -> Iterator[tuple[Value, str, bool]]:
    """Yield what the same function works out with a number from the name, ``size // 2`` for ``size``, and the entries
    that it reads of other names, ``sizes[-1]``.
    """
    seen: set[str] = set()
    own = place.source.parents.get(read.node)
    for node in below(place.scope):
        match node:
            case (
                ast.BinOp(left=ast.Name(id=name), right=ast.Constant())
                | ast.BinOp(left=ast.Constant(), right=ast.Name(id=name))
            ) if node is not own and name == dotted(read.node):
                is_related = True
            case ast.Subscript(
                value=ast.Name(id=name), slice=ast.Constant() | ast.UnaryOp(op=ast.USub(), operand=ast.Constant())
            ) if node is not own:
                is_related = _is_related(dotted(read.node), name)
            case _:
                continue
        text = place.source.text_of(node)
        other = project.integer(place.at(node))
        if other is not None and other != value and text not in seen:
            seen.add(text)
            yield other, text, is_related


def _picked(
    place: FaultPlace, read: Expression, value: Tensor, at: dict[Location, Operation]
) -> Iterator[tuple[Value, str, bool]]:
    """Yield the rows of a tensor that the function picks of another one which is as long: ``mask[keep]`` where it says
    ``edges[keep]``.
    """
    seen: set[str] = set()
    for node in below(place.scope):
        index, dimension = _index(node)
        picking = at.get(place.source.location(node)) if index else None
        if picking is None or not isinstance(picking.result, Tensor) or not picking.tensors or index in seen:
            continue
        seen.add(index)
        rows, picked = (tensor.shape[dimension : dimension + 1] for tensor in (picking.tensors[0], picking.result))
        if rows == value.shape[:1] != picked and index != dotted(read.node):
            yield replace(value, shape=(*picked, *value.shape[1:])), f"{dotted(read.node)}[{index}]", True


def _index(node: ast.AST) -> tuple[str, int]:
    """Return the name that a subscript picks by, and along which dimension: ``keep`` and 1 of ``edges[:, keep]``."""
    if not isinstance(node, ast.Subscript):
        return "", 0
    parts = subscripts.parts(node)
    names = [(part.id, position) for position, part in enumerate(parts) if isinstance(part, ast.Name)]
    is_whole = all(isinstance(part, (ast.Name, ast.Slice)) for part in parts)
    return names[0] if len(names) == 1 and is_whole else ("", 0)


def _is_related(first: str, second: str) -> bool:
    """Return whether two names share a word, or one is a short one that the other ends or begins with."""
    if is_telling(first, second):
        return True
    words, others = (name.lower().split("_") for name in (first, second))
    if any(a[:_STEM] == b[:_STEM] and a != b for a in words for b in others if min(len(a), len(b)) >= _STEM):
        return True
    short, long = sorted((first, second), key=len)
    return len(long) - len(short) <= 1 and (long.endswith(short) or long.startswith(short))


def _further_loads(place: FaultPlace, name: str) -> int:
    """Return how often the scope reads a name, but to bind it anew by what it was: ``total = total + part``."""
    own = [s for s in below(place.scope) if isinstance(s, (ast.Assign, ast.AugAssign)) and name in targets(s)]
    updates = {part for s in own if s is not place.statement and _rebinds(s, name) for part in below(s)}
    return sum(node not in updates for node in reads(place.scope, name))


def _rebinds(statement: ast.Assign | ast.AugAssign, name: str) -> bool:
    bound = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    return [dotted(target) for target in bound] == [name]


def _loads(place: FaultPlace, name: str) -> int:
    """Return how often the scope reads a name."""
    return len(reads(place.scope, name))
