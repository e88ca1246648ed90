"""AF220 view-for-transpose: a view gives dimensions another order, which only relabels the elements.

Why it fails. ``view`` and ``reshape`` cut the elements anew in the order they lie in. ``(T, N, H)`` seen as
``(N, T, H)``, or ``(D, N, H)`` as ``(N, D * H)``, has rows made of several samples: nothing raises, and the model
learns from mixed rows.
What the fix does. Moves the dimensions: ``.transpose(0, 1)`` in place of the view, or before it where the view also
merges dimensions.
Fix safety. Safe where running showed that samples were mixed and no longer are; else unsafe.
Source. torch.Tensor.view and torch.transpose.
"""

import ast
from collections.abc import Iterator
from itertools import permutations

from autofix.edits.rank_changes import respelled
from autofix.edits.transposes import before_view
from autofix.facts.call_sites import argument_of, written
from autofix.operators.shape_functions import Shape, are_mixed
from autofix.rule import (
    Detail,
    Evidence,
    Finding,
    Fixes,
    Mismatch,
    Operation,
    Project,
    Rule,
    Tensor,
    shown,
)

MAX_RANK = 5


class ViewForTranspose(Rule):
    mismatches = (Mismatch.SILENT_FOLD,)
    examples = shown("""
        the last state of two directions: 4,5,6
            self.rnn = nn.GRU(6, 7, batch_first=True, bidirectional=True); self.fc = nn.Linear(14, 2)
            _, h = self.rnn(x); self.fc(h.<view => transpose(0, 1).reshape>(x.size(0), -1))
        steps and samples exchanged: 4,5,6
            self.rnn = nn.GRU(6, 7)
            x = x.<reshape(x.size(1), x.size(0), 6 => transpose(0, 1>); self.rnn(x)[0].transpose(0, 1)
        pixels as a map again: 2,3,4,6
            self.mix = nn.Linear(3, 5)
            y = self.mix(x.flatten(2).mT); y.<reshape => transpose(1, 2).reshape>(len(y), 5, 4, 6)
        heads beside their steps: 2,5,8
            self.q = nn.Linear(8, 8)
            y = self.q(x).view(-1, 5, 2, 4).transpose(1, 2).relu(); y.<reshape => transpose(1, 2).reshape>(-1, 5, 8)
        declines a view that keeps samples apart: 4,5,6
            self.fc = nn.Linear(6, 3)
            self.fc(x.view(-1, 6)).view(4, 5, 3)[:, :, 0]
    """)

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        if not isinstance(operation.result, Tensor) or not operation.tensors:
            return
        before, after, samples = operation.tensors[0].shape, operation.result.shape, finding.dimension
        is_seen = samples is not None and finding.detail is not Detail.NAMED
        reason = "" if is_seen else "the sizes say that dimensions were meant to move, no run can"
        for order in _orders(before, after, samples):
            method = _method(order)
            for suffix, copied in (("", ()), (".contiguous()", (Evidence.INSERTED, Evidence.AGAINST))):
                edit = respelled(project, operation, method + suffix)
                if edit is not None:
                    title = f"move the dimensions of {before} with `{method}`"
                    yield self.fix(title, (edit,), *copied, doubt=reason)
        if samples is not None and sorted(before) != sorted(after):
            yield from self._merged(project, operation, before, after, samples, reason)

    def _merged(
        self, project: Project, operation: Operation, before: Shape, after: Shape, own: int, reason: str
    ) -> Fixes:
        """Yield the fix that brings a dimension to where the same view then merges or splits others beside it."""
        place = written(project, operation)
        tensor = argument_of(project, operation, 0, "input")
        if place is None or tensor is None or not isinstance(place.node, ast.Call):
            return
        rest = [d for d in range(len(before)) if d != own]
        for to in sorted(range(len(before)), key=lambda place: (place != 0, abs(place - own))):
            order = (*rest[:to], own, *rest[to:])
            moved = tuple(before[d] for d in order)
            if to != own and not are_mixed(moved, after):
                method = f"transpose({min(own, to)}, {max(own, to)})" if abs(own - to) == 1 else f"movedim({own}, {to})"
                edit = before_view(operation, place, place.node, tensor, method)
                yield self.fix(f"bring dimension {own} of {before} to place {to} first", (edit,), doubt=reason)
                return
        orders = permutations(range(len(before))) if len(before) <= MAX_RANK else ()
        for order in sorted(orders, key=lambda order: (len(_moved(order)), order)):
            if order[0] == own and not are_mixed(tuple(before[d] for d in order), after):
                edit = before_view(operation, place, place.node, tensor, f"permute({', '.join(map(str, order))})")
                doubt = "that the parts of a row keep their order is not told by the sizes"
                yield self.fix(f"permute {before} to {order} first", (edit,), doubt=doubt)
                return


def _orders(before: tuple[int, ...], after: tuple[int, ...], samples: int | None) -> Iterator[tuple[int, ...]]:
    """Yield orders that give ``after``, exchanges of two first; samples that move go where they are."""
    if len(before) != len(after) or len(before) > MAX_RANK or (before == after and not samples):
        return
    fitting = [o for o in permutations(range(len(before))) if _moved(o) and tuple(before[d] for d in o) == after]
    fitting.sort(key=lambda order: (not _is_one_move(order), len(_moved(order)), order))
    yield from (order for order in fitting[:2] if not samples or order[0] == samples or order[samples] != samples)


def _is_one_move(order: tuple[int, ...]) -> bool:
    """Return whether all dimensions but one keep their order: maps that are as high as wide are not turned."""
    rests = ([d for d in order if d != own] for own in order)
    return any(rest == sorted(rest) for rest in rests)


def _moved(order: tuple[int, ...]) -> list[int]:
    return [place for place, dimension in enumerate(order) if place != dimension]


def _method(order: tuple[int, ...]) -> str:
    moved = _moved(order)
    return f"transpose({moved[0]}, {moved[1]})" if len(moved) == 2 else f"permute({', '.join(map(str, order))})"
