"""A view that leaves the number of rows open and took several samples for one, or one for several: the samples stay,
and a size that was a number is left open in their place.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator

from autofix.edits.view_sizes import sizes_of
from autofix.facts.call_sites import size_at_hand
from autofix.facts.contracts import bound
from autofix.facts.project_view import Project
from autofix.facts.replays import is_content, makers
from autofix.records.costs import Evidence
from autofix.records.locations import Edit
from autofix.records.trace import Operation

# What speaks for it: rows that are no samples can hardly be meant, and all sizes fit.
KEPT = (Evidence.EXACT_FIT, Evidence.AGREES)


def unfolded_views(project: Project, operation: Operation) -> Iterator[tuple[int, tuple[Edit, ...]]]:
    """Yield the edits that write ``view(z.size(0), -1, 2, 2)`` for ``view(-1, 64, 2, 2)``, where the call that failed
    is content with it, with how many shapes further back each is.
    """
    for steps, maker in makers(project, operation):
        sizes, call = sizes_of(project, maker), bound(project, maker)
        if sizes is None or call is None or len(sizes.values) < 3 or sizes.values[0] != -1:
            continue
        rows = sizes.shape[0]
        if maker.result_shape is None or maker.result_shape[0] == rows:
            continue
        for index, size in enumerate(sizes.values[1:], 1):
            place, rest = sizes.expressions[index], math.prod(sizes.values[1:]) // max(size, 1)
            if not isinstance(place.node, ast.Constant) or size < 1 or sizes.total % (rows * rest):
                continue
            shape = (rows, *sizes.values[1:index], sizes.total // (rows * rest), *sizes.values[index + 1 :])
            text = size_at_hand(project, place, rows, 0)
            if text and is_content(project, maker, (shape,), operation):
                first = sizes.expressions[0]
                yield steps, (first.source.replace(first.node, text), place.source.replace(place.node, "-1"))
