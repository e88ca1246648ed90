"""The sample of a model when none was given: annotations, then uses, then what the layers ask for.

It reads trees; nothing is run, and the origin says how the sample was found.
"""

from __future__ import annotations

from collections.abc import Iterable

from autofix.records.samples import Samples
from autofix.sample_inputs import from_annotations, from_layers, from_usages
from autofix.syntax.source import Source


def infer(source: Source, expression: str, elsewhere: Iterable[Source] = ()) -> Samples | None:
    """Inputs for ``expression``; ``elsewhere`` are files that may use the model too, read only if they are needed."""
    return (
        from_annotations.find(source, expression)
        or from_usages.find(source, expression)
        or _elsewhere(expression, elsewhere)
        or from_layers.solve(source, expression)
    )


def _elsewhere(expression: str, sources: Iterable[Source]) -> Samples | None:
    name = expression.partition("(")[0].strip()
    if not name.isidentifier():
        return None
    for source in sources:
        try:
            found = from_usages.find_elsewhere(source, name)
        except (SyntaxError, ValueError, RecursionError):
            continue
        if found is not None:
            return found
    return None
