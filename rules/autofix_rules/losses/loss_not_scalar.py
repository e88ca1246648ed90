"""AF333 loss-not-scalar: the backward pass starts from several losses instead of one number.

Why it fails. A loss built with ``reduction="none"`` (or a loss of one's own) gives one number for each sample; a
gradient is taken of one number, or of as many as there are weights: ``grad_outputs`` has the shape of the outputs.
What the fix does. Sums or averages the one summand that is no number yet; else starts from their mean:
``loss.mean().backward()``; where ones are passed as weights, or ``torch.autograd.grad`` is passed none, it writes
``torch.ones_like(outputs)``. One number that has an axis too many or too few is made anew where it comes from:
``one = torch.tensor(1.)`` for ``torch.Tensor([1])``.
Fix safety. Unsafe: the sum, or weights for the samples, could be meant.
Source. torch.Tensor.backward and torch.autograd.grad.
"""

from autofix.edits.gradient_seeds import gradient_seeds
from autofix.edits.unreduced_summands import mean_of_losses, reduced_summands
from autofix.rule import Applicability, Finding, Fixes, Mismatch, Project, Rule, shown


class LossNotScalar(Rule):
    mismatches = (Mismatch.LOSS_SCALAR, Mismatch.OTHER)
    applicability = Applicability.UNSAFE
    examples = shown("""
        one loss for each sample: 4,6
            self.fc = nn.Linear(6, 3)
            loss = self.fc(x).mean(1); loss.< => mean().>backward(); loss
        one summand that is not averaged: 4,6
            self.fc = nn.Linear(6, 3)
            h = self.fc(x); loss = h.sum() + 0.1 * <h.exp().sum(1) => h.exp().sum(1).sum()>; loss.backward(); loss
        declines a call that is not the tensor's own: 4,6
            self.fc = nn.Linear(6, 3)
            loss = self.fc(x).mean(1); torch.Tensor.backward(loss); loss
    """)

    def propose(self, finding: Finding, project: Project) -> Fixes:
        operation = project.operation(finding)
        yield from map(self.change, reduced_summands(project, operation) if operation is not None else ())
        is_seeded = finding.mismatch is Mismatch.OTHER or finding.operand == 1
        yield from map(self.change, gradient_seeds(project) if is_seeded else ())
        mean = None if is_seeded or operation is None else mean_of_losses(project, operation, finding.actual)
        if mean is not None:
            yield self.change(mean)
