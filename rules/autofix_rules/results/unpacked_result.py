"""AF606 unpacked-result: a result, a shape or the parts of a tensor are unpacked into names that do not match them.

Why it fails. ``out, h, c = self.lstm(x)`` has three names for two results, of which the second is a pair. A GRU has
no pair, a function that returns one tensor has no second result, a packed sequence has four parts, ``b, c, h, w =
x.shape`` needs four dimensions, and ``q, k, v = self.qkv(x).split(width, dim=-1)`` three parts of the width.
What the fix does. Writes the names as the results are nested, drops names for which there is no result and which
nothing reads, or adds ``_`` for results without a name, also in a loop over what a data set gives.
A tensor whose halves are both wanted is divided along its last dimension. What the function has and does not return is
returned. A later dimension with as many entries as names is unpacked. Maps are flattened for two names, a
dimension of one too many is squeezed, and the layer before, the size, the number or the dimension of the parts is set
as the names ask.
Fix safety. Safe for torch's own layers and functions, whose results have a known order. Unsafe for functions of the
project, unless the names are those that it returns, where the names speak of another order, and for shapes and parts:
the tensor could be meant to have what is unpacked.
Source. torch.nn.LSTM, torch.nn.GRU, section Outputs; torch.nn.utils.rnn.PackedSequence; torch.split; torch.chunk.
"""

import ast

from autofix.edits.divided_parts import divided
from autofix.edits.unpacking import (
    Unpacking,
    items_of,
    leaves,
    nested,
    other_way_round,
    placed,
    rest,
    speak_of_another_order,
    unpacking,
)
from autofix.records.values import Sequence
from autofix.rule import Edit, Evidence, Example, Finding, Fix, Fixes, Mismatch, Project, Rule, Tensor, shown
from autofix.syntax.spelling import receiver

_ENCODER = """class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 6)

    def forward(self, x):
        z = self.fc(x)
        scale = z.std()
        return z
"""
_THREE = _ENCODER.replace("return z", "return z, z.relu(), scale")
# Whose results are equal parts of one tensor: how many there are is no question of names.
_DIVIDE = frozenset(("split", "chunk", "unbind", "tensor_split", "vsplit", "hsplit", "dsplit"))
_RANK = "the tensor could be meant to have the rank that is unpacked"


