"""The factor by which a model makes maps larger, where its output and the data that it meets differ by a whole factor.

``PixelShuffle(r)`` behind ``Conv2d(c, colours * r**2)``, ``Upsample``, ``interpolate``, transposed convolutions: from
the output the sizes are solved for backwards, operator by operator, as far as one that has a factor.
"""

from __future__ import annotations

from collections.abc import Iterator

from autofix.edits.code_change import CodeChange
from autofix.edits.mirrored_pools import MEETING_MAPS, argument_place
from autofix.facts.call_sites import layer_called
from autofix.facts.contracts import BoundCall, Shape, bound
from autofix.facts.dataflow import of_a_model
from autofix.facts.project_view import Project
from autofix.operators.operator import Operator, assigned
from autofix.operators.terms import Size
from autofix.provenance import sites
from autofix.provenance.producers import producer_sites
from autofix.provenance.site import together
from autofix.records.costs import Evidence, Piece
from autofix.records.trace import Operation
from autofix.records.values import Tensor, is_integer

MAX_STEPS = 24
MOST = 3
_FACTORS = ("upscale_factor", "scale_factor")


def other_factors(project: Project, operation: Operation) -> Iterator[CodeChange]:
    """Yield the factors of upsampling with which what a model gives out has the size of the maps that it meets."""
    tensor, shape = _sides(project, operation)
    steps = 0
    for _ in range(MAX_STEPS if shape else 0):
        maker = project.producer(tensor) if tensor is not None else None
        call = None if maker is None else bound(project, maker)
        if maker is None or call is None or steps > MOST or not isinstance(maker.result, Tensor):
            return
        name = _factor_of(call)
        if name:
            for value, channels in _values(call, name, maker.result.shape, shape):
                yield from _written(project, maker, name, value, channels, steps)
            steps += 1
        before = _before(call, maker.result.shape, shape)
        if before is None:
            return
        tensor, shape = before


def _sides(project: Project, operation: Operation) -> tuple[Tensor | None, Shape]:
    """Return what a model gave out and the shape that it meets, both maps whose sides alone differ."""
    output, other = (*operation.tensors, None, None)[:2]
    if output is None or other is None:
        return None, ()
    if not of_a_model(project, output):
        output, other = other, output
    shape = other.shape if other.rank == output.rank else (*output.shape[:2], *other.shape[1:])
    is_meant = of_a_model(project, output) and not of_a_model(project, other)
    if not is_meant or len(shape) != output.rank or output.rank < 3 or 0 in shape:
        return None, ()
    differ = [d for d, (own, size) in enumerate(zip(output.shape, shape, strict=True)) if own != size]
    return (output, shape) if differ and min(differ) >= 2 else (None, ())


def _factor_of(call: BoundCall) -> str:
    """Return the argument of a call that is the factor by which it makes maps larger; empty where it has none."""
    is_transposed = _names(call.row).startswith(("ConvTranspose", "conv_transpose"))
    names = (*_FACTORS, *(("stride",) if is_transposed else ()))
    return next((name for name in names if _number(call.call.get(name)) is not None), "")


def _names(row: Operator) -> str:
    return next(iter((*row.layers, *row.functions)), "")


def _number(value: object) -> int | None:
    """Return a whole number, that of equal entries too; None for any other value."""
    if isinstance(value, tuple) and value and len(set(value)) == 1:
        value = value[0]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if is_integer(value) else None


def _values(call: BoundCall, name: str, now: Shape, shape: Shape) -> Iterator[tuple[int, int | None]]:
    """Yield the factor with which a call gives the shape, with the channels that it would take where those follow."""
    factor = _number(call.call.get(name)) or 0
    values = {(size * factor) / own for own, size in zip(now[2:], shape[2:], strict=True) if own}
    value = int(values.pop()) if len(values) == 1 and factor and max(values).is_integer() else 0
    if value in (0, factor):
        return
    other = _with(call, name, value)
    is_kernel = name == "stride" and _number(call.call.get("kernel_size")) == factor
    kernels = _with(other, "kernel_size", value).with_argument("weight", None) if is_kernel else other
    if shape in (other.result(), kernels.result()):
        yield value, None
        return
    # The channels follow, of which the maps are made: those of the colours times the factor for each side.
    for assignment in call.row.inverse(other.call, len(shape) - 3, shape[-3]) if len(shape) > 3 else ():
        agreed = assigned(other.call, assignment)
        tensor = agreed.tensor("input")
        if (
            agreed.get(name) == other.call.get(name)
            and tensor is not None
            and BoundCall(call.row, agreed).result() == shape
        ):
            yield value, tensor.shape[-3]


def _with(call: BoundCall, name: str, value: int) -> BoundCall:
    """Return a call with another factor, for each side where it has one for each."""
    now = call.call.get(name)
    return call.with_argument(name, (value,) * len(now) if isinstance(now, tuple) else value)


def _before(call: BoundCall, now: Shape, shape: Shape) -> tuple[Tensor, Shape] | None:
    """Return the first operand of a call with the shape that it needs for the result to have another one."""
    tensor = next((operand.tensor for operand in call.operands), None)
    name = next((operand.name for operand in call.operands), "")
    if tensor is None or tensor.rank != len(shape):
        return None
    sizes = list(tensor.shape)
    for dimension in (d for d, size in enumerate(shape) if size != now[d]):
        for assignment in call.row.inverse(call.call, dimension, shape[dimension]):
            leaves = [(leaf, value) for leaf, value in assignment.values if isinstance(leaf, Size)]
            if len(leaves) == len(assignment.values) == 1 and leaves[0][0].operand == name:
                sizes[leaves[0][0].dimension] = leaves[0][1]
                break
        else:
            return None
    return tensor, tuple(sizes)


def _written(
    project: Project, maker: Operation, name: str, value: int, channels: int | None, steps: int
) -> Iterator[CodeChange]:
    """Yield the places that set a factor; where a layer before has to give out other channels and another place sets
    those, both together.
    """
    layer, place = layer_called(project, maker), argument_place(project, maker, name)
    if place is None:
        return
    words = f"set `{name}` of `{maker.operator if layer is None else layer.label}` to "
    further: tuple[Piece, ...] = (Evidence.EXACT_FIT, Evidence.UPSTREAM, Evidence.RUNNER_UP * steps)
    before = () if channels is None else producer_sites(project, maker.tensors[0], channels)
    givers = [site for _, site in before if not site.replaces_expression]
    for site in sites(project, place, value):
        if not site.replaces_expression:
            yield CodeChange(words + site.result, site.edits, (*site.evidence, *further), MEETING_MAPS)
            if givers and site.at_root and len(site.edits) == 1 and givers[0].edits != site.edits:
                edits, evidence = together((site, givers[0]))
                pieces, both = (*evidence, Evidence.MORE_PLACES, *further), f"{site.result} for {channels} channels"
                yield CodeChange(words + both, edits, pieces, MEETING_MAPS)
