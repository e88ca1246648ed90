"""Layers for inputs that meet none themselves: those of an input that they are joined with, or named like.

Both are guesses, for samples that are chosen to fit the layers.
"""

from __future__ import annotations

from typing import Any

from autofix.sample_inputs.abstract_interpreter import execution
from autofix.sample_inputs.abstract_interpreter.values import AbstractLayer, Function, Instance, Interpretation


def names(model: Any, count: int, run: Interpretation) -> list[str]:
    """Return the names of the inputs of a model's forward; '' where they are not told."""
    forward = execution.forward_of(model, run) if isinstance(model, Instance) else None
    known = [argument.arg for argument in forward.node.args.args[1:]] if isinstance(forward, Function) else []
    return [*known, *[""] * count][:count]


def borrowed(names: list[str], needs: dict[int, AbstractLayer], joined: list[set[int]]) -> dict[int, AbstractLayer]:
    """Return the layers of inputs that meet none themselves: they are joined with one that does, or named like it."""
    result: dict[int, AbstractLayer] = {}
    for at, name in enumerate(names):
        kin = [
            other
            for other in needs
            if any({at, other} <= together for together in joined)
            or (name.partition("_")[1] and name.partition("_")[0] == names[other].partition("_")[0])
        ]
        if at not in needs and kin:
            result[at] = needs[min(kin)]
    return result
