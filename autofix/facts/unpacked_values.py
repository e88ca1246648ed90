"""What is taken apart into names: by an assignment, or by a loop over pairs, parts of a zip, or what a loader gives.

It reads recorded values; of what a loader gives, which no operation records, it reads how the project makes it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace

from autofix.facts.evaluate import UNKNOWN
from autofix.facts.project_view import Expression, Project
from autofix.facts.returned_values import Returned, returned
from autofix.records.trace import Frame
from autofix.records.values import Mapping, Opaque, Sequence, Value
from autofix.syntax.name_bindings import assignments, callee_name
from autofix.syntax.source import Source, argument, below

_FIXED = frozenset(("Size", "PackedSequence"))
# Loops that go over what they are given one by one, and say more of it or show how far they are.
_COUNTING, _SHOWING = "enumerate", frozenset(("tqdm", "trange", "list", "iter", "reversed", "track"))


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What stands on the left, what on the right, and what of it the names at fault are for."""

    left: ast.expr
    right: ast.expr
    result: Returned
    value: Value
    is_loop: bool = False


def unpacked(project: Project, source: Source, target: ast.Tuple, frames: tuple[Frame, ...]) -> Unpacked | None:
    """Return what was to be taken apart into ``target``, itself perhaps a part of the names on the left."""
    left: ast.expr = target
    while isinstance(parent := source.parents.get(left), (ast.Tuple, ast.List)):
        left = parent
    if isinstance(parent, ast.Assign) and parent.targets == [left]:
        result = _assigned(project, Expression(source, parent.value, frames))
        return Unpacked(left, parent.value, result, _inside(source, target, left, result.value))
    if isinstance(parent, (ast.For, ast.AsyncFor, ast.comprehension)) and parent.target is left:
        count = len(target.elts)
        result = _one_of(project, Expression(source, parent.iter, frames), count)
        value = _inside(source, target, left, result.value)
        return Unpacked(left, parent.iter, replace(result, value=value), value, is_loop=True)
    return None


def _inside(source: Source, target: ast.expr, left: ast.expr, value: Value) -> Value:
    """Return the part of ``value`` that ``target`` is for, which may stand in parentheses among other names."""
    parent = source.parents.get(target)
    if target is left or not isinstance(parent, (ast.Tuple, ast.List)):
        return value
    around = _inside(source, parent, left, value)
    items, index = around.items if isinstance(around, Sequence) else (), parent.elts.index(target)
    return items[index] if index < len(items) else UNKNOWN


def _assigned(project: Project, right: Expression) -> Returned:
    """Return what an assignment takes apart: of a name its value, with the function that returned it."""
    value = project.value(right)
    if isinstance(right.node, ast.Call) and not (isinstance(value, Sequence) and value.type == "Size"):
        return returned(project, right.source, right.node)
    if not isinstance(right.node, ast.Name) or not isinstance(value, Sequence) or value.type in _FIXED:
        return Returned(value)
    scope = right.source.function_of(right.node) or right.source.tree
    before = [v for s, v in assignments(right.source, scope, right.text) if s.lineno < right.node.lineno]
    if len(before) == 1 and isinstance(before[0], ast.Call):
        result = returned(project, right.source, before[0])
        if isinstance(result.value, Sequence) and len(result.value.items) == len(value.items):
            return replace(result, value=value)
    return Returned(value)


def _one_of(project: Project, over: Expression, count: int) -> Returned:
    """Return one of the values that a loop goes over: one that is not ``count`` parts, where there is one."""
    node = over.node
    call = node if isinstance(node, ast.Call) and node.args else None
    if call is not None and callee_name(call) == _COUNTING:
        inner = _one_of(project, over.at(call.args[0]), count)
        return replace(inner, value=Sequence("tuple", (0, inner.value)))
    if call is not None and callee_name(call) == "zip" and not any(isinstance(a, ast.Starred) for a in call.args):
        parts = tuple(_one_of(project, over.at(part), count).value for part in call.args)
        return Returned(Sequence("tuple", parts))
    if call is not None and callee_name(call) in _SHOWING:
        return _one_of(project, over.at(call.args[0]), count)
    values = project.value(over)
    if isinstance(values, Sequence):
        items = [item for item in values.items if isinstance(item, Sequence)]
        return Returned(next((item for item in items if len(item.items) != count), UNKNOWN))
    is_object = isinstance(values, Opaque) or (isinstance(values, Mapping) and values.type != "dict")
    return _loaded(project) if is_object else Returned(UNKNOWN)


def _loaded(project: Project) -> Returned:
    """Return what a loader or data set of the project gives, where all of them give as many parts."""
    known = list(_made_by_data_sets(project))
    lengths = {len(items) for _, _, items in known}
    if len(lengths) != 1:
        return Returned(UNKNOWN)
    source, node, items = known[0]
    value = Sequence("tuple", (Opaque("part"),) * len(items))
    return Returned(value, None, source, source.function_of(node), node if len(known) == 1 else None)


def _made_by_data_sets(project: Project) -> Iterator[tuple[Source, ast.expr, list[ast.expr]]]:
    """Yield what functions that collate return, else what ``__getitem__`` returns and what TensorDatasets are of."""
    collating = {
        getattr(passed, "id", getattr(passed, "attr", ""))
        for source in project.sources()
        for call in source.calls
        if (passed := argument(call, 6, "collate_fn")) is not None and callee_name(call).endswith("Loader")
    }
    for source in project.sources():
        for node in source.nodes:
            if isinstance(node, ast.FunctionDef) and (
                node.name in collating if collating else node.name == "__getitem__"
            ):
                for part in below(node):
                    if isinstance(part, ast.Return) and isinstance(part.value, ast.Tuple):
                        yield source, part.value, part.value.elts
        for call in source.calls if not collating else ():
            if callee_name(call) == "TensorDataset" and not any(isinstance(a, ast.Starred) for a in call.args):
                yield source, call, call.args
