"""The value of an expression abstractly: arithmetic, containers, attributes; calls go to the run's ``call``.

It executes no statement.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from autofix.sample_inputs.abstract_interpreter import module_names, view_shapes
from autofix.sample_inputs.abstract_interpreter.arithmetic import MAX_ITEMS, combined, compared, items_of, key_of, truth
from autofix.sample_inputs.abstract_interpreter.attributes import attribute
from autofix.sample_inputs.abstract_interpreter.values import (
    UNKNOWN,
    AbstractLayer,
    AbstractTensor,
    Foreign,
    Function,
    ImportedModule,
    Instance,
    Interpretation,
    Parent,
    Scope,
    ShapeMismatch,
    Undetermined,
)

_FAULTS = (ArithmeticError, TypeError, ValueError, IndexError, KeyError, AttributeError)


def evaluate(node: ast.expr | None, scope: Scope) -> Any:
    """Return the value of ``node``; raise ShapeMismatch or Undetermined from calls within it."""
    run = scope.run
    run.steps -= 1
    if run.steps < 0:
        raise Undetermined
    if node is None:
        return None
    rule = _RULES.get(type(node))
    if rule is None:
        return UNKNOWN
    try:
        return rule(node, scope)
    except _FAULTS:
        return UNKNOWN


def lookup(name: str, scope: Scope) -> Any:
    """Return what a name means: the function's own, those around it, the module's, another module's."""
    current: Scope | None = scope
    outermost = scope
    while current is not None:
        if name in current.names:
            return current.names[name]
        outermost, current = current, current.outer
    return module_names.value_of(name, outermost.run)


def assign(target: ast.expr, value: Any, scope: Scope) -> None:
    match target:
        case ast.Name(id=name):
            (scope.run.module if name in scope.of_module else scope.names)[name] = value
        case ast.Attribute(value=base, attr=name):
            owner = evaluate(base, scope)
            if isinstance(owner, Instance):
                owner.attributes[name] = value
        case ast.Subscript(value=base, slice=index):
            owner, key = evaluate(base, scope), evaluate(index, scope)
            if isinstance(owner, (dict, list)):
                with suppress(TypeError, IndexError, KeyError):
                    owner[key_of(key)] = value
        case ast.Tuple(elts=targets) | ast.List(elts=targets):
            _unpack(targets, value, scope)


def augment(target: ast.expr, op: ast.operator, value: Any, scope: Scope) -> None:
    """Assign what ``target op= value`` gives."""
    old = evaluate(target, scope)
    try:
        if isinstance(old, list) and isinstance(op, ast.Add):
            more = [UNKNOWN] if (items := items_of(value)) is None else items
            old.extend(more if len(old) + len(more) <= MAX_ITEMS else ())  # One that doubles would take all memory.
            return
        assign(target, combined(op, old, value, scope.run), scope)
    except (ArithmeticError, TypeError, ValueError, AttributeError, KeyError):
        assign(target, UNKNOWN, scope)


def _unpack(targets: list[ast.expr], value: Any, scope: Scope) -> None:
    items = items_of(value)
    starred = next((at for at, target in enumerate(targets) if isinstance(target, ast.Starred)), None)
    if items is not None and starred is None and len(items) != len(targets):
        raise ShapeMismatch(f"{len(items)} values for {len(targets)} names")
    if items is None:
        items, starred = [UNKNOWN] * len(targets), None
    if starred is not None:
        after = len(targets) - starred - 1
        items = [*items[:starred], items[starred : len(items) - after], *items[len(items) - after :]]
    for target, item in zip(targets, items, strict=False):
        assign(target.value if isinstance(target, ast.Starred) else target, item, scope)


# -- one rule for each kind of expression ------------------------------------------------------------------------------


def _attribute(node: ast.Attribute, scope: Scope) -> Any:
    return attribute(evaluate(node.value, scope), node.attr, scope.run)


def _subscript(node: ast.Subscript, scope: Scope) -> Any:
    owner, index = evaluate(node.value, scope), evaluate(node.slice, scope)
    if isinstance(owner, AbstractTensor):
        if owner.shape is None:
            return owner
        shape = view_shapes.indexed(owner.shape, index if isinstance(index, (tuple, list)) else [index])
        return AbstractTensor(shape, owner.dtype, owner.source, owner.low, owner.high)
    if isinstance(owner, AbstractLayer):
        chosen = owner.parts[index]
        return AbstractLayer("Sequential", {}, chosen) if isinstance(index, slice) else chosen
    if isinstance(owner, dict) and scope.run.asked_class is not None and not isinstance(node.slice, ast.Constant):
        chosen = next((value for value in owner.values() if _leads_to(value, scope.run)), None)
        if chosen is not None:
            return chosen
    if isinstance(owner, Instance) and isinstance(index, str):
        return attribute(owner, index, scope.run)
    return owner[key_of(index)] if isinstance(owner, (list, tuple, dict, str)) else UNKNOWN


def _leads_to(value: Any, run: Interpretation) -> bool:
    """Return whether an entry of a registry is the class that a walk looks for, or the module that has it."""
    if isinstance(value, (list, tuple)):
        return any(_leads_to(item, run) for item in value[:MAX_ITEMS])
    if isinstance(value, ImportedModule):
        return any(node is run.asked_class for node in value.run.source.tree.body)
    return value is run.asked_class


def _binary(node: ast.BinOp, scope: Scope) -> Any:
    return combined(node.op, evaluate(node.left, scope), evaluate(node.right, scope), scope.run)


