"""``in_dims`` for a ``torch.vmap`` that maps what all samples share: parameters beside data.

Without ``in_dims`` the first axis of every argument is mapped, and all have to be of one size there. What has another
size there, or is a dictionary of tensors that differ in it, is shared: ``in_dims=(None, 0, 0)``. What the mapped
function does with its arguments is for the run.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from autofix.facts.project_view import Expression, Project
from autofix.provenance.bindings import bindings
from autofix.records.locations import Edit
from autofix.records.values import Mapping, Sequence, Value, tensors_of
from autofix.syntax.call_edits import NotACall, with_argument
from autofix.syntax.name_bindings import callee_name
from autofix.syntax.source import argument

_CALLEE = "torch._functorch.apis.vmap.<locals>.wrapped"


def mapped_axes(project: Project) -> Iterator[tuple[str, Edit]]:
    """Yield ``in_dims=...`` and the edit that writes it, the one that maps most arguments first."""
    failure = project.trace.failure
    if failure is None or failure.callee != _CALLEE:
        return
    call, passed = project.call(failure.frames), dict(failure.arguments).get("args")
    mapping = None if call is None else _mapping(project, call)
    if mapping is None or not isinstance(passed, Sequence) or not isinstance(mapping.node, ast.Call):
        return
    if len(mapping.node.args) != 1 or argument(mapping.node, 1, "in_dims") is not None:
        return
    for text in _in_dims(passed.items):
        try:
            edit = mapping.source.replace(mapping.node, with_argument(mapping.text, "in_dims", text))
        except NotACall:
            return
        yield f"in_dims={text}", edit


def _mapping(project: Project, call: Expression) -> Expression | None:
    """Return the call of ``vmap`` that gave the function which is called: beside it, or bound to its name before."""
    if not isinstance(call.node, ast.Call):
        return None
    function = replace(call, node=call.node.func)
    places = [function, *(binding.expression for binding in bindings(project, function))]
    return next((p for p in places if isinstance(p.node, ast.Call) and callee_name(p.node) == "vmap"), None)


def _in_dims(arguments: tuple[Value, ...]) -> Iterator[str]:
    """Yield which arguments are mapped along their first axis and which are shared, as they would be written."""
    firsts = [_first_size(value) for value in arguments]
    counts = Counter(size for size in firsts if size is not None)
    # Of two sizes as frequent, data comes behind what is shared more often than before it.
    last = {size: index for index, size in enumerate(firsts) if size is not None}
    for size in sorted(counts, key=lambda size: (-counts[size], -last[size])):
        axes = ["0" if first == size else "None" for first in firsts]
        if "None" in axes:
            yield f"({', '.join(axes)}{',' if len(axes) == 1 else ''})"


def _first_size(value: Value) -> int | None:
    """Return the first size of all tensors of an argument; None where they differ, or one has no axis."""
    tensors = tensors_of((value,))
    sizes = {tensor.shape[0] if tensor.rank else None for tensor in tensors}
    is_whole = not isinstance(value, (Mapping, Sequence)) or len(tensors) == len(_leaves(value))
    return next(iter(sizes)) if len(sizes) == 1 and is_whole else None


def _leaves(value: Value) -> list[Value]:
    if isinstance(value, Mapping):
        return [leaf for _, item in value.items for leaf in _leaves(item)]
    if isinstance(value, Sequence):
        return [leaf for item in value.items for leaf in _leaves(item)]
    return [value]
