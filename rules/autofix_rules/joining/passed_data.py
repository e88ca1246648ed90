"""AF336 passed-data: a program passes its model data of another make than the model is written for.

Why it fails. A first layer takes images of three channels and is given four (an alpha channel) or one (grey); a
table has its features in rows instead of columns.
What the fix does. Changes what is passed: ``image[:, :3]``, ``image.repeat(1, 3, 1, 1)``, ``table.T``.
Fix safety. Unsafe: the model could be meant to take the data as it is.
Source. torch.nn.Conv2d and torch.nn.Linear, sections Shape.
"""

from autofix.edits.caller_edits import in_program, passed
from autofix.records.finding import Finding, Mismatch
from autofix.rule import Applicability, Evidence, Example, Fixes, Operation, Project, Rule, Tensor, model, shown
from autofix.syntax.spelling import receiver

_COLOURS = 3
_IMAGES = model("self.conv = nn.Conv2d(3, 2, 3)", "self.conv(x)") + "\n\nimages = torch.rand(2, 4, 8, 8)\n"
_SHOWN = "print(Net()({}))\n"


class PassedData(Rule):
    mismatches = (Mismatch.CONV_CHANNELS, Mismatch.LINEAR_IN_FEATURES)
    applicability = Applicability.UNSAFE
    examples = (
        *shown("""
        declines a model file, whose callers choose the data: 2,4,8,8
            above: CHANNELS = [3]
            self.conv = nn.Conv2d(CHANNELS.pop(), 2, 3)
            self.conv(x)
    """),
        Example("images with an alpha channel", (), _IMAGES + _SHOWN.format("images"), {"images)": "images[:, :3])"}),
    )

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        if not in_program(project) or not operation.tensors or not finding.expected:
            return
        change = _change(finding, operation.tensors[0])
        operand = None if change is None else next(passed(project, operation), None)
        if change is None or operand is None:
            return
        suffix, evidence, reason = change
        text = f"{receiver(operand.text)}{suffix}"
        edit = operand.source.replace(operand.node, text)
        yield self.fix(f"pass `{text}`", (edit,), *evidence, reason=reason)


def _change(finding: Finding, tensor: Tensor) -> tuple[str, tuple[Evidence, ...], str] | None:
    """Return what to put after the data where it is passed, its evidence, and why it is to be read
    before it is applied.
    """
    expected = finding.expected[0]
    if finding.mismatch is Mismatch.LINEAR_IN_FEATURES:
        if tensor.rank == 2 and tensor.shape[0] == expected != tensor.shape[1] and expected > 1:
            reason = f"the first dimension of {tensor.shape} is as long as the features, by design or chance"
            return ".T", (Evidence.INSERTED,), reason
        return None
    if tensor.rank != 4 or expected != _COLOURS or finding.parameter == "out_channels":
        return None
    if tensor.shape[1] == _COLOURS + 1:
        return f"[:, :{_COLOURS}]", (Evidence.EVIDENT,), "the fourth channel is taken for transparency"
    if tensor.shape[1] == 1:
        reason = "a model trained on colours would want grey images three times"
        return f".repeat(1, {_COLOURS}, 1, 1)", (Evidence.INSERTED, Evidence.OTHER_MODEL), reason
    return None
