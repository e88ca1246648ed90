"""AF303 positional-table: a table of positions does not cover the sequence it is added to.

Why it fails. Positions are added from a table with one row per step. A table made for fewer steps, one that forgets
the class token, and one that is cut by the batch size instead of the length all disagree with the sequence, or raise
nothing and number the samples. Of an odd width the odd places of a table are one fewer than the even ones.
What the fix does. Makes the table for the length there is, at the place its length comes from; counts the token that
was joined; cuts by the axis of the steps, and what is used or written whole to the room there is: ``w[: n // 2]``.
Fix safety. Safe where the table has one origin and other batch sizes run as well. Unsafe where axes are exchanged.
Source. torch broadcasting semantics; torch.nn.TransformerEncoderLayer, argument batch_first.
"""

import ast

from autofix.diagnosis.numbered_samples import added_to
from autofix.edits.filled_places import filled_places
from autofix.edits.resize_tensor import Resizing, clashes, cuts, origins, resizings
from autofix.edits.size_reads import axis_sites
from autofix.facts.call_sites import put_behind, written
from autofix.facts.dataflow import samples_lead
from autofix.facts.size_origins import parts, slice_bound
from autofix.records.finding import Detail, Mismatch
from autofix.records.values import Sequence, Tensor
from autofix.rule import Evidence, Example, Expression, Finding, Fixes, Operation, Project, Rule, SiteKind, model, shown

NAMES = frozenset(("add", "radd", "iadd", "add_", "sub", "mul", "rmul", "imul"))
_COUNTED = "n = 5\nself.token = nn.Parameter(torch.zeros(1, 1, 8))\nself.pe = nn.Parameter(torch.zeros(1, {}, 8))"
_JOIN = "token = self.token.expand(x.size(0), -1, -1)\nx = torch.cat([token, x], 1)\nx + self.pe"


