"""What callers passed to functions of the project: the calls on the way to a failure, with the name of each parameter.

It lists calls and says whether two arguments stand under each other's name; which are wrong is for the rules.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from itertools import combinations

from autofix.facts.call_sites import frames_of, lineage
from autofix.facts.evaluate import UNKNOWN, Names, evaluate
from autofix.facts.project_view import Expression, Project
from autofix.records.finding import Finding
from autofix.records.trace import Frame, Operation
from autofix.records.values import Tensor, Value, is_integer
from autofix.syntax.name_bindings import default_of, imported_modules, is_bound_call, parameters, reads
from autofix.syntax.source import Function, dotted

MAX_CALLS = 24
_LIBRARIES = sys.stdlib_module_names | {"torch"}


class Crossing(IntEnum):
    """How far names say that two arguments are exchanged: not at all, one of them, both."""

    NONE = 0
    ONE = 1
    BOTH = 2


@dataclass(frozen=True, slots=True)
class PassedArgument:
    """What a caller wrote for one parameter, and its value there."""

    expression: Expression
    parameter: str
    value: Value

    @property
    def name(self) -> str:
        """The last part of the name that was passed, ``y`` of ``y.detach()`` too; empty where it is no name."""
        node = self.expression.node
        while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not (node.args or node.keywords):
            node = node.func.value
        return dotted(node).rpartition(".")[2]

    @property
    def has_its_own_name(self) -> bool:
        """Whether what was passed is called like the parameter."""
        return self.name == self.parameter

    @property
    def is_none(self) -> bool:
        """Whether ``None`` is written there, which has no name and says that nothing is passed."""
        return isinstance(self.expression.node, ast.Constant) and self.expression.node.value is None


@dataclass(frozen=True, slots=True)
class PassedCall:
    """A call of a function of the project, ``depth`` callers out of the failure.

    ``on_stack``: it was running then; ``builds``: it is on the way to the constructor of a layer; ``parameters``: all
    that the function has, in order; ``defaults``: those with a default; ``omitted``: those of them that it leaves out.
    """

    call: Expression
    arguments: tuple[PassedArgument, ...]
    depth: int
    on_stack: bool
    builds: bool
    parameters: tuple[str, ...] = ()
    defaults: tuple[tuple[str, Value], ...] = ()

    @property
    def omitted(self) -> tuple[tuple[str, Value], ...]:
        passed = {argument.parameter for argument in self.arguments}
        return tuple(pair for pair in self.defaults if pair[0] not in passed)

    def pairs(self) -> Iterator[tuple[PassedArgument, PassedArgument]]:
        """Yield two arguments at a time whose values are not known to be equal."""
        for first, second in combinations(self.arguments, 2):
            known = UNKNOWN not in (first.value, second.value)
            if first.expression.text != second.expression.text and not (known and first.value == second.value):
                yield first, second


def crossing(first: PassedArgument, second: PassedArgument) -> Crossing:
    """Return how far the names of two arguments are those of each other's parameters; a ``None`` goes with either."""
    if first.has_its_own_name or second.has_its_own_name:
        return Crossing.NONE
    named = (first.name == second.parameter) + (second.name == first.parameter)
    return Crossing(2 if named and (first.is_none or second.is_none) else named)


def chains_at(
    project: Project, operation: Operation | None, layer: int | None
) -> list[tuple[tuple[Frame, ...], bool, bool]]:
    """Return the frames that led to a fault: of the failure, of what built the failing layer and the one around it, and
    of what made the operands; with each whether it was running at the failure, and whether it built a layer.
    """
    failure = project.trace.failure
    stack = frames_of(project, operation) if operation is not None else failure.frames if failure is not None else ()
    chains: list[tuple[tuple[Frame, ...], bool, bool]] = [(stack, True, False)]
    built = project.layer(layer)
    if built is not None:
        chains.append((built.construction, False, True))
    around = project.layer(operation.scope_index) if operation is not None else None
    if around is not None:
        chains.append((around.construction, False, True))
    for tensor in operation.tensors if operation is not None else ():
        for maker in lineage(project, tensor):
            own = project.layer_of(maker)
            chains += [(own.construction, False, True)] if own is not None else []
            chains.append((frames_of(project, maker), False, False))
    return chains


def passed_calls(project: Project, operation: Operation | None, layer: int | None) -> Iterator[PassedCall]:
    """Yield the calls that were running at the failure, those that built the failing layer, and those that made
    the operands.
    """
    seen: set[tuple[object, object]] = set()
    for frames, on_stack, builds in chains_at(project, operation, layer):
        for passed_call in calls_of_chain(project, frames, on_stack=on_stack, builds=builds):
            if len(passed_call.arguments) < 2 and not passed_call.omitted:
                continue
            key = (passed_call.call.source.path, passed_call.call.source.range_of(passed_call.call.node))
            if key not in seen and len(seen) < MAX_CALLS:
                seen.add(key)
                yield passed_call


