"""Losses that compare what does not belong together, and what else torch warns of and goes on."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from itertools import zip_longest

from autofix.diagnosis.cause import show
from autofix.diagnosis.silent_fault import SilentFault, faults_at
from autofix.facts.dataflow import accidental_column, feeds_a_loss, is_laid_out, outer
from autofix.facts.project_view import Project
from autofix.operators.families import Family
from autofix.operators.table import family
from autofix.records.finding import Mismatch
from autofix.records.trace import Operation

ARITHMETIC = frozenset(
    ("add", "sub", "mul", "div", "rsub", "truediv", "radd", "rmul", "subtract", "multiply", "divide")
)
_COMPARISONS = frozenset(("eq", "ne", "lt", "le", "gt", "ge", "isclose"))
# Of all that torch warns of, what is about the shapes of this call and not about an old name or default.
_ABOUT_SHAPES = re.compile(
    r"target size|required output shape|degrees of freedom|\d-?D input|on tensors of dimension|match num_features"
)
_TRIGGERED = re.compile(r"\s*\(Triggered internally at .*", re.DOTALL)


def find_broadcasts(project: Project) -> Iterator[SilentFault]:
    """Yield losses, by hand or torch's, that compare every sample with every other or tensors of two sizes, and other
    operations whose shapes torch warns of.
    """
    warned = {index: words for index, words in project.trace.warnings if _ABOUT_SHAPES.search(words)}
    for operation in project.forward_operations():
        if operation.raised or not operation.tensors:
            continue
        is_loss = family(operation.target) is Family.ELEMENTWISE_LOSS and len(operation.tensors) > 1
        words = warned.get(operation.index)
        if words is not None and not (is_loss and (_are_partners(operation) or _is_repeated(project, operation))):
            mismatch = Mismatch.SILENT_BROADCAST if is_loss else Mismatch.SILENT_WARNING
            message = _loss_words(operation) if is_loss else _warning_words(operation, words)
            yield from faults_at(mismatch, message, project, operation, is_strong=True)
        elif words is None and _pairs_samples(project, operation, is_loss):
            message = broadcast_words(operation)
            yield from faults_at(Mismatch.SILENT_BROADCAST, message, project, operation, is_strong=True)


def _are_partners(operation: Operation) -> bool:
    """Return whether each element meets one other though torch warns of two sizes: a number and a vector of one, a row
    and a vector as long. A vector of one and a column of one do so only while there is a single sample.
    """
    a, b = (tensor.shape for tensor in operation.tensors[:2])
    pairs = [max(pair) for pair in zip_longest(reversed(a), reversed(b), fillvalue=1)]
    return math.prod(pairs) == math.prod(a) == math.prod(b) and (math.prod(a) > 1 or not (a and b))


def _is_repeated(project: Project, operation: Operation) -> bool:
    """Return whether one of two tensors of a rank was given a dimension of one by the code, along which it meets all of
    the other: one target for each of several proposals.
    """
    smaller, larger = sorted(operation.tensors[:2], key=lambda tensor: math.prod(tensor.shape))
    fits = all(own in (1, size) for own, size in zip(smaller.shape, larger.shape, strict=False))
    return smaller.rank == larger.rank > 2 and fits and is_laid_out(project, smaller)


def _pairs_samples(project: Project, operation: Operation, is_loss: bool) -> bool:
    """Return whether a loss, by hand or torch's, compares a column with a row."""
    tensors = operation.tensors[:2]
    if len(tensors) < 2 or outer(tensors[0].shape, tensors[1].shape) is None:
        return False
    by_hand = operation.operator in ARITHMETIC | _COMPARISONS and accidental_column(project, tensors)
    return is_loss or (by_hand and feeds_a_loss(project, operation))


def _loss_words(operation: Operation) -> str:
    """Return what a loss compares with what; of a column and a row, that these are all pairs."""
    a, b = (tensor.shape for tensor in operation.tensors[:2])
    if outer(a, b) is not None:
        return broadcast_words(operation)
    return f"`{operation.operator}` compares {show(a)} with {show(b)}, which are not the same size"


def _warning_words(operation: Operation, words: str) -> str:
    """Return torch's own words, the first sentence of them, with the shape that they are about."""
    first = _TRIGGERED.sub("", words).partition(". ")[0].removeprefix(f"{operation.operator}(): ").rstrip(".")
    return (
        f"`{operation.operator}` of {show(operation.tensors[0].shape)}: torch warns that {first[:1].lower()}{first[1:]}"
    )


def broadcast_words(operation: Operation) -> str:
    """Return what a column and a row broadcast to."""
    a, b = (tensor.shape for tensor in operation.tensors[:2])
    result = show(outer(a, b) or ())
    return f"`{operation.operator}` broadcasts {show(a)} with {show(b)} to {result}: every pair of samples"
