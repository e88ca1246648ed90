"""The sample of a model when none was given: annotations, then uses, then what the layers ask for.

It reads trees; nothing is run, and the origin says how the sample was found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from autofix.records.samples import Samples
from autofix.sample_inputs import from_annotations, from_layers, from_usages
from autofix.sample_inputs.abstract_interpreter.values import UNREADABLE, Modules
from autofix.syntax.name_bindings import class_name
from autofix.syntax.source import Source


def infer(
    source: Source,
    expression: str,
    elsewhere: Iterable[Source] = (),
    shown: Callable[[], Samples | None] = lambda: None,
    modules: Modules | None = None,
) -> Samples | None:
    """Return inputs for ``expression``.

    ``elsewhere`` are files that may use the model too, read only if they are needed. ``shown`` gives what a program
    that builds the model feeds it; ``modules`` are the files of the project, where layers of the model may stand.
    """
    return (
        _by_itself(from_annotations.find, source, expression, None)
        or _by_itself(from_usages.find, source, expression, None)
        or _elsewhere(expression, elsewhere)
        or shown()
        or _by_itself(from_layers.solve, source, expression, modules)
    )


def _by_itself(
    find: Callable[..., Samples | None], source: Source, expression: str, modules: Modules | None
) -> Samples | None:
    """Return what one source of samples finds; None for a text that it cannot interpret, whatever is wrong with it."""
    try:
        return find(source, expression) if modules is None else find(source, expression, modules=modules)
    except UNREADABLE:
        return None


def _elsewhere(expression: str, sources: Iterable[Source]) -> Samples | None:
    name = class_name(expression)
    if not name.isidentifier():
        return None
    for source in sources:
        samples = _by_itself(from_usages.find_elsewhere, source, expression, None)
        if samples is not None:
            return samples
    return None