def _compare(node: ast.Compare, scope: Scope) -> Any:
    left = evaluate(node.left, scope)
    for op, right_node in zip(node.ops, node.comparators, strict=True):
        right = evaluate(right_node, scope)
        if left is UNKNOWN or right is UNKNOWN:
            return UNKNOWN
        if isinstance(left, AbstractTensor) and not isinstance(op, (ast.Is, ast.IsNot)):
            return left
        holds = compared(op, left, right)
        if not holds or holds is UNKNOWN:
            return holds
        left = right
    return True


def _boolean(node: ast.BoolOp, scope: Scope) -> Any:
    ends = isinstance(node.op, ast.Or)
    value: Any = UNKNOWN
    unknown = False
    for operand in node.values:
        value = evaluate(operand, scope)
        known = truth(value)
        if known is ends:
            return value
        unknown = unknown or known is None
    return UNKNOWN if unknown else value


def _unary(node: ast.UnaryOp, scope: Scope) -> Any:
    value = evaluate(node.operand, scope)
    if isinstance(node.op, ast.Not):
        known = truth(value)
        return UNKNOWN if known is None else not known
    return -value if isinstance(node.op, ast.USub) and not isinstance(value, AbstractTensor) else value


def _conditional(node: ast.IfExp, scope: Scope) -> Any:
    known = truth(evaluate(node.test, scope))
    if known is None:
        return UNKNOWN
    return evaluate(node.body if known else node.orelse, scope)


def _listed(node: ast.List | ast.Tuple | ast.Set, scope: Scope) -> Any:
    values: list[Any] = []
    for element in node.elts:
        if isinstance(element, ast.Starred):
            items = items_of(evaluate(element.value, scope))
            if items is None:
                return UNKNOWN
            values.extend(items)
        else:
            values.append(evaluate(element, scope))
    return values if isinstance(node, ast.List) else tuple(values)


def _dict(node: ast.Dict, scope: Scope) -> Any:
    result: dict[Any, Any] = {}
    for key, value in zip(node.keys, node.values, strict=True):
        result_value = evaluate(value, scope)
        result.update(result_value if key is None else {key_of(evaluate(key, scope)): result_value})
    return result


def _comprehension(node: ast.ListComp | ast.GeneratorExp, scope: Scope) -> Any:
    inner = Scope(scope.run, {}, scope, scope.instance, scope.class_)
    return [evaluate(node.elt, inner) for _ in _bindings(node.generators, inner)]


def _dict_comprehension(node: ast.DictComp, scope: Scope) -> Any:
    inner = Scope(scope.run, {}, scope, scope.instance, scope.class_)
    return {key_of(evaluate(node.key, inner)): evaluate(node.value, inner) for _ in _bindings(node.generators, inner)}


def _bindings(generators: list[ast.comprehension], scope: Scope) -> Iterator[None]:
    if not generators:
        yield
        return
    first, *rest = generators
    items = items_of(evaluate(first.iter, scope))
    if items is None:
        raise ValueError("a loop over what is not known")
    for item in items:
        assign(first.target, item, scope)
        if all(truth(evaluate(condition, scope)) for condition in first.ifs):
            yield from _bindings(rest, scope)


def _call(node: ast.Call, scope: Scope) -> Any:
    function = evaluate(node.func, scope)
    if isinstance(function, Foreign) and function.name == "super":
        return _parent(scope)
    positional = _listed(ast.List(node.args, ast.Load()), scope)
    keywords: dict[str, Any] = {}
    for keyword in node.keywords:
        value = evaluate(keyword.value, scope)
        keywords.update(value if keyword.arg is None else {keyword.arg: value})
    return UNKNOWN if positional is UNKNOWN else scope.run.call(function, positional, keywords, scope.run)


def _parent(scope: Scope) -> Any:
    if scope.instance is None:
        return UNKNOWN
    return Parent(scope.instance, scope.class_ or scope.instance.class_)


def _formatted(node: ast.JoinedStr, scope: Scope) -> Any:
    values = [evaluate(part.value if isinstance(part, ast.FormattedValue) else part, scope) for part in node.values]
    short = all(isinstance(value, int) or (isinstance(value, str) and len(value) <= MAX_ITEMS) for value in values)
    return "".join(map(str, values)) if short else UNKNOWN


def _named(node: ast.NamedExpr, scope: Scope) -> Any:
    value = evaluate(node.value, scope)
    assign(node.target, value, scope)
    return value


def _slice(node: ast.Slice, scope: Scope) -> Any:
    return slice(*(evaluate(bound, scope) for bound in (node.lower, node.upper, node.step)))


_RULES: dict[type[ast.expr], Callable[[Any, Scope], Any]] = {
    ast.Constant: lambda node, _: node.value,
    ast.Name: lambda node, scope: lookup(node.id, scope),
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.BinOp: _binary,
    ast.Compare: _compare,
    ast.BoolOp: _boolean,
    ast.UnaryOp: _unary,
    ast.IfExp: _conditional,
    ast.List: _listed,
    ast.Tuple: _listed,
    ast.Set: _listed,
    ast.Dict: _dict,
    ast.ListComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.DictComp: _dict_comprehension,
    ast.Call: _call,
    ast.JoinedStr: _formatted,
    ast.NamedExpr: _named,
    ast.Slice: _slice,
    ast.Lambda: Function,
}
