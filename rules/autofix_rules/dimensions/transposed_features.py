"""AF404 transposed-features: a Linear layer is fed with its features in another dimension than the last.

Why it fails
    A Linear layer works on the last dimension. Convolutions and norms keep features in dimension
    1, ``(N, C, L)`` or ``(N, C, H, W)``, so the layer meets a length where it expects features.
What the fix does
    Moves the features to the end before the layer: ``x.transpose(1, 2)`` for three dimensions,
    ``x.permute(0, 2, 3, 1)`` for four.
Fix safety
    Unsafe where later code expects the old order, which running alone may not show.
Source
    torch.nn.Linear, section Shape.
"""

from __future__ import annotations

from collections.abc import Iterator

from autofix.edits.insert_view_op import insertions
from autofix.records.values import Tensor
from autofix.rule import Applicability, Evidence, Example, Finding, Fix, Mismatch, Project, Rule, model


class TransposedFeatures(Rule):
    code = "AF404"
    name = "transposed-features"
    mismatches = (Mismatch.LINEAR_IN_FEATURES,)
    applicability = Applicability.UNSAFE
    examples = (
        Example(
            "a sequence after a convolution",
            ((2, 6, 20),),
            model("self.conv = nn.Conv1d(6, 8, 3)\nself.head = nn.Linear(8, 4)", "x = self.conv(x)\nself.head(x)"),
            model(
                "self.conv = nn.Conv1d(6, 8, 3)\nself.head = nn.Linear(8, 4)",
                "x = self.conv(x)\nx = x.transpose(1, 2)\nself.head(x)",
            ),
        ),
        Example(
            "declines where no dimension has the features",
            ((2, 6, 20),),
            model("self.head = nn.Linear(WIDTHS.pop(), 4)", "self.head(x)", "WIDTHS = [8]"),
        ),
    )

    def propose(self, finding: Finding, project: Project) -> Iterator[Fix]:
        layer, operation = project.layer(finding.layer), project.operation(finding)
        if layer is None or operation is None or not operation.tensors:
            return
        tensor = operation.tensors[0]
        order = _order(tensor, finding.expected[0])
        if order is None:
            return
        for edits, words in insertions(project, operation, layer, order, "{}." + order, "Identity()"):
            if "Sequential" in words:
                return
            place = f"the {finding.expected[0]} features of {tensor.shape} stand in dimension 1"
            reason = f"{place}; later code may expect them there"
            title = f"move the {finding.expected[0]} features of {tensor.shape} to the end {words}"
            yield self.fix(title, edits, Evidence.INSERTED, Evidence.OTHER_READING * (tensor.rank > 3), reason=reason)


def _order(tensor: Tensor, features: int) -> str | None:
    """Return the call that moves dimension 1 to the end, where it has the features wanted."""
    if tensor.rank < 3 or tensor.shape[1] != features or features == 1 or set(tensor.shape[2:]) == {1}:
        return None  # Maps of one place are to be flattened.
    if tensor.rank == 3:
        return "transpose(1, 2)"
    return f"permute({', '.join(map(str, (0, *range(2, tensor.rank), 1)))})"
