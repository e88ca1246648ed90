"""AF305 matmul-transposed: the operands of a matrix product do not meet in their inner sizes.

Why it fails. ``a @ b`` multiplies the last dimension of a with the last but one of b. Keys, and weights laid out as
``(out, in)``, must be transposed first.
What the fix does. Transposes the operand that then fits, in the words the file uses, takes back a transpose that is
one too many or lets it exchange the last two dimensions; puts the rows first where a weight stands before them, and
a square matrix (an adjacency) before the rows that it mixes. ``mm`` and ``bmm`` of other ranks become ``matmul``; a
vector or matrix of each sample gets the dimensions with which it meets its own.
Fix safety. Safe where one transpose makes the sizes meet and not every sample meets every other, and none of what the
model keeps.
Source. torch.matmul and torch.nn.functional.linear.
"""

from autofix.edits.batched_products import pairs_samples, products
from autofix.edits.rank_changes import without_call
from autofix.edits.set_arguments import called
from autofix.edits.transposes import ATTENTION, rows_first, transpose_text, turned
from autofix.facts.call_sites import followed, is_stored, operands, written
from autofix.records.finding import Finding, Mismatch
from autofix.rule import Detail, Evidence, Expression, Fixes, Operation, OperationKind, Project, Rule, Tensor, shown

_MOVING = frozenset(("transpose", "t", "permute", "swapaxes"))


class MatmulTransposed(Rule):
    mismatches = (Mismatch.MATMUL, Mismatch.BROADCAST)
    examples = shown("""
        an adjacency behind the rows that it mixes: 5,3 5,5
            self.fc = nn.Linear(3, 2); self.bias = nn.Parameter(torch.zeros(2))
            torch.mm(< => y, >self.fc(x)<, y => >) + self.bias
        the weights of each sample: 4,7,5
            self.score = nn.Linear(5, 1)
            w = self.score(x).squeeze(-1).softmax(1); torch.bmm(w< => .unsqueeze(1)>, x)< => .squeeze(1)>
        rows of each sample in two dimensions: 4,3,2,5 m=4,5,6
            self.k = 1
            x @ m< => .unsqueeze(1)>
        declines inputs that do not meet: 2,8 6,3
            self.k = 1
            x @ y
    """)

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        if finding.detail is Detail.EQUATION:
            return
        places, tensors = operands(project, operation), operation.tensors
        if finding.mismatch is Mismatch.BROADCAST:
            yield from map(self.change, turned(project, operation, places) if operation.operator == ATTENTION else ())
            return
        if operation.operator in {"addmm", "baddbmm", "addbmm"}:
            places, tensors = places[1:], tensors[1:]
        if len(tensors) < 2:
            return
        yield from self._general(project, operation)
        yield from map(self.change, products(project, operation, places, tensors))
        if len(places) >= 2:
            is_linear = finding.detail is Detail.WEIGHT
            yield from self._transposed(project, places, tensors, is_linear)
            yield from map(self.change, turned(project, operation, places) if not is_linear else ())
            producer = project.producer(tensors[0])
            square = tensors[1].rank == 2 and tensors[1].shape[0] == tensors[1].shape[1]
            if square or (producer is not None and producer.kind is OperationKind.GET_ATTR):
                yield from map(self.change, rows_first(operation, places, tensors))

    def _general(self, project: Project, operation: Operation) -> Fixes:
        """Yield ``matmul`` in place of ``mm``, which takes matrices only, or ``bmm``, which takes batches of them."""
        rank = {"mm": 2, "bmm": 3}.get(operation.operator)
        place = written(project, operation)
        if rank is None or place is None or all(t.rank == rank for t in operation.tensors):
            return
        title = f"multiply with `matmul`, since `{operation.operator}` takes {rank} dimensions"
        doubt = pairs_samples(project, *operation.tensors[:2])
        yield self.fix(title, called(place, "matmul"), Evidence.EVIDENT, Evidence.AGAINST * (doubt != ""), doubt=doubt)

    def _transposed(
        self, project: Project, places: tuple[Expression, ...], tensors: tuple[Tensor, ...], is_linear: bool
    ) -> Fixes:
        left, right = tensors[0], tensors[1]
        inner = right.shape[-1] if is_linear else right.shape[-2] if right.rank > 1 else right.shape[0]
        across = right.shape[0] if is_linear else right.shape[-1]
        pairs = (
            (right, places[1], right.rank > 1 and across == left.shape[-1]),
            (left, places[0], left.rank > 1 and not is_linear and left.shape[-2] == inner),
        )
        for rank, (tensor, place, fits) in enumerate(pairs):
            producer = project.producer(tensor)
            if not fits:
                continue
            later, reason = Evidence.RUNNER_UP * rank, "the inner sizes then agree"
            moved = producer if producer is not None and producer.operator in _MOVING else None
            undone = without_call(project, moved) if moved is not None else None
            if undone is not None and moved is not None and moved.tensors[0].shape[:-2] == tensor.shape[:-2]:
                yield self.fix(f"take back the transpose to {tensor.shape}", (undone,), Evidence.EXACT_FIT, later)
            edit = followed(place, transpose_text(place.source, tensor.rank))
            doubt, title = pairs_samples(project, left, right), f"transpose {tensor.shape}"
            evidence = (Evidence.EVIDENT, later, Evidence.AGAINST * (doubt != ""))
            if tensor is left and left.rank == 2 and not is_stored(project, left):
                doubt = doubt or "the rows of the left matrix may be samples"
            if is_stored(project, tensor):
                doubt = doubt or "the sizes that it is made with may be exchanged"
            yield self.fix(title, (edit,), *evidence, doubt=doubt, reason=reason)
