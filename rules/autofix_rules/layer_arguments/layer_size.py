"""AF101 layer-size: a layer is built for another size than it is given.

Why it fails. ``nn.Linear(in_features, out_features)`` multiplies the last dimension of its input by a weight of
shape ``(out_features, in_features)``; a convolution takes ``in_channels`` in dimension 1, a norm ``num_features``,
a recurrent layer ``input_size`` features a step, an attention ``embed_dim``. The sizes must agree.
What the fix does. Rewrites the place that sets the size: literal, product, constant, default, config entry or a
caller's argument, found along the construction chain. A product stays a product. What belongs together changes
together: the numbers of a depthwise convolution, the widths of keys and values. Or the layer before is made to give
out what this one takes: that comes first where it fits the layers around both better.
Fix safety. Safe where one place sets the size for this layer and no other repair is as plausible. Unsafe where the
layer would then work on another dimension than that of its features, such as the last axis of maps.
Source. The section Shape of each layer's documentation.
"""

import ast
from collections.abc import Iterator

from autofix.edits.code_change import CodeChange
from autofix.edits.misplaced_features import misplaced_features
from autofix.provenance import Site, sites, width_evidence
from autofix.provenance.channel_sites import beyond_argument, doubt, producer_extra, same_width, words_of
from autofix.provenance.maps_of_a_size import sized_maps
from autofix.provenance.producers import (
    argument_expression,
    argument_sites,
    before_flattening,
    flattened_from,
    output_parameter,
    producer_sites,
    repeated_layer,
    set_output,
)
from autofix.records.costs import Piece
from autofix.records.trace import Operation
from autofix.rule import WIDTHS, Evidence, Finding, Fixes, Layer, Mismatch, Project, Rule, Tensor, shown
from autofix_rules.layer_arguments._changed_together import depthwise, entries, key_and_value

Pieces = tuple[Piece, ...]
_CHANNELS = frozenset((Mismatch.CONV_CHANNELS, Mismatch.NORM_FEATURES))


class LayerSize(Rule):
    mismatches = WIDTHS
    examples = shown("""
        all numbers of a depthwise convolution: 2,6,8,8
            self.conv = nn.Conv2d(<4 => 6>, <4 => 6>, 3, padding=1, groups=<4 => 6>)
            self.conv(x)
        an entry of a list: 2,3,8,6
            self.norm = nn.LayerNorm([3, 8, <8 => 6>])
            self.norm(x)
        declines a size that is made at run time: 2,20
            above: WIDTHS = [30]
            self.head = nn.Linear(WIDTHS.pop(), 10)
            self.head(x)
    """)

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        layer, place = project.layer(finding.layer), finding.operand or 0
        if layer is None or place >= len(operation.tensors):
            return
        own, before, warning = _said(finding, project, layer, operation.tensors[place])
        for change in _joint_changes(finding, project, layer, operation):
            yield self.change(change, *own)
        if len(finding.expected) == 1:
            yield from self._own_size(finding, project, layer, operation.tensors[place], own, warning)
            yield from self._producer(finding, project, operation.tensors[place], before, warning)
            yield from self._joined(finding, project, operation.tensors[place])

    def _own_size(
        self, finding: Finding, project: Project, layer: Layer, tensor: Tensor, own: Pieces, warning: str
    ) -> Fixes:
        """Yield fixes that build the layer for what it receives."""
        title, parameter = f"set `{finding.parameter}` of `{layer.label}` to ", finding.parameter
        in_channels = finding.mismatch in _CHANNELS
        for site in _size_sites(finding, project, layer, tensor):
            reason = warning or (doubt(site) if in_channels else "")
            shared = finding.mismatch is Mismatch.NORM_FEATURES and not warning
            shared = shared and beyond_argument(project, layer, parameter, site)
            evidence = (*site.evidence, *own, Evidence.MORE_PLACES * shared)
            yield self.fix(title + words_of(site), site.edits, *evidence, doubt=reason)
        maps = sized_maps(project, layer, tensor) if finding.mismatch is Mismatch.LINEAR_IN_FEATURES else None
        if maps is not None and (text := maps.text(project)):
            edits = (maps.width.source.replace(maps.width.node, text),)
            yield self.fix(title + text, edits, Evidence.EXACT_FIT, Evidence.AGREES, *own)
        same = same_width(project, layer, parameter, tensor) if in_channels and not warning else None
        if same is not None:
            yield self.fix(title + same.text, same.edits, *same.evidence, *own)

    def _producer(self, finding: Finding, project: Project, tensor: Tensor, before: Pieces, warning: str) -> Fixes:
        """Yield fixes that make the layer before give out what this one takes."""
        channels = before_flattening(_hints(finding, project, tensor), finding.expected[0])
        if not channels or (warning and finding.mismatch is Mismatch.NORM_FEATURES):
            return
        for producer, site in producer_sites(project, tensor, channels):
            reason = doubt(site) if finding.mismatch in _CHANNELS else ""
            title = set_output(producer, site.result)
            yield self.fix(title, site.edits, *site.evidence, *before, doubt=reason)

    def _joined(self, finding: Finding, project: Project, tensor: Tensor) -> Fixes:
        """Yield fixes that make a layer before a concatenation give out what is missing in the sum."""
        dimension, (expected,) = finding.dimension, finding.expected
        for part in width_evidence.joined_parts(project, tensor, dimension, expected) if dimension is not None else ():
            evidence = width_evidence.PRODUCER_DISAGREES[1] if part.disagrees else (Evidence.PRODUCER,)
            title = f"{set_output(part.layer, part.width)}, so that the joined ones are {expected}"
            for site in argument_sites(project, part.layer, output_parameter(part.layer), part.width):
                yield self.fix(title, site.edits, *site.evidence, *evidence)


def _hints(finding: Finding, project: Project, tensor: Tensor) -> tuple[int, ...]:
    return () if finding.mismatch in _CHANNELS else flattened_from(project, tensor)


def _said(finding: Finding, project: Project, layer: Layer, tensor: Tensor) -> tuple[Pieces, Pieces, str]:
    """Return what is said of changing this layer and the one before, and why a size would only hide the fault."""
    (expected, *others), actual = finding.expected, finding.actual[0]
    if others:
        return (), (), ""
    own, before = producer_extra(project, tensor, layer, expected, actual, _hints(finding, project, tensor))
    warning = misplaced_features(project, finding, layer, tensor)
    return (*own, Evidence.HIDES_FAULT * bool(warning)), before, warning


def _joint_changes(finding: Finding, project: Project, layer: Layer, operation: Operation) -> Iterator[CodeChange]:
    if len(finding.expected) > 1:
        return entries(finding, project, layer)
    if finding.mismatch is Mismatch.CONV_CHANNELS:
        return depthwise(project, layer, finding.actual[0])
    is_attended = finding.mismatch is Mismatch.ATTENTION_WIDTH and layer.kind == "MultiheadAttention"
    return key_and_value(project, layer, operation, finding.actual[0]) if is_attended and finding.operand else iter(())


def _size_sites(finding: Finding, project: Project, layer: Layer, tensor: Tensor) -> tuple[Site, ...]:
    """Return the places of the argument; of a list of one entry, those of the entry."""
    layer = repeated_layer(project, layer) if finding.parameter == "d_model" else layer
    place = argument_expression(project, layer, finding.parameter)
    if place is not None and isinstance(place.node, (ast.List, ast.Tuple)) and len(place.node.elts) == 1:
        place = place.at(place.node.elts[0])
    hints = _hints(finding, project, tensor)
    return () if place is None else sites(project, place, finding.actual[0], hints, finding.expected[0])
