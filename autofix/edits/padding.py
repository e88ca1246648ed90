"""The padding of a convolution: where it is written or could be, and what the layers like it do.

It finds places and counts; which repair is right is for the rules.
"""

from __future__ import annotations

import ast

from autofix.edits.code_change import CodeChange
from autofix.edits.set_arguments import layer_argument_set
from autofix.facts.contracts import BoundCall, fits
from autofix.facts.project_view import Project
from autofix.facts.replays import carried
from autofix.operators.shape_functions import per_dimension
from autofix.provenance import Site, SiteKind, sites
from autofix.provenance.channel_sites import spatial
from autofix.provenance.producers import argument_sites
from autofix.records.costs import Evidence
from autofix.records.locations import Edit
from autofix.records.trace import Layer, Operation

_DOUBT = "cropping the larger maps would keep every convolution as it is"


def padding_sites(project: Project, layer: Layer, parameter: str, size: int) -> tuple[Site, ...]:
    """Return places that give the layer ``size`` for ``padding`` or ``output_padding``.

    Where none is written, the argument is added.
    """
    call = project.construction_call(layer)
    written_sites = argument_sites(project, layer, parameter, size)
    if written_sites or call is None or not isinstance(call.node, ast.Call):
        return written_sites
    handed = _keyword_sites(project, layer, parameter, size) if any(k.arg is None for k in call.node.keywords) else ()
    if handed:
        return handed
    edits = layer_argument_set(project, layer, parameter, str(size))
    return (Site(edits, (), str(size), SiteKind.ARGUMENT, call.source.location(call.node)),) if edits else ()


def _keyword_sites(project: Project, layer: Layer, parameter: str, size: int) -> tuple[Site, ...]:
    """Return the sites at the keyword of a caller's call, which reaches the layer in ``**options``."""
    frames = layer.construction
    for depth in range(1, len(frames)):
        call = project.call(frames[depth:])
        keywords = call.node.keywords if call is not None and isinstance(call.node, ast.Call) else ()
        node = next((k.value for k in keywords if k.arg == parameter), None)
        if call is not None and node is not None:
            return sites(project, call.at(node), size)
    return ()


def half_kernel(layer: Layer) -> int | None:
    """Return the padding with which a convolution of odd kernel keeps the size, apart from its stride.

    None for other kernels.
    """
    kernel = per_dimension(layer.setting("kernel_size"), spatial(layer))
    dilation = per_dimension(layer.setting("dilation"), spatial(layer))
    if not kernel or not dilation or len(set(kernel)) != 1 or kernel[0] < 3 or kernel[0] % 2 == 0:
        return None
    return dilation[0] * (kernel[0] // 2) if len(set(dilation)) == 1 else None


def lacks_padding(layer: Layer) -> bool:
    """Return whether a convolution that could keep the size has no padding at all."""
    padding = per_dimension(layer.setting("padding"), spatial(layer))
    return not layer.kind.startswith("ConvTranspose") and half_kernel(layer) is not None and set(padding or ()) == {0}


def alone_unpadded(project: Project, layer: Layer) -> bool:
    """Return whether every other convolution of this kernel keeps the size; where there is none, those
    of other kernels.

    Layers that one call builds are one decision, so they do not count beside ``layer``.
    """
    others = [
        other
        for other in project.trace.layers
        if other.path is not None and other.kind == layer.kind and half_kernel(other) and _place(other) != _place(layer)
    ]
    alike = [other for other in others if half_kernel(other) == half_kernel(layer)]
    return bool(others) and all(_keeps_size(other) for other in alike or others)


def every_padding(project: Project, operation: Operation) -> CodeChange | None:
    """Return the padding of all convolutions that ran, where none of them has any and maps meet that would be of one
    size if each had kept it: a decoder joins what it makes with what the encoder gave out.
    """
    ran = [(o, layer) for o in project.trace.operations[: operation.index] if (layer := project.layer_of(o))]
    convolutions = {o.index: layer for o, layer in ran if layer.kind.startswith("Conv") and half_kernel(layer)}
    lacking = {index: layer for index, layer in convolutions.items() if lacks_padding(layer)}
    if len({_place(layer) for layer in lacking.values()}) < 2 or lacking != convolutions:
        return None

    def padded(operation: Operation, call: BoundCall) -> BoundCall:
        return call.with_argument("padding", half_kernel(lacking[operation.index]))

    if not fits(carried(project, {}, min(lacking) - 1, operation, frozenset(lacking), padded)):
        return None
    edits: dict[Edit, None] = {}
    for layer in lacking.values():
        places = padding_sites(project, layer, "padding", half_kernel(layer) or 0)
        edits |= dict.fromkeys(places[0].edits if places else ())
    evidence = (Evidence.EXACT_FIT, Evidence.EVIDENT, Evidence.MORE_PLACES)
    return CodeChange("pad every convolution, which keeps the size of the maps", tuple(edits), evidence, _DOUBT)


def _place(layer: Layer) -> object:
    return (layer.construction[0].path, layer.construction[0].range) if layer.construction else layer.identity


def _keeps_size(layer: Layer) -> bool:
    padding = layer.setting("padding")
    return padding == "same" or set(per_dimension(padding, spatial(layer)) or ()) == {half_kernel(layer)}
