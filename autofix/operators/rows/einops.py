"""``rearrange``, ``reduce`` and ``repeat`` of einops: shapes written as patterns.

Source: einops, tutorial and the docstrings of these functions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from autofix.operators.equations import Requirement, at_least, divides, equal
from autofix.operators.families import Family
from autofix.operators.operator import Contract, Operator
from autofix.operators.terms import Argument, Call, Dimensions, Number, Quotient, Rank, Term, elements, sizes

_GROUP = re.compile(r"\(([^()]*)\)|(\.\.\.|\S+)")
_DOTS = ("... alone",)
_Groups = tuple[tuple[str, ...], ...]


@dataclass(slots=True)
class _Axes:
    """What the axes of a pattern are in one call."""

    terms: dict[str, Term] = field(default_factory=dict)
    dots: Dimensions = ()
    requirements: list[Requirement] = field(default_factory=list)


@cache
def _pattern(text: str) -> tuple[_Groups, _Groups]:
    """Return the groups of axes on both sides; an axis that stands alone is a group of one, and dots are ``_DOTS``."""
    left, _, right = text.replace("…", "...").partition("->")
    return _groups(left), _groups(right)


def _groups(text: str) -> _Groups:
    return tuple(
        _DOTS if alone == "..." else (alone,) if alone else tuple(inside.split())
        for inside, alone in _GROUP.findall(text)
    )


def _known(axis: str, call: Call) -> Term | None:
    """Return the size of an axis that is written or passed."""
    if axis.isdigit():
        return Number(int(axis))
    return Argument(axis) if call.integer(axis) is not None else None


def _axes(call: Call) -> _Axes:
    axes, own, pattern = _Axes(), sizes(call, "tensor"), call.get("pattern")
    lengths = (name for name in call.values if call.integer(name) is not None)
    axes.requirements += (at_least(Argument(name), 0) for name in lengths)
    groups = _pattern(pattern)[0] if isinstance(pattern, str) else ()
    dotted = _DOTS in groups
    spare = len(own) - len(groups) + dotted
    if spare < 0 or (spare and not dotted):
        count = len(groups) - dotted
        axes.requirements.append(at_least(Rank("tensor"), count) if dotted else equal(Rank("tensor"), count))
        return axes
    at = 0
    for group in groups:
        if group == _DOTS:
            axes.dots = own[at : at + spare]
            at += spare
        else:
            _bind(group, own[at], call, axes)
            at += 1
    return axes


def _bind(group: tuple[str, ...], size: Term, call: Call, axes: _Axes) -> None:
    """Bind the axes that make up one dimension: all but one of them are known."""
    terms = [_known(axis, call) for axis in group]
    known = tuple(term for term in terms if term is not None)
    for axis, term in zip(group, terms, strict=True):
        if term is not None:
            axes.terms[axis] = term
    unknown = [axis for axis, term in zip(group, terms, strict=True) if term is None]
    if not unknown:
        axes.requirements.append(equal(size, elements(known)))
    elif len(unknown) == 1:
        axes.terms[unknown[0]] = Quotient(size, elements(known)) if known else size
        axes.requirements += (divides(elements(known), size),) if known else ()


def _result(call: Call) -> Iterator[Dimensions | None]:
    axes, pattern = _axes(call), call.get("pattern")
    terms: list[Term] = []
    for group in _pattern(pattern)[1] if isinstance(pattern, str) else ():
        if group == _DOTS:
            terms += axes.dots
            continue
        parts = [axes.terms.get(axis) or _known(axis, call) for axis in group if axis != "..."]
        known = tuple(part for part in parts if part is not None)
        if len(known) < len(parts):
            yield None
            return
        dots = axes.dots if "..." in group else ()
        terms.append(known[0] if len(known) == 1 and not dots else elements((*dots, *known)))
    yield tuple(terms)


_PATTERN = Contract(lambda call: _axes(call).requirements, _result)


def pattern(name: str, parameters: str, *examples: str) -> Operator:
    return Operator(Family.VIEW, _PATTERN, f"Tensor tensor, {parameters}", examples, (name,), library="einops")


ROWS = (
    pattern(
        "rearrange",
        "pattern",
        "rearrange((2, 12, 5), 'b (h w) c -> b c h w', h=3)",
        "rearrange((2, 3, 4), 'b ... -> b (...)')",
        "rearrange((2, 3, 4), 'b t c -> (b t) c')",
    ),
    pattern(
        "reduce",
        "pattern, reduction",
        "reduce((2, 3, 4, 4), 'b c h w -> b c', 'mean')",
        "reduce((2, 3, 4, 6), 'b c (h p) (w q) -> b c h w', 'max', p=2, q=3)",
    ),
    pattern("repeat", "pattern", "repeat((3, 4), 'n d -> b n d', b=2)", "repeat((3, 4), 'n d -> (n k) d', k=2)"),
)
