"""Building a layer of another class: where its class is named, and how the file names the other one.

It spells the edit; which class is right is the rule's business.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.facts.project_view import Expression, Project
from autofix.records.costs import Evidence
from autofix.records.locations import Edit, Position, Range
from autofix.records.trace import Layer, Operation
from autofix.syntax.call_edits import NotACall, with_callee
from autofix.syntax.source import Source, argument, below, dotted

_LAYERS = (
    "Conv",
    "Linear",
    "BatchNorm",
    "LayerNorm",
    "ReLU",
    "MaxPool",
    "Sequential",
    "Dropout",
    "Embedding",
    "ModuleList",
)
_LAYERS_OF_MAPS = ("Conv", "BatchNorm", "InstanceNorm", "MaxPool", "AvgPool", "Adaptive", "Dropout")
Exchange = tuple[tuple[Edit, ...], tuple[Evidence, ...]]


def exchanged(project: Project, layer: Layer, kind: str) -> Iterator[Exchange]:
    """Yield edits that make ``layer`` a ``kind``, with what speaks against them: at its own call, or at
    the call around.
    """
    frames = layer.construction
    call = project.construction_call(layer)
    if call is None or not isinstance(call.node, ast.Call):
        return
    shared = _builders(project, layer) > 1
    own = dotted(call.node.func).rpartition(".")[2] == layer.kind
    for edits in _renamed(call, kind, own):
        chosen_elsewhere = () if own else (Evidence.FROM_THIS_RUN,)
        yield edits, (*chosen_elsewhere, *((Evidence.MORE_PLACES,) if shared else ()))
    outer = project.call(frames[1:])
    if shared and outer is not None and isinstance(outer.node, ast.Call) and "__init__" not in frames[0].function:
        for edits in _renamed(outer, kind, False):
            yield edits, ()


def _builders(project: Project, layer: Layer) -> int:
    """Return how many layers the same line built."""
    frame = layer.construction[0]
    return sum(
        1
        for o in project.trace.layers
        if o.construction and o.construction[0].range == frame.range and o.construction[0].path == frame.path
    )


def _renamed(call: Expression, kind: str, own: bool) -> Iterator[tuple[Edit, ...]]:
    assert isinstance(call.node, ast.Call)
    source = call.source
    name, imports = spelled(source, kind, call.node.func if own else None)
    try:
        with_callee(call.text, kind)
    except NotACall:
        return
    if name:
        yield (source.replace(call.node.func, name), *imports)


def spelled(source: Source, kind: str, like: ast.expr | None = None) -> tuple[str, tuple[Edit, ...]]:
    """Return the file's name for the torch layer ``kind``, and the import edited for it; empty where there is none."""
    if isinstance(like, ast.Attribute):
        return f"{source.text_of(like.value)}.{kind}", ()
    if like is None:
        attributes = (n for n in source.nodes if isinstance(n, ast.Attribute) and n.attr.startswith(_LAYERS))
        base = next((dotted(n.value) for n in attributes if dotted(n.value) in {"nn", "torch.nn"}), "")
        if base:
            return f"{base}.{kind}", ()
    imports = [n for n in source.nodes if isinstance(n, ast.ImportFrom) and n.module == "torch.nn"]
    names = {alias.asname or alias.name for node in imports for alias in node.names}
    if kind in names or "*" in names:
        return kind, ()
    if imports:
        end = source.range_of(imports[0].names[-1]).end
        position = Position(end.line, end.column)
        return kind, (Edit(source.path, Range(position, position), f", {kind}"),)
    return "", ()


def siblings(project: Project, layer: Layer) -> Iterator[tuple[Source, ast.Call]]:
    """Yield the calls written beside the layer's own as entries of one container."""
    call = project.construction_call(layer)
    if call is None:
        return
    parent = call.source.parents.get(call.node)
    entries = (
        parent.args
        if isinstance(parent, ast.Call)
        else parent.elts
        if isinstance(parent, (ast.List, ast.Tuple))
        else []
    )
    for entry in entries:
        if isinstance(entry, ast.Call) and entry is not call.node:
            yield call.source, entry


def beside(project: Project, layer: Layer, suffix: str) -> tuple[Edit, ...]:
    """Return edits that give the layers written beside ``layer`` as many dimensions (``MaxPool1d`` to ``MaxPool2d``),
    and those of the same function with a kernel of as many sizes, which no layer of fewer dimensions takes.
    """
    old = layer.kind[-2:]
    edits: list[Edit] = []
    for source, entry in (*siblings(project, layer), *_with_kernels(project, layer, int(suffix[0]))):
        name = dotted(entry.func).rpartition(".")[2]
        if name.endswith(old) and name.startswith(_LAYERS_OF_MAPS):
            text, imports = spelled(source, name[:-2] + suffix, entry.func)
            edits += [source.replace(entry.func, text), *imports] if text else []
    return tuple(dict.fromkeys(edits))


def _with_kernels(project: Project, layer: Layer, sizes: int) -> Iterator[tuple[Source, ast.Call]]:
    call = project.construction_call(layer)
    function = None if call is None else call.source.function_of(call.node)
    if call is None or function is None:
        return
    for node in below(function):
        if isinstance(node, ast.Call) and node is not call.node:
            kernel = argument(node, 0 if "Pool" in dotted(node.func) else 2, "kernel_size")
            if isinstance(kernel, (ast.Tuple, ast.List)) and len(kernel.elts) == sizes:
                yield call.source, node


def exchanged_function(project: Project, operation: Operation, suffix: str) -> Iterator[tuple[tuple[Edit, ...], str]]:
    """Yield the edits and the new name that turn ``F.max_pool2d`` into ``F.max_pool1d``."""
    place = project.expression(operation)
    if place is None or not isinstance(place.node, ast.Call) or not isinstance(place.node.func, ast.Attribute):
        return
    old = place.node.func.attr
    if old[-2:-1].isdigit() and old.endswith("d") and old[-2:] != suffix and suffix in {"1d", "2d", "3d"}:
        name = old[:-2] + suffix
        base = place.source.text_of(place.node.func.value)
        yield (place.source.replace(place.node.func, f"{base}.{name}"),), name
