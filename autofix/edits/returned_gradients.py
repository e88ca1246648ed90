"""What a ``backward`` would return for torch to take it: its gradients in another order, number or layout.

The shapes of a return say which; where they say it in more ways than one, there is no repair. What no gradient was
computed for gets none, unless it needs none.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import combinations, permutations

from autofix.facts.project_view import Project
from autofix.facts.returned_gradients import arguments, entries, last
from autofix.records.gradients import Gradients
from autofix.records.locations import Edit
from autofix.syntax.spelling import receiver

MOST = 6  # Arguments whose orders are tried.
Shape = tuple[int, ...]


def returned_otherwise(project: Project) -> Iterator[tuple[str, Edit]]:
    """Yield titles and edits of the return that torch refused."""
    gradients = last(project)
    if gradients is None:
        return
    source, nodes = project.source(gradients.frame.path), entries(project, gradients)
    if not nodes:
        return
    texts, names = [source.text_of(node) for node in nodes], arguments(project, gradients)
    refused = gradients.refused
    if refused is None:
        chosen = _aligned(gradients)
        if chosen is not None:
            text = ", ".join("None" if place is None else texts[place] for place in chosen)
            whole = source.node_at(gradients.frame.range, ast.Return)
            parts = [name for name, place in zip(names, chosen, strict=True) if place is None]
            title = f"return None for {_listed(parts)}" if parts else f"return a gradient for {_listed(names)} alone"
            if whole is not None and whole.value is not None:
                yield title, source.replace(whole.value, text)
        return
    order = _reordered(gradients)
    if order is not None:
        whole = source.node_at(gradients.frame.range, ast.Return)
        if whole is not None and whole.value is not None:
            yield (
                "return the gradients in the order of the arguments",
                source.replace(whole.value, ", ".join(texts[place] for place in order)),
            )
    expected, actual = gradients.inputs[refused][0], gradients.returned[refused]
    for words, suffix in _laid_out(actual or (), expected or ()):
        text = f"{receiver(texts[refused])}{suffix}"
        yield f"{words} of `{names[refused]}`", source.replace(nodes[refused], text)


def _listed(names: tuple[str, ...] | list[str]) -> str:
    return " and ".join(f"`{name}`" for name in names)


def _aligned(gradients: Gradients) -> list[int | None] | None:
    """Return which gradient each argument gets, in the order in which they are returned; None where the shapes leave a
    choice, or an argument that needs a gradient gets none.
    """
    count, inputs = len(gradients.returned), len(gradients.inputs)
    fewer = min(count, inputs)
    choices = []
    for taken in combinations(range(count), fewer):
        for places in combinations(range(inputs), fewer):
            pairs = dict(zip(places, taken, strict=True))
            is_served = all(place in pairs or not needs for place, (_, needs) in enumerate(gradients.inputs))
            if is_served and all(_is_exact(gradients, entry, place) for place, entry in pairs.items()):
                choices.append([pairs.get(place) for place in range(inputs)])
    return choices[0] if len(choices) == 1 else None


def _reordered(gradients: Gradients) -> tuple[int, ...] | None:
    """Return the only order in which all gradients have the shapes of their arguments."""
    count = len(gradients.inputs)
    orders = permutations(range(count)) if count == len(gradients.returned) <= MOST else ()
    fitting = [o for o in orders if all(_is_exact(gradients, entry, place) for place, entry in enumerate(o))]
    return fitting[0] if len(fitting) == 1 else None


def _is_exact(gradients: Gradients, returned: int, argument: int) -> bool:
    """Return whether a gradient is as large as what needs one; None is for what needs none."""
    shape, needs = gradients.inputs[argument]
    return gradients.returned[returned] == (shape if needs else None)


def _laid_out(actual: Shape, expected: Shape) -> Iterator[tuple[str, str]]:
    """Yield in words and as a method how a gradient gets the shape of its argument: the only permutation of its
    dimensions, or the only sum over some of them.
    """
    if sorted(actual) == sorted(expected):
        orders = [o for o in permutations(range(len(actual))) if tuple(actual[d] for d in o) == expected]
        moved = [place for place, dimension in enumerate(orders[0]) if place != dimension]
        if len(orders) == 1 and len(moved) == 2:
            suffix = ".t()" if len(actual) == 2 else f".transpose({moved[0]}, {moved[1]})"
            yield "transpose the gradient", suffix
        elif len(orders) == 1:
            yield "permute the gradient", f".permute({', '.join(map(str, orders[0]))})"
        return
    kept = [k for k in combinations(range(len(actual)), len(expected)) if tuple(actual[d] for d in k) == expected]
    if len(kept) == 1 and len(expected) < len(actual):
        summed = [dimension for dimension in range(len(actual)) if dimension not in kept[0]]
        text = str(summed[0]) if len(summed) == 1 else f"({', '.join(map(str, summed))})"
        yield f"sum the gradient over dimension{'s' * (len(summed) > 1)} {text.strip('()')}", f".sum({text})"
