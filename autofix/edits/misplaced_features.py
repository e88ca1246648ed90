"""Why another size of a layer would only hide that its features stand in another dimension than it works on."""

from __future__ import annotations

import math

from autofix.edits.caller_edits import lacks_batch
from autofix.facts import size_origins
from autofix.facts.project_view import Project
from autofix.provenance.channel_sites import number, spatial, stand_last
from autofix.records.finding import Finding, Mismatch
from autofix.records.trace import Layer
from autofix.records.values import Tensor

_FEATURES_LAST = ("Linear", "Embedding", "Bilinear")


def misplaced_features(project: Project, finding: Finding, layer: Layer, tensor: Tensor) -> str:
    """Return why another size would only hide the fault; empty where it would not."""
    expected = finding.expected[0]
    if finding.mismatch is Mismatch.LINEAR_IN_FEATURES:
        return _before_linear(project, tensor, expected, layer.label)
    if finding.mismatch is Mismatch.CONV_CHANNELS:
        is_unbatched = tensor.rank == spatial(layer) + 1 and project.is_batch(finding.actual[0])
        is_misplaced = is_unbatched or stand_last(project, tensor, layer, expected)
        return f"the channels stand in another dimension of {tensor.shape}" if is_misplaced else ""
    if finding.mismatch is Mismatch.RNN_INPUT_SIZE:
        return _behind_others(tensor, expected, layer.label) if not project.is_batch(expected) else ""
    if finding.mismatch is not Mismatch.NORM_FEATURES:
        return ""
    if lacks_batch(project, tensor) is not None:
        return "a convolution before took one sample without a batch dimension, so its channels arrive as rows"
    positions = f"the `{finding.parameter}` would become the number of positions, which differs from input to input"
    return positions if _stand_elsewhere(project, layer, tensor, expected) else ""


def _stand_elsewhere(project: Project, layer: Layer, tensor: Tensor, expected: int) -> bool:
    """Return whether the features stand in another dimension: a norm over tokens, or LayerNorm on channels first."""
    if layer.kind in {"LayerNorm", "RMSNorm"}:
        return tensor.rank > 2 and expected > 1 and tensor.shape[1] == expected
    is_last = number(layer, "num_features") is not None and tensor.rank == 3 and tensor.shape[2] == expected
    return is_last or stand_last(project, tensor, layer, expected)


def _before_linear(project: Project, tensor: Tensor, expected: int, subject: str) -> str:
    if tensor.rank > 1 and lacks_batch(project, tensor) is not None:
        return f"the input has no batch dimension, so `{subject}` receives its channels as rows"
    maker = size_origins.maker(project, tensor, tensor.rank - 1)
    source = None if maker is None else project.layer_of(maker)
    if tensor.rank >= 4 and (source is None or source.kind not in _FEATURES_LAST):
        return f"`{subject}` would work on the last axis of {tensor.shape}"
    if tensor.rank == 3 and math.prod(tensor.shape[1:]) == expected:
        return f"{tensor.shape} flattened has the {expected} features that `{subject}` takes"
    if words := _behind_others(tensor, expected, subject):
        return words
    sources = [operation.tensors[0] for operation in project.ancestry(tensor) if operation.tensors]
    if tensor.rank == 1 and any(source.rank > 1 for source in sources):
        return f"the batch was flattened into the {tensor.shape[0]} features of `{subject}`"
    return ""


def _behind_others(tensor: Tensor, expected: int, subject: str) -> str:
    if expected == 1 or expected not in tensor.shape[1:-1]:
        return ""
    return f"the {expected} features that `{subject}` takes stand in another dimension of {tensor.shape}"
