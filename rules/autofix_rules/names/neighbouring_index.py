"""AF703 neighbouring-index: a size is read from another dimension than the one that is meant.

Why it fails
    ``heads - bias.shape[1]`` where the heads are dimension 0 of the bias, ``dims[0]`` for ``dims[2]``: the number that
    is read is that of a neighbour, and a tensor is padded, cut, expanded, repeated or made with it.
What the fix does
    Reads the dimension, or the entry, that has the size needed, also where the read lies behind arithmetic, names or
    arguments.
Fix safety
    Safe where one dimension has the size. Where two have it, each of them is a rival of the other.
Source
    torch.Tensor.size, torch.nn.functional.pad, torch.Tensor.expand.
"""

from __future__ import annotations

from collections.abc import Iterator

from autofix.edits.resize_tensor import clashes
from autofix.edits.size_reads import axis_sites
from autofix.facts.call_sites import argument_of
from autofix.facts.project_view import Expression
from autofix.facts.size_origins import origin
from autofix.rule import Example, Finding, Fix, Mismatch, Operation, Project, Rule, model

_SLOPES = "self.slopes = nn.Parameter(torch.ones(4, 1, 1))"
_PADDED = "n = x.shape[1]\nslopes = F.pad(self.slopes, (0, 0, 0, 0, 0, n - self.slopes.shape[{}]))\nx * slopes"
_MASK = "dims = x.shape\nx + torch.zeros(dims[{}], device=x.device)"
_EXPANDED = "x + self.token.expand(x.shape[0], -1, x.shape[{}])"


class NeighbouringIndex(Rule):
    code = "AF703"
    name = "neighbouring-index"
    mismatches = (Mismatch.BROADCAST, Mismatch.CONCATENATE, Mismatch.EXPAND)
    examples = (
        Example(
            name="behind a difference, in a padding",
            inputs=((2, 8, 5, 5),),
            before=model(_SLOPES, _PADDED.format(1)),
            after=model(_SLOPES, _PADDED.format(0)),
        ),
        Example(
            name="an entry of a list of sizes",
            inputs=((2, 5, 9),),
            before=model("self.k = 1", _MASK.format(0)),
            after=model("self.k = 1", _MASK.format(2)),
        ),
        Example(
            name="in an expand",
            inputs=((2, 9, 6),),
            before=model("self.token = nn.Parameter(torch.ones(1, 1, 6))", _EXPANDED.format(1)),
            after=model("self.token = nn.Parameter(torch.ones(1, 1, 6))", _EXPANDED.format(2)),
        ),
        Example(
            name="declines where no dimension has the size",
            inputs=((2, 5, 9),),
            before=model("self.k = 1", "x + torch.ones(x.shape[0], device=x.device).repeat(2)"),
        ),
    )

    def propose(self, finding: Finding, project: Project) -> Iterator[Fix]:
        operation = project.operation(finding)
        for expression, want in _wanted(finding, project, operation) if operation is not None else ():
            for site in axis_sites(project, expression, want):
                title = f"read `{site.text}`, which is {want}"
                yield self.fix(title, site.edits, *site.evidence)


def _wanted(finding: Finding, project: Project, operation: Operation) -> Iterator[tuple[Expression, int]]:
    """Yield the expressions that decided a size that does not fit, with the value that would."""
    if finding.mismatch is Mismatch.EXPAND:
        yield from _of_expand(project, operation)
        return
    for tensor in operation.tensors:
        for other in operation.tensors:
            wants = clashes(tensor, other) if tensor is not other and tensor.rank and other.rank else {}
            if finding.mismatch is Mismatch.CONCATENATE:
                joined = (operation.integer(1, "dim") or 0) % tensor.rank
                pairs = enumerate(zip(tensor.shape, other.shape, strict=False))
                wants = {d: b for d, (a, b) in pairs if a != b and d != joined and tensor.rank == other.rank}
            for dimension, size in wants.items():
                found = origin(project, tensor, dimension)
                value = None if found is None or len(wants) > 1 else found.wanted(size)
                if found is not None and value is not None:
                    yield found.expression, value


def _of_expand(project: Project, operation: Operation) -> Iterator[tuple[Expression, int]]:
    """Yield the sizes of a failing ``expand`` that are not those of the dimensions they stand for."""
    sizes = operation.arguments[1:]
    tensor = operation.tensors[0] if operation.tensors else None
    for place, size in enumerate(sizes):
        own = place - (len(sizes) - tensor.rank) if tensor is not None else -1
        if tensor is None or own < 0 or size in (-1, tensor.shape[own]) or tensor.shape[own] == 1:
            continue
        expression = argument_of(project, operation, 1 + place, "")
        if expression is not None:
            yield expression, tensor.shape[own]