class UnpackedResult(Rule):
    mismatches = (Mismatch.PARTS, Mismatch.UNPACK)
    examples = (
        *shown(
            """
        the pair of states of an LSTM: 7,3,4
            self.rnn = nn.LSTM(4, 6); self.head = nn.Linear(6, 2)
            out, <h, c => (h, c)> = self.rnn(x); self.head(out)
        a name of a shape that nothing reads: 4,6,8
            self.fc = nn.Linear(48, 2)
            b, c, h<, w => > = x.shape; self.fc(x.reshape(b, c * h))
        sizes of what has a dimension of one more: 3,1,9,4
            self.fc = nn.Linear(36, 2)
            < => x = x.squeeze(1); >b, h, w = x.size(); self.fc(x.reshape(b, h * w))
        two thirds of a joint projection: 2,5,6
            self.qkv = nn.Linear(6, <12 => 18>); self.out = nn.Linear(6, 2)
            q, k, v = self.qkv(x).split(6, dim=-1); self.out(q * k + v)
        two halves of one tensor: 5,4
            above: encoder
            self.encoder = Encoder(); self.head = nn.Linear(3, 2)
            mean, spread = self.encoder(x)< => .chunk(2, dim=-1)>; self.head(mean + spread.exp())
        a third result: 5,4
            above: three
            self.encoder = Encoder(); self.head = nn.Linear(6, 2)
            z, < => _, >scale = self.encoder(x); self.head(z * scale)
        declines a result that is not there and is read: 5,4
            above: encoder
            self.encoder = Encoder(); self.head = nn.Linear(5, 2)
            mean, spread, skew, rest = self.encoder(x); self.head(mean + spread + skew + rest)
    """,
            encoder=_ENCODER,
            three=_THREE,
        ),
        Example(
            "a packed sequence in two",
            (),
            "import torch\nfrom torch.nn.utils.rnn import pack_padded_sequence\n\n"
            "words, _ = pack_padded_sequence(torch.ones(3, 5, 2), [5, 4, 2], batch_first=True)\nprint(words.shape)\n",
            {", _": "", "True)": "True).data"},
        ),
    )

    def propose(self, finding: Finding, project: Project) -> Fixes:
        place = unpacking(project)
        if place is None:
            return
        if isinstance(place.value, Sequence) and place.value.type == "Size":
            yield from self._shape(place, finding)
        elif isinstance(place.value, Tensor):
            yield from map(self.change, other_way_round(place))
            yield from self._one_tensor(place) if isinstance(place.right, ast.Call) else ()
        elif isinstance(place.value, Sequence) and place.value.type == "PackedSequence":
            yield from self._packed(place)
        elif isinstance(place.value, Sequence):
            yield from self._several(place, place.value, project)
            yield from map(self.change, divided(project, place.result.operation, len(place.names)))

    def _shape(self, place: Unpacking, finding: Finding) -> Fixes:
        """Yield as many names as a shape has dimensions, or the maps that it is of flattened for two names."""
        source, names, rank = place.source, place.names, len(finding.actual)
        unread = [index for index, read in enumerate(place.is_read) if not read]
        shorter = [[name for i, name in enumerate(names) if i != index] for index in reversed(unread)]
        texts = shorter if rank == len(names) - 1 else [[*names, "_"]] if rank == len(names) + 1 else []
        extra = Evidence.OTHER_READING if rank < len(names) else Evidence.AGAINST
        for later, text in enumerate(texts):
            edits = (place.written(", ".join(text)),)
            title = f"unpack {rank} dimensions"
            yield self.fix(title, edits, extra, Evidence.RUNNER_UP * later, doubt=_RANK)
        base = source.text_of(place.right).removesuffix(".shape").removesuffix(".size()")
        ones = [d for d, size in enumerate(finding.actual) if d and size == 1] if rank == len(names) + 1 else []
        squeezed = [(f"squeeze({ones[0]})", f"squeeze dimension {ones[0]} of")] if len(ones) == 1 else []
        flattened = [("flatten(1)", "flatten to a row per sample")] if rank > len(names) == 2 else []
        for later, (method, words) in enumerate((*squeezed, *flattened)):
            if base.isidentifier() and source.stands_alone(place.statement):
                edits = (source.insert_before(place.statement, f"{base} = {base}.{method}"),)
                title = f"{words} {finding.actual}"
                yield self.fix(title, edits, Evidence.INSERTED, Evidence.RUNNER_UP * later, doubt=_RANK)

    def _one_tensor(self, place: Unpacking) -> Fixes:
        """Yield the first name alone where no other is read, else the parts of the tensor."""
        names, value = place.names, place.value
        read = place.is_read
        yield from self._returned_too(place)
        if not any(read[1:]) or sum(read) == 1:
            name = names[read.index(True)] if any(read) else names[0]
            certain = name == names[0] and not any(place.binds(name) for name in names[1:])
            yield self._named(place, name, f"take one result, `{name}`: the call returns one tensor", certain)
        elif isinstance(value, Tensor) and value.rank > 1 and value.shape[-1] % len(names) == 0 and place.is_whole:
            call = place.right
            text = f"{receiver(place.source.text_of(call))}.chunk({len(names)}, dim=-1)"
            title = f"divide the {value.shape[-1]} features between {' and '.join(f'`{name}`' for name in names)}"
            reason = "that the names stand for parts of one tensor is a guess"
            yield self.fix(title, (place.source.replace(call, text),), Evidence.INSERTED, doubt=reason)

    def _returned_too(self, place: Unpacking) -> Fixes:
        """Yield the function's ``return`` with what the caller names and the function has."""
        result = place.result
        names, node = place.names, result.node
        if result.source is None or node is None or isinstance(node, ast.Tuple) or not place.is_whole:
            return
        if all(place.binds(name) for name in names[1:]):
            text = ", ".join([result.source.text_of(node), *names[1:]])
            title = f"return {' and '.join(f'`{name}`' for name in names[1:])} as well"
            reason = "the caller could be meant to take one result"
            edit = Edit(result.source.path, result.source.range_of(node), text)
            yield self.fix(title, (edit,), doubt=reason)

    def _packed(self, place: Unpacking) -> Fixes:
        """Yield the data of a packed sequence where no other part is read, and the first parts by name."""
        count = len(place.names)
        read = any(place.is_read[1:])
        if not read and place.is_whole:
            call = place.right
            data = Edit(place.source.path, place.source.range_of(call), f"{place.source.text_of(call)}.data")
            edits = (place.written(place.names[0]), data)
            yield self.fix(f"take the data of the packed sequence as `{place.names[0]}`", edits, Evidence.EVIDENT)
        if count < len(items_of(place.value)):
            names = [*(place.names if read else place.names[:1]), "*_"]
            title = "leave out the other parts of the packed sequence"
            yield self.fix(title, (place.written(", ".join(names)),), Evidence.INSERTED)

    def _several(self, place: Unpacking, value: Sequence, project: Project) -> Fixes:
        """Yield the names nested as the results are, without those that have no result, or with ``_`` for the rest."""
        names, count = place.names, len(value.items)
        operation = place.result.operation
        if operation is not None and operation.operator in _DIVIDE:
            return
        certain = operation is not None and not speak_of_another_order(names)
        if leaves(value) == len(names):
            text = nested(names, value)
            yield self._named(place, text, f"unpack the results as `{text}`", certain, Evidence.EXACT_FIT)
        elif len(names) > count:
            if not any(place.is_read[count:]):
                text = ", ".join(names[:count])
                yield self._named(place, text, f"unpack the {count} results that there are: `{text}`", certain)
        else:
            by_name = placed(names, place.part_names(project))
            text = ", ".join(by_name or [*names, *rest(place, count - len(names))])
            yield self._named(place, text, f"unpack all {count} results: `{text}`", certain or by_name is not None)

    def _named(
        self, place: Unpacking, text: str, title: str, certain: bool, evidence: Evidence = Evidence.EVIDENT
    ) -> Fix:
        reason = "" if certain else "which result belongs to which name is told by their order alone"
        return self.fix(title, (place.written(text),), evidence, doubt=reason)
