"""AF510 decoder-size: a decoder gives back maps of another size than it was given.

Why it fails. A transposed convolution returns
``(size - 1) * stride - 2 * padding + dilation * (kernel - 1) + output_padding + 1``; an encoder that rounded down
leaves the decoder a row short or long, and the reconstruction does not fit its target.
What the fix does. Changes ``output_padding``, the kernel or the padding of the last transposed convolution so that
the sizes meet, for the dimension that differs alone. Or the factor of upsampling, where that is set.
Fix safety. Unsafe: several settings give the size, and padding or cropping the data would too.
Source. torch.nn.ConvTranspose2d, section Shape.
"""

import ast
from collections.abc import Iterator

from autofix.edits.set_arguments import layer_argument_set
from autofix.edits.upsampling_factors import other_factors
from autofix.operators.shape_functions import per_dimension
from autofix.provenance.producers import argument_expression
from autofix.records.finding import Mismatch
from autofix.rule import Applicability, Detail, Edit, Evidence, Finding, Fixes, Layer, Operation, Project, Rule, shown


class DecoderSize(Rule):
    mismatches = (Mismatch.LOSS_SHAPE, Mismatch.BROADCAST)
    applicability = Applicability.UNSAFE
    examples = shown("""
        one dimension is a row too long: 2,3,4,4
            self.up = nn.ConvTranspose2d(3, 3, (<3 => 2>, 2), stride=2); self.loss = nn.MSELoss()
            y = torch.ones(len(x), 3, 8, 8); self.loss(self.up(x), y)
        colours and sides by two numbers: 2,3,8,8
            self.conv = nn.Conv2d(3, <4 => 16>, 3, padding=1); self.up = nn.PixelShuffle(<2 => 4>)
            self.loss = nn.L1Loss(); y = torch.ones(len(x), 1, 32, 32); self.loss(self.up(self.conv(x)), y)
        declines maps of another number of channels: 2,3,4,4
            self.up = nn.ConvTranspose2d(3, 3, (2, 2), stride=2); self.loss = nn.MSELoss()
            y = torch.ones(len(x), 5, 8, 8); self.loss(self.up(x), y)
            by AF335
    """)

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        yield from map(self.change, other_factors(project, operation))
        if len(operation.tensors) < 2 or finding.detail is Detail.CLASSES or finding.mismatch is Mismatch.BROADCAST:
            return
        output, target = operation.tensors[0], operation.tensors[1]
        if output.rank != target.rank or output.rank < 3 or output.shape[:2] != target.shape[:2]:
            return
        layer = _transposed(project, operation)
        if layer is None:
            return
        changes = tuple(target_size - now for now, target_size in zip(output.shape[2:], target.shape[2:], strict=True))
        for rank, (parameter, values) in enumerate(_settings(layer, changes)):
            edit = _edit(project, layer, parameter, values)
            if edit is not None:
                title = f"set `{parameter}` of `{layer.path}` to {edit[1]}, which gives {target.shape[2:]}"
                reason = "padding, cropping or another layer could give the size as well"
                yield self.fix(title, (edit[0],), Evidence.RUNNER_UP * rank, reason=reason)


def _transposed(project: Project, operation: Operation) -> Layer | None:
    """Return the transposed convolution whose maps reach the loss in their own size."""
    tensor = operation.tensors[0]
    for before in project.ancestry(tensor):
        layer = project.layer_of(before)
        if layer is not None and layer.kind.startswith("ConvTranspose"):
            return layer
        if before.tensors and before.tensors[0].shape[2:] != tensor.shape[2:]:
            return None
    return None


def _settings(layer: Layer, changes: tuple[int, ...]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield arguments and the values per dimension that change the output by ``changes``."""
    count = len(changes)
    names = ("kernel_size", "padding", "output_padding", "stride", "dilation")
    kernel, padding, extra, stride, dilation = (per_dimension(layer.setting(name), count) for name in names)
    if kernel is None or padding is None or extra is None or stride is None or dilation is None:
        return
    grown = tuple(e + c for e, c in zip(extra, changes, strict=True))
    if all(0 <= g < s for g, s in zip(grown, stride, strict=True)):
        yield "output_padding", grown
    if all(c % d == 0 and k + c // d > 0 for k, c, d in zip(kernel, changes, dilation, strict=True)):
        yield "kernel_size", tuple(k + c // d for k, c, d in zip(kernel, changes, dilation, strict=True))
    if all(c % 2 == 0 and p - c // 2 >= 0 for p, c in zip(padding, changes, strict=True)):
        yield "padding", tuple(p - c // 2 for p, c in zip(padding, changes, strict=True))


def _edit(project: Project, layer: Layer, parameter: str, values: tuple[int, ...]) -> tuple[Edit, str] | None:
    """Return an edit of one entry of a written tuple, else of the whole argument; and the text that
    then stands there.
    """
    text = str(values[0]) if len(set(values)) == 1 else str(values)
    expression = argument_expression(project, layer, parameter)
    if expression is None:
        edits = layer_argument_set(project, layer, parameter, text)
        return (edits[0], text) if edits else None
    node = expression.node
    if isinstance(node, ast.Tuple) and len(node.elts) == len(values):
        changed = [(e, v) for e, v in zip(node.elts, values, strict=True) if getattr(e, "value", None) != v]
        if len(changed) == 1:
            return expression.source.replace(changed[0][0], str(changed[0][1])), str(values)
    if isinstance(node, (ast.Constant, ast.Tuple)):
        return expression.source.replace(node, text), text
    return None
