"""The inputs of a run as a request has them, the size of their batch, and the other batches that are tried.

It makes no tensor. What fails on another batch is for the checks of a run and for the diagnosis of silent faults.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

SMALL_BATCH = 3


@dataclass(frozen=True)
class InputRequest:
    shape: tuple[int, ...]
    dtype: str
    low: int | None
    high: int | None
    name: str | None


@dataclass(frozen=True)
class SamplesRequest:
    inputs: tuple[InputRequest, ...]
    expression: str | None


def decode_samples(data: dict[str, Any]) -> SamplesRequest:
    """Return what ``asdict`` made a dictionary of."""
    inputs = tuple(InputRequest(**{**row, "shape": tuple(row["shape"])}) for row in data["inputs"])
    return SamplesRequest(inputs, data["expression"])


def batch_size(samples: SamplesRequest) -> int | None:
    """Return the size that all inputs have first; None where it is no number of samples."""
    sizes = {sample.shape[0] if sample.shape else 0 for sample in samples.inputs}
    size = next(iter(sizes)) if len(sizes) == 1 else 0
    # An adjacency matrix, a pairwise mask: rows that belong to each other are no batch.
    paired = len(samples.inputs) > 1 and any(size in sample.shape[1:] for sample in samples.inputs)
    return None if size == 0 or paired or samples.expression is not None else size


def with_batch(samples: SamplesRequest, size: int) -> SamplesRequest:
    """Return the same inputs with another number of samples."""
    return replace(samples, inputs=tuple(replace(sample, shape=(size, *sample.shape[1:])) for sample in samples.inputs))


def other_batch_sizes(batch: int) -> tuple[int, int]:
    """Return the two sizes that a model of this batch has to take as well: the next larger one and a small one."""
    small = (SMALL_BATCH, SMALL_BATCH - 1, SMALL_BATCH + 1)
    return batch + 1, next(size for size in small if size not in (batch, batch + 1))
