"""Runs on other samples than the one that was chosen to fit the layers, or in the other mode: what they prove, and
which one does.

It is given the function that runs the model.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from autofix.records.finding import Finding, Mismatch
from autofix.records.samples import Target
from autofix.records.trace import CheckKind, CheckOutcome, Ending, Trace
from autofix.sample_inputs import sample_variation

MAX_CORRECTIONS = 4
EVALUATED = "it runs in training mode and fails in evaluation mode"
RunOn = Callable[[Target], tuple[Trace, Finding | None]]


def is_on_every_sample(target: Target, original: Trace, finding: Finding, run_on: RunOn) -> bool:
    """Return whether every sample that gets as far fails of the same, and one does."""
    if not sample_variation.may_rest_on_layers(finding):
        return False
    is_seen = False
    for samples in sample_variation.variations(target.samples, original):
        other, other_finding = run_on(replace(target, samples=samples))
        evidence = sample_variation.evidence(finding, original, other_finding, other)
        if evidence is sample_variation.SampleEvidence.AGAINST:
            return False
        is_seen = is_seen or evidence is sample_variation.SampleEvidence.ALIKE
    return is_seen


def one_that_passes(target: Target, original: Trace, finding: Finding, run_on: RunOn) -> Target | None:
    """Return the target on a sample on which the model runs, corrected step by step as its failures suggest, or in
    evaluation mode where the code itself refuses to be trained on that alone; None without one.
    """
    failure = original.failure
    is_refused = failure is not None and failure.operation is None and not failure.callee
    if is_refused and not target.evaluation_mode:
        evaluated = replace(target, evaluation_mode=True)
        if run_on(evaluated)[0].ending is Ending.PASSED:
            return evaluated
    samples, current, done = target.samples, finding, len(original.operations)
    for _ in range(MAX_CORRECTIONS):
        for other_samples in sample_variation.corrections(samples, current):
            corrected = replace(target, samples=other_samples)
            other, other_finding = run_on(corrected)
            if other.ending is Ending.PASSED:
                return corrected
            if other_finding is not None and len(other.operations) > done:
                samples, current, done = other_samples, other_finding, len(other.operations)
                break
        else:
            return None
    return None


def failing_in_evaluation(target: Target, original: Trace, run_on: RunOn) -> Target | None:
    """Return the target in evaluation mode, where a model that runs in training has a fault of shapes or types there.

    An error of its own may ask for something that is done before a model is used.
    """
    if not any(
        check.kind is CheckKind.EVALUATION and check.outcome is CheckOutcome.FAILED for check in original.checks
    ):
        return None
    evaluated = replace(target, evaluation_mode=True)
    _, finding = run_on(evaluated)
    return evaluated if finding is not None and finding.mismatch is not Mismatch.OTHER else None
