"""How a changed expression is written: in the file's own words, with its operators and its imports."""

from __future__ import annotations

import ast
import re

from autofix.facts.project_view import Expression
from autofix.records.costs import Evidence


def has_name(node: ast.AST) -> bool:
    return any(isinstance(n, ast.Name) for n in ast.walk(node))


def mentions(text: str, name: str) -> bool:
    return re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)", text) is not None


def differs_in_one(node: ast.AST, other: ast.AST) -> bool:
    """Return whether two operations are written alike but for one operand, a name in both."""
    if not (isinstance(node, ast.BinOp) and isinstance(other, ast.BinOp) and type(node.op) is type(other.op)):
        return False
    pairs = [(node.left, other.left), (node.right, other.right)]
    unlike = [pair for pair in pairs if ast.dump(pair[0]) != ast.dump(pair[1])]
    return len(unlike) == 1 and all(isinstance(side, (ast.Name, ast.Attribute)) for side in unlike[0])


def text_key(node: ast.AST) -> str:
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
        return node.slice.value
    return ""


def parsed(text: str) -> ast.AST:
    try:
        return ast.parse(text, mode="eval").body
    except SyntaxError:
        return ast.Constant(None)


def shift(text: str, step: int) -> str:
    """Return an index moved by ``step``: ``i`` -> ``i + 1``; ``i - 1`` -> ``i``."""
    match = re.fullmatch(r"(.*\S)\s*([+-])\s*(\d+)", text)
    if match:
        offset = int(match.group(2) + match.group(3)) + step
        return match.group(1) if offset == 0 else f"{match.group(1)} {'+' if offset > 0 else '-'} {abs(offset)}"
    return f"{text} {'+' if step > 0 else '-'} {abs(step)}"


def ceiling(expression: Expression, left: Expression, right: Expression) -> str:
    """Return a division that rounds up, spelled as the file would: numpy's or math's ceil where
    imported, else negated floor division.
    """
    source = expression.source
    for node in source.nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name in {"math", "numpy"}:
                    return f"int({alias.asname or alias.name}.ceil({left.text} / {right.text}))"
    divisor = (
        right.text if not isinstance(right.node, ast.BinOp) or isinstance(right.node.op, ast.Pow) else f"({right.text})"
    )
    dividend = left.text if not isinstance(left.node, ast.BinOp) else f"({left.text})"
    return f"-(-{dividend} // {divisor})"


def operator_text(op: ast.operator) -> str:
    return {ast.Mult: "*", ast.Add: "+", ast.Sub: "-", ast.FloorDiv: "//", ast.Pow: "**"}.get(type(op), "?")


def factors_of(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return [*factors_of(node.left), *factors_of(node.right)]
    return [node]


def factor_text(factor: Expression, target: int) -> str:
    return str(target) if isinstance(factor.node, ast.Constant) else factor.text


def likeness(node: ast.expr, text: str) -> tuple[Evidence, ...]:
    """Return evidence of how alike another expression is: one name for another in what is written
    alike, or no name in common.
    """
    if differs_in_one(node, parsed(text)):
        return (Evidence.EXACT_FIT,)
    return () if mentions(text, ast.unparse(node)) else (Evidence.OTHER_READING,)
