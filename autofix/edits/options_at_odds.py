"""An option of the program that says another size than what stands in a call on the way to a fault.

``UNet(in_channels=1)`` beside ``args.input_channel``, which is 3; a model that is built from ``config`` with 16 samples
beside ``args.batch_size``, which is 4; a default that holds since nobody passes what the program asks for. Both sizes
are among those that clash, and both go by one name. Whether the option is what is meant is for the run.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace

from autofix.edits.code_change import CodeChange
from autofix.edits.set_arguments import argument_set
from autofix.facts.call_sites import put_behind
from autofix.facts.passed_arguments import PassedCall, calls_of_chain, chains_at
from autofix.facts.project_view import Expression, Project
from autofix.provenance.bindings import bindings
from autofix.records.costs import Evidence
from autofix.records.finding import Finding
from autofix.records.locations import Edit
from autofix.records.trace import Operation
from autofix.records.values import Mapping, is_integer
from autofix.syntax.name_bindings import assignments, bound_above, bound_later, callee_name, parameters
from autofix.syntax.source import Function, below, dotted

MOST_THREADED, MOST_STEPS = 2, 4
_STEM = 4
# What is said in short, and words that say how many and not of what.
_LONG = {"in": "input", "out": "output", "bs": "batch", "cls": "class"}
_QUANTITIES = frozenset(("num", "n", "nb", "number", "of", "size", "dim", "count", "max", "self"))


@dataclass(frozen=True, slots=True)
class _Number:
    """What a call passes as ``parameter``, written in place or by a default; ``node`` is where, in the call."""

    parameter: str
    value: int
    node: ast.expr | None


def options_at_odds(project: Project, finding: Finding) -> Iterator[CodeChange]:
    """Yield the changes that let a call on the way to the fault read an option of the same meaning."""
    operation, seen = project.operation(finding), set[tuple[Edit, ...]]()
    sizes = _sizes(finding, operation)
    for frames, on_stack, builds in chains_at(project, operation, finding.layer):
        calls = list(calls_of_chain(project, frames, on_stack=on_stack, builds=builds))
        for depth, passed in enumerate(calls):
            every = (*_numbers(project, passed, calls[depth:], sizes), *_entries(project, passed, sizes))
            for option in every:
                if option.edits and option.edits not in seen:
                    seen.add(option.edits)
                    yield option


def _sizes(finding: Finding, operation: Operation | None) -> set[int]:
    shapes = [tensor.shape for tensor in operation.tensors] if operation is not None else []
    return {*finding.expected, *finding.actual, *(size for shape in shapes for size in shape)}


def _numbers(project: Project, passed: PassedCall, outwards: list[PassedCall], sizes: set[int]) -> Iterator[CodeChange]:
    """Yield options for what the call passes as a number, or leaves to a default, read in the call or in one further
    out from which they are handed on.
    """
    written = [
        _Number(argument.parameter, argument.value, argument.expression.node)
        for argument in passed.arguments
        if isinstance(argument.expression.node, ast.Constant) and is_integer(argument.value)
    ]
    left_out = [_Number(name, value, None) for name, value in passed.omitted if is_integer(value)]
    for number in (*written, *left_out):
        for steps, outer in enumerate(outwards[: MOST_THREADED + 1] if number.value in sizes else ()):
            texts = list(_options(project, outer.call, number.parameter, sizes - {number.value}))
            for text in texts:
                edits = (
                    _read(passed.call, number, text) if not steps else _threaded(outwards[: steps + 1], number, text)
                )
                words = f"pass `{text}` as `{number.parameter}`, which is {number.value}"
                added = Evidence.INSERTED * (number.node is None or steps > 0)
                yield CodeChange(words, edits, (added, Evidence.MORE_PLACES * steps))
            if texts:
                break


def _entries(project: Project, passed: PassedCall, sizes: set[int]) -> Iterator[CodeChange]:
    """Yield options for the entries of an object or dictionary that a call hands over as a whole."""
    node = passed.call.node
    assert isinstance(node, ast.Call)
    keywords = [keyword.value for keyword in node.keywords if keyword.arg is None]
    for part in (*node.args, *(k.value for k in node.keywords if k.arg is not None), *keywords):
        value = project.value(replace(passed.call, node=part))
        if not isinstance(part, ast.Name) or not isinstance(value, Mapping) or part.id == "self":
            continue
        for key, size in value.items:
            if not is_integer(size) or size not in sizes or _is_layer(value):
                continue
            entry = _entry(part.id, value, key)
            for text in _options(project, passed.call, key, sizes - {size}, without=part.id):
                edit = _assigned(passed.call, part.id, f"{entry} = {text}", text)
                words = f"set `{entry}`, which is {size}, to `{text}`"
                yield CodeChange(words, () if edit is None else (edit,), (Evidence.INSERTED * 1,))


# -- options -----------------------------------------------------------------------------------------------------------


def _options(project: Project, place: Expression, name: str, sizes: set[int], without: str = "") -> Iterator[str]:
    """Yield what is at hand in the scope of a call, is called like ``name`` and has one of the sizes."""
    function, line = place.source.function_of(place.node), place.node.lineno
    later = bound_later(function, line) if function is not None else set[str]()
    names = project.names(place)
    for scope in (names.local, names.module) if function is not None else (names.module,):
        for own, value in scope.items if scope is not None else ():
            if own == without or not own.isidentifier() or own in later:
                continue
            if is_integer(value) and value in sizes and is_one_meaning(name, own):
                yield own
            elif isinstance(value, Mapping) and not _is_layer(value):
                for key, size in value.items:
                    if is_integer(size) and size in sizes and is_one_meaning(name, key):
                        text = _entry(_instance(project, place, own) or own, value, key)
                        yield from () if text in later else (text,)


def _instance(project: Project, place: Expression, class_: str) -> str:
    """Return the name of the function that holds an object of a class, whose fields are the object's as well."""
    function = place.source.function_of(place.node)
    for node in below(function) if function is not None else ():
        is_read = isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id != class_
        if is_read and isinstance(node, ast.Name) and _is_made_of(project, place.at(node), class_):
            return node.id
    return ""


