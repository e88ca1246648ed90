"""Other letters in the equation of an einsum: each equation that differs from the one written in one letter; and the
axes that a pattern of einops leaves out.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from autofix.facts.call_sites import argument_of, value_there
from autofix.facts.contracts import BoundCall, bound
from autofix.facts.project_view import Project
from autofix.records.locations import Edit
from autofix.records.trace import Operation
from autofix.records.values import Tensor


def other_equations(equation: str) -> Iterator[str]:
    """Yield equations with one letter exchanged for another of its letters; none stands alone or twice in a term."""
    letters = dict.fromkeys(character for character in equation if character.isalpha())
    for place, written in enumerate(equation):
        for letter in letters if written.isalpha() else ():
            changed = f"{equation[:place]}{letter}{equation[place + 1 :]}"
            if letter != written and _is_plain(changed):
                yield changed


def relettered(project: Project, operation: Operation) -> Iterator[tuple[str, Edit, BoundCall]]:
    """Yield the other equations of an einsum that its operands fit, with the edit and the call as it would be."""
    call, place = bound(project, operation), argument_of(project, operation, 0, "equation")
    equation = None if call is None else call.call.get("equation")
    if call is None or place is None or not isinstance(place.node, ast.Constant) or not isinstance(equation, str):
        return
    for changed in other_equations(equation):
        other = call.with_argument("equation", changed)
        if other.is_accepted:
            text = place.text.replace(equation, changed, 1)
            yield changed, place.source.replace(place.node, text), other


def with_other_axes(project: Project) -> Iterator[tuple[str, Edit]]:
    """Yield the pattern of a call of einops that failed with ``...`` in front, where the tensor has more dimensions."""
    failure = project.trace.failure
    call = project.call(failure.frames) if failure is not None and failure.type == "EinopsError" else None
    if call is None or not isinstance(call.node, ast.Call) or len(call.node.args) < 2:
        return
    operand, node = (replace(call, node=argument) for argument in call.node.args[:2])
    tensor, pattern = value_there(project, operand), getattr(node.node, "value", None)
    if not isinstance(tensor, Tensor) or not isinstance(pattern, str) or "..." in pattern:
        return
    left, arrow, right = pattern.partition("->")
    if arrow and tensor.rank > len(re.findall(r"\([^)]*\)|\w+", left)):
        changed = f"... {left.strip()} -> ... {right.strip()}"
        yield changed, node.source.replace(node.node, repr(changed))


def is_odd(equation: str) -> bool:
    """Return whether a letter stands twice in one term, or in one term alone: diagonals and sums are seldom meant."""
    return not _is_plain(equation)


def _is_plain(equation: str) -> bool:
    """Return whether no term has a letter twice, and each letter stands in two terms at least or the result."""
    left, arrow, right = equation.replace(" ", "").replace(".", "").partition("->")
    inputs = left.split(",")
    if any(len(set(term)) < len(term) for term in (*inputs, right)) or not arrow:
        return not arrow and all(len(set(term)) == len(term) for term in inputs)
    counts = Counter("".join(inputs))
    return set(right) <= set(counts) and all(count > 1 or letter in right for letter, count in counts.items())
