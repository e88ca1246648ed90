"""AF604 discarded-result: a method that returns a new tensor is called, and nothing takes the result.

Why it fails. ``x.permute(0, 3, 1, 2)`` leaves ``x`` as it is and returns another tensor. On a line of its own the
result is gone, and what follows meets the shape from before.
What the fix does. Assigns the result: ``x = x.permute(0, 3, 1, 2)``.
Fix safety. Safe: a line that does nothing was meant to do that.
Source. torch.Tensor, which names methods that work in place with an underscore at the end.
"""

import ast

from autofix.facts.call_sites import argument_of, written
from autofix.rule import LOUD, Evidence, Finding, Fixes, Mismatch, Operation, Project, Rule, Tensor, shown


class DiscardedResult(Rule):
    mismatches = (*LOUD, Mismatch.SILENT_UNUSED)
    examples = shown("""
        a permute on a line of its own: 2,8,8,3
            self.conv = nn.Conv2d(3, 4, 3)
            x< =>  = x>.permute(0, 3, 1, 2); self.conv(x)
        declines a result that is used: 2,8,8,3
            self.conv = nn.Conv2d(3, 4, 3)
            y = x.permute(0, 3, 1, 2); self.conv(x.flatten()), y
    """)

    def propose(self, finding: Finding, project: Project) -> Fixes:
        failed = project.operation(finding)
        if finding.silent:
            yield from self._assigned(project, failed) if failed is not None else ()
            return
        operands = failed.tensors if failed is not None else ()
        fed = {operation.index for tensor in operands for operation in project.ancestry(tensor)}
        for operation in project.trace.operations:
            result, taken = operation.result, operation.tensors
            is_other = isinstance(result, Tensor) and taken and result.shape != taken[0].shape
            if not operation.raised and taken and taken[0].producer in fed and is_other:
                yield from self._assigned(project, operation)

    def _assigned(self, project: Project, operation: Operation) -> Fixes:
        """Yield the assignment of what an operation gave, where it stands on a line of its own."""
        place, taken = written(project, operation), argument_of(project, operation, 0, "input")
        if place is None or taken is None or not isinstance(taken.node, ast.Name):
            return
        if isinstance(place.source.parents.get(place.node), ast.Expr):
            text = f"{taken.text} = {place.text}"
            edits, reason = (place.source.replace(place.node, text),), "the line does nothing as it stands"
            yield self.fix(f"assign the result: `{text}`", edits, Evidence.EXACT_FIT, Evidence.EVIDENT, reason=reason)
