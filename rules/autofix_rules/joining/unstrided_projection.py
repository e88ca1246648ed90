"""AF317 unstrided-projection: the projection of a shortcut keeps the size that the branch beside it divides.

Why it fails. A block with stride two halves its maps; a 1x1 convolution of stride one on the shortcut does not.
What the fix does. Gives the projection the stride of the branch, in the branch's own words.
Fix safety. Safe: the stride is the one that makes both sizes agree.
Source. He et al., Deep Residual Learning, section 3.3; torch.nn.Conv2d, section Shape.
"""

from __future__ import annotations

import ast

from autofix.edits.set_arguments import layer_argument_set
from autofix.facts.branches import branch, layers_of, ratio, spatial
from autofix.provenance.producers import argument_expression, argument_sites
from autofix.rule import Evidence, Expression, Finding, Fixes, Mismatch, Operation, Project, Rule, Tensor, shown
from autofix_rules.joining._shared import stride_text


class UnstridedProjection(Rule):
    mismatches = (Mismatch.BROADCAST, Mismatch.CONCATENATE)
    examples = shown("""
        a stride by number: 1,2,8,8
            self.conv = nn.Conv2d(2, 4, 3, 2, 1); self.short = nn.Conv2d(2, 4, 1< => , stride=2>)
            self.conv(x) + self.short(x)
        declines sizes that no stride relates: 1,2,8,8 1,2,7,5
            self.k = 1
            x + y
            by AF309
    """)

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        if len(operation.tensors) != 2 or len({t.rank for t in operation.tensors}) != 1:
            return
        a, b = operation.tensors
        yield from self._stride(project, a, b)
        yield from self._stride(project, b, a)

    def _stride(self, project: Project, own: Tensor, other: Tensor) -> Fixes:
        """Yield fixes that give a projection which keeps the size the stride of the branch."""
        if own.rank < 3 or own.shape[1] != other.shape[1]:
            return
        factor = ratio(spatial(own.shape), spatial(other.shape))
        mine, theirs = (
            list(layers_of(project, branch(project, t, o), ("Conv",))) for t, o in ((own, other), (other, own))
        )
        if factor is None or len(mine) != 1:
            return
        layer = mine[0][1]
        for site in argument_sites(project, layer, "stride", factor):
            yield self.fix(f"give `{layer.path}` the stride {site.text}", site.edits, *site.evidence, Evidence.EVIDENT)
        call, text = project.construction_call(layer), stride_text(project, [beside for _, beside in theirs], factor)
        if call is not None and argument_expression(project, layer, "stride") is None:
            new = _after_kernel(call, argument_expression(project, layer, "kernel_size"), text)
            edits = (
                (call.source.replace(call.node, new),) if new else layer_argument_set(project, layer, "stride", text)
            )
            yield self.fix(f"give `{layer.path}` the stride of the branch beside it", edits, Evidence.EVIDENT)


def _after_kernel(call: Expression, kernel: Expression | None, text: str) -> str | None:
    """Return the call with ``stride=...`` right behind the kernel, where that is a keyword followed by others."""
    keywords = call.node.keywords if isinstance(call.node, ast.Call) else []
    if kernel is None or not any(k.value is kernel.node for k in keywords):
        return None
    whole, inner = call.source.range_of(call.node), call.source.range_of(kernel.node)
    head = call.source.segment(type(whole)(whole.start, inner.end))
    return f"{head}, stride={text}{call.source.segment(type(whole)(inner.end, whole.end))}"
