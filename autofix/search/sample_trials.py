"""Runs on other samples than the one that was chosen to fit the layers: what they prove, and which one does.

It is given the function that runs the model.
"""

from __future__ import annotations

from collections.abc import Callable

from autofix.records.finding import Finding
from autofix.records.samples import Samples
from autofix.records.trace import Ending, Trace
from autofix.sample_inputs import sample_variation

MAX_CORRECTIONS = 4
RunOn = Callable[[Samples], tuple[Trace, Finding | None]]


def is_on_every_sample(samples: Samples, original: Trace, finding: Finding, run_on: RunOn) -> bool:
    """Return whether every sample that gets as far fails of the same, and one does."""
    if not sample_variation.may_rest_on_layers(finding):
        return False
    is_seen = False
    for other_samples in sample_variation.variations(samples, original):
        other, other_finding = run_on(other_samples)
        evidence = sample_variation.evidence(finding, original, other_finding, other)
        if evidence is sample_variation.SampleEvidence.AGAINST:
            return False
        is_seen = is_seen or evidence is sample_variation.SampleEvidence.ALIKE
    return is_seen


def one_that_passes(samples: Samples, original: Trace, finding: Finding, run_on: RunOn) -> Samples | None:
    """Return a sample on which the model runs, corrected step by step as its failures suggest; None without one."""
    current, done = finding, len(original.operations)
    for _ in range(MAX_CORRECTIONS):
        for other_samples in sample_variation.corrections(samples, current):
            other, other_finding = run_on(other_samples)
            if other.ending is Ending.PASSED:
                return other_samples
            if other_finding is not None and len(other.operations) > done:
                samples, current, done = other_samples, other_finding, len(other.operations)
                break
        else:
            return None
    return None
