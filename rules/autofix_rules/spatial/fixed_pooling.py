"""AF502 fixed-pooling: an average pool before the head is made for one size of image.

Why it fails. ``nn.AvgPool2d(7)`` gives one value per channel for maps of 7 by 7; larger maps leave more than the
Linear layer after it takes, smaller ones do not fit the kernel; ``view(-1, 64)`` makes rows of the places left.
What the fix does. Makes the pool adaptive, so that the layer after it gets what it was built for:
``nn.AdaptiveAvgPool2d(1)``. On the size the model was made for, nothing changes, and the weights of the head keep
their shape.
Fix safety. Safe where the head takes one value per channel, or a square of them; unsafe where places became rows.
Source. torch.nn.AvgPool2d and torch.nn.AdaptiveAvgPool2d.
"""

import ast
import math
from collections.abc import Iterator

from autofix.edits.folded_pools import folded_pool
from autofix.edits.swap_class import spelled
from autofix.operators.shape_functions import per_dimension
from autofix.provenance.channel_sites import number
from autofix.rule import Edit, Evidence, Finding, Fixes, Mismatch, Operation, Project, Rule, Tensor, shown

_FOLDED = (Mismatch.LOSS_BATCH, Mismatch.LOSS_SHAPE, Mismatch.BROADCAST)
_PLACES = "a target for each of the places that the pool leaves could be meant"
HALVING = 3  # Pools of up to this size shrink maps between layers; larger ones end them.
_FOLLOWING = {"flatten", "view", "reshape", "Flatten", "squeeze", "Dropout", "dropout", "relu", "ReLU", "contiguous"}


class FixedPooling(Rule):
    mismatches = (Mismatch.LINEAR_IN_FEATURES, Mismatch.KERNEL_TOO_LARGE, *_FOLDED)
    examples = shown("""
        a function, and a smaller image: 2,3,2,2
            self.head = nn.Linear(3, 5)
            x = F.<avg_pool2d(x, 4 => adaptive_avg_pool2d(x, 1>); self.head(x.flatten(1))
        places that became rows: 2,3,4,4
            self.pool = nn.<AvgPool2d(2 => AdaptiveAvgPool2d(1>); self.loss = nn.CrossEntropyLoss()
            x = self.pool(x).view(-1, 3); self.loss(x, torch.zeros(2).long())
        declines where the head takes no square of values per channel: 2,3,2,2
            above: SIZES = [int(n) for n in '4'.split()]
            self.pool = nn.AvgPool2d(*SIZES); self.head = nn.Linear(7, 5)
            self.head(self.pool(x).flatten(1))
            by AF101 AF501
    """)

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        if not operation.tensors:
            return
        is_too_large = finding.mismatch is Mismatch.KERNEL_TOO_LARGE
        is_folded = finding.mismatch in _FOLDED
        before = folded_pool(project, operation) if is_folded else _pool_before(project, operation.tensors[0])
        pool = operation if is_too_large else before
        tensor = pool.tensors[0] if pool is not None and pool.tensors else None
        if pool is None or tensor is None or tensor.rank < 3:
            return
        dimensions = [d for d in (1, 2, 3) if pool.target.endswith(f"{d}d")]
        if not dimensions or tensor.rank < dimensions[0] + 1:
            return
        channels = tensor.shape[-dimensions[0] - 1]
        features = channels if is_folded else finding.expected[0]
        features = _next_features(project, pool, channels) if is_too_large else features
        side = _side(features, channels, dimensions[0])
        if side is None:
            return
        kind = pool.operator
        kernel, is_maximum = _kernel(project, pool, dimensions[0]), "max" in kind.lower()
        if is_maximum and (kernel <= HALVING or side > 1):
            return
        doubts = sum((kernel == 1, is_maximum, side > 1))
        title = f"make the pool of {tensor.shape} adaptive, with an output of {side}"
        reason = f"the layer after it takes {features} features, {side} by {side} for each of {channels} channels"
        for edits in _adaptive(project, pool, side):
            evidence = Evidence.EXACT_FIT, Evidence.OTHER_READING * doubts
            yield self.fix(title, edits, *evidence, reason=reason, doubt=_PLACES * is_folded)


def _adaptive(project: Project, pool: Operation, side: int) -> Iterator[tuple[Edit, ...]]:
    layer = project.layer_of(pool)
    call = project.expression(pool) if layer is None else project.construction_call(layer)
    if call is None or not isinstance(call.node, ast.Call):
        return
    source, callee = call.source, call.node.func
    if layer is not None:
        name, imports = spelled(source, f"Adaptive{layer.kind}", callee)
        if name and source.text_of(callee).endswith(layer.kind):
            yield (source.replace(call.node, f"{name}({side})"), *imports)
    elif isinstance(callee, ast.Attribute) and call.node.args:
        base, first = source.text_of(callee.value), source.text_of(call.node.args[0])
        yield (source.replace(call.node, f"{base}.adaptive_{callee.attr}({first}, {side})"),)


def _pool_before(project: Project, tensor: Tensor) -> Operation | None:
    """Return the pool whose result went, flattened, into the failing layer."""
    for operation in project.ancestry(tensor):
        name = operation.operator
        if name.lower().replace("_", "")[:7] in {"avgpool", "maxpool"}:
            return operation
        if name not in _FOLLOWING:
            return None
    return None


def _next_features(project: Project, pool: Operation, channels: int) -> int:
    """Return the width that a Linear layer after the pool takes, if it is a multiple of the channels."""
    done = {o.layer_index for o in project.trace.operations if o.index <= pool.index}
    linear = (layer for layer in project.trace.layers if layer.kind == "Linear" and layer.path)
    widths = [width for layer in linear if layer.identity not in done and (width := number(layer, "in_features"))]
    return next((width for width in widths if width % channels == 0), 0)


def _side(features: int, channels: int, dimensions: int) -> int | None:
    if not features or features % channels:
        return None
    side = round(math.pow(features // channels, 1 / dimensions))
    return side if side**dimensions == features // channels else None


def _kernel(project: Project, pool: Operation, dimensions: int) -> int:
    layer = project.layer_of(pool)
    value = layer.setting("kernel_size") if layer is not None else next(iter(pool.arguments[1:]), None)
    return (per_dimension(value, dimensions) or (0,))[0]