class PositionalTable(Rule):
    mismatches = (Mismatch.BROADCAST, Mismatch.EXPAND, Mismatch.SILENT_STEPS)
    examples = (
        *shown("""
        a table that is too short: 2,9,8
            self.pe = nn.Parameter(torch.zeros(1, <6 => 9>, 8))
            x + self.pe[:, :x.size(1)]
        positions of samples: int64:4,9@0..50
            self.embed = nn.Embedding(50, 8); self.pe = nn.Parameter(torch.randn(20, 1, 8)); self.fc = nn.Linear(8, 3)
            e = self.embed(x); self.fc(e + self.pe<[:e.size(0)] => [:e.size(1)].transpose(0, 1)>).mean(1)
        the odd places of an odd width: 2,5
            self.k = 1
            n = x.size(1); w = torch.arange(0, n, 2); t = torch.zeros(n); t[::2] = w; t[1::2] = w< => [: n // 2]>; x * t
        declines a table of unknown making: 2,9,8
            self.pe = nn.Parameter(torch.tensor([[0.0] * 8] * 6))
            x + self.pe
    """),
        Example(
            "a token that is not counted", ((2, 5, 8),), model(_COUNTED.format("n"), _JOIN), {", n, 8": ", n + 1, 8"}
        ),
    )

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        yield from map(self.change, filled_places(project, operation, finding))
        other = added_to(project, operation) if finding.detail is Detail.POSITIONS else None
        if other is not None and isinstance(operation.result, Tensor):
            yield from self._time_first(project, operation.result, other)
        if finding.silent or operation.operator not in NAMES or len(operation.tensors) != 2:
            return
        for index in (1, 0):
            table, other = operation.tensors[index], operation.tensors[1 - index]
            wants = clashes(table, other)
            yield from self._counted(project, table, other, wants)
            yield from self._time_first(project, table, other)
            length = _is_length(project, wants)
            positions = length or table.rank - 1 not in wants  # The last dimension is that of features.
            whole = list(cuts(project, operation, table, other, wants)) if positions else []
            for edit, text in whole:
                title = f"cut the table to `{text}`"
                reason = "" if length else "the table could be meant for the size at hand"
                yield self.fix(title, (edit,), Evidence.AGAINST * (not length), doubt=reason)
            is_cut = all(size_origin.is_cut for size_origin in origins(project, table, wants))
            for resizing in resizings(project, table, wants):
                if resizing.is_table or (resizing.kind is SiteKind.AXIS and is_cut):
                    title, other_way = _title(table, wants, resizing), Evidence.OTHER_READING * bool(whole and length)
                    turns = resizing.kind is SiteKind.AXIS and table.rank < other.rank and not samples_lead(project)
                    doubt = f"the input {other.shape} is taken to have the batch first" if turns else ""
                    is_setting = any(edit.path.suffix not in {".py", ".ipynb"} for edit in resizing.edits)
                    doubt = "the data could be meant to have the size that is set" if is_setting else doubt
                    yield self.fix(title, resizing.edits, *resizing.evidence, other_way, doubt=doubt)

    def _counted(self, project: Project, table: Tensor, other: Tensor, wants: dict[int, int]) -> Fixes:
        """Yield fixes that make ``num_patches`` ``num_patches + 1``, where a token was joined to the sequence."""
        known = origins(project, table, wants)
        if len(wants) != 1 or len(known) != 1 or known[0].is_cut or isinstance(known[0].expression.node, ast.Constant):
            return
        ((dimension, target_size),) = wants.items()
        more, place = target_size - table.shape[dimension], known[0].expression
        if not 0 < more <= 2:
            return
        joined = _joined(project, other, dimension - table.rank, more)
        text = f"{place.text} + {more}"
        title = f"make the table for `{text}` positions" + (", the joined token among them" if joined else "")
        edits = (place.source.replace(place.node, text),)
        yield self.fix(title, edits, Evidence.EVIDENT if joined else Evidence.OTHER_READING)

    def _time_first(self, project: Project, table: Tensor, other: Tensor) -> Fixes:
        """Yield the fix that cuts a table (steps, 1, features) by the other axis, where the input is batch first."""
        taken = project.producer(table)
        if not table.rank == other.rank == 3 or table.shape[1] != 1 or taken is None or taken.operator != "getitem":
            return
        bound, subscript, whole = _first_bound(project, taken), written(project, taken), taken.tensors[0]
        if bound is None or subscript is None or whole.rank != 3 or whole.shape[0] < other.shape[1]:
            return
        turned = put_behind(subscript.source, subscript.node, ".transpose(0, 1)")
        for site in axis_sites(project, bound, other.shape[1]):
            reason = f"the input {other.shape} is taken to have the batch first"
            title = f"cut the table by {site.text} and put its positions second"
            yield self.fix(title, (*site.edits, turned), *site.evidence, Evidence.EVIDENT, doubt=reason)


def _title(table: Tensor, wants: dict[int, int], resizing: Resizing) -> str:
    if not resizing.is_table:
        return f"cut the table by {resizing.text}"
    if set(wants) != {table.rank - 1}:
        return f"make the table for {resizing.text} positions"
    # The last dimension is that of features: one number for each, as the weight of a norm has them, or a row of them.
    (target_size,) = wants.values()
    title = f"make the {'parameter' if table.rank == 1 else 'table'} {target_size} wide"
    return title if resizing.text == str(target_size) else f"{title} with {resizing.text}"


def _first_bound(project: Project, taken: Operation) -> Expression | None:
    first = parts(taken)[0]
    return slice_bound(project, taken, 0) if isinstance(first, Sequence) and first.type == "slice" else None


def _joined(project: Project, tensor: Tensor, dimension: int, size: int) -> bool:
    """Return whether a part of ``size`` steps was joined to the sequence."""
    for operation in project.ancestry(tensor):
        if operation.operator in {"cat", "concat"}:
            return any(t.rank >= -dimension and t.shape[dimension] == size for t in operation.tensors)
    return False


def _is_length(project: Project, wants: dict[int, int]) -> bool:
    """Return whether the size wanted is a length of the input itself, which another input may have otherwise."""
    lengths = {size for tensor in project.inputs() if tensor.rank <= 3 for size in tensor.shape[1:]}
    return bool(wants) and lengths.issuperset(wants.values())
