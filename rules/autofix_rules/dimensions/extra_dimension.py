"""AF408 extra-dimension: an unsqueeze adds a dimension that is already there.

Why it fails
    The tensor has its batch or channel dimension; one more makes the rank that layers take wrong.
What the fix does
    Removes the ``unsqueeze``: the statement where it does nothing else, else the call.
Fix safety
    Safe where the rank that is left is the one the layer takes.
Source
    torch.unsqueeze.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.edits.rank_changes import behind, tensors_at_fault, without_call
from autofix.facts.call_sites import operands
from autofix.records.trace import Operation
from autofix.rule import Evidence, Example, Finding, Fix, Mismatch, Project, Rule, model
from autofix.syntax.name_bindings import parameters


class ExtraDimension(Rule):
    code = "AF408"
    name = "extra-dimension"
    mismatches = (
        Mismatch.CONV_RANK,
        Mismatch.NORM_RANK,
        Mismatch.RNN_RANK,
        Mismatch.UNPACK,
        Mismatch.CONV_CHANNELS,
        Mismatch.RANK,
        Mismatch.CONCATENATE,
        Mismatch.MATMUL,
    )
    examples = (
        Example(
            "a statement of its own",
            ((2, 1, 8, 8),),
            model("self.conv = nn.Conv2d(1, 4, 3)", "x = x.unsqueeze(1)\nself.conv(x)"),
            model("self.conv = nn.Conv2d(1, 4, 3)", "self.conv(x)"),
        ),
        Example(
            "inside an expression",
            ((2, 3, 8),),
            model("self.norm = nn.BatchNorm1d(3)", "self.norm(torch.relu(x).unsqueeze(0))"),
            {".unsqueeze(0)": ""},
        ),
        Example(
            "declines where nothing was added",
            ((2, 1, 1, 8, 8),),
            model("self.conv = nn.Conv1d(1, 4, 3)", "self.conv(x)"),
            repaired_by=("AF104", "AF501"),
        ),
    )

    def propose(self, finding: Finding, project: Project) -> Iterator[Fix]:
        tensors = tensors_at_fault(project, finding)
        if finding.mismatch not in {Mismatch.CONCATENATE, Mismatch.MATMUL}:
            tensors = tensors[:1]
        for count, operation in enumerate(behind(project, tensors, frozenset(("unsqueeze",)))):
            edit = without_call(project, operation)
            if edit is not None:
                shape, handed = operation.tensors[0].shape, _is_handed(project, operation)
                yield self.fix(
                    f"leave {shape} as it is",
                    (edit,),
                    Evidence.EVIDENT,
                    Evidence.UPSTREAM * count,
                    reason="the caller may have passed a dimension too many" if handed else "",
                    unsafe=handed,
                )


def _is_handed(project: Project, operation: Operation) -> bool:
    """Return whether the operand is what a caller in the project passed: either of the two may be wrong."""
    place = next(iter(operands(project, operation)), None)
    function = None if place is None else place.source.function_of(place.node)
    return (
        place is not None
        and function is not None
        and len(operation.frames) > 1
        and isinstance(place.node, ast.Name)
        and place.node.id in parameters(function)
    )
