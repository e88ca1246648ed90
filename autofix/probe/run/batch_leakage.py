"""Which operation of a model puts rows of different samples together: two runs that differ in one sample, compared.

It is asked only where a change of one sample reached another's output, or no row of the output belongs to a sample.
It finds the place and judges nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch

from ..main import wire
from ..record.interception import recording
from ..record.recorder import Recorder
from . import global_state

TOLERANCE = 1e-4
MAX_ELEMENTS = 40_000_000
Inputs = tuple[tuple[Any, ...], dict[str, Any]]
Place = tuple[int, int | None]


def locate(
    model: torch.nn.Module,
    roots: tuple[str, ...],
    recorded: list[wire.OperationRow],
    inputs: Callable[[bool], Inputs],
    size: int,
    row: int,
) -> Place | None:
    """Locate the first operation whose operands keep samples apart and whose result does not.

    The place is (index among ``recorded``, dimension of its first operand that the samples lie along or None).
    ``inputs(True)`` has another sample ``row``.
    """
    first, again, other = (_watched(model, roots, inputs(with_other)) for with_other in (False, False, True))
    if first is None or again is None or other is None or not _alike(first, again) or not _same_steps(first, other):
        return None
    for index in sorted(first.results):
        input_changes = _changes(first.operands[index], other.operands[index])
        result_changes = _changes(first.results[index], other.results[index])
        if input_changes is None or result_changes is None:
            return None
        touched = [change for change in input_changes if bool(change.any())]
        if any(dimension_of(change, size, row) is None for change in touched):
            return None
        if touched and any(bool(m.any()) and dimension_of(m, size, row) is None for m in result_changes):
            culprit = _merged_before(first, other, index, size, row)
            operand = changed(first.operands[culprit][0], other.operands[culprit][0])
            dimension = dimension_of(operand, size, row) if bool(operand.any()) else None
            twin = _twin(recorded, first.operations, culprit)
            return None if twin is None else (twin, dimension)
    return None


def _merged_before(first: _Watching, other: _Watching, index: int, size: int, row: int) -> int:
    """Return the view that laid samples side by side in one row, where a layer then mixes what stands in a row."""
    current = index
    while current in first.results and first.operands[current]:
        producer = first.producer_of(current)
        if (
            producer is None
            or producer not in first.results
            or not first.operands[producer]
            or not first.results[producer]
        ):
            return index
        current = producer
        input_changes = changed(first.operands[current][0], other.operands[current][0])
        result_changes = changed(first.results[current][0], other.results[current][0])
        if first.operations[current]["target"].rpartition(".")[2] in {"view", "reshape", "flatten"}:
            return (
                current
                if _own_dimension(input_changes, size, row) and not _own_dimension(result_changes, size, row)
                else index
            )
        if input_changes.shape != result_changes.shape:
            return index
    return index


def _own_dimension(change: torch.Tensor, size: int, row: int) -> bool:
    """Return whether the samples have a dimension for themselves."""
    dimension = dimension_of(change, size, row)
    return dimension is not None and change.shape[dimension] == size


def dimension_of(changed: torch.Tensor, size: int, row: int) -> int | None:
    """Return the dimension along which only the places of sample ``row`` changed, merged with others or not.

    None: no such.
    """
    order = sorted(range(changed.dim()), key=lambda d: (changed.shape[d] != size, d))
    for dimension in order:
        count = changed.shape[dimension]
        if count == 0 or count % size:
            continue
        others = tuple(d for d in range(changed.dim()) if d != dimension)
        places = (changed.any(others) if others else changed).nonzero().flatten()
        if any(bool(((places // block) % size == row).all()) for block in _divisors(count // size)):
            return dimension
    return None


def leaves(value: Any) -> Iterator[torch.Tensor]:
    """Yield the tensors in a value, in order."""
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from leaves(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from leaves(item)


def _divisors(number: int) -> list[int]:
    return [divisor for divisor in range(1, number + 1) if number % divisor == 0]


class _Watching(Recorder):
    """A recorder that also keeps copies of what operations were given and made."""

    def __init__(self, roots: tuple[str, ...]) -> None:
        super().__init__(roots)
        self.operands: dict[int, list[torch.Tensor]] = {}
        self.results: dict[int, list[torch.Tensor]] = {}
        self.elements = 0

    def begin(
        self,
        kind: wire.OperationKind,
        target: str,
        args: Any,
        kwargs: dict[str, Any],
        module: torch.nn.Module | None = None,
    ) -> int:
        index = super().begin(kind, target, args, kwargs, module)
        self.operands[index] = self._copies((*args, kwargs))
        return index

    def finish(self, index: int, result: Any) -> None:
        super().finish(index, result)
        self.results[index] = self._copies(result)

    def producer_of(self, index: int) -> int | None:
        """Return the operation that made the first tensor of an operation; None where none did."""
        operands = [
            argument[wire.TENSOR]
            for argument in self.operations[index]["args"]
            if isinstance(argument, dict) and wire.TENSOR in argument
        ]
        return operands[0][2] if operands else None

    def _copies(self, value: Any) -> list[torch.Tensor]:
        """Return copies, since a later operation may write into the tensor; none once there are too many."""
        copies = []
        with torch._C.DisableTorchFunction():
            for tensor in leaves(value):
                self.elements += tensor.numel()
                if self.elements <= MAX_ELEMENTS:
                    copies.append(tensor.detach().clone())
        return copies


def _watched(model: torch.nn.Module, roots: tuple[str, ...], inputs: Inputs) -> _Watching | None:
    """Record one run; return None if it raised or was too large to keep."""
    watching = _Watching(roots)
    watching.adopt_model(model)
    watching.phase = wire.Phase.FORWARD
    global_state.seed_torch()
    positional, named = inputs
    try:
        with recording(watching), torch.no_grad():
            model(*positional, **named)
    except (Exception, SystemExit):
        return None
    return watching if watching.elements <= MAX_ELEMENTS else None


def _same_steps(a: _Watching, b: _Watching) -> bool:
    return [operation["target"] for operation in a.operations] == [operation["target"] for operation in b.operations]


def _alike(a: _Watching, b: _Watching) -> bool:
    """Return whether equal inputs gave equal results: a model that remembers earlier calls cannot be compared."""
    if not _same_steps(a, b):
        return False
    compared = (_changes(a.results[index], b.results[index]) for index in a.results)
    return all(changes is not None and not any(bool(change.any()) for change in changes) for changes in compared)


def _changes(before: list[torch.Tensor], after: list[torch.Tensor]) -> list[torch.Tensor] | None:
    """Return where each tensor differs; None where the shapes do."""
    if [tensor.shape for tensor in before] != [tensor.shape for tensor in after]:
        return None
    return [changed(a, b) for a, b in zip(before, after, strict=True)]


def changed(before: torch.Tensor, after: torch.Tensor) -> torch.Tensor:
    """Return where ``after`` differs from ``before`` by more than rounding."""
    if not before.is_floating_point() and not before.is_complex():
        return before != after
    near = torch.isclose(before, after, rtol=TOLERANCE, atol=TOLERANCE, equal_nan=True)
    return ~near


def _twin(recorded: list[wire.OperationRow], watched: list[wire.OperationRow], index: int) -> int | None:
    """Return the operation of the other recording at the same place of the source, the same time it was passed."""
    key = _key(watched[index])
    times = sum(1 for operation in watched[:index] if _key(operation) == key)
    twins = [
        i for i, operation in enumerate(recorded) if operation["phase"] == wire.Phase.FORWARD and _key(operation) == key
    ]
    return twins[times] if times < len(twins) else None


def _key(operation: wire.OperationRow) -> tuple[Any, ...]:
    place = tuple(operation["frames"][0][:6]) if operation["frames"] else ()
    return operation["target"], operation["layer"], place
