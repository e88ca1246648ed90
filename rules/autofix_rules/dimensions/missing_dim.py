"""AF421 missing-dim: an operator that works along one dimension is not told along which.

Why it fails. ``x.softmax()``, ``x.cumsum()`` and their like have no default for ``dim``: torch cannot know whether
the features, the steps or the samples are meant.
What the fix does. Adds the argument: the last dimension first, where the features lie, then the others.
Fix safety. Unsafe: every dimension runs, and only the author knows which is meant.
Source. torch.softmax and torch.cumsum.
"""

from __future__ import annotations

from autofix.edits.set_arguments import argument_set
from autofix.rule import Applicability, Evidence, Finding, Fixes, Mismatch, Project, Rule, shown


class MissingDim(Rule):
    mismatches = (Mismatch.MISSING_DIM,)
    applicability = Applicability.UNSAFE
    examples = shown("""
        weights of an attention: 2,5,8
            self.k = nn.Linear(8, 8)
            scores = x @ self.k(x).mT; scores.softmax(< => dim=-1>) @ x
        declines a call that lacks something else: 3,7
            self.k = 2
            torch.gather(x, 1)
    """)

    def propose(self, finding: Finding, project: Project) -> Fixes:
        failure, rank = project.trace.failure, len(finding.actual)
        call = None if failure is None else project.call(failure.frames)
        if call is None:
            return
        for dimension in reversed(range(rank)):
            spelled = -1 if dimension == rank - 1 else dimension
            title, reason = (
                f"let `{finding.expression}` work along dimension {spelled}",
                f"any of the {rank} could be meant",
            )
            evidence = (Evidence.INSERTED, Evidence.RUNNER_UP * (rank - 1 - dimension))
            yield self.fix(title, argument_set(call, "dim", str(spelled)), *evidence, reason=reason)
