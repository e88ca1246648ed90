"""AF125 operand-size: what a layer is given was made in a size of its own, not in that which the layer takes.

Why it fails
    ``torch.randn(8)`` of a table of frequencies, or ``torch.zeros(n, 16)``, gives the operand its width; the layer
    behind it was built for another one. Where sines and cosines of the same table are joined, it is twice as wide.
What the fix does
    Sets the size in the call that made the operand, found back through what was done with it.
Fix safety
    Unsafe: the layer may as well be built for the width that there is.
Source
    The section Shape of the layers' documentation.
"""

from __future__ import annotations

from collections.abc import Iterator

from autofix.edits.resize_tensor import resizings
from autofix.rule import Applicability, Evidence, Example, Finding, Fix, Mismatch, Project, Rule, model

_TABLE = """width = 6
self.pre = nn.Linear(width, width)
self.register_buffer('table', torch.randn({}))
self.fc = nn.Linear(2 * width, 3)"""
_ANGLES = "a = self.pre(x).mean(1)[:, None] * self.table\nself.fc(torch.cat([a.sin(), a.cos()], -1))"


class OperandSize(Rule):
    code = "AF125"
    name = "operand-size"
    mismatches = (
        *(Mismatch.LINEAR_IN_FEATURES, Mismatch.CONV_CHANNELS, Mismatch.RNN_INPUT_SIZE, Mismatch.NORM_FEATURES),
        *(Mismatch.ATTENTION_WIDTH, Mismatch.BILINEAR_FEATURES),
    )
    applicability = Applicability.UNSAFE
    examples = (
        Example("sines and cosines of a table", ((4, 6),), model(_TABLE.format(8), _ANGLES), {"8": "6"}),
        Example(
            "declines what a layer made",
            ((4, 6),),
            model("self.a = nn.Linear(6, 5)\nself.b = nn.Linear(4, 2)", "self.b(self.a(x))"),
            repaired_by=("AF101",),
        ),
    )

    def propose(self, finding: Finding, project: Project) -> Iterator[Fix]:
        operation = project.operation(finding)
        if operation is None or finding.operand is None or finding.dimension is None or len(finding.expected) != 1:
            return
        tensor, (expected,) = operation.tensors[finding.operand], finding.expected
        for resizing in resizings(project, tensor, {finding.dimension: expected}):
            title = f"make dimension {finding.dimension} of what `{finding.subject}` is given {expected}"
            yield self.fix(title, resizing.edits, *resizing.evidence, Evidence.PRODUCER)
