"""Which of two layers that disagree is the odd one: the size that the rest of the model uses more often is meant.

It counts numbers in the source; where the count says nothing, the layer that receives is taken to be wrong.
"""

from __future__ import annotations

import ast

from autofix.project import Expression, Project
from autofix.records import Layer, Tensor
from autofix_rules._sizes import argument_expression, output_parameter, producing_layer

# What is added to the cost of the layer that receives, and of the layer that gives.
RECEIVER_IS_ODD = (0, 5)
GIVER_IS_ODD = (4, -1)


def extras(
    project: Project, layer: Layer, parameter: str, tensor: Tensor, expected: int, actual: int
) -> tuple[int, int]:
    """Both are near enough for the other to be shown, so that neither is called safe where both run."""
    found = producing_layer(project, tensor)
    mine = argument_expression(project, layer, parameter)
    if found is None or mine is None:
        return RECEIVER_IS_ODD
    theirs = argument_expression(project, found[1], output_parameter(found[1]))
    if theirs is None or theirs.source.path != mine.source.path:
        return RECEIVER_IS_ODD
    numbers = _numbers(mine, theirs)
    return GIVER_IS_ODD if numbers.count(expected) > numbers.count(actual) else RECEIVER_IS_ODD


def _numbers(mine: Expression, theirs: Expression) -> list[int]:
    """Whole numbers of the class that builds the layer, without those of the two arguments that disagree."""
    source = mine.source
    scope = source.class_of(mine.node) or source.tree
    disputed = {*ast.walk(mine.node), *ast.walk(theirs.node)}
    constants = (node for node in ast.walk(scope) if isinstance(node, ast.Constant) and node not in disputed)
    return [node.value for node in constants if isinstance(node.value, int) and not isinstance(node.value, bool)]
