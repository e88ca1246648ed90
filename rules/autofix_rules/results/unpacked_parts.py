"""AF603 unpacked-parts: a tensor is split into more or fewer parts than there are names for them.

Why it fails. ``q, k, v = self.qkv(x).split(width, dim=-1)`` needs three parts of the width: the layer before gives
out another multiple, the parts have another size, or another dimension is split.
What the fix does. Makes the layer before give out as many parts as there are names, corrects the size or the number
of the parts where it is set, or splits the dimension that has as many.
Fix safety. Unsafe where the layer before and the size of the parts could both be meant.
Source. torch.split and torch.chunk.
"""

from __future__ import annotations

from autofix.facts.call_sites import argument_of
from autofix.provenance.producers import producer_sites, set_output
from autofix.records.finding import Finding, Mismatch
from autofix.rule import Applicability, Evidence, Example, Fixes, Operation, Project, Rule, Tensor, model, sites

# What the size of the parts is called; their number is `chunks`.
_SIZE = {"Tensor.split": "split_size", "torch.split": "split_size_or_sections"}
_JOINT = "self.qkv = nn.Linear(6, {})\nself.out = nn.Linear(6, 2)"
_SPLIT = "q, k, v = self.qkv(x).{}\nself.out(q * k + v)"


class UnpackedParts(Rule):
    mismatches = (Mismatch.PARTS,)
    applicability = Applicability.UNSAFE
    examples = (
        Example(
            "two thirds of a joint projection",
            ((2, 5, 6),),
            model(_JOINT.format("2 * 6"), _SPLIT.format("split(6, dim=-1)")),
            {", 2 *": ", 3 *"},
        ),
        Example(
            "another dimension",
            ((2, 5, 6),),
            model(_JOINT.format("3 * 6"), _SPLIT.format("split(6, dim=1)")),
            {"1": "2"},
        ),
        Example(
            "a count of chunks",
            ((2, 5, 6),),
            model(_JOINT.format("3 * 6"), _SPLIT.format("chunk(2, dim=-1)")),
            {"(2": "(3"},
        ),
        Example(
            "declines sizes that were listed",
            ((2, 5, 6),),
            model(_JOINT.format("3 * 6"), _SPLIT.format("split([9, 9], dim=-1)")),
        ),
    )

    def propose(self, finding: Finding, project: Project) -> Fixes:
        operation = project.trace.operations[-1] if project.trace.operations else None
        if operation is None or not operation.tensors or operation.operator not in {"split", "chunk"}:
            return
        tensor, count = operation.tensors[0], finding.expected[0]
        size, dimension = operation.integer(1, _name(operation)), operation.integer(2, "dim") or 0
        if size is None or size <= 0 or not -tensor.rank <= dimension < tensor.rank:
            return
        dimension %= tensor.rank
        if operation.operator == "chunk":
            yield from self._sized(project, operation, count)
            return
        if dimension == tensor.rank - 1:
            for layer, site in producer_sites(project, tensor, count * size):
                title = f"{set_output(layer, count * size)}, {count} parts of {size}"
                reason = "the size of the parts could be meant instead"
                yield self.fix(title, site.edits, *site.evidence, Evidence.OUTWARD, reason=reason)
        if tensor.shape[dimension] % count == 0:
            yield from self._sized(project, operation, tensor.shape[dimension] // count)
        yield from self._turned(project, operation, tensor, count * size)

    def _sized(self, project: Project, operation: Operation, target_size: int) -> Fixes:
        place = argument_of(project, operation, 1, _name(operation))
        for site in sites(project, place, target_size) if place is not None else ():
            title = (
                f"split into {site.text} parts" if operation.operator == "chunk" else f"split into parts of {site.text}"
            )
            yield self.fix(
                title,
                site.edits,
                *site.evidence,
                Evidence.OTHER_READING,
                reason="the layer before could be meant instead",
            )

    def _turned(self, project: Project, operation: Operation, tensor: Tensor, whole: int) -> Fixes:
        place = argument_of(project, operation, 2, "dim")
        for dimension, size in enumerate(tensor.shape):
            if size == whole and place is not None:
                edit = place.source.replace(place.node, str(dimension))
                title = f"split dimension {dimension} of {tensor.shape}"
                yield self.fix(title, (edit,), Evidence.EVIDENT, reason="it is the only one of that size")


def _name(operation: Operation) -> str:
    return _SIZE.get(operation.target, "chunks")
