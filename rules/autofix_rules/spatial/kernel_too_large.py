"""AF501 kernel-too-large: a kernel is larger than the map it slides over.

Why it fails. The padded input must be at least as large as the kernel; each layer with a stride shrinks it.
What the fix does. A convolution with an odd kernel gets the padding that keeps the size of its input. One with an
even kernel, which ends a network by taking a whole map, gets the kernel of the map that is left, and so does a
kernel that is written per dimension. A pool keeps what is left over at the border (``ceil_mode``) or gets a smaller
kernel.
Fix safety. Unsafe: padding, kernel and pooling are all choices of the model's author.
Source. torch.nn.Conv2d and torch.nn.MaxPool2d, sections Shape.
"""

import ast

from autofix.edits.set_arguments import argument_set, layer_argument_set
from autofix.operators.shape_functions import per_dimension
from autofix.operators.table import function_parameters
from autofix.provenance.channel_sites import spatial
from autofix.provenance.producers import argument_expression
from autofix.records.trace import Layer, Operation
from autofix.rule import Applicability, Evidence, Finding, Fixes, Mismatch, Project, Rule, shown, sites

HALVING = 3  # Pools of up to this size shrink maps between layers; larger ones end them.
CHOICE = "padding, kernel and pooling before the layer could each be changed"


class KernelTooLarge(Rule):
    mismatches = (Mismatch.KERNEL_TOO_LARGE,)
    applicability = Applicability.UNSAFE
    examples = shown("""
        the border of a pool: 2,3,1,1
            self.pool = nn.MaxPool2d(2< => , ceil_mode=True>)
            self.pool(x)
        declines where the kernel is made at run time: 2,3,2,2
            above: SIZES = [int(n) for n in '3 1 4'.split()]
            self.conv = nn.Conv2d(*SIZES)
            self.conv(x)
    """)

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        layer = project.layer(finding.layer)
        if layer is None:
            yield from self._function(project, operation)
        elif "Pool" in layer.kind:
            yield from self._pool(project, layer)
            yield from self._smaller(finding, project, layer, Evidence.AGAINST, Evidence.OTHER_READING)
        elif spatial(layer):
            kernel = per_dimension(layer.setting("kernel_size"), spatial(layer)) or ()
            keeps_size = all(size % 2 for size in kernel) and not _of_sizes(project, layer)
            yield from self._padded(project, layer, kernel, *(() if keeps_size else (Evidence.AGAINST,)))
            yield from self._smaller(finding, project, layer, *((Evidence.OTHER_MODEL,) if keeps_size else ()))

    def _padded(self, project: Project, layer: Layer, kernel: tuple[int, ...], *evidence: Evidence) -> Fixes:
        """Yield the fix that pads half the kernel on each side."""
        expression = argument_expression(project, layer, "kernel_size")
        dilation = per_dimension(layer.setting("dilation"), spatial(layer)) or (1,)
        if expression is None or not kernel:
            return
        sizes = tuple(d * (k - 1) // 2 for k, d in zip(kernel, dilation, strict=False))
        plain = isinstance(expression.node, ast.Constant) or set(dilation) != {1} or len(set(kernel)) > 1
        text = (str(sizes[0]) if len(set(sizes)) == 1 else str(sizes)) if plain else f"{expression.text} // 2"
        edits = layer_argument_set(project, layer, "padding", text)
        yield self.fix(f"pad `{layer.label}` by {text}", edits, *evidence, reason=CHOICE)

    def _smaller(self, finding: Finding, project: Project, layer: Layer, *evidence: Evidence) -> Fixes:
        """Yield fixes with the largest kernel that fits."""
        expression = argument_expression(project, layer, "kernel_size")
        dilation = per_dimension(layer.setting("dilation"), spatial(layer)) or (1,) * spatial(layer)
        kernel = per_dimension(layer.setting("kernel_size"), spatial(layer))
        if expression is None or kernel is None:
            return
        fitting = [min(k, (r - 1) // d + 1) for k, r, d in zip(kernel, finding.actual, dilation, strict=True)]
        title = f"give `{layer.label}` a kernel of {fitting[0] if len(set(fitting)) == 1 else tuple(fitting)}"
        if isinstance(expression.node, (ast.Tuple, ast.List)):
            for node, old, new in zip(expression.node.elts, kernel, fitting, strict=False):
                entry = expression.at(node)
                for site in sites(project, entry, new) if old != new else ():
                    yield self.fix(title, site.edits, *site.evidence, *evidence, reason=CHOICE)
        elif len(set(fitting)) == 1:
            for site in sites(project, expression, fitting[0]):
                yield self.fix(title, site.edits, *site.evidence, *evidence, reason=CHOICE)
        elif isinstance(expression.node, ast.Constant):
            edits = (expression.source.replace(expression.node, str(tuple(fitting))),)
            yield self.fix(title, edits, *evidence, reason=CHOICE)

    def _pool(self, project: Project, layer: Layer) -> Fixes:
        title = f"set `ceil_mode=True` on `{layer.label}`"
        kernel = per_dimension(layer.setting("kernel_size"), spatial(layer)) or (1,)
        evidence = (Evidence.INSERTED, Evidence.AGAINST * (max(kernel) > HALVING))
        edits = layer_argument_set(project, layer, "ceil_mode", "True")
        yield self.fix(title, edits, *evidence, reason=CHOICE)

    def _function(self, project: Project, operation: Operation) -> Fixes:
        place = project.expression(operation)
        name = operation.operator
        parameters = function_parameters(name)
        if place is None or "ceil_mode" not in parameters:
            return
        edits = argument_set(place, "ceil_mode", "True", parameters.index("ceil_mode"))
        yield self.fix(f"set `ceil_mode=True` on `{name}`", edits, Evidence.INSERTED, reason=CHOICE)


def _of_sizes(project: Project, layer: Layer) -> bool:
    """Return whether the kernel has a size of its own for each dimension, so that it is meant to span one of them."""
    expression = argument_expression(project, layer, "kernel_size")
    kernel = per_dimension(layer.setting("kernel_size"), spatial(layer)) or ()
    return expression is not None and isinstance(expression.node, ast.Tuple) and len(set(kernel)) > 1
