"""Conditions on the way to a fault, the other way round, or with the value at their boundary on the other side.

``if steps > 1:`` where there is one step, ``if not stored:`` before what is for the rest. Asked are the conditions
around what led to the fault, whichever way they went; which one is wrong is for the run.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from autofix.edits.code_change import CodeChange
from autofix.facts.fault_path import evaluated, way
from autofix.facts.project_view import Expression, Project
from autofix.records.costs import Evidence
from autofix.records.trace import Operation
from autofix.syntax.name_bindings import assignments, constructor_of, parameters, reads
from autofix.syntax.source import Function, below, dotted
from autofix.syntax.spelling import whole_shape_of

MOST = 6
_BOUNDARY: dict[type[ast.cmpop], str] = {ast.Gt: ">=", ast.GtE: ">", ast.Lt: "<=", ast.LtE: "<"}
_REVERSED: dict[type[ast.cmpop], str] = {
    ast.Eq: "!=",
    ast.NotEq: "==",
    ast.Is: "is not",
    ast.IsNot: "is",
    ast.In: "not in",
    ast.NotIn: "in",
}


Other = tuple[bool, CodeChange]  # Whether both sides of a comparison are equal in the run.


def other_conditions(project: Project, operation: Operation | None, layer: int | None) -> Iterator[CodeChange]:
    """Yield what may stand for each condition: first for those whose two sides are equal, then the nearest first."""
    conditions = _conditions(project, operation, layer)
    kept = (c for c in conditions if not (_is_asked_twice(c) or _is_guard(c) or _is_of_refusing(c)))
    others = [other for condition in kept for other in _others(project, condition)]
    yield from (change for _, change in sorted(others, key=lambda other: not other[0])[:MOST])


def _asked(condition: Expression, text: str, at_boundary: bool = False, is_choice: bool = False) -> Other:
    """Return ``text`` to stand for a condition. ``is_choice``: it asks which of several options was chosen, whose
    branches are rarely exchanged.
    """
    edit, words = condition.source.replace(condition.node, text), f"ask for `{text}`, not `{condition.text}`"
    against = Evidence.AGAINST if is_choice else Evidence.OTHER_READING * (not at_boundary)
    return at_boundary, CodeChange(words, (edit,), (Evidence.BY_RUN, against))


def _conditions(project: Project, operation: Operation | None, layer: int | None) -> Iterator[Expression]:
    """Yield the tests of the conditions around the statements on the way, and of those inside them."""
    seen: set[ast.AST] = set()
    for place in way(project, operation, layer):
        inside = (node for part in evaluated(place.statement) for node in below(part))
        for node in (*inside, *place.source.ancestors(place.statement)):
            if not isinstance(node, (ast.IfExp, ast.If)) or node.test in seen:
                continue
            if place.source.function_of(node) is place.source.function_of(place.statement):
                seen.add(node.test)
                yield place.at(node.test)


def _others(project: Project, condition: Expression) -> Iterator[Other]:
    source, test = condition.source, condition.node
    match test:
        case ast.Compare(left=shape, ops=[ast.Eq() | ast.NotEq()], comparators=[ast.Constant(value=int())]) if (
            base := whole_shape_of(shape)
        ):  # A shape is never a number.
            text = f"{source.text_of(base)}.dim()"
            words = f"ask for the number of dimensions, `{text}`, not for `{source.text_of(shape)}`"
            yield True, CodeChange(words, (source.replace(shape, text),), (Evidence.EVIDENT, Evidence.EXACT_FIT))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield _asked(condition, source.text_of(operand))
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            sides = [project.integer(Expression(source, side, condition.frames)) for side in (left, right)]
            known = None not in sides
            sign = _BOUNDARY.get(type(op)) if not known or sides[0] == sides[1] else None
            sign = sign or _REVERSED.get(type(op))
            # Which of several words, or whether a number, was chosen is an option as well.
            is_chosen = _is_choice(op, right) and _is_option(condition.at(left))
            if sign is not None and not _is_of_the_program(test) and not is_chosen:
                text = f"{source.text_of(left)} {sign} {source.text_of(right)}"
                at_boundary = known and type(op) in _BOUNDARY
                yield _asked(condition, text, at_boundary, type(op) in {ast.Eq, ast.NotEq, ast.In, ast.NotIn})
        case ast.Name() | ast.Attribute() if not _is_option(condition):
            yield _asked(condition, f"not {source.text_of(test)}", is_choice=True)


def _is_asked_twice(condition: Expression) -> bool:
    """Return whether the file asks the same in another place, so that here alone it can hardly be the wrong way round.

    ``not c`` and ``c`` are the same.
    """
    tests = [node.test for node in condition.source.nodes if isinstance(node, (ast.If, ast.IfExp))]
    return [_plain(test) for test in tests].count(_plain(condition.node)) > 1


def _is_guard(condition: Expression) -> bool:
    """Return whether a value is asked for where it is then read, or made where it is not there: the other way round it
    would be read where it is missing.
    """
    test, node = condition.node, condition.source.parents.get(condition.node)
    is_there = True
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        test, is_there = test.operand, False
    elif isinstance(test, ast.Compare) and isinstance(test.comparators[0], ast.Constant):
        if test.comparators[0].value is not None:
            return False
        is_there, test = isinstance(test.ops[0], (ast.IsNot, ast.NotEq)), test.left
    subject = dotted(test)
    if not subject or not isinstance(node, (ast.If, ast.IfExp)):
        return False
    body, orelse = ([part] if isinstance(part, ast.expr) else part for part in (node.body, node.orelse))
    reads, binds = (body, orelse) if is_there else (orelse, body)
    return _names(reads, subject, ast.Load) or _names(binds, subject, ast.Store)


def _is_of_refusing(condition: Expression) -> bool:
    """Return whether the condition is one of a chain of which a branch raises: what no branch is for was passed in; or
    one that checks something, which would not be checked any more.
    """
    node = condition.source.parents.get(condition.node)
    todo = [node] if isinstance(node, ast.If) else []
    for around in condition.source.ancestors(node) if node is not None else ():
        if not isinstance(around, ast.If) or not todo or todo[-1] not in around.orelse:
            break
        todo.append(around)
    for branch in todo:
        todo += [part for part in branch.orelse if isinstance(part, ast.If) and part not in todo]
    return any(isinstance(part, (ast.Raise, ast.Assert)) for branch in todo for part in (*branch.body, *branch.orelse))


def _names(parts: Sequence[ast.AST], name: str, context: type[ast.expr_context]) -> bool:
    nodes = (node for part in parts for node in below(part) if isinstance(node, (ast.Name, ast.Attribute)))
    return any(isinstance(node.ctx, context) and dotted(node) == name for node in nodes)


def _plain(test: ast.expr) -> str:
    return ast.unparse(test.operand if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) else test)


def _is_option(condition: Expression) -> bool:
    """Return whether the condition is a parameter, or an attribute that holds one of the constructor: what is wrong of
    an option is what the caller passes.
    """
    source, name = condition.source, dotted(condition.node)
    class_, function = source.class_of(condition.node), source.function_of(condition.node)
    constructor = None if class_ is None else constructor_of(class_)
    if function is not None and name in parameters(function):
        return True
    values = () if constructor is None else assignments(source, constructor, name)
    return any(_is_chosen(value, constructor) for _, value in values) if constructor is not None else False


def _is_chosen(value: ast.expr, constructor: Function) -> bool:
    """Return whether a value is what the constructor was handed, or a flag that it works out of that."""
    names = {node.id for node in reads(value)}
    is_flag = isinstance(value, (ast.Compare, ast.BoolOp, ast.UnaryOp))
    return bool(names) and names <= {*parameters(constructor)} and (is_flag or isinstance(value, ast.Name))


def _is_choice(op: ast.cmpop, right: ast.expr) -> bool:
    """Return whether something is asked to be one constant, a text or a number."""
    value = right.value if isinstance(right, ast.Constant) else None
    return isinstance(value, str) or (isinstance(op, (ast.Eq, ast.NotEq)) and isinstance(value, (int, float)))


def _is_of_the_program(test: ast.Compare) -> bool:
    """Return whether it asks whether a file is run as a program."""
    return isinstance(test.left, ast.Name) and test.left.id == "__name__"
