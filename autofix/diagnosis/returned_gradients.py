"""Gradients that a ``backward`` of the project's own returned and torch did not take: their number, or a shape."""

from __future__ import annotations

from autofix.diagnosis.cause import show
from autofix.facts.project_view import Project
from autofix.facts.returned_gradients import arguments, last
from autofix.records.finding import Finding, Mismatch
from autofix.records.locations import Location


def conclude(project: Project) -> Finding | None:
    """Return the finding at the return of the ``backward`` that ran last before the failure, where it is the cause."""
    gradients = last(project)
    refused = None if gradients is None else gradients.refused
    if gradients is None or (refused is None and not gradients.surplus):
        return None
    subject, names = f"{gradients.function}.backward", arguments(project, gradients)
    location = Location(gradients.frame.path, gradients.frame.range)
    if refused is None:
        count, inputs = len(gradients.returned), len(gradients.inputs)
        some = f"{count} gradient{'s' if count > 1 else ''}"
        message = f"`{subject}` returns {some} for the {inputs} arguments of `forward`"
        return Finding(Mismatch.GRADIENT, message, location, location, subject, (inputs,), (count,))
    expected, actual = gradients.inputs[refused][0] or (), gradients.returned[refused] or ()
    message = f"`{subject}` returns {show(actual)} as the gradient of `{names[refused]}`, which is {show(expected)}"
    return Finding(
        *(Mismatch.GRADIENT, message, location, location, subject, expected, actual),
        parameter=names[refused],
        operand=refused,
    )
