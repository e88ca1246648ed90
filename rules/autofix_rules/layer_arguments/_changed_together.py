"""Sizes of a layer that only make sense together, so that they are changed in one step."""

import ast
from collections.abc import Iterator

from autofix.diagnosis.cause import tensor_at
from autofix.edits.code_change import CodeChange
from autofix.provenance.channel_sites import number
from autofix.provenance.producers import argument_expression, argument_sites
from autofix.rule import Evidence, Finding, Layer, Operation, Project, sites, together
from autofix.syntax.call_edits import with_argument


def depthwise(project: Project, layer: Layer, channels: int) -> Iterator[CodeChange]:
    """Yield the channels and groups of a convolution, where they are written as the same number."""
    groups, old, out = (number(layer, name) for name in ("groups", "in_channels", "out_channels"))
    if groups is None or old is None or out is None or groups == 1 or groups != old or out % old:
        return
    sizes = {"in_channels": channels, "out_channels": out // old * channels, "groups": channels}
    places = {name: argument_expression(project, layer, name) for name in sizes}
    edits = tuple(
        place.source.replace(place.node, str(sizes[name]))
        for name, place in places.items()
        if place is not None and isinstance(place.node, ast.Constant)
    )
    if len(edits) == len(sizes):
        yield CodeChange(f"set the channels and groups of `{layer.label}` to {channels}", edits)


def entries(finding: Finding, project: Project, layer: Layer) -> Iterator[CodeChange]:
    """Yield ``[C, H, W]`` of a norm: each entry that differs is set at its cheapest place."""
    expression = argument_expression(project, layer, finding.parameter)
    nodes = expression.node.elts if expression and isinstance(expression.node, (ast.List, ast.Tuple)) else []
    if expression is None or len(nodes) != len(finding.actual):
        return
    options = [
        sites(project, expression.at(node), new)
        for node, old, new in zip(nodes, finding.expected, finding.actual, strict=True)
        if old != new
    ]
    if all(options):
        title = f"set `{finding.parameter}` of `{layer.label}` to {list(finding.actual)}"
        yield CodeChange(title, *together(places[0] for places in options))


def key_and_value(project: Project, layer: Layer, operation: Operation, width: int) -> Iterator[CodeChange]:
    """Yield ``kdim`` and ``vdim`` of an attention, where key and value are equally wide."""
    key, value = (tensor_at(operation, place, name) for place, name in ((1, "key"), (2, "value")))
    call = project.construction_call(layer)
    if key is None or value is None or key.shape[-1] != value.shape[-1] or call is None:
        return
    names = [name for name in ("kdim", "vdim") if layer.setting(name) != width]
    title = f"set `kdim` and `vdim` of `{layer.label}` to {width}"
    per_name = [argument_sites(project, layer, name, width) for name in names]
    if all(argument_expression(project, layer, name) is None for name in ("kdim", "vdim")):
        text = with_argument(with_argument(call.text, "kdim", str(width)), "vdim", str(width))
        yield CodeChange(title, (call.source.replace(call.node, text),), (Evidence.INSERTED,))
    elif all(per_name):
        for first in per_name[0]:
            alike = [next((s for s in options if s.text == first.text), options[0]) for options in per_name]
            yield CodeChange(title, *together(alike))
