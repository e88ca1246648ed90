"""AF312 loss-dtype: the target of a loss has a dtype that the loss does not take.

Why it fails
    Cross entropy takes class indices as int64; elementwise losses take targets of the output's
    floating-point dtype. Labels read from files or numpy are often the other one.
What the fix does
    Converts the target where it is passed: ``.long()`` for class indices, ``.float()`` otherwise;
    in a program, float64 where it is made.
Fix safety
    Safe: the labels stay the same numbers.
Source
    torch.nn.CrossEntropyLoss and torch.nn.BCEWithLogitsLoss, section Shape.
"""

from __future__ import annotations

from collections.abc import Iterator

from autofix.edits.caller_edits import in_program
from autofix.edits.dtype_casts import Change, where_made
from autofix.facts.call_sites import argument_of, followed
from autofix.rule import Detail, Example, Finding, Fix, Mismatch, Project, Rule, model

_LOSS = "self.fc = nn.Linear(6, {})\nself.loss = nn.{}()"
_LABELS = "y = torch.ones(len(x)).to(torch.{})\nself.loss(self.fc(x){}, y{})"


class LossDtype(Rule):
    code = "AF312"
    name = "loss-dtype"
    mismatches = (Mismatch.LOSS_DTYPE,)
    examples = (
        Example(
            "class indices of floating point",
            ((4, 6),),
            model(_LOSS.format(3, "CrossEntropyLoss"), _LABELS.format("float32", "", "")),
            {"y)": "y.long())"},
        ),
        Example(
            "integer labels for a binary loss",
            ((4, 6),),
            model(_LOSS.format(1, "BCEWithLogitsLoss"), _LABELS.format("int64", ".squeeze(1)", "")),
            {"y)": "y.float())"},
        ),
        Example(
            "declines a target that is not written in the call",
            ((4, 6),),
            model(_LOSS.format(3, "CrossEntropyLoss"), "y = torch.ones(len(x))\nself.loss(*(self.fc(x), y))"),
        ),
    )

    def propose(self, finding: Finding, project: Project) -> Iterator[Fix]:
        operation = project.operation(finding)
        target = None if operation is None else argument_of(project, operation, 1, "target")
        cast = _doubles(finding, project)
        if cast is not None:
            edit, text = cast
            yield self.fix(f"make the target torch.float32: `{text}`", (edit,))
        elif target is not None and finding.detail is not None:
            method = f"{finding.detail.value}()"
            title = f"pass `{target.text}.{method}` to the loss"
            yield self.fix(title, (followed(target, f".{method}"),))


def _doubles(finding: Finding, project: Project) -> Change | None:
    """Return the change that makes float64 from numpy a float where it enters a program."""
    operation = project.operation(finding)
    if (
        operation is None
        or len(operation.tensors) < 2
        or not in_program(project)
        or finding.detail is not Detail.TO_FLOAT
    ):
        return None
    target = operation.tensors[1]
    return where_made(project, target, "float") if target.dtype == "float64" else None
