"""AF314 parameter-size: a parameter of the model's own was made with another size than it meets.

Why it fails
    ``x @ self.weight`` multiplies the features of x by the rows of a weight that was made for another number, and
    ``x * self.weight`` by one number for each feature.
What the fix does
    Corrects the size where the parameter is made, at its root: ``torch.randn(n_in, n_out)`` and the default or
    argument behind ``n_in``. At a higher cost, the layer before gives out what the parameter takes.
Fix safety
    Safe where the size is set in one place.
Source
    torch.nn.Parameter and torch.matmul.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.facts.call_sites import operands
from autofix.facts.size_origins import origin
from autofix.provenance.bindings import bindings
from autofix.provenance.producers import producer_sites, set_output
from autofix.records.trace import Operation, OperationKind
from autofix.records.values import Tensor
from autofix.rule import (
    Detail,
    Evidence,
    Example,
    Expression,
    Finding,
    Fix,
    Mismatch,
    Project,
    Rule,
    model,
    sites,
)


class ParameterSize(Rule):
    code = "AF314"
    name = "parameter-size"
    mismatches = (Mismatch.MATMUL, Mismatch.BROADCAST)
    examples = (
        Example(
            "the rows of a weight",
            ((2, 8),),
            model("self.w = nn.Parameter(torch.randn(6, 3))", "x @ self.w"),
            {"6": "8"},
        ),
        Example(
            "a default behind the size",
            ((2, 8),),
            model("self.w = nn.Parameter(torch.randn(ROWS, 3))", "torch.matmul(x, self.w)", "ROWS = 6"),
            {"6": "8"},
        ),
        Example("declines inputs that do not meet", ((2, 8), (6, 3)), model("self.k = 1", "x @ y", inputs="x, y")),
    )

    def propose(self, finding: Finding, project: Project) -> Iterator[Fix]:
        operation = project.operation(finding)
        if operation is None or len(operation.tensors) < 2 or finding.detail in {Detail.BATCH, Detail.EQUATION}:
            return
        if finding.mismatch is Mismatch.BROADCAST:
            yield from self._scaled(project, operation)
            return
        places, (left, right) = operands(project, operation), operation.tensors[-2:]
        dimension = 1 if finding.detail is Detail.WEIGHT else -2
        if right.rank < 2:
            return
        yield from self._made(project, right, dimension, left.shape[-1], places[-1:])
        yield from self._producer(project, left, right.shape[dimension])

    def _scaled(self, project: Project, operation: Operation) -> Iterator[Fix]:
        """Yield fixes for a parameter of one number per feature, like the weight of a norm.

        Tables have a rule of their own.
        """
        for index, tensor in enumerate(operation.tensors[:2]):
            maker, other = project.producer(tensor), operation.tensors[index - 1]
            if maker is not None and maker.kind is OperationKind.GET_ATTR and tensor.rank == 1 < other.rank:
                yield from self._producer(project, other, tensor.shape[0])

    def _made(
        self, project: Project, tensor: Tensor, dimension: int, target_size: int, places: tuple[Expression, ...]
    ) -> Iterator[Fix]:
        size = _maker(project, tensor, dimension, places)
        for site in sites(project, size, target_size) if size is not None else ():
            yield self.fix(
                f"make dimension {dimension} of the parameter {target_size}",
                site.edits,
                *site.evidence,
                Evidence.OUTWARD,
                # A weight that fits the other way round was laid the other way round.
                Evidence.HIDES_FAULT * (target_size in tensor.shape),
            )

    def _producer(self, project: Project, tensor: Tensor, target_size: int) -> Iterator[Fix]:
        for layer, site in producer_sites(project, tensor, target_size):
            if tensor.shape[-1] in [value for _, value in layer.settings]:
                title = set_output(layer, site.result)
                reason = "the parameter could be meant to change"
                yield self.fix(
                    title, site.edits, *site.evidence, Evidence.PRODUCER, Evidence.RUNNER_UP, reason=reason, unsafe=True
                )


def _maker(project: Project, tensor: Tensor, dimension: int, places: tuple[Expression, ...]) -> Expression | None:
    """Return the expression that gave a parameter its size: where it was recorded, else where its attribute is set."""
    producer = project.producer(tensor)
    if producer is None or (producer.kind is not OperationKind.GET_ATTR and producer.operator not in {"t", "T"}):
        return None
    size_origin = origin(project, tensor, dimension)
    if size_origin is not None:
        return size_origin.expression
    for binding in bindings(project, places[0]) if places else ():
        value = binding.expression
        for call in (node for node in ast.walk(value.node) if isinstance(node, ast.Call)):
            sizes = [Expression(value.source, node, value.frames) for node in call.args]
            if [project.integer(size) for size in sizes] == list(tensor.shape):
                return sizes[dimension]
    return None
