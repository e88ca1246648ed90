"""A last layer that gives out another number of columns or maps than the target of a loss has."""

from __future__ import annotations

from collections.abc import Iterator

from autofix.edits.code_change import CodeChange
from autofix.facts.dataflow import of_a_model
from autofix.facts.project_view import Project
from autofix.provenance.handed_names import is_of_outputs
from autofix.provenance.producers import argument_expression, output_parameter, producer_sites
from autofix.records.costs import Evidence
from autofix.records.finding import Finding
from autofix.records.trace import Operation

_DOUBT = "the data could be what has another number than meant"


def more_outputs(finding: Finding, project: Project, operation: Operation) -> Iterator[CodeChange]:
    """Yield the places that give the last layer as many outputs as the data has numbers for each sample or pixel.

    What two models give out is compared as often to teach one by the other: then neither is data.
    """
    output, target = (*operation.tensors, None, None)[:2]
    if output is None or target is None or finding.detail is not None or of_a_model(project, target):
        return
    differ = [d for d, (own, size) in enumerate(zip(output.shape, target.shape, strict=False)) if own != size]
    if output.rank != target.rank or differ != [1] or 1 in (output.shape[1], target.shape[1]):
        return
    for layer, site in producer_sites(project, output, target.shape[1]):
        place = argument_expression(project, layer, output_parameter(layer))
        # A name for another thing, the length of a code, was not meant as the number of classes.
        is_meant = place is not None and is_of_outputs(place.text)
        if is_meant and layer.setting(output_parameter(layer)) == output.shape[1]:
            words, further = f"give `{layer.label}` {site.result} outputs, as the target has", Evidence.OTHER_READING
            yield CodeChange(words, site.edits, (*site.evidence, Evidence.PRODUCER, further), _DOUBT)
