"""Functions that evaluate and do not train, by what they call."""

from __future__ import annotations

import ast

from autofix.syntax.source import Function, below

_EVALUATING = frozenset(("no_grad", "inference_mode", "eval"))


def only_evaluates(function: Function | None) -> bool:
    """Return whether a function runs a model without gradients and trains none: there every sample counts."""
    nodes = list(below(function)) if function is not None else []
    names = {node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "") for node in nodes}
    return not names.isdisjoint(_EVALUATING) and "backward" not in names
