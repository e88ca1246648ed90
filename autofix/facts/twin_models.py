"""The model whose weights are loaded into another one of its class that was built otherwise.

A program that trains ``Net(classes=3)`` and loads the weights into ``Net()`` makes the same model twice, unlike. Which
one was saved is told by the shapes of its parameters. Weights of a file that was there before the run have no twin.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from autofix.facts.project_view import Project
from autofix.records.trace import Frame, Layer
from autofix.records.values import Mapping, Tensor

_LOADS = "Module.load_state_dict"


@dataclass(frozen=True, slots=True)
class TwinModels:
    """Where the model that failed to load was built, and where the one that was saved; both innermost first."""

    loading: tuple[Frame, ...]
    saved: tuple[Frame, ...]


def twin_models(project: Project) -> TwinModels | None:
    """Return the two constructions of the model whose weights could not be loaded; None where only one has run."""
    failure = project.trace.failure
    if failure is None or not failure.callee.endswith(_LOADS):
        return None
    arguments = dict(failure.arguments)
    model, state = arguments.get("self"), arguments.get("state_dict")
    if not isinstance(model, Mapping) or not isinstance(state, Mapping):
        return None
    stored = Counter(value.shape for _, value in state.items if isinstance(value, Tensor))
    roots = [layer for layer in project.trace.layers if layer.type == model.type]
    if not roots or _fits(project, roots[-1], stored):
        return None
    twins = (root for root in roots[:-1] if root.construction != roots[-1].construction)
    twin = next((root for root in twins if _fits(project, root, stored)), None)
    return None if twin is None else TwinModels(roots[-1].construction, twin.construction)


def _fits(project: Project, root: Layer, stored: Counter[tuple[int, ...]]) -> bool:
    """Return whether all parameters of a model are among the weights, by their shapes."""
    own = Counter(shape for layer in _parts(project, root) for _, shape in layer.parameters)
    return bool(own) and not own - stored


def _parts(project: Project, root: Layer) -> Iterator[Layer]:
    """Yield the layers that were built while the constructor of a model ran."""
    outer = root.construction[1:]
    layers = project.trace.layers
    for layer in layers[layers.index(root) :]:
        if layer is not root and layer.type == root.type and layer.construction[-len(outer) - 1 :] == root.construction:
            return
        if not outer or layer.construction[-len(outer) :] == outer:
            yield layer
