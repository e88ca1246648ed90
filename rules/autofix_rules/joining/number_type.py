"""AF331 number-type: a layer or product receives numbers of a type that its weights do not have.

Why it fails
    numpy makes float64, tables of whole numbers make int64, images are uint8; layers have float32
    weights, and torch multiplies only numbers of one type. Embeddings take whole numbers.
What the fix does
    Gives the tensor the right type where it is made (``dtype=torch.float32``). In a program that
    does not make it in a way that torch sees: where it is read or passed on to the model.
Fix safety
    Safe for float64. Unsafe for whole numbers, which could be indices or want scaling, and for
    indices made of fractions.
Source
    torch.Tensor.float and torch.Tensor.long; torch.nn.Embedding.
"""

from __future__ import annotations

from collections.abc import Iterator

from autofix.edits.caller_edits import in_program
from autofix.edits.dtype_casts import TYPES, where_made, where_passed
from autofix.rule import Evidence, Example, Finding, Fix, Mismatch, Project, Rule, model

_DOUBTS = {
    "float": "whole numbers may be meant as indices, or want scaling first",
    "long": "fractions are cut off; the input may be meant for another layer",
}
_LAYER = "self.fc = nn.Linear(6, 3)"
_FORWARD = "steps = {}\nself.fc(x) + self.fc(steps)"


class NumberType(Rule):
    code = "AF331"
    name = "number-type"
    mismatches = (Mismatch.DTYPE, Mismatch.EMBEDDING_DTYPE, Mismatch.INDEX_RANGE)
    examples = (
        Example(
            "numbers made in double precision",
            ((4, 6),),
            model(_LAYER, _FORWARD.format("torch.linspace(0, 1, 6, dtype=torch.float64)")),
            {"float64": "float32"},
        ),
        Example(
            "whole numbers",
            ((4, 6),),
            model(_LAYER, _FORWARD.format("torch.arange(6)")),
            {"6)": "6, dtype=torch.float32)"},
        ),
        Example(
            "small whole numbers, which pick as a mask does",
            ((4, 6),),
            model("self.k = 1", "a = torch.tensor([0, 5, 2, 1], dtype=torch.uint8)\nx[torch.arange(4), a]"),
            {"uint8": "long"},
        ),
        Example(
            "declines a model file, whose callers choose the type",
            ("int64:4,6@0..9",),
            model("self.fc = nn.Linear(6, 3)", "self.fc(x)"),
        ),
    )

    def propose(self, finding: Finding, project: Project) -> Iterator[Fix]:
        operation = project.operation(finding)
        operand = finding.operand or 0
        if operation is not None and finding.mismatch is Mismatch.INDEX_RANGE:
            # Numbers of this type are read as a mask.
            operand = next((i for i, tensor in enumerate(operation.tensors) if i and tensor.dtype == "uint8"), -1)
        if operation is None or not 0 <= operand < len(operation.tensors):
            return
        dtype = "float" if finding.mismatch is Mismatch.DTYPE else "long"
        tensor = operation.tensors[operand]
        cast = where_made(project, tensor, dtype)
        if cast is None and in_program(project):
            cast = where_passed(project, operation, operand, dtype)
        if cast is None:
            return
        edit, text = cast
        reason = "float64 is the type of numpy, float32 that of the weights"
        unsafe = tensor.dtype != "float64"
        if unsafe:
            reason = "which rows are picked changes" if tensor.dtype == "uint8" and dtype == "long" else _DOUBTS[dtype]
        yield self.fix(
            f"make {tensor.dtype} {TYPES[dtype]}: `{text}`", (edit,), Evidence.EVIDENT, reason=reason, unsafe=unsafe
        )
