"""AF304 baked-batch: a tensor made in forward, or expanded there, has a batch size written as a number.

Why it fails. ``torch.zeros(64, n)`` and ``token.expand(64, -1, -1)`` fit one batch size only.
What the fix does. Takes the batch size from the tensor that the model is given: ``x.size(0)``. Of what was made
once before the batches it passes as many rows as the batch has; or the loader leaves out a last batch that is smaller.
A size that the tensor does not have where it is expanded is its own (-1).
Room for all batches, counted as ``len(loader) * loader.batch_size``, is ``len(loader.dataset)``.
Fix safety. Safe where the size then follows every batch; unsafe where rows are cut off or a batch is left out, since
the other could be meant.
Source. torch.Tensor.expand and torch.zeros.
"""

import ast
from collections.abc import Iterator

from autofix.edits.batch_sizes import baked_views, rows_of_batch, sizes_read, smaller_batch, whole_batches
from autofix.edits.kept_sizes import kept_sizes
from autofix.edits.loader_rooms import rooms
from autofix.edits.rank_changes import behind
from autofix.edits.size_reads import live_sites
from autofix.facts.call_sites import argument_of
from autofix.facts.size_origins import origin
from autofix.records.trace import Phase
from autofix.rule import LOUD, Evidence, Expression, Finding, Fixes, Mismatch, Operation, Piece, Project, Rule, shown

_SIZED = (Mismatch.CONCATENATE, Mismatch.BROADCAST, Mismatch.EXPAND, Mismatch.SILENT_BATCH)
EXPANDING = frozenset(("expand", "expand_as", "broadcast_to"))


class BakedBatch(Rule):
    mismatches = (*LOUD, Mismatch.SILENT_BATCH)
    examples = shown("""
        a class token: 4,5,6
            self.cls = nn.Parameter(torch.zeros(1, 1, 6))
            torch.cat((self.cls.expand(<8 => x.size(0)>, -1, -1), x), dim=1)
        one sample written for all: 4,5 4,1,6
            self.fc = nn.Linear(5, 3)
            h = self.fc(x).view(<1 => x.size(0)>, 1, -1); torch.cat([h, y], dim=2)
        states of two directions: 3,5,8
            self.rnn = nn.GRU(8, 6, batch_first=True, bidirectional=True)
            self.rnn(x)[0][:1].expand(4, -1, <6 => -1>)
        declines inputs of different batches: 4,5 8,5
            self.k = 1
            x + y
    """)

    def propose(self, finding: Finding, project: Project) -> Fixes:
        failed = project.trace.failed_operation
        smaller = smaller_batch(project, failed) if failed is not None and not finding.silent else None
        yield from super().propose(finding, project) if finding.mismatch in _SIZED or smaller is not None else ()
        if failed is not None and not finding.silent:
            yield from map(self.change, baked_views(project, failed))
        yield from map(self.change, whole_batches(project, smaller[0]) if smaller is not None else ())
        yield from map(self.change, rooms(project))

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        wants = {t.shape[0] for t in operation.tensors if t.rank and project.is_batch(t.shape[0])}
        if not project.inputs():  # In a program a batch is whatever was not made to a number.
            ranks = {tensor.rank for tensor in operation.tensors}
            own = (tensor for tensor in operation.tensors if tensor.rank and len(ranks) == 1)
            wants = {tensor.shape[0] for tensor in own if origin(project, tensor, 0, through_layers=False) is None}
        expands = finding.mismatch is Mismatch.EXPAND or operation.operator in EXPANDING
        if expands and operation.tensors[:1] and operation.tensors[0].rank:
            wants = {operation.tensors[0].shape[0]}
        follows, cause = 0, _other_batch(project, operation)
        for batch in wants:
            for place in self._places(project, operation, batch):
                for site in live_sites(project, place, batch, (0,)):
                    title, follows = f"take the batch size from the input: `{site.text}`{cause}", 1
                    yield self.fix(title, site.edits, *site.evidence, Evidence.EXACT_FIT)
        yield from map(self.change, kept_sizes(project, operation))
        yield from self._of_batch(project, operation, cause, Evidence.RUNNER_UP * follows)

    def _of_batch(self, project: Project, operation: Operation, cause: str, second: Piece) -> Fixes:
        sizes = sorted({tensor.shape[0] for tensor in operation.tensors if tensor.rank})
        yield from map(self.change, sizes_read(project, operation))
        for text, edit in rows_of_batch(project, operation) if cause and len(sizes) == 2 else ():
            title, doubt = f"pass as many rows as the batch has: `{text}`{cause}", "the last batch could be left out"
            yield self.fix(title, (edit,), Evidence.EXACT_FIT, Evidence.INSERTED, second, doubt=doubt)

    def _places(self, project: Project, operation: Operation, batch: int) -> Iterator[Expression]:
        for expand in (operation, *behind(project, operation.tensors, frozenset(("expand", "repeat", "tile")))):
            is_sized = expand.target.endswith(("expand", "repeat", "tile"))
            place = argument_of(project, expand, 1, "size") if is_sized else None
            if place is not None and isinstance(place.node, (ast.Tuple, ast.List)) and place.node.elts:
                place = place.at(place.node.elts[0])
            if (
                place is not None
                and isinstance(place.node, (ast.Constant, ast.Name, ast.Attribute))
                and project.integer(place) not in (batch, -1)
            ):
                yield place
        for tensor in operation.tensors:
            size_origin = origin(project, tensor, 0) if tensor.rank and tensor.shape[0] not in (batch, 1) else None
            if size_origin is None or size_origin.phase is not Phase.FORWARD or size_origin.is_cut:
                continue
            if project.integer(size_origin.expression) == tensor.shape[0]:
                yield size_origin.expression


def _other_batch(project: Project, failed: Operation) -> str:
    """Return, in words, that the line had run with another number of samples; empty where it had not."""
    smaller = smaller_batch(project, failed)
    return "" if smaller is None else f" (this batch is smaller: {smaller[1]} samples, not {smaller[0]})"
