"""AF316 joined-ranks: a vector per sample is joined with a sequence per sample.

Why it fails
    ``torch.cat`` needs tensors of one rank; a state ``(N, H)`` beside steps ``(N, T, E)`` lacks the steps.
What the fix does
    Adds the dimension, and repeats the vector along it where the other has more than one:
    ``h.unsqueeze(1)``, ``h.unsqueeze(1).expand(-1, x.size(1), -1)``.
Fix safety
    Unsafe: the sequence could be meant to be pooled to a vector.
Source
    torch.cat and torch.Tensor.expand.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.facts.call_sites import followed, operands
from autofix.facts.joins import joined_dimension
from autofix.rule import (
    Applicability,
    Detail,
    Evidence,
    Example,
    Expression,
    Finding,
    Fix,
    Mismatch,
    Project,
    Rule,
    model,
)
from autofix.syntax.spelling import size_text

REASON = "the tensor of higher rank could be meant to be reduced instead"


class JoinedRanks(Rule):
    code = "AF316"
    name = "joined-ranks"
    mismatches = (Mismatch.CONCATENATE,)
    applicability = Applicability.UNSAFE
    examples = (
        Example(
            "one step",
            ((2, 1, 6), (2, 4)),
            model("self.k = 1", "torch.cat([x, h], dim=2)", inputs="x, h"),
            {"h]": "h.unsqueeze(1)]"},
        ),
        Example(
            "a state beside every step",
            ((2, 5, 6), (2, 4)),
            model("self.k = 1", "torch.cat([x, h], dim=2)", inputs="x, h"),
            {"h]": "h.unsqueeze(1).expand(-1, x.size(1), -1)]"},
        ),
        Example(
            "declines maps beside a vector",
            ((2, 3, 4, 4), (2, 4)),
            model("self.k = 1", "torch.cat([x, h], dim=1)", inputs="x, h"),
        ),
    )

    def propose(self, finding: Finding, project: Project) -> Iterator[Fix]:
        operation = project.operation(finding)
        if operation is None or finding.detail is not Detail.RANK:
            return
        highest = max(operation.tensors, key=lambda t: t.rank)
        places = operands(project, operation)
        for place, tensor in zip(places, operation.tensors, strict=False):
            if tensor.rank == highest.rank - 1:
                pairs = zip(places, operation.tensors, strict=True)
                named = [p.text for p, t in pairs if t.shape == highest.shape and isinstance(p.node, ast.Name)]
                base = named[0] if named else ""
                along = joined_dimension(operation) % highest.rank
                yield from self._grown(place, tensor.shape, highest.shape, along, base)

    def _grown(
        self, place: Expression, low: tuple[int, ...], high: tuple[int, ...], joined: int, base: str
    ) -> Iterator[Fix]:
        for d in range(1, len(high)):
            grown = (*low[:d], 1, *low[d:])
            clashes = [k for k in range(len(high)) if k != joined and grown[k] != high[k]]
            if not clashes:
                edit = followed(place, f".unsqueeze({d})")
                yield self.fix(f"give {low} a dimension {d}", (edit,), Evidence.INSERTED, reason=REASON)
            elif clashes == [d] and base and len(high) == 3:
                sizes = ", ".join(size_text(place.source, base, d) if k == d else "-1" for k in range(len(high)))
                edit = followed(place, f".unsqueeze({d}).expand({sizes})")
                yield self.fix(f"repeat {low} along dimension {d}", (edit,), Evidence.INSERTED * 2, reason=REASON)
