"""Conclusions about tuples of tensors that stand where one tensor belongs.

Both those that an operation refused and those that plain Python stumbled over; single tensors are not its business.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from autofix.diagnosis.cause import Cause
from autofix.facts.evaluate import Names, evaluate
from autofix.facts.project_view import Project
from autofix.operators.table import function
from autofix.records.finding import Mismatch
from autofix.records.trace import Operation
from autofix.records.values import Sequence, Value, tensors_of
from autofix.syntax.source import Source

_NO_TUPLE = frozenset(("Size", "slice", "range", "PackedSequence", "dict_values", "dict_keys"))
_SPEAKS = re.compile(r"\btuple\b|return_types")


def holds_tensors(value: Value) -> bool:
    """Return whether ``value`` is a tuple or list with tensors in it; a packed sequence is none."""
    return isinstance(value, Sequence) and value.type not in _NO_TUPLE and bool(tensors_of((value,)))


def argument(operation: Operation, subject: str) -> Cause | None:
    """Return the cause where a tuple of tensors is given for one tensor, or stands among the tensors to be joined."""
    first = operation.arguments[0] if operation.arguments else None
    row = function(operation.target)
    if row is not None and any(parameter.is_sequence for parameter in row.arguments):
        items = first.items if isinstance(first, Sequence) else ()
        first = next((item for item in items if holds_tensors(item)), None)
    if not isinstance(first, Sequence) or not holds_tensors(first):
        return None
    message = f"{subject} takes a tensor but receives {_words(first)}"
    return Cause(Mismatch.TUPLE_RESULT, message, (1,), (len(first.items),), "", 0, expression="")


def at(project: Project, source: Source, node: ast.AST, names: Names, message: str = "") -> Cause | None:
    """Return the cause where a tuple is among the operands of the expression at which Python raised, or among what was
    passed to a function whose ``message`` speaks of one.

    The cause's ``expression`` is its text.
    """
    passed = node.args if isinstance(node, ast.Call) and _SPEAKS.search(message) else []
    for operand in (*_operands(node), *(p for p in passed if not isinstance(p, (ast.Tuple, ast.List, ast.Starred)))):
        value = evaluate(operand, names)
        if isinstance(operand, ast.Call) and not holds_tensors(value):
            value = result_at(project, source, operand)
        if isinstance(value, Sequence) and holds_tensors(value):
            text = source.text_of(operand)
            message = f"`{text}` is {_words(value)}, not a tensor"
            return Cause(Mismatch.TUPLE_RESULT, message, (1,), (len(value.items),), expression=text)
    return None


def _words(value: Sequence) -> str:
    return f"a {'tuple' if value.type not in {'tuple', 'list'} else value.type} of {len(value.items)}"


def _operands(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.BinOp):
        yield from (node.right, node.left)
    elif isinstance(node, ast.AugAssign):
        yield node.value
        yield node.target
    elif isinstance(node, (ast.Subscript, ast.Attribute, ast.UnaryOp)):
        yield node.operand if isinstance(node, ast.UnaryOp) else node.value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        yield node.func.value


def result_at(project: Project, source: Source, call: ast.Call) -> Value:
    """Return the result of the last operation recorded at a call; None where there is none."""
    place = source.location(call)
    operations = (o for o in reversed(project.trace.operations) if o.frames and o.frames[0].place == place)
    return next((o.result for o in operations if not o.raised), None)
