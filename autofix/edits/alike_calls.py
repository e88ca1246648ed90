"""An argument that other calls of the same function in the file have, and a call on the way to a fault has not.

Who pads the words ``batch_first=True`` and the tags without it forgot it once. It proposes; whether one helps is for
the run.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from autofix.facts.fault_path import places
from autofix.facts.project_view import Expression, Project
from autofix.operators.table import layer as layer_row
from autofix.records.locations import Edit
from autofix.records.trace import Operation
from autofix.syntax.call_edits import NotACall, with_argument
from autofix.syntax.source import Source, dotted

MOST = 6
_ORDERS = frozenset(("batch_first", "dim"))


@dataclass(frozen=True, slots=True)
class AlikeArgument:
    """``name=value``, as another call of the same function is written, for ``call``."""

    call: Expression
    name: str
    value: str
    edit: Edit
    replaces: bool

    @property
    def makes_another_layer(self) -> bool:
        """Whether a layer is built in another way, beside the order in which it takes its dimensions."""
        is_layer = isinstance(self.call.node, ast.Call) and layer_row(_name(self.call.node)) is not None
        return is_layer and self.name not in _ORDERS


def arguments_of_others(project: Project, operation: Operation | None, layer: int | None) -> Iterator[AlikeArgument]:
    """Yield what calls on the way to the fault lack, the nearest first; then what they pass with another value."""
    calls: dict[tuple[object, object], Expression] = {}
    for place in places(project, operation, layer):
        for call in place.calls():
            calls.setdefault((call.source.path, call.source.range_of(call.node)), call)
    for replaces in (False, True):
        count = 0
        for call in calls.values():
            for name, value in _of_others(call.source, call.node, replaces):
                try:
                    text = with_argument(call.text, name, value)
                except NotACall:
                    continue
                count += 1
                if count <= MOST:
                    yield AlikeArgument(call, name, value, call.source.replace(call.node, text), replaces)


def _of_others(source: Source, call: ast.expr, replaces: bool) -> Iterator[tuple[str, str]]:
    """Yield the keyword arguments that other calls of the function have and this one lacks, or has with another
    value, each once.
    """
    own = _constants(call)
    seen: set[tuple[str, str]] = set()
    for other in source.nodes:
        if other is call or not isinstance(other, ast.Call) or not isinstance(call, ast.Call):
            continue
        if not _is_alike(other, call) or len(other.args) > len(call.args):
            continue
        for name, value in _constants(other).items():
            differs = own.get(name) not in (None, value) if replaces else name not in _keywords(call)
            if differs and (name, value) not in seen:
                seen.add((name, value))
                yield name, value


def _constants(call: ast.AST) -> dict[str, str]:
    """Return the keyword arguments of a call that are constants, as they are written."""
    pairs = [(k.arg, k.value) for k in call.keywords] if isinstance(call, ast.Call) else []
    return {name: ast.unparse(value) for name, value in pairs if name is not None and _is_constant(value)}


def _keywords(call: ast.Call) -> set[str | None]:
    return {keyword.arg for keyword in call.keywords}


def _is_constant(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) or (isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Constant))


def _is_alike(first: ast.Call, second: ast.Call) -> bool:
    """Return whether two calls are of one function, or of two layers of one kind."""
    names = [_name(first), _name(second)]
    if names[0] == names[1]:
        return names[0] != ""
    rows = [layer_row(name) for name in names]
    return rows[0] is not None and rows[1] is not None and rows[0].family is rows[1].family


def _name(call: ast.Call) -> str:
    """Return the last part of the name that is called, of a method too."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else dotted(call.func).rpartition(".")[2]
