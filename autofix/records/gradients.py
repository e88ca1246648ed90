"""What an autograd function's ``backward`` returned in one run, as plain data."""

from __future__ import annotations

from dataclasses import dataclass

from autofix.records.trace import Frame


@dataclass(frozen=True, slots=True)
class Gradients:
    """What the ``backward`` of an autograd function of the project returned, and where.

    ``inputs`` are the shape of each argument of its ``forward`` (None for what is no tensor) and whether it needs a
    gradient, ``returned`` the shapes of the gradients. ``agrees``: whether they are those of finite differences, None
    where that was not asked.
    """

    function: str
    frame: Frame
    inputs: tuple[tuple[tuple[int, ...] | None, bool], ...]
    returned: tuple[tuple[int, ...] | None, ...]
    agrees: bool | None = None

    def fits(self, returned: int, argument: int) -> bool:
        """Return whether torch takes a gradient for an argument: it may be larger where it was broadcast."""
        shape, needs = self.inputs[argument]
        gradient = self.returned[returned]
        if shape is None or gradient is None or not needs:
            return gradient is None or not needs
        pairs = zip(reversed(shape), reversed(gradient), strict=False)
        return len(shape) <= len(gradient) and all(own in (1, size) for own, size in pairs)

    @property
    def surplus(self) -> int:
        """How many more there are than arguments; those of None at the end do no harm."""
        count = len(self.returned)
        while count > len(self.inputs) and self.returned[count - 1] is None:
            count -= 1
        return count - len(self.inputs)

    @property
    def refused(self) -> int | None:
        """The first argument whose gradient torch does not take; None where the number of gradients is wrong, too."""
        return None if self.surplus else next((i for i in range(len(self.inputs)) if not self.fits(i, i)), None)
