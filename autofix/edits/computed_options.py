"""Options of a layer by an expression instead of a number: what the call that builds it works out or is handed.

``padding=dilation`` holds for all layers that one call builds, where a number holds for one. And the name that is
called like an option, where another one stands in that: ``(dropout, 1)`` for the stride.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from autofix.edits.code_change import CodeChange
from autofix.facts.contracts import BoundCall, bound, fits
from autofix.facts.evaluate import UNKNOWN
from autofix.facts.project_view import Expression, Project
from autofix.records.costs import Evidence
from autofix.records.trace import Operation
from autofix.records.values import Sequence
from autofix.syntax.alike_expressions import swapped
from autofix.syntax.name_bindings import bound_above, reads
from autofix.syntax.source import argument, below

_DOUBT = "that the name of the option is meant the run alone tells"


def reach(call: BoundCall) -> int:
    """Return how far a kernel reaches; more padding than that is never meant."""
    return max(call.call.integers("kernel_size") or (0,)) * max(call.call.integers("dilation") or (1,))


def worked_out(project: Project, place: Expression, name: str, now: int) -> Iterator[tuple[int, str]]:
    """Yield what the call that builds a layer works out already, ``s % 2`` of ``padding=s // 2 + s % 2``, what it is
    handed, ``dilation``, and whether a stride is odd: a layer of the same call with an even one stays as it is.
    """

    def expressions() -> list[tuple[int | None, str]]:
        parts = [place.source.text_of(node) for node in below(place.node) if isinstance(node, ast.BinOp)]
        if isinstance(place.node, ast.Call):
            handed = (*place.node.args, *(keyword.value for keyword in place.node.keywords if keyword.arg != name))
            parts += [place.source.text_of(node) for node in handed if isinstance(node, (ast.Name, ast.Attribute))]
        stride = argument(place.node, -1, "stride") if isinstance(place.node, ast.Call) else None
        if isinstance(stride, (ast.Name, ast.Attribute)) and name == "output_padding":
            parts.append(f"{place.source.text_of(stride)} % 2")
        sums = [place.at(ast.parse(text, mode="eval").body) for text in parts]
        return [(project.integer(each), text) for each, text in zip(sums, parts, strict=True)]

    for value, text in project.once(("worked out", place.node, place.frames, name), expressions):
        if value is not None and value != now:
            yield value, text


def with_text(project: Project, name: str, text: str) -> Callable[[Operation, BoundCall], BoundCall]:
    """Return what writes an expression for an argument of the call that built a layer, by what it is for each."""
    node = ast.parse(text, mode="eval").body

    def change(operation: Operation, call: BoundCall) -> BoundCall:
        layer = project.layer_of(operation)
        place = None if layer is None else project.construction_call(layer)
        value = None if place is None else project.integer(place.at(node))
        return call if value is None else call.with_argument(name, value)

    return change


def named_options(project: Project, operation: Operation) -> Iterator[CodeChange]:
    """Yield the name of the function that an option of the layer that failed is called like, for another one in it,
    after which the layer takes its input.
    """
    layer, call = project.layer_of(operation), bound(project, operation)
    place = None if layer is None else project.construction_call(layer)
    function = None if place is None else place.source.function_of(place.node)
    if call is None or place is None or function is None or not isinstance(place.node, ast.Call):
        return
    at_hand = bound_above(function, place.node.lineno)
    passed = dict(zip((parameter.name for parameter in call.row.constructor), place.node.args, strict=False))
    passed |= {keyword.arg: keyword.value for keyword in place.node.keywords if keyword.arg}
    for name, node in passed.items():
        for read in reads(node) if name in at_hand else ():
            twin = swapped(node, read, ast.Name(name, ast.Load()))
            value = project.value(place.at(twin)) if isinstance(twin, ast.expr) and read.id != name else UNKNOWN
            plain = value.items if isinstance(value, Sequence) else value
            if value is not UNKNOWN and fits(call.with_argument(name, plain)):
                edits = (place.source.replace(read, name),)
                yield CodeChange(
                    f"read `{name}` for `{read.id}`", edits, (Evidence.AGREES, Evidence.OTHER_NAME), _DOUBT
                )
