"""AF411 wrong-permute: a permute or transpose brings the wrong dimension to where the channels belong.

Why it fails. ``x.permute(0, 1, 3, 2)`` of images ``(N, H, W, C)`` swaps the wrong pair, ``x.transpose(0, 1)`` moves
the batch; the next layer finds another size where it takes its channels.
What the fix does. Names the order that keeps the batch first, brings the size that the layer takes to its place and
leaves the other dimensions in their order.
Fix safety. Safe where one order does that and the size wanted stands in one dimension only.
Source. torch.permute and torch.transpose.
"""

from collections.abc import Iterator
from itertools import permutations

from autofix.edits.other_dimensions import spread
from autofix.edits.rank_changes import without_call
from autofix.facts.call_sites import written
from autofix.facts.project_view import Project
from autofix.rule import FEATURES, Edit, Evidence, Expression, Finding, Fixes, Mismatch, Operation, Rule, Tensor, shown

MAX_RANK = 5


class WrongPermute(Rule):
    mismatches = (*FEATURES, Mismatch.ATTENTION_WIDTH)
    examples = shown("""
        a transpose that moves the batch: 2,8,3
            self.conv = nn.Conv1d(3, 4, 3)
            self.conv(x.transpose(<0, 1 => 1, 2>))
        declines a size that no dimension has: 2,8,3
            self.conv = nn.Conv1d(5, 4, 20)
            self.conv(x.transpose(0, 1))
            by AF101 AF501
            # Wrong: the samples are taken for channels.
    """)

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        if not operation.tensors or len(finding.expected) != 1 or finding.dimension is None:
            return
        moved = _moved(project, operation.tensors[0])
        place = None if moved is None else written(project, moved)
        if moved is None or place is None:
            return
        before, dimension, size = moved.tensors[0], finding.dimension, finding.expected[0]
        certain = before.shape.count(size) == 1
        reason = "" if certain else f"several dimensions of {before.shape} have the size {size}"
        for order, unordered in _orders(before, dimension, size):
            is_kept = order == tuple(range(before.rank))
            edit = without_call(project, moved) if is_kept else _spelled(moved, place, order)
            if edit is not None:
                title = f"order the dimensions of {before.shape} as {order}"
                title = f"leave {before.shape} as it is" if is_kept else title
                evidence = (Evidence.EVIDENT * is_kept, Evidence.OTHER_READING * unordered)
                yield self.fix(title, (edit,), Evidence.EXACT_FIT, *evidence, doubt=reason)


def _moved(project: Project, tensor: Tensor) -> Operation | None:
    """Return the permute or transpose behind the tensor, with nothing between that changes sizes."""
    for operation in project.ancestry(tensor):
        result = operation.result
        if not isinstance(result, Tensor) or result.shape != tensor.shape:
            return None
        if operation.operator in {"permute", "transpose", "swapaxes"} and operation.tensors[0].rank <= MAX_RANK:
            return operation
    return None


def _orders(before: Tensor, dimension: int, size: int) -> Iterator[tuple[tuple[int, ...], bool]]:
    """Yield orders with the batch first and ``size`` at ``dimension``, and whether the others stand in
    another order.
    """
    for rest in permutations(range(1, before.rank)):
        order = (0, *rest)
        if before.shape[order[dimension]] == size:
            others = [d for i, d in enumerate(order) if i != dimension]
            yield order, others != sorted(others)


def _spelled(operation: Operation, place: Expression, order: tuple[int, ...]) -> Edit | None:
    """Return an edit that gives the call the dimensions of ``order``; None for a transpose that cannot express it."""
    exchanged = tuple(sorted(d for i, d in enumerate(order) if i != d))
    return spread(operation, place, 1, str(order if operation.operator == "permute" else exchanged))
