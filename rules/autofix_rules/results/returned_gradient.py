"""AF608 returned-gradient: the backward of an autograd function returns what is no gradient of its arguments.

Why it fails. ``backward`` returns one gradient for each argument of ``forward``, None where none is needed, each of the
shape of its argument: torch sums only over dimensions in front and of size one.
What the fix does. Transposes a gradient, sums it over the dimensions along which the argument was repeated, returns
them in the order of the arguments, adds None for what needs none or leaves out what belongs to no argument.
Fix safety. Safe where finite differences of ``forward`` give the same gradients.
Source. torch.autograd.Function.
"""

from autofix.edits.returned_gradients import returned_otherwise
from autofix.rule import Evidence, Example, Finding, Fixes, Mismatch, Project, Rule

_LINEAR = """import torch
class Linear(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, w):
        ctx.save_for_backward(x, w)
        return x @ w.t()
    @staticmethod
    def backward(ctx, g):
        x, w = ctx.saved_tensors
        return g @ w, {}
Linear.apply(torch.randn(5, 3), torch.randn(4, 3, requires_grad=True)).pow(2).sum().backward()
"""


class ReturnedGradient(Rule):
    mismatches = (Mismatch.GRADIENT,)
    examples = (
        Example("transposed", (), _LINEAR.format("x.t() @ g"), {"x.t() @ g": "(x.t() @ g).t()"}),
        Example("declines what has no such dimensions", (), _LINEAR.format("g")),
    )

    def propose(self, finding: Finding, project: Project) -> Fixes:
        for title, edit in returned_otherwise(project):
            yield self.fix(title, (edit,), Evidence.EXACT_FIT)
