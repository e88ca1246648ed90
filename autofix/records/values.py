"""Values of a run as plain data: tensors without their numbers, containers, and what only has a type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeGuard


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor as seen by one operation. ``producer`` indexes ``Trace.operations``, None when it is not known.

    ``values`` is (lowest, highest) for integer tensors, since an index out of range is a fault of values, else None.
    """

    shape: tuple[int, ...]
    dtype: str
    producer: int | None = None
    contiguous: bool = True
    values: tuple[int, int] | None = None

    @property
    def rank(self) -> int:
        return len(self.shape)


@dataclass(frozen=True, slots=True)
class Opaque:
    """A value of which only the type matters to us."""

    type: str


@dataclass(frozen=True, slots=True)
class Mapping:
    """A dict or the attributes of an object, by string key, in order; ``type`` is ``dict`` or the class name."""

    type: str
    items: tuple[tuple[str, Value], ...]

    def get(self, key: str) -> Value | None:
        return next((value for name, value in self.items if name == key), None)

    def has(self, key: str) -> bool:
        return any(name == key for name, _ in self.items)


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list or tuple; ``type`` is its type's name (``list``, ``tuple``, ``Size``, ``slice``, ``PackedSequence``)."""

    type: str
    items: tuple[Value, ...]


Value = int | float | bool | str | None | Tensor | Sequence | Mapping | Opaque


def tensors_of(values: tuple[Value, ...]) -> tuple[Tensor, ...]:
    tensors: list[Tensor] = []
    for value in values:
        if isinstance(value, Tensor):
            tensors.append(value)
        elif isinstance(value, Sequence):
            tensors.extend(tensors_of(value.items))
        elif isinstance(value, Mapping):
            tensors.extend(tensors_of(tuple(item for _, item in value.items)))
    return tuple(tensors)


def is_integer(value: object) -> TypeGuard[int]:
    """Return whether ``value`` is a whole number; True and False, which Python counts as numbers, are not."""
    return isinstance(value, int) and not isinstance(value, bool)
