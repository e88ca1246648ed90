"""Arguments passed by place that have the name of a parameter further on: passed by that name.

``Block(64, 128, 2, norm)`` of ``Block(inputs, outputs, steps, stride=1, norm=None)`` passes the class as the stride.
It looks at the last arguments of a call alone: with those in front of another one named, the call could not be made.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.edits.code_change import CodeChange
from autofix.edits.names_in_scope import is_telling
from autofix.facts.evaluate import UNKNOWN
from autofix.facts.passed_arguments import PassedCall
from autofix.records.costs import Evidence
from autofix.records.values import Mapping, Opaque, Tensor, Value
from autofix.syntax.source import Source, dotted

Named = list[tuple[ast.expr, str]]
_DOUBT = "that the argument is for this parameter is told by a part of its name"


def named_arguments(passed: PassedCall) -> Iterator[CodeChange]:
    """Yield the change that passes the last arguments of a call by name, in all calls that are written so; then in
    this one alone.
    """
    source, node = passed.call.source, passed.call.node
    assert isinstance(node, ast.Call)
    if node.args and passed.arguments and passed.arguments[0].expression.node is not node.args[0]:
        return  # A library is handed the function, and calls it.
    tail = _tail(node, passed.parameters)
    outward = Evidence.OUTWARD * (passed.depth - 1)
    if tail:
        landed = passed.parameters[len(node.args) - len(tail)]
        calls = [node, *_alike(source, node)]
        tails = [pairs for call in calls if (pairs := _tail(call, passed.parameters)) and _names(pairs) <= _names(tail)]
        title = f"pass `{tail[0][1]}` by its name, not as `{landed}`"
        for chosen in (tails, [tail])[: 1 + (len(tails) > 1)]:
            edits = tuple(source.replace(value, f"{name}={source.text_of(value)}") for t in chosen for value, name in t)
            words = f"{title}, in all {len(chosen)} calls" if len(chosen) > 1 else title
            evidence = (Evidence.AGREES, Evidence.EVIDENT, Evidence.RUNNER_UP * (chosen is not tails))
            yield CodeChange(words, edits, (*evidence, outward))
    elif (near := _near(passed, node)) is not None:
        edit = source.replace(near[0], f"{near[1]}={source.text_of(near[0])}")
        words = f"pass `{source.text_of(near[0])}` as `{near[1]}`, which has its name in part"
        yield CodeChange(words, (edit,), (Evidence.SAME_NAME, Evidence.OTHER_NAME, outward), _DOUBT)


def _names(tail: Named) -> set[str]:
    return {name for _, name in tail}


def _tail(call: ast.Call, parameters: tuple[str, ...]) -> Named:
    """Return the last arguments by place that are all called like a parameter further on that gets nothing."""
    if any(isinstance(a, ast.Starred) for a in call.args) or len(call.args) > len(parameters):
        return []
    taken = {keyword.arg for keyword in call.keywords}
    pairs: Named = []
    for position in range(len(call.args) - 1, -1, -1):
        name = _name(call.args[position])
        free = parameters[position + 1 :]
        if name not in free or name in taken:
            break
        taken.add(name)
        pairs.insert(0, (call.args[position], name))
    # What stands in front of the rest by place keeps those places.
    return [] if _names(pairs) & set(parameters[: len(call.args) - len(pairs)]) else pairs


def _name(node: ast.expr) -> str:
    """Return the last part of the name that is passed, ``y`` of ``y.detach()`` too."""
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not (node.args or node.keywords):
        node = node.func.value
    return dotted(node).rpartition(".")[2]


def _alike(source: Source, call: ast.Call) -> Iterator[ast.Call]:
    """Yield the other calls of the same function in the file; of a method, in the same class."""
    name = dotted(call.func)
    class_ = source.class_of(call) if name.partition(".")[0] in {"self", "cls"} else None
    for other in source.calls:
        is_alike = other is not call and bool(name) and dotted(other.func) == name
        if is_alike and (class_ is None or source.class_of(other) is class_):
            yield other


def _near(passed: PassedCall, call: ast.Call) -> tuple[ast.expr, str] | None:
    """Return the last argument by place where its value is of another kind than the default it replaces, and just one
    parameter that gets nothing shares a word with its name.
    """
    last = next((a for a in passed.arguments if call.args and a.expression.node is call.args[-1]), None)
    if last is None or not last.name or is_telling(last.name, last.parameter):
        return None
    default = dict(passed.defaults).get(last.parameter)
    free = [name for name, _ in passed.omitted if is_telling(name, last.name)]
    return (call.args[-1], free[0]) if len(free) == 1 and _is_odd(last.value, default) else None


def _is_odd(value: Value, default: Value) -> bool:
    """Return whether a tensor, a class or an object stands where the default is a number or an option."""
    return (
        isinstance(default, (bool, int, float, str))
        and isinstance(value, (Tensor, Opaque, Mapping))
        and value is not UNKNOWN
    )
