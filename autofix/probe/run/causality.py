"""Whether a model that hides later positions still does: two runs that differ in the later half of one input, compared.

It is asked only of models that say so themselves: they make a triangle of constants, ask for causal attention, or have
a layer that is called causal. It judges only what it ran.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch

from ..main.wire import TENSOR, CheckOutcome, OperationRow
from ..record import module_tree
from . import batch_leakage

_TRIANGLES = frozenset(("tril", "triu", "tril_", "triu_"))
_CONSTANTS = frozenset(
    ("ones", "zeros", "full", "ones_like", "zeros_like", "full_like", "new_ones", "new_full", "new_zeros")
)
_MOST_PAIRS = 4
NO_POSITIONS = "no dimension of the output follows one of an input"
Inputs = tuple[tuple[Any, ...], dict[str, Any]]
Forward = Callable[[Inputs], Any]
Change = Callable[[Any, int | str, int, int], Any]


@dataclass(frozen=True)
class _Pair:
    """A dimension of an input (by its place or name) that is as long as a dimension of an output (by its place)."""

    source: int | str
    source_dimension: int
    result: int
    result_dimension: int
    size: int


def applies(model: torch.nn.Module, recorded: list[OperationRow]) -> bool:
    """Return whether the model says that earlier outputs do not depend on later positions."""
    if any("causal" in type(module).__name__.lower() for module in module_tree.modules(model)):
        return True
    return any(_is_mask(row, recorded) or ["is_causal", True] in row["kwargs"] for row in recorded)


def check(forward: Forward, build: Callable[[], Inputs], change: Change) -> tuple[CheckOutcome, str]:
    """Return passed if for some input and dimension a change of the later half leaves the earlier outputs as they were.

    ``build`` makes the inputs anew; ``change(value, source, dimension, start)`` returns an input with other values from
    position ``start`` on.
    """
    before, again = ([leaf.clone() for leaf in batch_leakage.leaves(forward(build()))] for _ in range(2))
    if any(a.shape != b.shape or bool(batch_leakage.changed(a, b).any()) for a, b in zip(before, again, strict=True)):
        return CheckOutcome.NOT_ASKED, "the model remembers earlier calls"
    reached = ""
    for pair in _pairs(build(), before):
        start = pair.size // 2
        after = list(batch_leakage.leaves(forward(_changed(build(), pair, start, change))))
        if [leaf.shape for leaf in after] != [leaf.shape for leaf in before]:
            continue
        places = _touched(before[pair.result], after[pair.result], pair.result_dimension)
        if places and places[0] >= start:
            return CheckOutcome.PASSED, ""
        if places and not reached:
            reached = f"a change of position {start} reaches the output of position {places[0]}"
    return (CheckOutcome.FAILED, reached) if reached else (CheckOutcome.NOT_ASKED, NO_POSITIONS)


def _is_mask(row: OperationRow, recorded: list[OperationRow]) -> bool:
    """Return whether an operation makes a triangle of constants; one of learned values is a factor, not a mask."""
    if row["target"].rpartition(".")[2] not in _TRIANGLES:
        return False
    operands = [argument[TENSOR] for argument in row["args"] if isinstance(argument, dict) and TENSOR in argument]
    producer = operands[0][2] if operands else None
    return producer is not None and recorded[producer]["target"].rpartition(".")[2] in _CONSTANTS


def _pairs(inputs: Inputs, outputs: list[torch.Tensor]) -> list[_Pair]:
    """Return dimensions of inputs and outputs that may be the same positions; the first one is taken for the batch."""
    return list(_matching(inputs, outputs))[:_MOST_PAIRS]


def _matching(inputs: Inputs, outputs: list[torch.Tensor]) -> Iterator[_Pair]:
    positional, named = inputs
    sources: list[tuple[int | str, Any]] = [*enumerate(positional), *named.items()]
    for source, value in sources:
        if not isinstance(value, torch.Tensor):
            continue
        for dimension in range(1, value.dim()):
            size = value.shape[dimension]
            for result, output in enumerate(outputs):
                yield from (
                    _Pair(source, dimension, result, place, size)
                    for place in range(1, output.dim())
                    if size > 1 and output.shape[place] == size
                )


def _changed(inputs: Inputs, pair: _Pair, start: int, change: Change) -> Inputs:
    positional, named = inputs
    key = pair.source
    if isinstance(key, int):
        values = list(positional)
        values[key] = change(values[key], key, pair.source_dimension, start)
        return tuple(values), named
    return positional, {**named, key: change(named[key], key, pair.source_dimension, start)}


def _touched(before: torch.Tensor, after: torch.Tensor, dimension: int) -> list[int]:
    """Return the positions along a dimension whose values differ, ascending."""
    differs = batch_leakage.changed(before, after).movedim(dimension, 0)
    return [int(place) for place in differs.reshape(differs.shape[0], -1).any(1).nonzero().flatten()]
