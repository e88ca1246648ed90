"""Where the number that a backward pass starts with was made, and how it is made with as many axes as it is to have.

``one = torch.Tensor([1])`` and ``mone = one * -1`` are one number each: with the axis gone at the first, both fit what
has none. It follows names and what works on each number alone; shapes of more than one number are not its business.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.facts.making_calls import size_arguments
from autofix.facts.project_view import Expression, Project
from autofix.provenance.bindings import bindings
from autofix.records.locations import Edit
from autofix.syntax.name_bindings import assignments, callee_name
from autofix.syntax.source import dotted
from autofix.syntax.spelling import receiver

_KEEPING = frozenset(
    (
        *("cuda", "to", "cpu", "float", "double", "half", "type", "type_as", "clone", "detach", "contiguous"),
        *("neg", "neg_", "negative", "abs", "mul", "mul_", "div", "div_", "add", "add_", "sub", "requires_grad_"),
        *("Variable", "Parameter", "pin_memory", "bfloat16"),
    )
)
# Which take the numbers, with and without a dtype of their own, and which take sizes.
_OF_NUMBERS, _LEGACY = frozenset(("tensor", "as_tensor")), frozenset(("Tensor", "FloatTensor"))
_OF_SIZES = frozenset(("ones", "zeros", "full", "rand", "randn", "empty"))
_MOST = 8


def origins(project: Project, seed: Expression, rank: int) -> Iterator[tuple[int, str, Edit]]:
    """Yield how many steps back a number was made, how it is made with ``rank`` axes, and the edit that does so."""
    todo, seen = [(0, seed)], set[ast.expr]()
    while todo and len(seen) < _MOST:
        steps, expression = todo.pop(0)
        if expression.node in seen:
            continue
        seen.add(expression.node)
        todo += [(steps + 1, before) for before in _before(project, expression)]
        text = _made_again(expression, rank)
        if text:
            yield steps, text, expression.source.replace(expression.node, text)


def _before(project: Project, expression: Expression) -> Iterator[Expression]:
    """Yield the expressions of which another is the same number, but for its value."""
    node = expression.node
    if isinstance(node, (ast.Name, ast.Attribute)):
        bound = [b.expression for b in bindings(project, expression) if b.inverse is None]
        yield from bound or _of_object(expression)
    elif isinstance(node, ast.UnaryOp):
        yield expression.at(node.operand)
    elif isinstance(node, ast.BinOp):
        sides = [side for side in (node.left, node.right) if not isinstance(side, (ast.Constant, ast.UnaryOp))]
        yield from (expression.at(side) for side in sides)
    elif isinstance(node, ast.Call) and callee_name(node) in _KEEPING:
        is_function = dotted(node.func).startswith(("torch.", "Variable", "nn.", "autograd."))
        inner = node.args[0] if is_function and node.args else getattr(node.func, "value", None)
        if inner is not None:
            yield expression.at(inner)


def _of_object(expression: Expression) -> Iterator[Expression]:
    """Yield what the methods of a class bind an attribute of theirs to."""
    source = expression.source
    class_ = next((n for n in source.ancestors(expression.node) if isinstance(n, ast.ClassDef)), None)
    for method in class_.body if class_ is not None else ():
        yield from (Expression(source, value) for _, value in assignments(source, method, expression.text))


def _made_again(expression: Expression, rank: int) -> str:
    """Return a call that makes one number with ``rank`` axes; empty for what does not make one."""
    source, node = expression.source, expression.node
    if not isinstance(node, ast.Call) or not node.args:
        return ""
    name, callee = callee_name(node), source.text_of(node.func)
    first = node.args[0]
    inner = first
    while isinstance(inner, (ast.List, ast.Tuple)) and len(inner.elts) == 1:
        inner = inner.elts[0]
    number = f"{'[' * rank}{{}}{']' * rank}".format
    if name in _LEGACY and isinstance(first, (ast.List, ast.Tuple)) and len(node.args) == 1:
        value = _as_float(source.text_of(inner)) if dotted(node.func).startswith("torch.") else ""
        if value and "cuda" not in callee:
            return f"{receiver(callee).rpartition('.')[0]}.tensor({number(value)})"
        return f"{source.text_of(node)}[0]" if rank == 0 else ""
    rest = [source.text_of(part) for part in node.args[1:]]
    rest += [source.text_of(keyword) for keyword in node.keywords]
    if name in _OF_NUMBERS and not isinstance(inner, (ast.List, ast.Tuple)):
        return f"{callee}({', '.join([number(source.text_of(inner)), *rest])})"
    if name in _OF_SIZES and all(getattr(size, "value", None) == 1 for size in size_arguments(node)):
        sizes = f"({', '.join(['1'] * rank)}{',' if rank == 1 else ''})"
        kept = rest if isinstance(first, (ast.List, ast.Tuple)) else rest[len(node.args) - 1 :]
        return f"{callee}({', '.join([sizes, *kept])})"
    return ""


def _as_float(text: str) -> str:
    """Return a number as one with a fraction, ``1.`` for ``1``; empty for what is no number."""
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return ""
    return f"{text}." if isinstance(value, int) else text if isinstance(value, float) else ""
