"""AF601 tuple-result: a tuple of results is used as if it were one tensor.

Why it fails. Recurrent layers return their output and their state, attention layers their output and their weights,
``max`` along a dimension the values and the indices. The tuple itself has no shape and cannot be added, indexed by
dimension or passed to a layer.
What the fix does. Takes the one that other calls of the function take, that has its name, or the first:
``out, _ = self.lstm(x)`` where the tuple was given a name, ``[0]`` where it is used at once. The pair of states of an
LSTM is taken apart as ``(h, _)``.
Fix safety. Safe for torch's own layers, whose first result is the tensor, and where all other calls of a function take
the same one. Unsafe for other functions of the file, whose order is not known.
Source. torch.nn.LSTM, torch.nn.GRU and torch.nn.MultiheadAttention, section Outputs.
"""

import ast

from autofix.edits.taken_entries import as_passed, taken_entries
from autofix.facts.call_sites import frames_of
from autofix.facts.returned_values import returned
from autofix.records.values import Sequence, Value, tensors_of
from autofix.rule import Evidence, Expression, Finding, Fixes, Mismatch, Project, Rule, shown


class TupleResult(Rule):
    mismatches = (Mismatch.TUPLE_RESULT,)
    examples = shown(
        """
        declines inside a Sequential, which has no place for it: 7,3,4
            self.net = nn.Sequential(nn.LSTM(4, 6), nn.Linear(6, 2))
            self.net(x)
        a result used at once: 7,3,4
            self.lstm = nn.LSTM(4, 6); self.head = nn.Linear(6, 2)
            self.head(self.lstm(x)< => [0]>)
        what other calls of the function take: 2,5,6
            above: padded
            self.a = nn.Linear(6, 4)
            _, y = padded(x); <z => _, z> = padded(x * 2); self.a(y) + self.a(z)
    """,
        padded="def padded(x):\n    return x.shape[1] % 2 > 0, x.relu()\n",
    )

    def propose(self, finding: Finding, project: Project) -> Fixes:
        used = _tuple_expression(finding, project)
        if used is None:
            return
        for rank, each in enumerate((*reversed([*as_passed(project, used)]), used)):
            value = _value(project, each)
            if isinstance(value, Sequence):
                for change in taken_entries(project, each, value, _from_torch(project, each)):
                    yield self.change(change, Evidence.RUNNER_UP * rank)


def _tuple_expression(finding: Finding, project: Project) -> Expression | None:
    """Return the expression of the tuple: an argument of the failing call, or an operand where Python raised."""
    failure, operation = project.trace.failure, project.operation(finding)
    frames = frames_of(project, operation) if operation is not None else failure.frames if failure is not None else ()
    if not frames:
        return None
    source = project.source(frames[0].path)
    for outer in source.nodes_at(frames[0].range):
        for node in ast.walk(outer):
            if not isinstance(node, ast.expr) or node is outer:
                continue
            expression = Expression(source, node, frames)
            if finding.expression and expression.text == finding.expression:
                return expression
            if not finding.expression and _count(_value(project, expression)) == finding.actual[0]:
                return expression
    return None


def _value(project: Project, expression: Expression) -> Value:
    """Return what an expression gave: recorded under a name, or by the operation recorded at a call."""
    if not isinstance(expression.node, ast.Call):
        return project.value(expression)
    operation = returned(project, expression.source, expression.node).operation
    return None if operation is None else operation.result


def _count(value: Value) -> int:
    return len(value.items) if isinstance(value, Sequence) and value.type != "Size" and tensors_of((value,)) else -1


def _from_torch(project: Project, used: Expression) -> bool:
    tensors = tensors_of((_value(project, used),))
    producer = project.producer(tensors[0]) if tensors else None
    return producer is not None and producer.target.startswith("torch.nn.") and isinstance(producer.result, Sequence)
