"""AF311 loss-target-shape: the model's output and the target of a loss have different ranks or orders.

Why it fails
    Elementwise losses compare equal shapes: ``(N, 1)`` against ``(N,)`` raises or, worse, broadcasts
    to ``(N, N)``. Cross entropy takes scores ``(N, C, ...)`` and indices ``(N, ...)``: a column of
    indices ``(N, 1)`` or scores with the classes last ``(N, T, C)`` do not fit.
What the fix does
    Takes the dimension of one away where it is too many (``.squeeze(1)``), on the output or the
    target; moves the classes of the scores to dimension 1.
Fix safety
    Safe: the numbers stay, only a dimension of one goes, or the classes move where no other
    reading of the shapes fits. Shapes that disagree in size are declined: what the data or the
    model should be is not for a tool to say.
Source
    torch.nn.CrossEntropyLoss and torch.nn.BCELoss, section Shape.
"""

from __future__ import annotations

from collections.abc import Iterator

from autofix.records import Operation, Tensor
from autofix.rule import Applicability, Example, Finding, Fix, Mismatch, Project, Rule, model
from autofix_rules._operands import extra_dimension, followed_by, written

COST = 10
OTHER_READING = 14
_LOSS = "self.fc = nn.Linear(6, {})\nself.loss = nn.{}()"


class LossTargetShape(Rule):
    code = "AF311"
    name = "loss-target-shape"
    mismatches = (Mismatch.LOSS_SHAPE, Mismatch.SILENT_BROADCAST)
    examples = (
        Example(
            name="scores of one column against a vector",
            inputs=((4, 6),),
            before=model(_LOSS.format(1, "BCEWithLogitsLoss"), "y = torch.ones(len(x))\nself.loss(self.fc(x), y)"),
            after=model(
                _LOSS.format(1, "BCEWithLogitsLoss"), "y = torch.ones(len(x))\nself.loss(self.fc(x).squeeze(1), y)"
            ),
        ),
        Example(
            name="a column of class indices",
            inputs=((4, 6),),
            before=model(
                _LOSS.format(3, "CrossEntropyLoss"), "y = torch.ones(len(x), 1).long()\nself.loss(self.fc(x), y)"
            ),
            after=model(
                _LOSS.format(3, "CrossEntropyLoss"),
                "y = torch.ones(len(x), 1).long()\nself.loss(self.fc(x), y.squeeze(1))",
            ),
        ),
        Example(
            name="classes last",
            inputs=((4, 5, 6),),
            before=model(
                _LOSS.format(3, "CrossEntropyLoss"), "y = torch.ones(len(x), 5).long()\nself.loss(self.fc(x), y)"
            ),
            after=model(
                _LOSS.format(3, "CrossEntropyLoss"),
                "y = torch.ones(len(x), 5).long()\nself.loss(self.fc(x).transpose(1, 2), y)",
            ),
        ),
        Example(
            name="declines sizes that disagree",
            inputs=((4, 6),),
            before=model(_LOSS.format(3, "MSELoss"), "y = torch.ones(len(x), 5, 2)\nself.loss(self.fc(x), y)"),
        ),
    )

    def propose(self, finding: Finding, project: Project) -> Iterator[Fix]:
        operation = project.operation(finding)
        if operation is None or len(operation.tensors) < 2:
            return
        output, target = operation.tensors[0], operation.tensors[1]
        if finding.parameter == "classes":
            yield from self._indices(project, operation, output, target)
        else:
            yield from self._elementwise(project, operation, output, target)

    def _elementwise(self, project: Project, operation: Operation, output: Tensor, target: Tensor) -> Iterator[Fix]:
        extra = extra_dimension(output.shape, target.shape)
        if extra is not None:
            yield from self._follow(project, operation, 0, "input", f"squeeze({extra})", output, target.shape)
        extra = extra_dimension(target.shape, output.shape)
        if extra is not None:
            yield from self._follow(project, operation, 1, "target", f"squeeze({extra})", target, output.shape)

    def _indices(self, project: Project, operation: Operation, output: Tensor, target: Tensor) -> Iterator[Fix]:
        wanted = (*output.shape[:1], *output.shape[2:])
        extra = extra_dimension(target.shape, wanted)
        if extra is not None:
            yield from self._follow(project, operation, 1, "target", f"squeeze({extra})", target, wanted)
        if output.rank > 2 and target.shape == output.shape[:-1]:
            order = "transpose(1, 2)" if output.rank == 3 else f"movedim({output.rank - 1}, 1)"
            yield from self._follow(project, operation, 0, "input", order, output, (output.shape[0], output.shape[-1]))
        if target.shape == output.shape and output.rank == 2:
            reason = "the target may be one-hot (argmax) or several classes at once (another loss)"
            for fix in self._follow(project, operation, 1, "target", "argmax(1)", target, wanted):
                label = Applicability.UNSAFE
                yield Fix(self.code, fix.title, fix.edits, OTHER_READING, label, reason)

    def _follow(
        self, project: Project, operation: Operation, position: int, name: str, method: str, given: Tensor, want: object
    ) -> Iterator[Fix]:
        expression = written(project, operation, position, name)
        if expression is not None:
            title = f"pass `{expression.text}.{method}` to the loss: {given.shape} against {want}"
            yield Fix(self.code, title, (followed_by(expression, method),), COST, self.applicability)
