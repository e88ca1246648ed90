"""An option that a constructor takes and does not pass on: a number, or nothing, stands where a name at hand is called
like the parameter. ``nn.Conv2d(a, b, 3, stride=2)`` in ``def __init__(self, a, b, stride=1)``.

The calls are followed outwards: of ``Separable(a, b, stride=2)`` the layer inside takes its stride. What would come of
the name is carried forward through all that ran since; nothing is run for that.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from autofix.edits.code_change import CodeChange
from autofix.edits.set_arguments import argument_set
from autofix.facts.contracts import BoundCall, fits
from autofix.facts.project_view import Expression, Project
from autofix.facts.replays import ChangeOf, makers, replayed_built
from autofix.operators.operator import Parameter
from autofix.operators.table import find, position
from autofix.records.costs import Evidence
from autofix.records.locations import Location
from autofix.records.trace import Layer, Operation, OperationKind
from autofix.syntax.name_bindings import bound_above, parameters
from autofix.syntax.source import Function, argument

_DOUBT = "that the option is meant to be passed on is told by its name and the sizes"
_DEPTH = 4


@dataclass(frozen=True, slots=True)
class _Handed:
    """Where the value of an option is written, ``depth`` calls out: ``node``, or nothing for the parameter ``name``.

    ``is_default``: it is what the layer has where nothing is passed, which many mean and few write.
    """

    call: Expression
    name: str
    position: int
    node: ast.expr | None
    depth: int
    is_default: bool

    def change(self, text: str) -> CodeChange | None:
        evidence = (Evidence.EXACT_FIT, Evidence.SAME_NAME, Evidence.OTHER_READING * self.is_default)
        if self.node is not None:
            words = f"pass `{self.name}={text}` for {self.call.source.text_of(self.node)}"
            return CodeChange(words, (self.call.source.replace(self.node, text),), evidence, _DOUBT)
        edits = argument_set(self.call, self.name, text, self.position)
        return (
            CodeChange(f"pass `{self.name}={text}`", edits, (*evidence, Evidence.INSERTED), _DOUBT) if edits else None
        )


def options_not_passed(project: Project, operation: Operation) -> Iterator[CodeChange]:
    """Yield the options that reach a layer on the way to a fault no more, and with which the call that failed takes its
    operands; of several places of one function the first.
    """
    places: dict[Location, CodeChange] = {}
    functions: dict[Function | None, int] = {}
    order: list[tuple[int, Location]] = []
    for _, maker in ((0, operation), *makers(project, operation)):
        layer, row = project.layer_of(maker), find(maker.target)
        if layer is None or row is None or maker.kind is not OperationKind.CALL_MODULE:
            continue
        for parameter in (parameter for parameter in row.constructor if not parameter.is_tensor):
            for handed in _handed(project, layer, parameter):
                source, node = handed.call.source, handed.call.node
                text, place = _name_at_hand(project, handed), source.location(node)
                if text and place not in places and _is_content(project, (maker, operation), parameter, handed, text):
                    change = handed.change(text)
                    if change is not None:
                        places[place] = change
                        nearest = functions.setdefault(source.function_of(node), len(functions))
                        order.append((nearest, place))
    # The one who reads a function from its beginning passes an option on where it is needed first.
    for _, place in sorted(order, key=lambda each: (each[0], each[1].range.start)):
        yield places[place]


def _handed(project: Project, layer: Layer, parameter: Parameter) -> Iterator[_Handed]:
    """Yield the places, from the layer outwards, where a number or nothing stands for an option."""
    name, at = parameter.name, position(layer.kind, parameter.name)
    for depth in range(min(_DEPTH, len(layer.construction))):
        call = project.call(layer.construction[depth:])
        if call is None or not isinstance(call.node, ast.Call):
            return
        node = argument(call.node, at, name)
        if node is None or isinstance(node, ast.Constant):
            if not any(keyword.arg is None for keyword in call.node.keywords):
                is_default = node is None or ast.literal_eval(node) == parameter.default
                yield _Handed(call, name, at, node, depth, is_default)
            return
        function = call.source.function_of(call.node)
        if function is None or not isinstance(node, ast.Name) or node.id not in parameters(function):
            return
        name, at = node.id, _own(function).index(node.id) if node.id in _own(function) else -1


def _own(function: Function) -> list[str]:
    """Return the parameters by position, without ``self``."""
    return [name for name in parameters(function) if name not in ("self", "cls")]


def _name_at_hand(project: Project, handed: _Handed) -> str:
    """Return the name or attribute called like the parameter that holds another number there; empty for none."""
    function = handed.call.source.function_of(handed.call.node)
    if function is None or handed.name == "inplace":
        return ""
    now = None if handed.node is None else project.integer(handed.call.at(handed.node))
    texts = (handed.name, f"self.{handed.name}")
    for text, is_there in zip(
        texts, (handed.name in bound_above(function, handed.call.node.lineno), True), strict=True
    ):
        value = project.integer(handed.call.at(ast.parse(text, mode="eval").body)) if is_there else None
        if value is not None and value != now:
            return text
    return ""


def _is_content(
    project: Project, ends: tuple[Operation, Operation], parameter: Parameter, handed: _Handed, text: str
) -> bool:
    maker, until = ends
    change = _with_name(project, parameter.name, handed.depth, text)
    return fits(replayed_built(project, maker, change, until, handed.depth))


def _with_name(project: Project, name: str, depth: int, text: str) -> ChangeOf:
    """Return what gives an option the value that a name has where each layer was built, ``depth`` calls out."""
    node = ast.parse(text, mode="eval").body

    def change(operation: Operation, call: BoundCall) -> BoundCall:
        layer = project.layer_of(operation)
        place = None if layer is None else project.call(layer.construction[depth:])
        value = None if place is None else project.integer(place.at(node))
        return call if value is None else call.with_argument(name, value)

    return change
