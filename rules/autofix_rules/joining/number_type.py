"""AF331 number-type: a layer, product or loss receives numbers of a type that it does not take.

Why it fails. numpy makes float64, tables of whole numbers make int64, images are uint8; layers have float32
weights, and torch multiplies only numbers of one type. Embeddings take whole numbers, cross entropy class indices
as int64, other losses targets of the output's floating-point dtype.
What the fix does. Gives the tensor the right type where it is made (``dtype=torch.float32``). In a program that
does not make it in a way that torch sees: where it is read or passed on to the model. Indices and targets are
converted at the call. What a model in half or double precision makes in float32 follows a tensor: ``dtype=x.dtype``.
Fix safety. Safe for float64 and for targets, which stay the same numbers. Unsafe for whole numbers, which could be
indices or want scaling, and for indices made of fractions.
Source. torch.Tensor.float and torch.Tensor.long; torch.nn.Embedding; torch.nn.CrossEntropyLoss, section Shape.
"""

from autofix.edits import dtype_casts
from autofix.edits.caller_edits import in_program
from autofix.edits.typed_factories import typed_factories
from autofix.facts.call_sites import argument_of, followed
from autofix.rule import Evidence, Finding, Fixes, Mismatch, Project, Rule, shown

_DOUBTS = {
    "float": "whole numbers may be meant as indices, or want scaling first",
    "bool": "the numbers may be places rather than a mask",
    "long": "fractions are cut off; the input may be meant for another layer",
}
_OF_VALUES = frozenset((Mismatch.DTYPE, Mismatch.INDEX_RANGE))


class NumberType(Rule):
    mismatches = (*_OF_VALUES, Mismatch.EMBEDDING_DTYPE, Mismatch.LOSS_DTYPE, Mismatch.OTHER)
    examples = shown("""
        small whole numbers, which pick as a mask does: 4,6
            self.k = 1
            a = torch.tensor([0, 5, 2, 1], dtype=torch.<uint8 => long>); x[torch.arange(4), a]
        places that were made as fractions: 4,6 i=float32:5
            self.k = 1
            y = x[i< => .long()>]; y * i[:, None]
        a state of a model in double precision: float64:2,5,6
            self.rnn = nn.GRU(6, 8).double()
            h = torch.zeros(1, x.shape[1], 8< => , dtype=x.dtype>); self.rnn(x, h)[0]
        a mask that was made as fractions: 4,6 m=float32:4,6
            self.k = 1
            x[m< => .bool()>].sum()
        declines a model file, whose callers choose the type: int64:4,6@0..9
            self.fc = nn.Linear(6, 3)
            self.fc(x)
    """)

    def propose(self, finding: Finding, project: Project) -> Fixes:
        operation, is_target = project.operation(finding), finding.mismatch is Mismatch.LOSS_DTYPE
        yield from map(self.change, typed_factories(project, operation))
        operand = 1 if is_target else finding.operand or 0
        if operation is not None and finding.mismatch is Mismatch.INDEX_RANGE:
            # Numbers of this type are read as a mask.
            operand = next((i for i, tensor in enumerate(operation.tensors) if i and tensor.dtype == "uint8"), -1)
            for edit, text in dtype_casts.arrays_as_indices(project, operation):
                yield self.fix(f"pass `{text}`", (edit,), doubt="a mask of another length may be meant")
        if operation is None or finding.mismatch is Mismatch.OTHER or not 0 <= operand < len(operation.tensors):
            return
        tensor, dtype = operation.tensors[operand], dtype_casts.needed_type(finding, operation, operand)
        for edit, text in dtype_casts.read_as(project, operation, operand, dtype) if dtype_casts.picks(finding) else ():
            yield self.fix(f"pick by {dtype_casts.TYPES[dtype]}: `{text}`", (edit,), doubt=_DOUBTS[dtype])
        is_ours = not is_target or dtype_casts.is_of_numpy(project, tensor.dtype, dtype)
        cast = dtype_casts.where_made(project, tensor, dtype) if is_ours else None
        if cast is None and in_program(project) and not is_target:
            cast = dtype_casts.where_passed(project, operation, operand, dtype)
        if cast is not None:
            unsafe = tensor.dtype != "float64"
            reason = _DOUBTS[dtype] if unsafe else "float64 is the type of numpy, float32 that of the weights"
            title = f"make {tensor.dtype} {dtype_casts.TYPES[dtype]}: `{cast[1]}`"
            yield self.fix(title, (cast[0],), Evidence.EVIDENT, reason=reason, unsafe=unsafe)
        place = argument_of(project, operation, operand, "target" if is_target else "input")
        if place is None or finding.mismatch in _OF_VALUES or (cast is not None and is_target):
            return
        title, edit = f"pass `{place.text}.{dtype}()`", followed(place, f".{dtype}()")
        yield self.fix(title, (edit,), doubt="" if is_target else _DOUBTS["long"])
