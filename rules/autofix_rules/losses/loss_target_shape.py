"""AF311 loss-target-shape: the model's output and the target of a loss have different ranks or orders.

Why it fails. Elementwise losses compare equal shapes: ``(N, 1)`` against ``(N,)`` raises or, worse, broadcasts to
``(N, N)``. Cross entropy takes scores ``(N, C, ...)`` and indices ``(N, ...)``: a column of indices ``(N, 1)`` or
scores with the classes last ``(N, T, C)`` do not fit. CTC takes the time first, ``(T, N, C)``; a cosine loss one
target for each pair; ranking and triplet losses three operands of one rank.
What the fix does. Takes the dimension of one away where it is too many (``.squeeze(1)``), on the output or the
target; lays the numbers of one side out in rows as the other has them (``.flatten(1)``), at the loss, or in what the
model returns where several losses want it; moves the classes of the scores to dimension 1, also where they were moved
to another, the time of CTC to dimension 0; lays tokens out in rows as the other side has them; passes the class
indices themselves where they were turned into one-hot rows, and one-hot rows to a loss that compares numbers; takes
one channel of masks that were read in colour.
Fix safety. Safe: the numbers stay, only a dimension of one goes, or dimensions move where no other reading of the
shapes fits. Unsafe where the order of tokens or pixels is not known, for what a model returns, for one channel of
several, for one-hot rows, and for a target of the scores' own shape. Shapes that disagree in size are declined: what
the data or the model should be is not for a tool to say.
Source. torch.nn.CrossEntropyLoss, torch.nn.BCELoss, torch.nn.CTCLoss and torch.nn.CosineEmbeddingLoss, section
Shape.
"""

import ast
from collections.abc import Iterator

from autofix.edits.caller_edits import in_program, returned
from autofix.edits.class_targets import of_flat_rows, one_channel, one_hot
from autofix.edits.other_orders import accepted_orders
from autofix.facts.call_sites import argument_of, followed
from autofix.operators.shape_functions import extra_dimension
from autofix.rule import Detail, Evidence, Finding, Fix, Fixes, Mismatch, Operation, Project, Rule, shown
from autofix.syntax.source import dotted
from autofix_rules.losses import _shared
from autofix_rules.losses._shared import Adjustment

_NAMES = ("input", "target")
# Operands of the losses that take several of one rank, by position.
ALIKE = {"input1": 0, "input2": 1, "target": 2, "anchor": 0, "positive": 1, "negative": 2}
SHORT = 40


