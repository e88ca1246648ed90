"""AF703 neighbouring-index: a size is read from another dimension than the one that is meant.

Why it fails. ``heads - bias.shape[1]`` where the heads are dimension 0 of the bias, ``dims[0]`` for ``dims[2]``:
the number that is read is that of a neighbour, and a tensor is padded, cut, expanded, repeated or made with it.
What the fix does. Reads the dimension, or the entry, that has the size needed, also where the read lies behind
arithmetic, names or arguments; of a part of a shape as many entries as the call takes.
Fix safety. Safe where one dimension has the size. Where two have it, each of them is a rival of the other.
Source. torch.Tensor.size, torch.nn.functional.pad, torch.Tensor.expand.
"""

import ast
import re
from collections.abc import Iterator
from itertools import islice

from autofix.edits.resize_tensor import clashing, deciding, origins, resizings
from autofix.edits.shape_parts import shape_parts
from autofix.edits.size_reads import axis_sites, compared_sites, entry_sites, neighbours
from autofix.facts.making_calls import sizes_of_expand
from autofix.records.finding import MEETING, WIDTHS, Mismatch
from autofix.rule import Evidence, Expression, Finding, Fixes, Operation, Project, Rule, SiteKind, Tensor, shown

_MOST = 6
_PARTS = (*WIDTHS, Mismatch.RNN_HIDDEN, Mismatch.MATMUL)


class NeighbouringIndex(Rule):
    mismatches = (
        *(*MEETING, Mismatch.EXPAND, Mismatch.RANK, Mismatch.OTHER),
        *(Mismatch.VIEW_SIZE, Mismatch.INDEX_RANGE, Mismatch.ATTENTION_MASK, *_PARTS),
    )
    examples = shown("""
        behind a difference, in a padding: 2,8,5,5
            self.slopes = nn.Parameter(torch.ones(4, 1, 1))
            n = x.shape[1]; slopes = F.pad(self.slopes, (0, 0, 0, 0, 0, n - self.slopes.shape[<1 => 0>]))
            x * slopes
        in an expand: 2,9,6
            self.token = nn.Parameter(torch.ones(1, 1, 6))
            x + self.token.expand(x.shape[0], -1, x.shape[<1 => 2>])
        of a tensor with fewer dimensions: 2,5
            self.k = 1
            n = x.shape[<2 => 1>]; x + torch.ones(n)
        held against a size of the model by an assertion: 2,5,9
            self.steps = 5
            n = x.size(<2 => 1>); assert n == self.steps, 'too long'; x * n
        as many sizes as the call takes: 2,3,8,6
            self.pool = nn.MaxPool2d(2)
            F.interpolate(self.pool(x), size=x.shape[<1 => 2>:]) + x
        declines a number that no dimension gave: 2,5,9
            self.k = 1
            x + torch.ones(*map(int, '4'), device=x.device)
        an entry of a list of sizes: 2,5,9
            self.k = 1
            dims = x.shape; x + torch.zeros(dims[<0 => 2>], device=x.device)
    """)

    def propose(self, finding: Finding, project: Project) -> Fixes:
        operation = project.operation(finding)
        if finding.mismatch in (Mismatch.RANK, Mismatch.OTHER) and operation is None:
            yield from self._of_python(project)
            return
        yield from map(self.change, shape_parts(project, operation) if operation is not None else ())
        if operation is None or finding.mismatch in _PARTS:
            return
        yield from self._on_the_way(finding, project, operation)
        for expression, now, target_size in _wanted(finding, project, operation):
            for site in axis_sites(project, expression, target_size, now=now):
                title = f"read `{site.text}`, which is {target_size}"
                reason = _missing_dimensions(operation, expression)
                # What is one fits whatever it is broadcast with.
                against = Evidence.AGAINST * (bool(reason) or target_size == 1)
                yield self.fix(title, site.edits, *site.evidence, against, doubt=reason)
        for tensor, _, wants in _clashing(finding, operation):
            is_made = not any(size_origin.is_cut for size_origin in origins(project, tensor, wants))
            for resizing in resizings(project, tensor, wants) if is_made and len(wants) > 1 else ():
                if resizing.kind is SiteKind.AXIS:
                    yield self.fix(f"read `{resizing.text}`", resizing.edits, *resizing.evidence)

    def _on_the_way(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        """Yield fixes that read another dimension in the statements which led to the fault."""
        for rank, site in enumerate(islice(neighbours(project, operation, finding.layer), _MOST)):
            title = f"read `{site.text}`, which is {site.result}"
            reason = "which of the dimensions is meant is told by the run alone"
            against = Evidence.RUNNER_UP * rank, Evidence.AGAINST * (site.size == 1)
            yield self.fix(title, site.edits, Evidence.OTHER_NAME, *against, doubt=reason)

    def _of_python(self, project: Project) -> Fixes:
        """Yield fixes for a subscript of a shape that has no such entry, and for sizes that an assertion compares."""
        failure = project.trace.failure
        frames = failure.frames if failure is not None else ()
        source = project.source(frames[0].path) if frames else None
        for node in source.nodes_at(frames[0].range) if source is not None else ():
            place = Expression(source, node, frames)  # type: ignore[arg-type]
            if isinstance(node, ast.Subscript):
                for rank, site in enumerate(entry_sites(project, place)):
                    title = f"read `{site.text}`, an entry that there is"
                    reason = "which of the dimensions is meant shows no size"
                    yield self.fix(title, site.edits, Evidence.RUNNER_UP * rank, doubt=reason)
            statement = place.source.statement_of(node)
            for test in ast.walk(statement.test) if isinstance(statement, ast.Assert) else ():
                for site, size in compared_sites(project, place, test):
                    yield self.fix(f"read `{site.text}`, which is {size}", site.edits, *site.evidence)


def _missing_dimensions(operation: Operation, expression: Expression) -> str:
    """Return words where the number of samples is read for a tensor of fewer dimensions than the other: it may as well
    lack dimensions behind that one.
    """
    ranks = {tensor.rank for tensor in operation.tensors}
    read = re.search(r"(?:\.size\(|\.shape\[)0[)\]]$", expression.text)
    return "it may be meant for each sample, and lack dimensions of one" if len(ranks) > 1 and read else ""


def _wanted(finding: Finding, project: Project, operation: Operation) -> Iterator[tuple[Expression, int | None, int]]:
    """Yield the expressions that decided the one size that does not fit, their value if it is known, and that which
    would fit.
    """
    if finding.mismatch is Mismatch.EXPAND:
        yield from ((expression, None, size) for expression, size in sizes_of_expand(project, operation))
    yield from deciding(project, _clashing(finding, operation))


def _clashing(finding: Finding, operation: Operation) -> Iterator[tuple[Tensor, Tensor, dict[int, int]]]:
    """Yield operands that are broadcast, or joined where they have one rank, with the sizes that they would need."""
    for own, other, wants in clashing(finding, operation) if finding.mismatch in MEETING else ():
        if finding.mismatch is Mismatch.BROADCAST or own.rank == other.rank:
            yield own, other, wants
