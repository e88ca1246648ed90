"""AF315 shrinking-branch: a convolution without enough padding makes the maps of one branch smaller.

Why it fails
    A kernel of three without padding takes two off every side; a transposed convolution of stride two and
    kernel three gives one less than twice. The maps no longer fit those they are added to or joined with.
What the fix does
    Gives the convolution the padding that keeps the size, or the transposed one ``output_padding=1``.
Fix safety
    Safe where the padding is half the kernel.
Source
    torch.nn.Conv2d and torch.nn.ConvTranspose2d, section Shape.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from autofix.edits.padding import half_kernel, padding_sites
from autofix.facts.branches import branch, layers_of, padding_for, spatial, uneven
from autofix.records.trace import Layer, Operation
from autofix.records.values import Tensor
from autofix.rule import Evidence, Example, Finding, Fix, Mismatch, Project, Rule, model

_HANDED = "def conv(**options):\n    return nn.Conv2d(2, 2, **options)"
_THREE = "torch.cat([x, self.a(x), self.b(x)], 1)"
UP = "d = F.max_pool2d(x, 2)\nx + self.up(d)"


class ShrinkingBranch(Rule):
    code = "AF315"
    name = "shrinking-branch"
    mismatches = (Mismatch.CONCATENATE, Mismatch.BROADCAST)
    examples = (
        Example(
            "a convolution without padding",
            ((1, 2, 9, 9),),
            model("self.conv = nn.Conv2d(2, 2, 3)", "x + self.conv(x)"),
            {"3": "3, padding=1"},
        ),
        Example(
            "a transposed convolution that falls one short",
            ((1, 2, 8, 8),),
            model("self.up = nn.ConvTranspose2d(2, 2, 3, 2, 1)", UP),
            {"1": "1, output_padding=1"},
        ),
        Example(
            "one of three branches, its padding handed on",
            ((1, 2, 9, 9),),
            model("self.a = conv(kernel_size=1)\nself.b = conv(kernel_size=5, padding=1)", _THREE, _HANDED),
            {"padding=1)": "padding=2)"},
        ),
        Example(
            "declines an even kernel",
            ((1, 2, 9, 9),),
            model("self.conv = nn.Conv2d(2, 2, 2)", "x + self.conv(x)"),
            repaired_by=("AF309",),
        ),
    )

    def propose(self, finding: Finding, project: Project) -> Iterator[Fix]:
        operation = project.operation(finding)
        for small, big in _pairs(operation.tensors) if operation is not None else ():
            if uneven(project, small, big):
                yield from self._convolutions(project, small, big)

    def _convolutions(self, project: Project, small: Tensor, big: Tensor) -> Iterator[Fix]:
        """Yield fixes for the layers of the branch that could have lost the rest, the last first."""
        missing = tuple(w - s for s, w in zip(spatial(small.shape), spatial(big.shape), strict=True))
        for count, (operation, layer) in enumerate(layers_of(project, branch(project, small, big), ("Conv",))):
            transposed = layer.kind.startswith("ConvTranspose")
            if transposed:
                size = 1 if set(missing) == {1} and _falls_short(layer, operation) else None
            else:
                size = padding_for(layer, missing)
            if size is not None:
                even = transposed or size == half_kernel(layer)
                against = (Evidence.OUTWARD * min(count, 3), Evidence.AGAINST * (not even))
                parameter = "output_padding" if transposed else "padding"
                title = f"set `{parameter}` of `{layer.label}` to {size}"
                for site in padding_sites(project, layer, parameter, size):
                    yield self.fix(title, site.edits, *site.evidence, *against, Evidence.EVIDENT)


def _pairs(tensors: tuple[Tensor, ...]) -> tuple[tuple[Tensor, Tensor], ...]:
    """Return each of two against the other; of more, each that differs against the size that most of them have."""
    if len(tensors) == 2:
        return ((tensors[0], tensors[1]), (tensors[1], tensors[0]))
    counts = Counter(spatial(tensor.shape) for tensor in tensors)
    usual, often = counts.most_common(1)[0] if counts else ((), 0)
    if 2 * often <= len(tensors):
        return ()
    big = next(tensor for tensor in tensors if spatial(tensor.shape) == usual)
    return tuple((tensor, big) for tensor in tensors if spatial(tensor.shape) != usual)


def _falls_short(layer: Layer, operation: Operation) -> bool:
    """Return whether a transposed convolution gives one less than its stride times the input."""
    before, after = operation.tensors[0], operation.result
    stride = layer.setting("stride")
    factor = getattr(stride, "items", (stride,))[0]
    return (
        isinstance(after, Tensor)
        and isinstance(factor, int)
        and factor > 1
        and after.shape[-1] == before.shape[-1] * factor - 1
    )