def calls_of_chain(
    project: Project, frames: tuple[Frame, ...], *, on_stack: bool, builds: bool
) -> Iterator[PassedCall]:
    """Yield the calls of functions of the project by which frames came about, the innermost first."""
    for depth in range(1, len(frames)):
        passed_call = call_at(project, frames, depth, on_stack, builds)
        if passed_call is not None:
            yield passed_call


def call_at(
    project: Project, frames: tuple[Frame, ...], depth: int, on_stack: bool = False, builds: bool = False
) -> PassedCall | None:
    """Return the call of a function of the project in which ``frames[depth]`` stood; None where it is not written."""
    call = project.call(frames[depth:])
    inner = project.source(frames[depth - 1].path)
    function = inner.function_at(frames[depth - 1].range, frames[depth - 1].function)
    if call is None or not isinstance(call.node, ast.Call) or function is None:
        return None
    names = parameters(function)[1 if is_bound_call(inner, function, call.node) else 0 :]
    arguments = tuple(_arguments(project, call, call.node, names))
    return PassedCall(call, arguments, depth, on_stack, builds, tuple(names), tuple(_defaults(function)))


def _handed_on(call: Expression, node: ast.Call) -> list[ast.expr]:
    """Return the positional arguments that reach a function of the project: where a library is handed it and calls
    it with the rest, ``checkpoint(layer, x, mask)``, those behind it.
    """
    root = dotted(node.func).partition(".")[0]
    modules = {module.partition(".")[0] for module, _ in imported_modules(call.source, root)} | ({root} & {"torch"})
    is_library = not modules.isdisjoint(_LIBRARIES) and bool(node.args)
    return node.args[1:] if is_library and isinstance(node.args[0], (ast.Name, ast.Attribute)) else node.args


def _arguments(project: Project, call: Expression, node: ast.Call, names: list[str]) -> Iterator[PassedArgument]:
    for index, argument in enumerate(_handed_on(call, node)):
        if isinstance(argument, ast.Starred) or index >= len(names):
            return
        expression = call.at(argument)
        yield PassedArgument(expression, names[index], project.value(expression))
    for keyword in node.keywords:
        if keyword.arg in names:
            expression = call.at(keyword.value)
            yield PassedArgument(expression, keyword.arg, project.value(expression))


def _defaults(function: Function) -> Iterator[tuple[str, Value]]:
    """Yield the parameters with a default, with its value."""
    for name in parameters(function):
        default = default_of(function, name)
        if default is not None:
            yield name, evaluate(default, Names(None, None))


def has_argument_of(project: Project, expression: Expression, size: int) -> bool:
    """Return whether the function around an expression was passed that size: a number fits this call alone."""
    function, local = expression.source.function_of(expression.node), project.names(expression).local
    passed = set(parameters(function)) if function is not None else set()
    items = local.items if local is not None else ()
    return size > 1 and any(name in passed and is_integer(value) and value == size for name, value in items)


def is_shared(project: Project, expression: Expression, text: str) -> bool:
    """Return whether a name that ``text`` has and an expression has not is as large as another name at hand, so that
    the values do not tell which of them is meant.
    """
    local, own = project.names(expression).local, {name.id for name in reads(expression.node)}
    sizes = {name: value for name, value in local.items if is_integer(value) and value > 1} if local is not None else {}
    new = {name for name in re.findall(r"\w+", text) if name in sizes} - own
    return any(sizes[name] == size for name in new for other, size in sizes.items() if other not in new)


def is_beside(project: Project, expression: Expression, size: int) -> bool:
    """Return whether a call passes that size beside an expression, as another of its arguments."""
    parent = expression.source.parents.get(expression.node)
    call = expression.source.parents.get(parent) if isinstance(parent, ast.keyword) else parent
    if not isinstance(call, ast.Call) or size < 2:
        return False
    others = [*call.args, *(keyword.value for keyword in call.keywords)]
    return any(project.integer(expression.at(other)) == size for other in others if other is not expression.node)


def is_refused(finding: Finding, first: PassedArgument, second: PassedArgument) -> bool:
    """Return whether what was passed is of another type than is taken, and the other argument is of another too."""
    kinds = type(first.value), type(second.value)
    are_known = kinds[0] is not kinds[1] and UNKNOWN not in (first.value, second.value)
    return finding.message.startswith("TypeError") and are_known


def fits(finding: Finding, wrong: PassedArgument, right: PassedArgument) -> bool:
    """Return whether one tensor has a size that was received and the other, in the same place, the one expected."""
    if not isinstance(wrong.value, Tensor) or not isinstance(right.value, Tensor):
        return False
    pairs = zip(reversed(wrong.value.shape), reversed(right.value.shape), strict=False)
    return any(a in finding.actual and b in finding.expected and a != b for a, b in pairs)
