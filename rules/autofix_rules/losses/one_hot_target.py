"""AF332 one-hot-target: class indices are turned into one-hot rows for a loss that takes the indices.

Why it fails
    Cross entropy takes class indices, or probabilities in floating point; ``F.one_hot`` gives
    whole numbers.
What the fix does
    Passes the indices themselves.
Fix safety
    Safe: cross entropy against one-hot rows and against their indices is the same number.
Source
    torch.nn.CrossEntropyLoss and torch.nn.functional.one_hot.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.facts.call_sites import argument_of
from autofix.rule import Detail, Evidence, Example, Finding, Fix, Mismatch, Project, Rule, model
from autofix.syntax.source import dotted

_LOSS = "self.fc = nn.Linear(6, 3)\nself.loss = nn.CrossEntropyLoss()"
_LABELS = "y = torch.ones(len(x)).long()\nself.loss(self.fc(x), {})"


class OneHotTarget(Rule):
    code = "AF332"
    name = "one-hot-target"
    mismatches = (Mismatch.LOSS_SHAPE,)
    examples = (
        Example(
            "made in the call of the loss",
            ((4, 6),),
            model(_LOSS, _LABELS.format("F.one_hot(y, 3)")),
            {"F.one_hot(y, 3)": "y"},
        ),
        Example(
            "declines rows that are made elsewhere",
            ((4, 6),),
            model(_LOSS, "y = torch.ones(len(x), 3, 1).long()\nself.loss(self.fc(x), y)"),
        ),
    )

    def propose(self, finding: Finding, project: Project) -> Iterator[Fix]:
        operation = project.operation(finding)
        target = None if operation is None else argument_of(project, operation, 1, "target")
        if target is None or finding.detail is not Detail.CLASSES:
            return
        indices = _indices(target.node)
        if indices is not None:
            text = target.source.text_of(indices)
            edit = target.source.replace(target.node, text)
            yield self.fix(f"pass the class indices `{text}` to the loss", (edit,), Evidence.EXACT_FIT)


def _indices(node: ast.expr) -> ast.expr | None:
    """Return the ``y`` of ``F.one_hot(y, 3)``."""
    if isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] == "one_hot" and node.args:
        return node.args[0]
    return None
