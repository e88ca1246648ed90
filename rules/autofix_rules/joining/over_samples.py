"""AF321 over-samples: a softmax, mean or maximum runs over the samples of a batch.

Why it fails. ``softmax(dim=0)`` of scores ``(N, C)`` lets the samples of a batch compete, not the classes;
``x.mean(0)`` of ``(N, T, H)`` averages the samples and keeps the steps. What a sample gets then depends on the
others. ``softmax`` without a dimension takes 0 for three of them. Over the one score that ``nn.Linear(8, 1)`` gives for
each step, every weight is one; the mean of all numbers fills a row that has one for each column. Nothing raises.
What the fix does. Names another dimension, where one sample's change then reaches its own row only.
Fix safety. Safe where one other dimension will do; else unsafe.
Source. torch.nn.functional.softmax and torch.mean.
"""

import ast

from autofix.edits.other_layouts import kept
from autofix.edits.set_arguments import argument_set
from autofix.facts.call_sites import argument_of, is_method, layer_called, written
from autofix.provenance.producers import argument_expression
from autofix.records.trace import Layer, Operation
from autofix.rule import (
    Detail,
    Edit,
    Evidence,
    Expression,
    Finding,
    Fixes,
    Mismatch,
    Project,
    Rule,
    shown,
)

_DOUBTS = {
    Detail.CLASSES: "that the classes lie there is told by what reads them",
    Detail.WEIGHTS: "that its weights are to sum to one there is told by what they are summed with",
    Detail.ROW: "that each column has a number of its own is told by the row that is filled",
    Detail.ENTRY: "that no other dimension is left tells which one is meant",
}
_CHANNELS = ("Conv", "BatchNorm", "MaxPool", "AvgPool")


class OverSamples(Rule):
    mismatches = (Mismatch.SILENT_REDUCTION,)
    examples = shown("""
        a softmax layer: 4,6
            self.net = nn.Sequential(nn.Linear(6, 3), nn.Softmax(dim=<0 => 1>))
            self.net(x)
        weights of steps: 4,5,6
            self.score = nn.Linear(6, 1)
            (F.softmax(self.score(x), dim=<2 => 1>) * x).sum(1)
        the mean of a group: 4,6
            self.fc = nn.Linear(6, 6)
            y = torch.zeros_like(x); y[0] = self.fc(x).mean(< => dim=0>); y + x
        declines weights of samples: 4,6
            self.fc = nn.Linear(6, 1)
            F.softmax(self.fc(x), dim=0)
    """)

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        for layout in kept(project, operation):
            yield self.fix(layout.words, (layout.edit,), doubt=f"`{operation.operator}` then has one number")
        if finding.dimension is None or operation.tensors[0].rank < 2:
            return
        shape = operation.tensors[0].shape
        dimensions = [0] if finding.detail is Detail.ROW else _preferred(project, operation)
        others = [d for d in dimensions if d != finding.dimension and shape[d] > 1]
        if finding.detail is Detail.ENTRY and len(others) > 1:
            return  # Over which of them, or over all, nothing says.
        for rank, dimension in enumerate(others):
            edit = _named(project, operation, dimension)
            if edit is not None:
                title = f"run `{operation.operator}` over dimension {dimension} of {shape}"
                doubt = _DOUBTS.get(finding.detail, "") if finding.detail else ""
                yield self.fix(title, (edit,), Evidence.RUNNER_UP * rank, doubt=doubt)


def _preferred(project: Project, operation: Operation) -> list[int]:
    """Return the dimensions by what is usual: for a softmax the classes, which come second after a
    convolution and last elsewhere; for a mean the steps, which are the rest.
    """
    tensor = operation.tensors[0]
    makers = [layer.kind for o in project.ancestry(tensor) for layer in (project.layer_of(o),) if layer is not None]
    channels_second = bool(makers) and makers[0].startswith(_CHANNELS)
    classes = 1 if channels_second or tensor.rank == 2 else tensor.rank - 1
    rest = [d for d in range(1, tensor.rank) if d != classes]
    return [classes, *rest] if "soft" in operation.operator.lower() else [*rest, classes]


def _named(project: Project, operation: Operation, dimension: int) -> Edit | None:
    layer = layer_called(project, operation)
    place = argument_of(project, operation, 1, "dim") if layer is None else argument_expression(project, layer, "dim")
    if place is not None:
        return place.source.replace(place.node, str(dimension)) if _is_number(place.node) else None
    call = _call(project, operation, layer)
    if call is None or "dim" in _keywords(call.node) or "axis" in _keywords(call.node):
        return None
    return next(iter(argument_set(call, "dim", str(dimension))), None)


def _call(project: Project, operation: Operation, layer: Layer | None) -> Expression | None:
    """Return the call that names no dimension."""
    if layer is not None:
        return project.construction_call(layer)
    place = written(project, operation)
    if place is None or not isinstance(place.node, ast.Call):
        return None
    return place if len(place.node.args) == (0 if is_method(operation, place.node) else 1) else None


def _keywords(node: ast.AST) -> set[str | None]:
    return {keyword.arg for keyword in node.keywords} if isinstance(node, ast.Call) else set()


def _is_number(node: ast.expr) -> bool:
    number = node.operand if isinstance(node, ast.UnaryOp) else node
    return isinstance(number, ast.Constant) and isinstance(number.value, int)
