"""What stands at a failing call for each tensor it was given: ``x is (64, 400)``, ``left is (2, 3), right is (2, 4)``.

It reads the text of the call and the recorded operation; where the two do not belong together for certain, it names
the layer instead.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.facts.checked_shapes import is_check, subject
from autofix.records.trace import Operation, OperationKind
from autofix.records.values import Mapping, Sequence, Tensor, Value
from autofix.report import phrases

LONGEST_NAME = 24
LISTED = 3

_OPERATORS = {
    ast.MatMult: ("matmul",),
    ast.Mult: ("mul",),
    ast.Add: ("add",),
    ast.Sub: ("sub",),
    ast.Div: ("div", "truediv"),
    ast.Pow: ("pow",),
}


def operands(text: str, operation: Operation | None, names: Mapping | None, index: int | None) -> str:
    """Return the operands of a call in words; empty where nothing is known of them.

    ``text`` is the source of the call, ``names`` what the names in its function held and ``index`` the operand at fault
    among the tensors of ``operation``.
    """
    call = _parsed(text)
    if operation is None:
        return "" if call is None else _listed(list(_known(text, call, names)), None)
    if not operation.tensors:
        return ""
    if call is None or not _is_call_of(call, operation):
        place = index if index is not None and index < len(operation.tensors) else 0
        shown = phrases.value_text(operation.tensors[place])
        return f"{phrases.layer_name(operation.layer or operation.operator)} receives {shown}"
    return _listed(list(_paired(text, call, operation)), index)


def _parsed(text: str) -> ast.expr | None:
    try:
        return ast.parse(f"({text})", mode="eval").body
    except (SyntaxError, ValueError):
        return None


def _is_call_of(call: ast.expr, operation: Operation) -> bool:
    """Return whether the expression itself is the recorded operation, not a call of something that does it inside."""
    if isinstance(call, ast.BinOp):
        return operation.operator in _OPERATORS.get(type(call.op), ())
    if isinstance(call, ast.Subscript):
        return operation.operator == "getitem"
    if isinstance(call, ast.Compare):
        return is_check(operation)
    if not isinstance(call, ast.Call):
        return False
    called = ast.unparse(call.func)
    if operation.kind is not OperationKind.CALL_MODULE:
        return called.rpartition(".")[2] == operation.operator
    path = called.removeprefix("self.")
    if operation.layer == operation.operator:
        # A loss that belongs to no model is known by its class, whatever the program calls it.
        written = len(call.args) + len(call.keywords)
        return operation.operator.endswith("Loss") and written == len(operation.arguments) + len(operation.keywords)
    return operation.layer is not None and f".{operation.layer}".endswith(f".{path}")


def _paired(text: str, call: ast.expr, operation: Operation) -> Iterator[tuple[str, Value]]:
    """Yield what is written for each operand, with its value."""
    if isinstance(call, ast.BinOp):
        pairs = list(zip((call.left, call.right), operation.arguments, strict=False))
    elif isinstance(call, ast.Subscript):
        pairs = [(call.value, operation.arguments[0])]
    elif isinstance(call, ast.Compare):
        subjects = [node for side in (call.left, *call.comparators) if (node := subject(side)) is not None]
        pairs = list(zip(subjects, operation.tensors, strict=False))
    else:
        assert isinstance(call, ast.Call)
        written = list(call.args)
        if operation.target.startswith("Tensor.") and isinstance(call.func, ast.Attribute):
            written.insert(0, call.func.value)
        if any(isinstance(argument, ast.Starred) for argument in written):
            written = []
        pairs = list(zip(written, operation.arguments, strict=False))
        keywords = {keyword.arg: keyword.value for keyword in call.keywords}
        pairs += [(keywords[name], value) for name, value in operation.keywords if name in keywords]
    for expression, value in pairs:
        if isinstance(value, Tensor):
            yield _source(text, expression), value
        elif isinstance(value, Sequence) and isinstance(expression, ast.List | ast.Tuple):
            for item, inner in zip(expression.elts, value.items, strict=False):
                if isinstance(inner, Tensor):
                    yield _source(text, item), inner
        elif isinstance(value, Sequence):
            yield from (("", inner) for inner in value.items if isinstance(inner, Tensor))


def _known(text: str, call: ast.expr, names: Mapping | None) -> Iterator[tuple[str, Value]]:
    """Yield the names that are operands of the expression and held tensors, or what holds tensors."""
    if isinstance(call, ast.BinOp):
        written: list[ast.expr] = [call.left, call.right]
    elif isinstance(call, ast.Call):
        written = [*call.args, *(keyword.value for keyword in call.keywords)]
        if isinstance(call.func, ast.Attribute):
            written.insert(0, call.func.value)
    else:
        written = []
    for expression in written:
        value = names.get(expression.id) if names is not None and isinstance(expression, ast.Name) else None
        if isinstance(value, Tensor) or (
            isinstance(value, Sequence) and any(isinstance(item, Tensor) for item in value.items)
        ):
            yield _source(text, expression), value


def _source(text: str, expression: ast.expr) -> str:
    """Return an operand as it is written; empty where that is too long to be a name."""
    written = ast.get_source_segment(f"({text})", expression) or ""
    return written if len(written) <= LONGEST_NAME and "\n" not in written else ""


def _listed(pairs: list[tuple[str, Value]], index: int | None) -> str:
    if len(pairs) > LISTED and index is not None and index < len(pairs):
        return _named(pairs[index], index, len(pairs))
    named = list(dict.fromkeys(_named(pair, number, len(pairs)) for number, pair in enumerate(pairs)))
    return ", ".join(named[:LISTED]) + (f" and {len(named) - LISTED} more" if len(named) > LISTED else "")


def _named(pair: tuple[str, Value], number: int, count: int) -> str:
    name = pair[0] or ("the input" if count == 1 else f"input {number + 1}")
    return f"{name} is {phrases.value_text(pair[1])}"
