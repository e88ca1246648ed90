"""AF409 squeezed-away: a squeeze without a dimension also removes a batch or a sequence of one.

Why it fails. ``x.squeeze()`` removes every dimension of size one. With one sample, or one step, that is one
dimension more than with many, and what follows meets a rank too few.
What the fix does. Names the dimensions that are meant: ``.flatten(1)`` behind a global pooling, ``.squeeze(2)``
elsewhere; a ``squeeze`` that only removed the batch goes.
Fix safety. Safe where the dimensions left are those of maps that were pooled to one; else unsafe.
Source. torch.squeeze.
"""

from autofix.edits.rank_changes import behind, respelled, tensors_at_fault, without_call
from autofix.edits.squeezed_dimensions import is_shown, named_calls
from autofix.facts.dataflow import samples_lead
from autofix.rule import Evidence, Finding, Fixes, Mismatch, Operation, Project, Rule, Tensor, shown

_RANKS = (
    "dimension-range index-range index-rank rank unpack norm-rank conv-rank rnn-rank rnn-hidden other silent-squeeze"
)
_SIZES = "norm-features linear-in-features rnn-input-size attention-width attention-mask view-size"
_LOSSES = "loss-batch loss-shape loss-classes"
_FIRST = "that the samples come first is told by nothing, and there is one of them"
# How many operations further back it is, and which dimension is that of the samples.
At = tuple[int, int]
Doubts = tuple[str, str]
_ONES = "the dimensions left may be of one for this sample only"
_RANKED = frozenset(f"{_RANKS} {_SIZES} {_LOSSES} concatenate broadcast matmul expand".split())


class SqueezedAway(Rule):
    mismatches = tuple(m for m in Mismatch if m.value in _RANKED)
    examples = shown("""
        a batch of one behind a global pooling: 1,3,4,4
            self.pool = nn.AdaptiveAvgPool2d(1)
            x = self.pool(x).<squeeze( => flatten(1>); torch.softmax(x, dim=1)
        a sequence of one step: 2,1,1,8
            self.fc = nn.Linear(8, 3)
            x = <torch => x>.squeeze(<x => 2>); self.fc(x[:, -1, :])
        declines where no dimension of one was there: 2,5,8
            self.fc = nn.Linear(8, 3)
            x = x.squeeze(); self.fc(x)[:, 0, 0, 0]
    """)

    def propose(self, finding: Finding, project: Project) -> Fixes:
        squeezes = behind(project, tensors_at_fault(project, finding), frozenset(("squeeze",)))
        if finding.mismatch is Mismatch.SILENT_SQUEEZE:
            squeezed = project.operation(finding)
            squeezes = iter(() if squeezed is None else (squeezed,))
        samples = finding.dimension or 0 if finding.mismatch is Mismatch.SILENT_SQUEEZE else 0
        for count, operation in enumerate(squeezes):
            before, after = operation.tensors[0], operation.result
            if isinstance(after, Tensor) and after.rank < before.rank:
                known, is_loss = is_shown(project, operation), finding.mismatch.value in _LOSSES
                is_told = finding.silent or known or samples_lead(project)
                doubts = _ONES * (is_loss and not known), _FIRST * (not is_told and before.shape[0] == 1)
                yield from self._named(project, operation, before, (count, samples), doubts)

    def _named(self, project: Project, operation: Operation, before: Tensor, at: At, doubts: Doubts) -> Fixes:
        dimensions, (further, samples) = [d for d, size in enumerate(before.shape) if size == 1], at
        explicit = len(operation.arguments) > 1 or bool(operation.keywords)
        are_pooled = before.rank > 3 and dimensions[-(before.rank - 2) :] == list(range(2, before.rank))
        if not explicit and samples == 0 and len(dimensions) > 1 and are_pooled:
            edit = respelled(project, operation, "flatten(1)")
            if edit is not None:
                title = f"flatten {before.shape} from dimension 1, which keeps a batch of one"
                yield self.fix(title, (edit,), Evidence.EVIDENT, Evidence.UPSTREAM * further, doubt=doubts[0])
        elif not explicit and len(dimensions) > 1:
            yield from self._one(project, operation, dimensions, at, doubts)
            for call, change, pieces in named_calls(project, operation):
                later = Evidence.UPSTREAM * further
                yield self.fix(f"name what goes: `.{call}`", (change,), *pieces, later, doubt=_ONES)
        edit = without_call(project, operation)
        if edit is not None and dimensions[:1] == [0] and (len(dimensions) == 1 or explicit):
            reason, evidence = "it may be meant to go where the result is used", Evidence.UPSTREAM * further
            yield self.fix("keep the dimension of one", (edit,), Evidence.OTHER_READING, evidence, doubt=reason)

    def _one(self, project: Project, operation: Operation, dimensions: list[int], at: At, doubts: Doubts) -> Fixes:
        """Yield fixes that squeeze one dimension by its number, the last first; the batch is never meant."""
        others, further = [d for d in reversed(dimensions) if d != at[1]], at[0]
        for rank, dimension in enumerate(others):
            edit = respelled(project, operation, f"squeeze({dimension})")
            if edit is not None:
                doubt = "the sample has several dimensions of one" if len(others) > 1 else doubts[0] or doubts[1]
                evidence = (Evidence.EXACT_FIT * (not dimensions[0]), Evidence.RUNNER_UP * rank)
                title, later = f"squeeze dimension {dimension} only", Evidence.UPSTREAM * further
                yield self.fix(title, (edit,), *evidence, later, doubt=doubt)
