"""What brings the scores and the target of a loss together: which of the two changes, by which method, how surely.

Shapes and their history only; where the change is written is the rule's business.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from autofix.facts.project_view import Project
from autofix.operators.shape_functions import extra_dimension
from autofix.records.costs import Evidence
from autofix.records.values import Tensor

SCORES, TARGET = 0, 1
OTHER_READING = (Evidence.OTHER_READING,)


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A method after the scores (0) or the target (1); ``doubt`` says why it may not be what is meant."""

    operand: int
    method: str
    evidence: tuple[Evidence, ...] = ()
    doubt: str = ""


def elementwise(project: Project, output: Tensor, target: Tensor) -> Iterator[Adjustment]:
    """Yield adjustments for losses that compare number by number."""
    yield from _flattened(project, output, target)
    extra = extra_dimension(output.shape, target.shape)
    if extra is not None:
        yield Adjustment(SCORES, f"squeeze({extra})")
    extra = extra_dimension(target.shape, output.shape)
    if extra is not None:
        yield Adjustment(TARGET, f"squeeze({extra})")
    if target.rank == output.rank > 2 and len(set(output.shape)) == output.rank:
        last = output.rank - 1
        if target.shape == (output.shape[0], *output.shape[2:], output.shape[1]):
            yield Adjustment(TARGET, f"movedim({last}, 1)" if last > 2 else "transpose(1, 2)")


def _flattened(project: Project, output: Tensor, target: Tensor) -> Iterator[Adjustment]:
    """Yield the flattening of one side where the other has a row for each sample with the same numbers."""
    if not output.shape or output.shape[:1] != target.shape[:1] or math.prod(output.shape) != math.prod(target.shape):
        return
    if target.rank == 1 and output.rank > 2:
        yield Adjustment(SCORES, "flatten()")
    elif output.rank == 1 and target.rank > 2:
        yield Adjustment(TARGET, "flatten()")
    elif output.rank == 2 and target.rank > 2:
        yield Adjustment(TARGET, "flatten(1)", *_as_flattened(project, output, target.shape))
    elif target.rank == 2 and output.rank > 2:
        yield Adjustment(SCORES, "flatten(1)", *_as_flattened(project, target, output.shape))


def _as_flattened(project: Project, rows: Tensor, shape: tuple[int, ...]) -> tuple[tuple[Evidence, ...], str]:
    """Return evidence and doubt: whether the rows were themselves laid out from that shape."""
    before = [tensor.shape for operation in project.ancestry(rows) for tensor in operation.tensors[:1]]
    if shape in before:
        return (), ""
    return OTHER_READING, f"nothing tells that the rows of {rows.shape} hold the numbers in the order of {shape}"


def classes(project: Project, output: Tensor, target: Tensor) -> Iterator[Adjustment]:
    """Yield adjustments for losses that take scores ``(N, C, ...)`` and class indices ``(N, ...)``."""
    expected = (*output.shape[:1], *output.shape[2:])
    extra = extra_dimension(target.shape, expected)
    if extra is not None:
        yield Adjustment(TARGET, f"squeeze({extra})")
    if output.rank > 2 and target.shape == output.shape[:-1]:
        yield Adjustment(SCORES, "transpose(1, 2)" if output.rank == 3 else f"movedim({output.rank - 1}, 1)")
    if target.shape == output.shape and output.rank == 2:
        doubt = "the target may be one-hot (argmax) or several classes at once (another loss)"
        yield Adjustment(TARGET, "argmax(1)", OTHER_READING, doubt)
    yield from _single(output, target)
    yield from _tokens(project, output, target)


def _single(output: Tensor, target: Tensor) -> Iterator[Adjustment]:
    """Yield adjustments for dimensions of one that stand only for one sample, one step or one pixel."""
    if output.rank == 2 and output.shape[0] == 1 and not target.shape:
        yield Adjustment(TARGET, "unsqueeze(0)")
    if target.rank == 1 and output.rank > 2 and math.prod(output.shape[2:]) == 1 and output.shape[0] == target.shape[0]:
        yield Adjustment(SCORES, "flatten(1)")
    if target.rank == 1 and output.rank == 3 and output.shape[1] == 1 and output.shape[0] == target.shape[0]:
        yield Adjustment(SCORES, "squeeze(1)")
    if target.rank == 1 and output.rank == 3 and output.shape[0] == 1 and output.shape[1] == target.shape[0]:
        yield Adjustment(SCORES, "squeeze(0)")


def _tokens(project: Project, output: Tensor, target: Tensor) -> Iterator[Adjustment]:
    """Yield adjustments for one class per token, where one side is laid out in rows already and the other is not."""
    if output.rank == 2 and target.rank > 1 and math.prod(target.shape) == output.shape[0]:
        before = [t.shape for operation in project.ancestry(output) for t in operation.tensors[:1]]
        if any(shape[:-1] == target.shape for shape in before):
            yield Adjustment(TARGET, "reshape(-1)")
        elif any(shape[:-1] == target.shape[::-1] for shape in before):
            doubt = f"the scores stand in the order of {target.shape[::-1]}, the target in that of {target.shape}"
            yield Adjustment(TARGET, "transpose(0, 1).reshape(-1)", OTHER_READING, doubt)
    if output.rank == 3 and target.rank == 1 and math.prod(output.shape[:2]) == target.shape[0]:
        before = [t.shape for operation in project.ancestry(target) for t in operation.tensors[:1]]
        sure = any(shape == output.shape[:2] for shape in before)
        doubt = "" if sure else "the order of the targets is not known"
        yield Adjustment(SCORES, "flatten(0, 1)", () if sure else OTHER_READING, doubt)


def alike(operand: int, shape: tuple[int, ...], expected: tuple[int, ...]) -> Iterator[Adjustment]:
    """Yield adjustments for losses of several operands of one rank: the odd one loses or gets a dimension of one."""
    extra, lacking = extra_dimension(shape, expected), extra_dimension(expected, shape)
    if extra is not None:
        yield Adjustment(operand, f"squeeze({extra})")
    if lacking is not None:
        yield Adjustment(operand, f"unsqueeze({lacking})")


def sequences(output: Tensor, samples: int) -> Iterator[Adjustment]:
    """Yield the exchange of samples and time for CTC, which takes the time first."""
    if output.shape[0] == samples != output.shape[1]:
        yield Adjustment(SCORES, "transpose(0, 1)")
