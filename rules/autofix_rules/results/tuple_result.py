"""AF601 tuple-result: a tuple of results is used as if it were one tensor.

Why it fails. Recurrent layers return their output and their state, attention layers their output and their weights,
``max`` along a dimension the values and the indices. The tuple itself has no shape and cannot be added, indexed by
dimension or passed to a layer.
What the fix does. Takes the first of the results: ``out, _ = self.lstm(x)`` where the tuple was given a name,
``[0]`` where it is used at once. The pair of states of an LSTM is taken apart as ``(h, _)``.
Fix safety. Safe for torch's own layers and functions, whose first result is the tensor. Unsafe for functions of the
file, whose order is not known.
Source. torch.nn.LSTM, torch.nn.GRU and torch.nn.MultiheadAttention, section Outputs.
"""

import ast

from autofix.facts.call_sites import followed, frames_of, put_behind
from autofix.facts.returned_values import returned
from autofix.records.values import Sequence, Value, tensors_of
from autofix.rule import Edit, Evidence, Expression, Finding, Fixes, Mismatch, Project, Rule, shown
from autofix.syntax.source import dotted


class TupleResult(Rule):
    mismatches = (Mismatch.TUPLE_RESULT,)
    examples = shown("""
        declines inside a Sequential, which has no place for it: 7,3,4
            self.net = nn.Sequential(nn.LSTM(4, 6), nn.Linear(6, 2))
            self.net(x)
        a result used at once: 7,3,4
            self.lstm = nn.LSTM(4, 6); self.head = nn.Linear(6, 2)
            self.head(self.lstm(x)< => [0]>)
    """)

    def propose(self, finding: Finding, project: Project) -> Fixes:
        used = _tuple_expression(finding, project)
        if used is None:
            return
        count = finding.actual[0]
        certain = _from_torch(project, used)
        reason = "" if certain else "that the first of the results is the tensor meant is a guess"
        title = f"unpack: use the first of the {count} outputs of `{used.text}`"
        named = _at_assignment(used, count)
        prefers_index = used.source.text.count(")[0]") > used.source.text.count(", _ =")
        if named is not None:
            yield self.fix(title, (named,), Evidence.EVIDENT, doubt=reason)
            edits = _indexed_at_assignment(used)
            yield self.fix(title, edits, Evidence.EXACT_FIT if prefers_index else Evidence.INSERTED, doubt=reason)
        yield self.fix(title, (followed(used, "[0]"),), Evidence.RUNNER_UP * (named is not None), doubt=reason)


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


def _assignment(used: Expression) -> tuple[ast.Assign, ast.expr] | None:
    """Return the last statement before the use that binds the name, and the target that is the name."""
    function = used.source.function_of(used.node)
    if function is None or not isinstance(used.node, (ast.Name, ast.Attribute)):
        return None
    assignments: list[tuple[ast.Assign, ast.expr]] = []
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and node.lineno < used.node.lineno and len(node.targets) == 1:
            elements = node.targets[0].elts if isinstance(node.targets[0], ast.Tuple) else [node.targets[0]]
            assignments += [(node, element) for element in elements if dotted(element) == used.text]
    return max(assignments, key=lambda pair: pair[0].lineno, default=None)


def _at_assignment(used: Expression, count: int) -> Edit | None:
    """Return the edit that makes ``out`` on the left ``out, _``, or ``(h, _)`` inside a tuple."""
    assignment = _assignment(used)
    if assignment is None or not isinstance(assignment[0].value, ast.Call):
        return None
    statement, target = assignment
    text = f"{used.text}{', _' * (count - 1)}" if count <= 3 else f"{used.text}, *_"
    inside = target is not statement.targets[0]
    return Edit(used.source.path, used.source.range_of(target), f"({text})" if inside else text)


def _indexed_at_assignment(used: Expression) -> tuple[Edit, ...]:
    assignment = _assignment(used)
    if assignment is None or assignment[1] is not assignment[0].targets[0]:
        return ()
    return (put_behind(used.source, assignment[0].value, "[0]"),)
