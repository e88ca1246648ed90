"""AF301 concatenate-dimension: tensors are joined along the wrong dimension, or stacked where they should be joined.

Why it fails. ``torch.cat`` joins along dimension 0, the batch, unless told otherwise; every other dimension must
agree. ``torch.stack`` makes a new dimension and needs equal shapes.
What the fix does. Names the dimension in which the sizes differ, or the one that gives the size a later layer
takes. A class token of one row is expanded to the batch; a size that a layer sets is corrected there.
Fix safety. Safe where only one dimension differs, or the joined size is exactly the one that is taken. Unsafe where
the one row may be repeated in the function that gives it, and a join of samples where a part is of one sample.
Source. torch.cat and torch.stack.
"""

from autofix.edits.expanded_parts import expansions
from autofix.edits.joined_batches import joined_batches
from autofix.edits.set_arguments import argument_set
from autofix.facts.call_sites import written
from autofix.facts.joins import joined_dimension
from autofix.operators.shape_functions import without
from autofix.provenance.producers import producer_sites, set_output
from autofix.records.finding import Detail, Mismatch
from autofix.rule import FEATURES, Evidence, Expression, Finding, Fixes, Operation, Piece, Project, Rule, Tensor, shown

FEWEST_BATCHES = 3  # Of two of which the second is shorter each may be a sequence.
_ONE = "one of the parts is of one sample, which could be meant for all of the other"
_JOINING = frozenset(("cat", "concat", "concatenate", "stack"))


class ConcatenateDimension(Rule):
    mismatches = (Mismatch.CONCATENATE, *FEATURES)
    examples = shown("""
        batches that are stacked and flattened: 7,6
            self.k = 1
            y = torch.<stack => cat>(list(x.split(3))); y<.flatten(0, 1) => > * x
        the size a layer takes: 4,6
            self.fc = nn.Linear(12, 2)
            self.fc(torch.<stack => cat>([x, x * x], dim=1))
        a class token: 4,5,6
            self.cls = nn.Parameter(torch.zeros(1, 1, 6))
            torch.cat((self.cls< => .expand(x.size(0), -1, -1)>, x), dim=1)
        declines where several dimensions differ: 4,5,6 3,5,7
            self.n = 1
            torch.cat((x, y), dim=1)
    """)

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        if not operation.tensors:
            return
        if finding.mismatch is not Mismatch.CONCATENATE:
            yield from self._behind(project, finding, operation.tensors[0])
        elif finding.detail is not Detail.RANK:
            yield from self._sizes(project, operation)

    def _sizes(self, project: Project, operation: Operation) -> Fixes:
        tensors = operation.tensors
        differing = [d for d in range(tensors[0].rank) if len({t.shape[d] for t in tensors}) > 1]
        call = written(project, operation)
        if call is not None and len(differing) == 1 and not operation.target.endswith("stack"):
            (d,) = differing
            doubt = _ONE if d == 0 and 1 in {tensor.shape[0] for tensor in tensors} else ""
            yield from self._along(call, d, *_against(d, tensors[0].rank), doubt=doubt)
        if call is not None and differing == [0] and operation.target.endswith("stack"):
            edits, sizes = joined_batches(call), [tensor.shape[0] for tensor in tensors]
            is_rest = len(set(sizes[:-1])) == 1 and sizes[-1] < sizes[0]
            if is_rest and len(edits) > (len(sizes) < FEWEST_BATCHES):
                title = "join the batches, the last of which is smaller, instead of stacking them"
                doubt = "that the smaller batch should be there too is told by no shape"
                yield self.fix(title, edits, Evidence.EVIDENT, Evidence.AGREES * (len(edits) > 1), doubt=doubt)
        yield from map(self.change, expansions(project, operation))
        yield from self._producers(project, operation, differing)

    def _along(self, call: Expression, dimension: int, *evidence: Piece, callee: str = "", doubt: str = "") -> Fixes:
        word = "join" if not callee else f"join with `{callee}`"
        edits = argument_set(call, "dim", str(dimension), 1, callee)
        yield self.fix(f"{word} along dimension {dimension}", edits, *evidence, doubt=doubt)

    def _producers(self, project: Project, operation: Operation, differing: list[int]) -> Fixes:
        """Yield fixes for a layer whose output has a size that the other tensor does not have."""
        if len(differing) != 1 or differing[0] == 0:
            return
        (d,) = differing
        for i, tensor in enumerate(operation.tensors):
            for target_size in {t.shape[d] for t in operation.tensors} - {tensor.shape[d]}:
                for layer, site in producer_sites(project, tensor, target_size):
                    if d in (1, tensor.rank - 1) and tensor.shape[d] in [v for _, v in layer.settings]:
                        extra: tuple[Piece, ...] = (Evidence.PRODUCER, Evidence.RUNNER_UP * (i == 0))
                        yield self.fix(set_output(layer, site.result), site.edits, *site.evidence, *extra)

    def _behind(self, project: Project, finding: Finding, tensor: Tensor) -> Fixes:
        """Yield fixes for a join before the layer that went along the batch, or a new dimension,
        instead of the features.
        """
        if len(finding.expected) != 1 or finding.dimension is None:
            return
        for count, operation in enumerate(project.ancestry(tensor)):
            name = operation.operator
            call = written(project, operation) if name in _JOINING and len(operation.tensors) > 1 else None
            if call is None:
                continue
            parts = operation.tensors
            stacked = name == "stack"
            fault = finding.dimension % tensor.rank - (1 if stacked and finding.dimension else 0)
            fault = parts[0].rank - 1 if finding.mismatch is Mismatch.LINEAR_IN_FEATURES else fault
            rank = parts[0].rank
            if 0 <= fault < rank and (stacked or fault != joined_dimension(operation) % rank):
                joined = sum(t.shape[fault] for t in parts)
                if joined == finding.expected[0] and all(
                    without(t.shape, fault) == without(parts[0].shape, fault) for t in parts
                ):
                    evidence = (Evidence.EXACT_FIT, Evidence.OUTWARD * min(count, 2))
                    yield from self._along(call, fault, *evidence, callee="cat" if stacked else "")


def _against(dimension: int, rank: int) -> tuple[Evidence, ...]:
    """Return the evidence for a join along this dimension: features are joined, samples seldom, the
    sides of maps never.
    """
    if dimension in (1, rank - 1) and rank <= 3:
        return (Evidence.EVIDENT,)
    return (Evidence.AGAINST, Evidence.INSERTED) if dimension == 0 else (Evidence.HIDES_FAULT,)
