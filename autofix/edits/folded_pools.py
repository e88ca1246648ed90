"""Pools that leave several places of each sample, which a reshape behind them makes rows of.

A loss then meets so many rows for each target as the pool left places.
"""

from __future__ import annotations

import math

from autofix.facts.project_view import Project
from autofix.records.trace import Operation
from autofix.records.values import Tensor

_FOLDS = frozenset(("view", "reshape", "flatten"))
_KEEPING = frozenset(("Dropout", "Dropout1d", "Dropout2d", "dropout", "relu", "ReLU", "contiguous", "Identity"))


def folded_pool(project: Project, operation: Operation) -> Operation | None:
    """Return the pool whose places became rows, where nothing else tells rows and targets apart."""
    tensors = operation.tensors
    rows = sorted({tensor.shape[0] for tensor in tensors[:2] if tensor.rank})
    if len(rows) != 2 or not rows[0] or rows[1] % rows[0]:
        return None
    scores = next(tensor for tensor in tensors if tensor.rank and tensor.shape[0] == rows[1])
    for fold in project.ancestry(scores):
        maps, after = fold.tensors[0] if fold.tensors else None, fold.result
        if fold.operator not in _FOLDS or maps is None or maps.rank < 3 or not isinstance(after, Tensor):
            continue
        places = math.prod(maps.shape[2:])
        is_folded = maps.shape[0] == rows[0] and places == rows[1] // rows[0]
        return _pool(project, maps) if is_folded and after.shape == (rows[1], maps.shape[1]) else None
    return None


def _pool(project: Project, maps: Tensor) -> Operation | None:
    for operation in project.ancestry(maps):
        if operation.operator.lower().replace("_", "")[:7] in {"avgpool", "maxpool"}:
            return operation
        if operation.operator not in _KEEPING:
            return None
    return None
