"""A layer that gives out another size after a plan than it was built for: whether anything behind it takes that size.

It reads the trace of the plan; it runs nothing.
"""

from __future__ import annotations

import ast
import math
from dataclasses import replace

from autofix.facts.project_view import Project
from autofix.operators.table import find
from autofix.provenance.producers import argument_expression, flattened_from, output_parameter, producing_layer
from autofix.records.costs import Evidence
from autofix.records.finding import Finding, Mismatch
from autofix.records.plan import Step
from autofix.records.trace import Layer, Operation, Trace


def unmet_output(steps: tuple[Step, ...], project: Project, after: Trace) -> str | None:
    """Return the label of a layer at fault that gives out another size now, where nothing takes that size.

    The size that comes in is confirmed by the run, the one that goes out only by what is behind: a last layer whose
    sizes were exchanged runs as well where the mistake lies before it. Names that say so are enough.
    """
    mended, step = replace(project, trace=after), steps[0]
    layer = project.layer(step.finding.layer)
    agrees = any(evidence is Evidence.AGREES for evidence, _ in step.fix.evidence)
    parameter = "" if layer is None else output_parameter(layer)
    if layer is None or agrees or not parameter:
        return None
    now = next((other for other in after.layers if other.path == layer.path), None)
    if now is None or now.setting(parameter) == layer.setting(parameter):
        return None
    calls = [operation for operation in after.operations if mended.layer_of(operation) is now]
    return layer.label if calls and not any(_is_met(mended, operation) for operation in calls) else None


def _is_met(project: Project, operation: Operation) -> bool:
    """Return whether a layer with parameters, a loss, or an operation with another operand takes the result."""
    reached = {operation.index}
    for later, _ in project.readers(reached):
        layer, row = project.layer_of(later), find(later.target)
        others = [tensor for tensor in later.tensors if tensor.producer not in reached and tensor.rank]
        if (layer is not None and layer.parameters) or (row is not None and row.family.name.endswith("LOSS")):
            return True
        if any(tensor.shape[-1] > 1 for tensor in others):
            return True
        reached.add(later.index)
    return False


def other_factor(finding: Finding, project: Project) -> str | None:
    """Return the label of a layer whose number of outputs is one of two factors of the features that come in, and
    with another number of which the layer at fault would have what it takes; None where there is none.

    Rows of weights over instances, laid side by side: one number decides the other, and which of them is wrong is not
    said. Maps that are flattened are of three factors and have a rule of their own.
    """
    operation = project.operation(finding)
    if finding.mismatch is not Mismatch.LINEAR_IN_FEATURES or operation is None or not operation.tensors:
        return None
    tensor, expected = operation.tensors[0], finding.expected[0]
    made_by = project.producer(tensor)
    whole = made_by.tensors[0].shape if made_by is not None and made_by.tensors else ()
    # All of it may be laid into one row, which has no samples.
    factors = whole if tensor.shape == (1, math.prod(whole)) else flattened_from(project, tensor)
    if len(factors) != 2 or not factors[1] or expected % factors[1] or expected == factors[1]:
        return None
    layer = _with_number(project, factors[0], operation.index)
    return None if layer is None else layer.label


def switched_width(finding: Finding, project: Project) -> str | None:
    """Return the expression by which a recurrent layer has two directions, where the layer at fault is built for one.

    A switch that comes from arguments or configuration may be on by mistake.
    """
    operation = project.operation(finding)
    if finding.mismatch is not Mismatch.LINEAR_IN_FEATURES or operation is None or not operation.tensors:
        return None
    producing = producing_layer(project, operation.tensors[0])
    if producing is None or not producing[1].setting("bidirectional") or 2 * finding.expected[0] != finding.actual[0]:
        return None
    written = argument_expression(project, producing[1], "bidirectional")
    return None if written is None or isinstance(written.node, ast.Constant) else written.text


def _with_number(project: Project, size: int, before: int) -> Layer | None:
    """Return a layer that ran and whose number of outputs is written as a number."""
    for operation in project.trace.operations[:before]:
        layer = project.layer_of(operation)
        parameter = "" if layer is None else output_parameter(layer)
        if layer is None or not parameter or layer.setting(parameter) != size:
            continue
        written = argument_expression(project, layer, parameter)
        if written is not None and isinstance(written.node, ast.Constant):
            return layer
    return None
