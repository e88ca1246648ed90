"""AF106 norm-rank: a batch or instance norm is built for inputs of another number of dimensions.

Why it fails
    ``nn.BatchNorm1d`` takes ``(N, C)`` or ``(N, C, L)``, ``nn.BatchNorm2d`` takes ``(N, C, H, W)``,
    ``nn.BatchNorm3d`` takes ``(N, C, D, H, W)``, and so do the instance norms.
What the fix does
    Builds the class for the dimensions that arrive. Where a convolution let an image without a
    batch dimension pass, the dimension is added to the input of the convolution.
Fix safety
    Safe where the number of channels fits.
Source
    torch.nn.BatchNorm1d, torch.nn.BatchNorm2d and torch.nn.BatchNorm3d, sections Shape.
"""

from __future__ import annotations

from collections.abc import Iterator

from autofix.edits.caller_edits import batch_of_one, in_program
from autofix.edits.insert_view_op import insertions
from autofix.edits.swap_class import exchanged
from autofix.provenance.channel_sites import number, spatial
from autofix.records.trace import Operation
from autofix.records.values import Tensor
from autofix.rule import Evidence, Example, Finding, Fix, Mismatch, Project, Rule, model

_DIMENSIONS = {2: 1, 3: 1, 4: 2, 5: 3}
_NORMED = model("self.conv = nn.Conv2d(3, 4, 3)\nself.bn = nn.BatchNorm2d(4)", "self.bn(self.conv(x))")
_SHOWN = """

def shown(net, picture):
    return net.eval()(picture)


image = torch.rand(3, 8, 8)
print(shown(Net(), {}))
"""


class NormRank(Rule):
    code = "AF106"
    name = "norm-rank"
    mismatches = (Mismatch.NORM_RANK,)
    examples = (
        Example(
            "maps into a norm of rows",
            ((2, 3, 8, 8),),
            model("self.norm = nn.BatchNorm1d(3)", "self.norm(x)"),
            {"BatchNorm1d": "BatchNorm2d"},
        ),
        Example(
            "an image without a batch",
            ((3, 8, 8),),
            model("self.conv = nn.Conv2d(3, 4, 3)\nself.bn = nn.BatchNorm2d(4)", "x = self.bn(self.conv(x))\nx"),
            model(
                "self.conv = nn.Conv2d(3, 4, 3)\nself.bn = nn.BatchNorm2d(4)",
                "x = x.unsqueeze(0)\nx = self.bn(self.conv(x))\nx",
            ),
        ),
        Example(
            "an image that a program shows to a function which calls the model",
            (),
            _NORMED + _SHOWN.format("image"),
            {"image)": "image.unsqueeze(0))"},
        ),
        Example(
            "declines where no class takes so many dimensions",
            ((2, 3, 2, 2, 2, 2),),
            model("self.norm = nn.BatchNorm2d(3)", "self.norm(x)"),
        ),
    )

    def propose(self, finding: Finding, project: Project) -> Iterator[Fix]:
        layer, operation = project.layer(finding.layer), project.operation(finding)
        if layer is None or operation is None or not operation.tensors:
            return
        tensor = operation.tensors[0]
        unbatched = _unbatched(project, tensor)
        yield from self._batched(project, unbatched)
        kind = f"{layer.kind[:-2]}{_DIMENSIONS.get(tensor.rank, 0)}d"
        if tensor.rank not in _DIMENSIONS or kind == layer.kind:
            return
        evidence = (
            Evidence.HIDES_FAULT * bool(unbatched),
            Evidence.OTHER_READING * (tensor.rank > 3 and set(tensor.shape[2:]) == {1}),
            Evidence.AGAINST * (tensor.shape[1] != number(layer, "num_features")),
        )
        for edits, against in exchanged(project, layer, kind):
            reason = f"{tensor.shape} has {tensor.rank} dimensions, which {kind} takes"
            yield self.fix(f"make `{layer.label}` a {kind}", edits, *against, *evidence, reason=reason)

    def _batched(self, project: Project, unbatched: Operation | None) -> Iterator[Fix]:
        """Yield fixes that add the batch dimension before the first convolution that ran without it."""
        layer = None if unbatched is None else project.layer_of(unbatched)
        if unbatched is None or layer is None:
            return
        title = f"add the batch dimension to {unbatched.tensors[0].shape}"
        reason = f"`{layer.path}` took {unbatched.tensors[0].shape} as one sample without a batch dimension"
        addition = batch_of_one(project, unbatched) if in_program(project) else None
        if addition is not None:
            yield self.fix(addition[0], (addition[1],), Evidence.EXACT_FIT, reason=reason)
            return
        for count, (edits, words) in enumerate(
            insertions(project, unbatched, layer, "unsqueeze(0)", "", "", outward=True)
        ):
            yield self.fix(f"{title} {words}", edits, Evidence.EXACT_FIT, Evidence.UPSTREAM * count, reason=reason)


def _unbatched(project: Project, tensor: Tensor) -> Operation | None:
    """Return the first convolution before ``tensor`` of those that took a sample without a batch dimension."""
    first = None
    for operation in project.ancestry(tensor):
        layer = project.layer_of(operation)
        if layer is not None and "Conv" in layer.kind and operation.tensors:
            if operation.tensors[0].rank != spatial(layer) + 1:
                break
            first = operation
    return first
