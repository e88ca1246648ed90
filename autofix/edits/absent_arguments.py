"""Statements that use an optional argument which nobody passed: made under the condition that it is there.

``mask = mask[:, None]`` where ``mask=None`` is the default goes under ``if mask is not None:``. What else the function
asks of that name tells whether it may be missing. A statement that binds a name for the first time stays, unless all
that reads the name comes right behind it and can go under the condition as well.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.edits.code_change import CodeChange
from autofix.edits.statement_order import bound_in, indented, lines_of, read_in, unit_of
from autofix.facts.fault_path import FaultPlace, places
from autofix.facts.project_view import Project
from autofix.records.costs import Evidence
from autofix.records.locations import Edit, Range
from autofix.records.trace import Operation
from autofix.syntax.name_bindings import bound_above, default_of, parameters, reads, stores
from autofix.syntax.source import Source, below, dotted

_DOUBT = "that the argument may be left out is told by its default alone"
_OF_NONE = ("TypeError", "AttributeError")
_SIMPLE = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Expr)


def absent_arguments(project: Project, operation: Operation | None, layer: int | None) -> Iterator[CodeChange]:
    """Yield the condition for what was running at the fault and reads a parameter that is None by default."""
    failure = project.trace.failure
    # Sizes that do not meet further in are no fault of what is missing here.
    if failure is None or not (failure.type in _OF_NONE or "NoneType" in failure.message):
        return
    for place in places(project, operation, layer):
        if place.frames[:1] != failure.frames[:1] or isinstance(place.scope, ast.Module):
            continue
        for name in parameters(place.scope):
            read = next((r for r in reads(place.statement, name)), None)
            if read is None or not _is_none(project, place, read) or _is_asked(place.source, read):
                continue
            block = _block(place, place.statement, name)
            if block:
                yield _guarded(place, block, name)


def _is_none(project: Project, place: FaultPlace, read: ast.Name) -> bool:
    """Return whether a parameter has the None that is its default, and nothing has bound it anew."""
    assert not isinstance(place.scope, ast.Module)
    default = default_of(place.scope, read.id)
    is_optional = isinstance(default, ast.Constant) and default.value is None
    own = project.names(place.at(read)).local
    # What binds it anew where it is there does not where it is missing.
    bound = [node for node in stores(place.scope, read.id) if node.lineno < place.statement.lineno]
    is_kept = all(_is_under(place.source, node, read.id) for node in bound)
    return is_optional and is_kept and own is not None and own.has(read.id) and own.get(read.id) is None


def _is_asked(source: Source, read: ast.Name) -> bool:
    """Return whether the expression around a read asks whether it is None itself."""
    return any(isinstance(node, (ast.IfExp, ast.BoolOp)) for node in source.ancestors(read))


def _is_under(source: Source, node: ast.AST, name: str) -> bool:
    """Return whether a node stands where a condition has found that the name is not None."""
    inner: ast.AST = node
    for around in source.ancestors(node):
        if isinstance(around, ast.If) and inner in around.body:
            tests = around.test.values if isinstance(around.test, ast.BoolOp) else [around.test]
            if any(_asks_for(source, test, name) for test in tests):
                return True
        inner = around
    return False


def _asks_for(source: Source, test: ast.expr, name: str) -> bool:
    match test:
        case ast.Compare(left=ast.Name(id=own), ops=[ast.IsNot()], comparators=[ast.Constant(None)]):
            return own == name
        case ast.Call(func=ast.Name(id=helper), args=[ast.Name(id=own)]):
            return own == name and helper == _helper(source)
    return False


def _block(place: FaultPlace, statement: ast.stmt, name: str) -> list[ast.stmt]:
    """Return the statement with those right behind it that read what it binds; none where something else reads it, but
    under the same condition, or where nothing would be left to return.
    """
    source = place.source
    body = _body(source, statement)
    known = bound_above(place.scope, statement.lineno)
    block: list[ast.stmt] = []
    for following in body[body.index(statement) :] if statement in body else []:
        is_simple = isinstance(following, _SIMPLE) and source.stands_alone(following)
        if not is_simple or (block and not _new(block, known) & read_in(following)):
            break
        block.append(following)
    new = _new(block, known)
    inside = {node for part in block for node in ast.walk(part)}
    later = [node for node in reads(place.scope) if node.id in new and node not in inside]
    is_closed = all(_is_under(source, node, name) for node in later)
    changes = any(bound_in(part) & known or isinstance(part, ast.Expr) for part in block)
    return block if is_closed and changes and not any("." in bound for bound in new) else []


def _new(block: list[ast.stmt], known: set[str]) -> set[str]:
    """Return the names that statements bind for the first time."""
    return {name for part in block for name in bound_in(part)} - known


def _body(source: Source, statement: ast.stmt) -> list[ast.stmt]:
    """Return the list of statements that a statement is one of."""
    parent = source.parents.get(statement)
    bodies = (getattr(parent, field, []) for field in ("body", "orelse", "finalbody"))
    return next((body for body in bodies if isinstance(body, list) and statement in body), [])


def _guarded(place: FaultPlace, block: list[ast.stmt], name: str) -> CodeChange:
    source, scope = place.source, place.scope
    condition, is_asked = _condition(source, scope, name)
    unit, indent = unit_of(source), source.indent_of(block[0].lineno)
    lines = source.newline.join(indented(source, statement, unit) for statement in block)
    whole = Range(lines_of(source, block[0]).start, lines_of(source, block[-1]).end)
    edit = Edit(source.path, whole, f"{indent}if {condition}:{source.newline}{lines}")
    evidence = (Evidence.EVIDENT, Evidence.AGREES * is_asked, Evidence.OTHER_READING * (not is_asked))
    doubt = "" if is_asked else _DOUBT
    return CodeChange(f"do this only `if {condition}`, which is optional", (edit,), (*evidence,), doubt)


def _condition(source: Source, scope: ast.AST, name: str) -> tuple[str, bool]:
    """Return how it is asked whether a name is there, as the function or the file does it, and whether the function
    asks that in another place.
    """
    tests = [node.test for node in below(scope) if isinstance(node, (ast.If, ast.IfExp))]
    parts = [part for test in tests for part in (test.values if isinstance(test, ast.BoolOp) else [test])]
    helper = _helper(source)
    asked = {source.text_of(part) for part in parts}
    usual = f"{name} is not None"
    if helper and f"{helper}({name})" in asked:
        return f"{helper}({name})", True
    is_asked = usual in asked or f"{name} is None" in asked
    uses_helper = helper and any(dotted(call.func) == helper for call in source.calls)
    return (f"{helper}({name})" if uses_helper and not is_asked else usual), is_asked


def _helper(source: Source) -> str:
    """Return the function of the file that says whether its argument is not None."""
    functions = (f for f in source.functions if isinstance(source.parents.get(f), ast.Module))
    return next((f.name for f in functions if _is_helper(f)), "")


def _is_helper(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Return whether a function says that its only argument is not None."""
    match function.body:
        case [
            ast.Return(value=ast.Compare(left=ast.Name(id=name), ops=[ast.IsNot()], comparators=[ast.Constant(None)]))
        ]:
            return parameters(function) == [name]
    return False


def absent_layers(project: Project) -> Iterator[CodeChange]:
    """Yield the call of a layer, or of any function, that is not there: what it would be given stays as it is."""
    failure = project.trace.failure
    call = project.call(failure.frames) if failure is not None and failure.type == "TypeError" else None
    if call is None or not isinstance(call.node, ast.Call) or call.node.keywords or len(call.node.args) != 1:
        return
    (argument,), name = call.node.args, dotted(call.node.func)
    if not name or isinstance(argument, ast.Starred) or project.value(call.at(call.node.func)) is not None:
        return
    source, passed = call.source, call.source.text_of(argument)
    text = f"{passed} if {name} is None else {call.text}"
    edits = (source.replace(call.node, text),)
    is_asked = any(f"{name} is {word}" in source.text for word in ("None", "not None"))
    yield CodeChange(f"call `{name}` where it is there", edits, (Evidence.EVIDENT, Evidence.AGREES * is_asked), _DOUBT)
