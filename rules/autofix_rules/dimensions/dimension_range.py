"""AF405 dimension-range: a function names a dimension that the tensor does not have, or none where it needs one.

Why it fails. A tensor of rank r has the dimensions -r to r - 1. A reduction without ``keepdim`` or an earlier
squeeze leaves one fewer than the code counts on. ``x.softmax()``, ``x.cumsum()`` and their like have no default:
torch cannot know whether the features, the steps or the samples are meant.
What the fix does. Removes a ``squeeze`` of a dimension that is gone already; else names the last dimension, at the
call or in the constructor of the layer (``nn.Softmax(dim=2)``). Where none is named it names the last one, where the
features lie, then the others. The index that took one entry goes where its dimension is needed.
Fix safety. Safe for a redundant squeeze, and for the dimension one past the last where no squeeze came before; else
unsafe.
Source. torch.squeeze, torch.softmax, torch.cumsum, and the note on dimensions in torch's tensor views.
"""

from autofix.edits.other_dimensions import without_missing, written_dimensions
from autofix.edits.rank_changes import behind, without_call
from autofix.edits.set_arguments import argument_set
from autofix.edits.subscript_places import without_index
from autofix.rule import Evidence, Finding, Fixes, Mismatch, Operation, Project, Rule, shown

_SQUEEZE = frozenset(("squeeze",))


class DimensionRange(Rule):
    mismatches = (Mismatch.DIMENSION_RANGE, Mismatch.MISSING_DIM)
    examples = shown("""
        a layer: 4,6
            self.net = nn.Sequential(nn.Linear(6, 3), nn.LogSoftmax(<2 => 1>))
            self.net(x)
        weights of an attention: 2,5,8
            self.k = nn.Linear(8, 8)
            scores = x @ self.k(x).mT; scores.softmax(< => dim=-1>) @ x
        a divergence that was written for maps: 6,4,8
            self.fc = nn.Linear(8, 8)
            ((self.fc(x) - x) ** 2).mean(dim=<(1, 2, 3) => (1, 2)>, keepdim=True).sum()
        one row of what all rows are asked of: 4,6
            self.fc = nn.Linear(6, 3)
            q = self.fc(x)<[0] => >; q.argmax(dim=1)
        declines a dimension that is computed: 4,6
            self.dims = {'class': 2}
            torch.softmax(x, dim=self.dims['class'] + 0 * len(self.dims))
    """)

    def propose(self, finding: Finding, project: Project) -> Fixes:
        return self._unnamed(finding, project) if not finding.expected else super().propose(finding, project)

    def _unnamed(self, finding: Finding, project: Project) -> Fixes:
        failure, rank = project.trace.failure, len(finding.actual)
        call = None if failure is None else project.call(failure.frames)
        for later, dimension in enumerate((-1, *reversed(range(rank - 1)))):
            title, edits = f"let it work along dimension {dimension}", argument_set(call, "dim", str(dimension))
            evidence = (Evidence.INSERTED, Evidence.RUNNER_UP * later)
            yield self.fix(title, edits, *evidence, doubt=f"any of the {rank} dimensions could be meant")

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        if not operation.tensors:
            return
        (dimension,), rank = finding.expected, operation.tensors[0].rank
        edit = without_call(project, operation) if operation.operator == "squeeze" else None
        if edit is not None:
            yield self.fix(f"leave out the squeeze: dimension {dimension} is gone already", (edit,), Evidence.EXACT_FIT)
        entries = list(without_index(project, operation, max(dimension + 1, -dimension)))
        yield from map(self.change, entries)
        last = rank - 1 if operation.operator != "unsqueeze" else rank
        text, squeezed = str(last if dimension > 0 else -last - 1), behind(project, operation.tensors, _SQUEEZE)
        near = dimension in (last + 1, -last - 2) and next(squeezed, None) is None and not entries
        doubt, evidence = "another dimension could be meant", (Evidence.RUNNER_UP, Evidence.OTHER_READING)
        several = "tensors of more dimensions may come here as well" * (operation.operator == "size")
        for place in written_dimensions(project, operation, project.layer(finding.layer), dimension):
            shorter = without_missing(place, rank)
            if shorter is not None:
                yield self.fix(f"name `{shorter.text}`, which are there", (shorter,), Evidence.EVIDENT, doubt=doubt)
            title, edits = f"name dimension {text} instead of {dimension}", (place.source.replace(place.node, text),)
            yield self.fix(title, edits, *(() if near else evidence), doubt=several if near else doubt)
