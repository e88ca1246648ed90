"""AF114 attention-mask: a mask has other sizes than the attention it is for.

Why it fails. An attention mask is square, queries by keys, and a padding mask is ``(batch, keys)``. A mask made for
a fixed length or from the batch size does not line up with the scores. Where keys of earlier calls are kept, there
are more keys than queries, and the rows of the new ones are the last.
What the fix does. Makes the mask for the length there is where it is made: constant, config entry, the other axis
of the input. A longer mask that is used whole is cut; of more keys than queries, to the last rows.
Fix safety. Safe where the mask has one origin; unsafe where dimensions are exchanged, and where a cut mask is no
triangle or the keys were not joined behind earlier ones.
Source. torch.nn.MultiheadAttention and torch.nn.Transformer, section Shapes.
"""

import ast

from autofix.edits.resize_tensor import cuts, resizings
from autofix.edits.triangles import doubt_of_rows, last_rows, shifted_triangle
from autofix.facts.call_sites import followed
from autofix.facts.written_order import steps_first
from autofix.records.finding import Mismatch
from autofix.rule import Evidence, Example, Finding, Fixes, Operation, Project, Rule, Tensor, model, shown

NAMES = frozenset(("masked_fill", "masked_fill_", "where", "add", "iadd", "add_", "mul", "imul", "mul_"))

_CACHED = """n = x.size(1)
total = past.size(1) + n
keys = torch.cat([past, self.key(x)], dim=1)
scores = x @ keys.transpose(1, 2)
scores = scores.masked_fill({}.bool(), -1e9)
scores.softmax(-1) @ keys"""


def _cached(mask: str) -> str:
    return model("self.key = nn.Linear(8, 8)", _CACHED.format(mask), inputs="x, past")


class AttentionMask(Rule):
    mismatches = (Mismatch.ATTENTION_MASK, Mismatch.BROADCAST)
    examples = (
        *shown("""
        declines a mask of unknown making: 3,7,8
            self.attn = nn.MultiheadAttention(8, 2, batch_first=True)
            mask = torch.tensor([[False] * 5] * 5); self.attn(x, x, x, attn_mask=mask)[0]
            by AF801
    """),
        Example(
            "keys that were kept from earlier calls come before the new positions",
            ((2, 4, 8), (2, 3, 8)),
            _cached("torch.triu(torch.ones(n, n), diagonal=1)"),
            {", n)": ", keys.size(1))", "diagonal=1": "diagonal=keys.size(1) - n + 1"},
        ),
    )

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        place = finding.operand if finding.mismatch is Mismatch.ATTENTION_MASK else None
        if place is not None and place < len(operation.tensors):
            mask = operation.tensors[place]
            yield from self._resized(project, operation, mask, operation.tensors[0], finding.expected)
            yield from self._turned(project, operation, mask, finding)
        elif operation.operator in NAMES:
            for index, mask in enumerate(operation.tensors):
                others = [tensor for i, tensor in enumerate(operation.tensors) if i != index]
                other = max(others, key=lambda tensor: tensor.rank, default=mask)
                if mask.rank >= 2 and abs(mask.shape[-1] - mask.shape[-2]) <= 1:
                    yield from self._resized(project, operation, mask, other, other.shape[-2:])

    def _resized(
        self, project: Project, operation: Operation, mask: Tensor, other: Tensor, sizes: tuple[int, ...]
    ) -> Fixes:
        if mask.rank < 2 or len(sizes) != 2:
            return
        wants = {mask.rank - 2 + i: size for i, size in enumerate(sizes) if mask.shape[mask.rank - 2 + i] != size}
        further = sizes[-1] > sizes[-2]  # More keys than queries: the tensor at hand has all of them.
        doubt = doubt_of_rows(project, mask, other) if further else ""
        for edit, text in cuts(project, operation, mask, other, wants, last=further):
            yield self.fix(f"cut the mask to `{text}`", (edit,), Evidence.EVIDENT, doubt=doubt)
        for resizing in resizings(project, mask, wants, live=further):
            shifted = shifted_triangle(project, mask, resizing.text, sizes[-1] - sizes[-2])
            last = last_rows(project, mask, resizing, wants) if further else ()
            if last:
                title = f"cut the last rows of the mask, for {resizing.text}"
                yield self.fix(title, last, *resizing.evidence, doubt=doubt)
            elif shifted is None:
                yield self.fix(f"make the mask for {resizing.text}", resizing.edits, *resizing.evidence)
            else:
                title = f"make the mask for {resizing.text} and align it with the last positions"
                yield self.fix(title, (*resizing.edits, shifted), *resizing.evidence)

    def _turned(self, project: Project, operation: Operation, mask: Tensor, finding: Finding) -> Fixes:
        """Yield the fix that exchanges the dimensions of a padding mask (keys, batch)."""
        call = project.call(operation.frames)
        if mask.shape != finding.expected[::-1] or call is None or not isinstance(call.node, ast.Call):
            return
        node = next((k.value for k in call.node.keywords if k.arg == finding.parameter), None)
        if node is not None:
            edit = followed(call.at(node), ".transpose(0, 1)")
            reason = "the mask is taken to have its dimensions exchanged"
            evidence = Evidence.EXACT_FIT * bool(steps_first(project, operation))
            yield self.fix("exchange the dimensions of the mask", (edit,), evidence, doubt=reason)
