"""Tensors made in float32 where the model runs in another floating-point type: made in the type of one beside them.

``torch.zeros(1, x.size(0), 8, device=x.device)`` is float32 whatever ``x`` is. With ``dtype=x.dtype`` a model in
float32 does the same, and one in half or double precision runs. It follows what gives the device or the sizes.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.edits.code_change import CodeChange
from autofix.edits.set_arguments import argument_set
from autofix.facts.project_view import Expression, Project
from autofix.records.costs import Evidence
from autofix.records.trace import Operation, Phase
from autofix.records.values import Tensor
from autofix.syntax.name_bindings import parameters
from autofix.syntax.source import Function, below

_MAKE = frozenset(("zeros", "ones", "empty", "rand", "randn", "full", "linspace", "eye", "arange"))
_OTHERS = frozenset(("float16", "bfloat16", "float64"))
_GIVING = frozenset(("device", "shape", "size", "new_zeros"))
_DOUBT = "that the tensor is to have this type is told by the function alone, not by what gives its sizes"


def typed_factories(project: Project, operation: Operation | None) -> Iterator[CodeChange]:
    """Yield the type for each tensor that was made in float32 on the way to what failed, the nearest first."""
    types = {tensor.dtype for tensor in project.inputs() if tensor.dtype.startswith(("float", "bfloat"))}
    if operation is None or len(types) != 1 or not types <= _OTHERS:
        return
    for maker in _makers(project, operation):
        call = project.call(maker.frames)
        if call is None or not isinstance(call.node, ast.Call) or any(k.arg == "dtype" for k in call.node.keywords):
            continue
        scope = call.source.function_of(call.node)
        if scope is None:
            continue
        name, is_beside = _giver(project, call, scope, next(iter(types)))
        for edit in argument_set(call, "dtype", f"{name}.dtype") if name else ():
            title = f"make it in the type of `{name}`: `dtype={name}.dtype`"
            evidence = (Evidence.INSERTED, Evidence.EXACT_FIT * is_beside)
            yield CodeChange(title, (edit,), evidence, "" if is_beside else _DOUBT)


def _makers(project: Project, operation: Operation) -> Iterator[Operation]:
    """Yield the calls that made float32 tensors of nothing from which the operands came, by any operand."""
    todo = list(operation.tensors)
    seen: set[int] = set()
    for tensor in todo:
        maker = project.producer(tensor) if tensor.dtype == "float32" else None
        if maker is None or maker.index in seen or maker.phase is not Phase.FORWARD:
            continue
        seen.add(maker.index)
        todo += maker.tensors
        if not maker.tensors and maker.operator in _MAKE:
            yield maker


def _giver(project: Project, call: Expression, scope: Function, dtype: str) -> tuple[str, bool]:
    """Return the tensor of that type whose device or sizes are read in the call, else in its function; and whether it
    is in the call.
    """
    for part in (call.node, scope):
        names = [
            node.value.id
            for node in below(part)
            if isinstance(node, ast.Attribute) and node.attr in _GIVING and isinstance(node.value, ast.Name)
        ]
        for name in names:
            value = project.value(call.named(name))
            is_typed = isinstance(value, Tensor) and value.dtype == dtype
            if is_typed or (part is not call.node and not isinstance(value, Tensor) and name in parameters(scope)[1:]):
                return name, part is call.node
    return "", False
