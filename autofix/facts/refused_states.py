"""A state that a recurrent layer refused in a check of its own, told as the call of that layer.

A class made of one of torch's recurrent layers may call its check, or its forward by ``super()``: no operation raised
then, but the check has the input and the state. It looks at what was passed, and not at the message.
"""

from __future__ import annotations

from autofix.facts.project_view import Project
from autofix.records.trace import Layer, Operation, OperationKind, Phase
from autofix.records.values import Mapping, Sequence, Tensor, Value

_MODULE = "torch.nn.modules.rnn."
_SIZES = ("input_size", "hidden_size", "num_layers", "bidirectional", "batch_first")


def refused_state(project: Project) -> tuple[Operation, Layer] | None:
    """Return the call that a recurrent layer's check refused, as if it was recorded, with the layer."""
    failure = project.trace.failure
    if failure is None or failure.operation is not None or not failure.callee.startswith(_MODULE):
        return None
    passed = dict(failure.arguments)
    state = passed.get("hx", passed.get("hidden"))
    layer, data = _layer(project, passed.get("self")), _data(passed)
    if layer is None or data is None or not isinstance(state, (Tensor, Sequence)):
        return None
    arguments = (data, state)
    index, kind = len(project.trace.operations), OperationKind.CALL_MODULE
    return Operation(index, "", kind, layer.base, arguments, (), None, True, failure.frames, Phase.FORWARD), layer


def _data(passed: dict[str, Value]) -> Value | None:
    """Return the input as the layer was passed it; a packed one is its data and the rows of each step."""
    data, rows = passed.get("input"), passed.get("batch_sizes")
    if not isinstance(data, Tensor):
        return None
    return Sequence("PackedSequence", (data, rows)) if isinstance(rows, Tensor) else data


def _layer(project: Project, owner: Value | None) -> Layer | None:
    """Return the layer of the run that has the class and the sizes of ``owner``."""
    if not isinstance(owner, Mapping):
        return None
    sizes = [(name, owner.get(name)) for name in _SIZES if owner.has(name)]
    alike = (layer for layer in project.trace.layers if layer.type == owner.type and layer.base)
    return next((layer for layer in alike if all(layer.setting(name) == size for name, size in sizes)), None)
