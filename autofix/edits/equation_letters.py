"""Other letters in the equation of an einsum: each equation that differs from the one written in one letter, or that
names a dimension which an operand has more or less; and the axes that a pattern of einops leaves out, or names
otherwise on its two sides.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator

from autofix.edits.code_change import CodeChange
from autofix.facts.call_sites import argument_of, value_there
from autofix.facts.contracts import BoundCall, bound
from autofix.facts.project_view import Project
from autofix.records.costs import Evidence
from autofix.records.locations import Edit
from autofix.records.trace import Operation
from autofix.records.values import Tensor
from autofix.syntax.name_bindings import callee_name
from autofix.syntax.source import Source, dotted

_PART = re.compile(r"\([^)]*\)|\w+")
_TWICE = "what is passed elsewhere may not be arranged yet"
_AXIS = re.compile(r"[A-Za-z_]\w*")
# Whether the left side has the axes that may be missing on the other one.
_SIDES = {"rearrange": True, "reduce": True, "repeat": False}


def other_equations(equation: str) -> Iterator[str]:
    """Yield equations with one letter exchanged for another of its letters; none stands alone or twice in a term. First
    those whose terms have their letters in the order of the result.
    """
    letters = dict.fromkeys(character for character in equation if character.isalpha())
    changed = [
        f"{equation[:place]}{letter}{equation[place + 1 :]}"
        for place, written in enumerate(equation)
        for letter in (letters if written.isalpha() else ())
        if letter != written
    ]
    yield from sorted(filter(_is_plain, changed), key=_count_of_turned)


def _count_of_turned(equation: str) -> int:
    """Return how many terms of an equation have letters of the result in another order than that."""
    left, _, right = equation.replace(" ", "").partition("->")
    shared = [[letter for letter in term if letter in right] for term in left.split(",")]
    return sum(letters != sorted(letters, key=right.find) for letters in shared)


def equations_of_ranks(equation: str, ranks: tuple[int, ...]) -> Iterator[str]:
    """Yield equations whose terms have as many letters as the operands have dimensions, one more or less in each: first
    a letter that another term has, then a new one that goes into the result as well: behind the same letter, or in
    front.
    """
    left, arrow, right = equation.replace(" ", "").partition("->")
    terms = left.split(",")
    if not arrow or "." in equation or len(terms) != len(ranks):
        return
    more = [place for place, rank in enumerate(ranks) if rank == len(terms[place]) + 1]
    fewer = [place for place, rank in enumerate(ranks) if rank == len(terms[place]) - 1]
    if len(more) + len(fewer) != sum(rank != len(term) for rank, term in zip(ranks, terms, strict=True)):
        return
    if len(more) + len(fewer) == 1:
        (place,) = (*more, *fewer)
        for changed in _longer(terms[place], equation) if more else _shorter(terms[place]):
            for result in dict.fromkeys((right, *(right.replace(letter, "") for letter in set(terms[place])))):
                yield f"{','.join((*terms[:place], changed, *terms[place + 1 :]))}->{result}"
    new = next(letter for letter in "bnhgzyxwvutsrqpomlkjifedca" if letter not in equation)
    if len(more) == 1 and not fewer:
        (place,) = more
        for at in range(1, len(terms[place]) + 1):
            longer = f"{terms[place][:at]}{new}{terms[place][at:]}"
            behind = right.find(terms[place][at - 1]) + 1 or len(right)
            yield f"{','.join((*terms[:place], longer, *terms[place + 1 :]))}->{right[:behind]}{new}{right[behind:]}"
    if more and not fewer:
        yield f"{','.join(new * (place in more) + term for place, term in enumerate(terms))}->{new}{right}"


def _longer(term: str, equation: str) -> Iterator[str]:
    letters = dict.fromkeys(letter for letter in equation if letter.isalpha() and letter not in term)
    yield from (f"{term[:place]}{letter}{term[place:]}" for letter in letters for place in range(len(term) + 1))


def _shorter(term: str) -> Iterator[str]:
    yield from (f"{term[:place]}{term[place + 1 :]}" for place in range(len(term)))


def relettered(project: Project, operation: Operation) -> Iterator[tuple[str, Edit, BoundCall]]:
    """Yield the other equations of an einsum that its operands fit, with the edit and the call as it would be."""
    call, place = bound(project, operation), argument_of(project, operation, 0, "equation")
    equation = None if call is None else call.call.get("equation")
    if call is None or place is None or not isinstance(place.node, ast.Constant) or not isinstance(equation, str):
        return
    ranks = tuple(len(operand.tensor.shape) for operand in call.operands)
    for changed in (*filter(_is_plain, equations_of_ranks(equation, ranks)), *other_equations(equation)):
        other = call.with_argument("equation", changed)
        if other.is_accepted:
            text = place.text.replace(equation, changed, 1)
            yield changed, place.source.replace(place.node, text), other


def with_other_axes(project: Project) -> Iterator[CodeChange]:
    """Yield what takes a tensor of more dimensions in a call of einops that failed: where it has those of the result
    already, nothing is done to it; else the pattern has ``...`` in front.
    """
    failure = project.trace.failure
    call = project.call(failure.frames) if failure is not None and failure.type == "EinopsError" else None
    if call is None or not isinstance(call.node, ast.Call) or len(call.node.args) < 2:
        return
    operand, node = (call.at(argument) for argument in call.node.args[:2])
    tensor, pattern = value_there(project, operand), getattr(node.node, "value", None)
    if not isinstance(tensor, Tensor) or not isinstance(pattern, str) or "..." in pattern:
        return
    left, arrow, right = pattern.partition("->")
    if not arrow or tensor.rank <= len(_PART.findall(left)):
        return
    axes, statement = _PART.findall(right), call.source.statement_of(call.node)
    has_ones = all(size == 1 for part, size in zip(axes, tensor.shape, strict=False) if part == "1")
    if len(axes) == tensor.rank and "1" in axes:
        is_bound = isinstance(statement, ast.Assign) and statement.value is call.node
        names = [dotted(target) for target in getattr(statement, "targets", ())]
        is_alone = is_bound and names == [operand.text] and call.source.stands_alone(statement)
        edit = _left_out(call.source, statement) if is_alone else call.source.replace(call.node, operand.text)
        words = f"leave {tensor.shape} as it is, which `{pattern}` gives"
        yield CodeChange(words, (edit,), (Evidence.EVIDENT, Evidence.AGREES * has_ones), _TWICE)
    changed = f"... {left.strip()} -> ... {right.strip()}"
    edits = (node.source.replace(node.node, repr(changed)),)
    yield CodeChange(f"write `{changed}`", edits, (Evidence.EVIDENT,), "an axis may be one too many")


def _left_out(source: Source, statement: ast.stmt) -> Edit:
    """Return the edit that leaves out a line, with the condition that it alone stands under."""
    above = source.parents.get(statement)
    while isinstance(above, ast.If) and above.body == [statement] and not above.orelse and source.stands_alone(above):
        statement, above = above, source.parents.get(above)
    return source.delete_statement(statement)


def renamed_axes(project: Project) -> Iterator[tuple[str, Edit, bool]]:
    """Yield the pattern of a call of einops that failed with one axis named otherwise, where both of its sides then
    name what they have to; and whether another pattern of the file has a side that is written so.
    """
    failure = project.trace.failure
    call = project.call(failure.frames) if failure is not None and failure.type == "EinopsError" else None
    if call is None or not isinstance(call.node, ast.Call):
        return
    node = next((part for part in call.node.args[:2] if isinstance(getattr(part, "value", None), str)), None)
    pattern, name = getattr(node, "value", ""), callee_name(call.node).lower()
    sizes = {keyword.arg for keyword in call.node.keywords if keyword.arg is not None} - {"reduction"}
    if node is None or "->" not in pattern or name not in _SIDES or _is_matched(pattern, name, sizes):
        return
    others = [other for other in call.source.nodes if isinstance(other, ast.Constant) and other is not node]
    written = {side for other in others if isinstance(other.value, str) for side in _sides(other.value)}
    axes = dict.fromkeys((*_AXIS.findall(pattern), *sizes))
    changes = [
        f"{pattern[: place.start()]}{axis}{pattern[place.end() :]}"
        for place in reversed([*_AXIS.finditer(pattern)])
        for axis in axes
    ]
    for changed in dict.fromkeys(changed for changed in changes if _is_matched(changed, name, sizes)):
        is_known = not set(_sides(changed)) - set(_sides(pattern)) - written
        yield changed, call.source.replace(node, repr(changed)), is_known


def _sides(pattern: str) -> list[str]:
    """Return what stands on both sides of a pattern; nothing for a text that is none."""
    return [side.strip() for side in pattern.split("->")] if "->" in pattern else []


def _is_matched(pattern: str, name: str, sizes: set[str]) -> bool:
    """Return whether a pattern names each axis once on a side, and on both or on one of them what it has to."""
    left, right = (_AXIS.findall(side) for side in _sides(pattern)[:2])
    more, fewer = (left, right) if _SIDES[name] else (right, left)
    are_single = len(set(left)) == len(left) and len(set(right)) == len(right)
    is_whole = set(left) == set(right) if name == "rearrange" else set(fewer) < set(more)
    is_known = name != "repeat" or set(right) - set(left) <= sizes
    return are_single and is_whole and is_known and sizes <= {*left, *right}


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