def _is_made_of(project: Project, name: Expression, class_: str, depth: int = 0) -> bool:
    """Return whether a name was bound, or passed by the callers, what a call of the class gave."""
    for binding in bindings(project, name) if depth < MOST_STEPS else ():
        node = binding.expression.node
        if isinstance(node, ast.Call) and callee_name(node) == class_:
            return True
        if isinstance(node, ast.Name) and _is_made_of(project, binding.expression, class_, depth + 1):
            return True
    return False


def _is_layer(value: Mapping) -> bool:
    return value.type.startswith("torch.")


def _entry(name: str, value: Mapping, key: str) -> str:
    return f'{name}["{key}"]' if value.type == "dict" else f"{name}.{key}"


def is_one_meaning(first: str, second: str) -> bool:
    """Return whether two names say the same of what they count: ``in_channels`` and ``input_channel``."""
    return bool(_stems(first)) and _stems(first) == _stems(second)


def _stems(name: str) -> set[str]:
    words = [word for word in name.lower().split("_") if word]
    telling = [word for word in words if word not in _QUANTITIES] or words
    return {_LONG.get(word, word)[:_STEM] for word in telling}


# -- edits -------------------------------------------------------------------------------------------------------------


def _read(call: Expression, number: _Number, text: str) -> tuple[Edit, ...]:
    if number.node is not None:
        return (call.source.replace(number.node, text),)
    return _passing(call, number.parameter, text)


def _passing(call: Expression, name: str, text: str) -> tuple[Edit, ...]:
    """Return the edit that passes ``text`` as ``name``."""
    assert isinstance(call.node, ast.Call)
    is_spread = any(keyword.arg is None for keyword in call.node.keywords)
    return () if is_spread else argument_set(call, name, text)


def _threaded(calls: list[PassedCall], number: _Number, text: str) -> tuple[Edit, ...]:
    """Return the edits that hand an option on through the functions between: each takes it with the value it had."""
    inner, *outer = [passed.call for passed in calls]
    edits = list(_read(inner, number, number.parameter))
    for around, further in zip((inner, *outer), outer, strict=False):
        function = around.source.function_of(around.node)
        taking = None if function is None else _taking(around, function, f"{number.parameter}={number.value}")
        passing = _passing(further, number.parameter, text if further is outer[-1] else number.parameter)
        if taking is None or not passing:
            return ()
        edits += [taking, *passing]
    return tuple(sorted(edits)) if edits else ()


def _taking(place: Expression, function: Function, text: str) -> Edit | None:
    """Return the edit that gives a function one more parameter at its end."""
    arguments = function.args
    is_plain = not (arguments.vararg or arguments.kwonlyargs or arguments.kwarg) and bool(arguments.args)
    if not is_plain or isinstance(function, ast.Lambda) or text.partition("=")[0] in parameters(function):
        return None
    last = arguments.defaults[-1] if arguments.defaults else arguments.args[-1]
    return put_behind(place.source, last, f", {text}")


def _assigned(call: Expression, name: str, line: str, option: str) -> Edit | None:
    """Return the edit that writes a line behind what bound ``name``; before the call where the option comes later."""
    source, scope = call.source, call.source.function_of(call.node) or call.source.tree
    if isinstance(scope, ast.Lambda):
        return None
    bound = [s for s, _ in assignments(source, scope, name) if s.lineno < call.node.lineno and source.stands_alone(s)]
    root = dotted(ast.parse(option, mode="eval").body).partition(".")[0] or option.partition("[")[0]
    if bound and source.parents.get(bound[-1]) is scope and root in bound_above(scope, bound[-1].lineno):
        return source.insert_after(bound[-1], line)
    statement = source.statement_of(call.node)
    return source.insert_before(statement, line) if source.stands_alone(statement) else None
