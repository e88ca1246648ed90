"""A tensor that is made for less than the view behind it splits it into.

``x.new_zeros(self.layers, n, size)`` is viewed as ``(self.layers, self.directions, n, size)``: the size where it is
made is the product of those that stand in its place.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator

from autofix.edits.code_change import CodeChange
from autofix.edits.view_sizes import Sizes
from autofix.facts import size_origins
from autofix.facts.project_view import Expression, Project
from autofix.provenance.render_expression import parsed
from autofix.records.costs import Evidence
from autofix.records.locations import Edit
from autofix.records.values import Tensor
from autofix.syntax.spelling import receiver


def made_products(project: Project, tensor: Tensor, sizes: Sizes) -> Iterator[CodeChange]:
    """Yield the products to make a tensor with, where what is asked for is a multiple of it.

    Those of an object's fields come first: what is read of the data, such as the number of samples, is multiplied last.
    """
    products = sorted(_products(project, tensor, sizes), key=lambda product: not product[2])
    evidence, doubt = (Evidence.EXACT_FIT, Evidence.AGREES), "the view may as well ask for one size too many"
    for text, edit, _ in products:
        yield CodeChange(f"make it with `{text}`, as it is split", (edit,), evidence, doubt)


def _products(project: Project, tensor: Tensor, sizes: Sizes) -> Iterator[tuple[str, Edit, bool]]:
    asked, own = math.prod(sizes.values), math.prod(tensor.shape)
    if -1 in sizes.values or not own or asked % own or asked == own:
        return
    for dimension, size in enumerate(tensor.shape):
        whole = (*tensor.shape[:dimension], size * (asked // own), *tensor.shape[dimension + 1 :])
        group = _group(sizes.values, whole, dimension)
        origin = size_origins.origin(project, tensor, dimension) if len(group) > 1 else None
        if origin is None or origin.wanted(whole[dimension]) != whole[dimension]:
            continue
        place, parts = origin.expression, [sizes.expressions[index] for index in group]
        values = [sizes.values[index] for index in group]
        is_part = place.text in [part.text for part in parts]
        if is_part and all(_means(project, place, part, value) for part, value in zip(parts, values, strict=True)):
            text = " * ".join(receiver(part.text) for part in parts)
            yield text, place.source.replace(place.node, text), all(part.text.startswith("self.") for part in parts)


def _group(asked: tuple[int, ...], shape: tuple[int, ...], dimension: int) -> tuple[int, ...]:
    """Return the places of the sizes that make up one dimension, where each is made up in order; none elsewhere."""
    start = 0
    for index, size in enumerate(shape):
        end = start + 1
        while end < len(asked) and math.prod(asked[start:end]) < size:
            end += 1
        if math.prod(asked[start:end]) != size:
            return ()
        if index == dimension:
            return tuple(range(start, end))
        start = end
    return ()


def _means(project: Project, place: Expression, part: Expression, size: int) -> bool:
    """Return whether the text of a size says the same where the tensor is made: a field of one object, or a name."""
    node = parsed(part.text)
    value = project.integer(place.at(node)) if isinstance(node, ast.expr) else None
    is_field = part.text.startswith("self.") and part.source.class_of(part.node) is place.source.class_of(place.node)
    return value == size or (value is None and is_field)
