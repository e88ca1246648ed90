"""Products that a function writes elsewhere: what a size there was meant to be, too."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator

from autofix.facts.project_view import Expression, Project
from autofix.provenance.render_expression import factors_of
from autofix.records.values import is_integer
from autofix.syntax.name_bindings import bound_later, parameters
from autofix.syntax.source import argument, below, dotted

FEWEST = 3  # Of two there are too many by chance.


def sibling_product(expression: Expression, value: int, target_size: int) -> str | None:
    """Return the size wanted as the function spells it elsewhere, ``48 * 2``: what a literal 48 was meant to be."""
    for node in _products(expression):
        if not all(isinstance(f, ast.Constant) for f in factors_of(node)):
            continue
        values = [getattr(factor, "value", None) for factor in factors_of(node)]
        plain = [v for v in values if isinstance(v, int)]
        if len(plain) == len(values) > 1 and value in plain and math.prod(plain) == target_size:
            return expression.source.text_of(node)
    return None


def sibling_factor(project: Project, expression: Expression, target_size: int, value: int) -> str | None:
    """Return the name by which the function multiplies other sizes and which makes the size wanted of a literal:
    ``anchors`` of ``anchors * 2`` for a literal 4 where 12 is wanted and there are three anchors. What the literal is
    multiplied by already has that value by chance.
    """
    if value < 2 or target_size % value or target_size // value < FEWEST:
        return None
    around = expression.source.parents.get(expression.node)
    beside = {ast.unparse(factor) for factor in factors_of(around)} if isinstance(around, ast.BinOp) else set()
    for node in (factor for product in _products(expression) for factor in factors_of(product)):
        factor = expression.at(node)
        is_name = isinstance(node, (ast.Name, ast.Attribute)) and factor.text not in beside
        if is_name and project.integer(factor) == target_size // value:
            return factor.text
    return None


def passed_name(project: Project, expression: Expression, factor: int) -> str:
    """Return the one parameter of the function that has the value of a factor, ``heads`` where a width is four times as
    large as it should be and there are four; empty where there is none, or several.
    """
    function, local = expression.source.function_of(expression.node), project.names(expression).local
    if function is None or local is None or factor < FEWEST:
        return ""
    names = [name for name in parameters(function) if is_integer(value := local.get(name)) and value == factor]
    return names[0] if len(names) == 1 else ""


def switched_factor(project: Project, expression: Expression, factor: float) -> str:
    """Return what says by an option of the function how many times a size is there: ``self.directions`` that was set to
    ``2 if bidirectional else 1``, or that condition itself where a recurrent layer is passed the option; empty where
    the factor is the same for all who call the function.
    """
    function = expression.source.function_of(expression.node)
    nodes = (
        [] if function is None else [n for n in below(function) if getattr(n, "lineno", 0) <= expression.node.lineno]
    )
    for node in nodes:
        match node:
            case ast.Assign(
                targets=[ast.Name() | ast.Attribute() as target],
                value=ast.IfExp(body=ast.Constant(), orelse=ast.Constant()) as value,
            ) if project.integer(expression.at(value)) == factor:
                return expression.source.text_of(target)
    for node in nodes:
        flag = argument(node, -1, "bidirectional") if isinstance(node, ast.Call) else None
        if isinstance(flag, (ast.Name, ast.Attribute)) and factor == 2 and project.value(expression.at(flag)) is True:
            return f"(2 if {expression.source.text_of(flag)} else 1)"
    return ""


def differing(project: Project, expression: Expression, difference: int) -> str:
    """Return a size less, or more, the one name of the function that is the difference, or the one of them that has a
    word of the size in it: ``dim - shared_dim`` for ``dim``. Empty where there is none, or several.
    """
    function, local = expression.source.function_of(expression.node), project.names(expression).local
    is_read = isinstance(expression.node, (ast.Name, ast.Attribute))
    if function is None or local is None or abs(difference) < FEWEST or not is_read:
        return ""
    bound_there = [name for name, value in local.items if is_integer(value) and value == abs(difference)]
    names = [name for name in bound_there if name.isidentifier() and name not in expression.text]
    if len(names) > 1:
        own = set(expression.text.rpartition(".")[2].split("_"))
        names = [name for name in names if own.intersection(name.split("_"))]
    later = bound_later(function, expression.source.statement_of(expression.node).lineno)
    sign = "+" if difference > 0 else "-"
    return f"{expression.text} {sign} {names[0]}" if len(names) == 1 and names[0] not in later else ""


def rest_of_half(project: Project, expression: Expression, target_size: int) -> str:
    """Return what a halved size leaves of the whole, where that is what is asked for: ``features - self.half`` for
    ``self.half`` that was made ``features // 2`` of an odd number. Empty elsewhere.
    """
    now = project.integer(expression)
    for node in _assigned(expression) if isinstance(expression.node, (ast.Name, ast.Attribute)) else ():
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.FloorDiv):
            whole = expression.at(node.left)
            size = project.integer(whole)
            if now is not None and size is not None and size - now == target_size and target_size != now:
                return f"{whole.text} - {expression.text}"
    return ""


def entry_left_out(project: Project, expression: Expression, target_size: int) -> str:
    """Return the entry that a loop leaves out, ``sizes[-1]`` of ``for size in sizes[:-1]``, for its name behind it,
    where that is what is asked for. Empty elsewhere.
    """
    function, node = expression.source.function_of(expression.node), expression.node
    for loop in below(function) if function is not None and isinstance(node, ast.Name) else ():
        is_over = isinstance(loop, ast.For) and (loop.end_lineno or 0) < node.lineno
        if not is_over or not isinstance(loop, ast.For) or ast.unparse(loop.target) != ast.unparse(node):
            continue
        match loop.iter:
            case ast.Subscript(
                value=whole, slice=ast.Slice(lower=None, upper=ast.UnaryOp(operand=ast.Constant(value=1)))
            ):
                text = f"{expression.source.text_of(whole)}[-1]"
                parsed = ast.parse(text, mode="eval").body
                if project.integer(expression.at(parsed)) == target_size:
                    return text
    return ""


def entry_of_loop(expression: Expression, node: ast.Subscript) -> str:
    """Return the name that a loop around gives each entry of the sequence of which one is picked by its place."""
    return next(
        (
            around.target.id
            for around in expression.source.ancestors(node)
            if isinstance(around, ast.For) and isinstance(around.target, ast.Name)
            if dotted(around.iter) == dotted(node.value) != ""
        ),
        "",
    )


def _assigned(expression: Expression) -> Iterator[ast.expr]:
    """Yield what the function around assigns to a name or attribute before it is read."""
    function = expression.source.function_of(expression.node)
    for node in below(function) if function is not None else ():
        is_before = isinstance(node, ast.Assign) and node.lineno <= expression.node.lineno
        if isinstance(node, ast.Assign) and is_before:
            yield from (node.value for target in node.targets if expression.source.text_of(target) == expression.text)


def _products(expression: Expression) -> Iterator[ast.BinOp]:
    function = expression.source.function_of(expression.node)
    yield from (node for node in (below(function) if function is not None else ()) if isinstance(node, ast.BinOp))