class LossTargetShape(Rule):
    mismatches = (Mismatch.LOSS_SHAPE, Mismatch.SILENT_BROADCAST, Mismatch.LOSS_BATCH)
    examples = shown("""
        tokens in rows, their classes in a table: 4,5,6
            self.fc = nn.Linear(6, 3); self.loss = nn.CrossEntropyLoss()
            y = torch.ones(len(x), 5).long(); self.loss(self.fc(x).view(-1, 3), y< => .reshape(-1)>)
        pixels in rows, those of the target in images: 4,1,2,3
            self.fc = nn.Linear(6, 6); self.loss = nn.MSELoss()
            self.loss(self.fc(x.view(-1, 6)), x< => .flatten(1)>)
        the classes of pixels are moved to the end: 4,6,7,8
            self.fc = nn.Linear(8, 5); self.loss = nn.CrossEntropyLoss()
            y = torch.ones(4, 6, 7).long(); self.loss(self.fc(x).permute(0, <2, 3, 1 => 3, 1, 2>), y)
        masks in colour: 2,3,8,8
            self.conv = nn.Conv2d(3, 2, 1); self.loss = nn.CrossEntropyLoss()
            y = torch.ones(len(x), 8, 8, 3).long(); self.loss(self.conv(x), y< => [..., 0]>)
        classes for a loss of numbers: 4,6
            self.fc = nn.Linear(6, 3); self.loss = nn.MSELoss()
            y = torch.ones(len(x)).long(); p = self.fc(x); self.loss(p, <y => F.one_hot(y, p.size(1)).float()>)
        marked classes that were laid behind each other: 4,6
            self.fc = nn.Linear(6, 3); self.loss = nn.CrossEntropyLoss()
            y = F.one_hot(torch.arange(len(x)) % 3, 3); self.loss(self.fc(x), y.<view(-1) => argmax(dim=1)>)
        declines sizes that disagree: 4,6
            self.fc = nn.Linear(6, 3); self.loss = nn.MSELoss()
            y = torch.ones(len(x), 5, 2); self.loss(self.fc(x), y)
            by AF801
            # Wrong: the target still has a dimension too many, and broadcasts.
    """)

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        if len(operation.tensors) < 2:
            return
        if finding.mismatch is Mismatch.LOSS_BATCH:
            yield from map(self.change, of_flat_rows(project, operation))
            return
        target = argument_of(project, operation, 1, "target")
        indices = _indices(target.node) if target is not None and finding.detail is Detail.CLASSES else None
        if target is not None and indices is not None:
            text = target.source.text_of(indices)
            edit = target.source.replace(target.node, text)
            yield self.fix(f"pass the class indices `{text}` to the loss", (edit,), Evidence.EXACT_FIT)
        for rank, layout in enumerate(accepted_orders(project, operation) if finding.detail is Detail.CLASSES else ()):
            doubt = "that the classes stand second is told by the sizes; the order of the others is not"
            yield self.fix(layout.words, (layout.edit,), Evidence.EXACT_FIT, Evidence.RUNNER_UP * rank, doubt=doubt)
        further = {Detail.CLASSES: one_channel, None: one_hot}.get(finding.detail)
        if further is not None and finding.parameter not in ALIKE:
            yield from map(self.change, further(project, operation))
        for adjustment in _adjustments(finding, project, operation):
            fix = self._written(project, operation, finding, adjustment)
            if fix is not None:
                yield fix
            if adjustment.method == "flatten()":  # Nobody wants maps of one number; a column may be read elsewhere.
                yield from self._given_out(project, operation, adjustment)

    def _given_out(self, project: Project, operation: Operation, adjustment: Adjustment) -> Fixes:
        """Yield the fix of what the model's ``forward`` returns; the value may be used by several losses or by one."""
        expression = returned(project, operation.tensors[0]) if in_program(project) else None
        if expression is not None:
            title = f"return `{expression.text}.{adjustment.method}` from `forward`"
            if len(expression.text) >= SHORT:
                title = f"end what `forward` returns with `.{adjustment.method}`"
            reason = "it changes the shape of what the model returns"
            edit = followed(expression, f".{adjustment.method}")
            yield self.fix(title, (edit,), *adjustment.evidence, Evidence.AGAINST, doubt=reason)

    def _written(self, project: Project, operation: Operation, finding: Finding, adjustment: Adjustment) -> Fix | None:
        name = _NAMES[min(adjustment.operand, 1)]
        if finding.parameter in ALIKE:
            name = finding.parameter
        elif finding.detail is Detail.SEQUENCES:
            name = "log_probs"
        expression = argument_of(project, operation, adjustment.operand, name)
        if expression is None:
            return None
        shapes = [tensor.shape for tensor in operation.tensors]
        shape, other = shapes[adjustment.operand], shapes[0 if adjustment.operand else 1]
        title = f"pass `{expression.text}.{adjustment.method}` to the loss: {shape} against {other}"
        edit = followed(expression, f".{adjustment.method}")
        return self.fix(title, (edit,), *adjustment.evidence, doubt=adjustment.doubt)


def _adjustments(finding: Finding, project: Project, operation: Operation) -> Iterator[Adjustment]:
    output, target = operation.tensors[0], operation.tensors[1]
    match finding.detail:
        case Detail.CLASSES:
            return _shared.classes(project, output, target)
        case Detail.SEQUENCES:
            return _shared.sequences(output, finding.expected[0])
        case Detail.PAIRS:
            extra = extra_dimension(finding.actual, finding.expected)
            return iter(() if extra is None else (Adjustment(2, f"squeeze({extra})"),))
    if finding.parameter in ALIKE:
        return _shared.alike(ALIKE[finding.parameter], finding.actual, finding.expected)
    return _shared.elementwise(project, output, target)


def _indices(node: ast.expr) -> ast.expr | None:
    """Return the ``y`` of ``F.one_hot(y, 3)``."""
    if isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] == "one_hot" and node.args:
        return node.args[0]
    return None
