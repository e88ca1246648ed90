"""AF302 residual-shapes: a shortcut and the layers beside it give out different shapes.

Why it fails. ``x + self.body(x)`` needs equal shapes. The body changed the channels or the stride and the shortcut
did not follow, or one layer gives out another width than the shortcut has.
What the fix does. In order of evidence: widens the condition that makes a projection
(``stride != 1 or in != out``), puts a 1x1 convolution or a Linear layer where an identity stood, corrects the width
of the last layer, adds a projection.
Fix safety. Safe where the block has a shortcut of its own to correct; a new projection or width is unsafe.
Source. The broadcasting semantics note of torch; He et al., Deep Residual Learning, section 3.3.
"""

from __future__ import annotations

import ast

from autofix.facts.branches import branch, layers_of, spatial
from autofix.facts.call_sites import operands
from autofix.facts.project_view import Project
from autofix.provenance.producers import output_parameter, producer_sites, set_output
from autofix.rule import Evidence, Expression, Finding, Fixes, Mismatch, Operation, Rule, SiteKind, Tensor, shown
from autofix_rules.joining._shared import Projection, condition_of, is_identity, projection, shortcut


class ResidualShapes(Rule):
    mismatches = (Mismatch.BROADCAST,)
    examples = shown("""
        an identity where the channels change: 2,4,6,6
            self.a = nn.Conv2d(4, 8, 3, padding=1); self.short = nn.<Identity( => Conv2d(4, 8, 1>)
            self.a(x) + self.short(x)
        the width of the last layer: 2,6
            self.fc = nn.Linear(6, <4 => 6>)
            x + self.fc(x)
        declines shapes that no layer set: 2,6 2,5
            self.k = 1
            x + y
    """)

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        if len(operation.tensors) != 2:
            return
        a, b = operation.tensors
        if a.rank != b.rank and min(a.rank, b.rank) > 1 and _only_last(a, b):
            yield from self._widths(project, a, b, -1)  # Positions are added to every sample.
        if a.rank != b.rank or a.rank < 2 or a.shape[0] != b.shape[0]:
            return
        places = operands(project, operation)
        for i, (own, other) in enumerate(((a, b), (b, a))):
            if len(places) == 2:
                yield from self._projected(project, places[i], own, other)
        dimension = 1 if a.rank >= 4 or self._has_sequences(project, a, b) else a.rank - 1
        if a.rank < 4 or spatial(a.shape) == spatial(b.shape):
            yield from self._widths(project, a, b, dimension)

    # -- the shortcut ------------------------------------------------------------------------------------------------

    def _projected(self, project: Project, place: Expression, own: Tensor, other: Tensor) -> Fixes:
        """Yield fixes that add a projection for ``own``, which came past the layers."""
        layer = projection(project, own, other)
        if layer is None:
            return
        bypass = shortcut(project, place)
        if bypass is not None and bypass.assigned:
            yield from self._assigned(project, bypass.assigned, layer)
        elif bypass is not None and isinstance(bypass.value.node, ast.Name):
            yield from self._added(bypass.value, layer)

    def _assigned(self, project: Project, assigned: tuple[Expression, ...], layer: Projection) -> Fixes:
        real = next((e for e in assigned if not is_identity(e.node)), None)
        condition = None if real is None else condition_of(real)
        if condition is not None:
            text = layer.widened(condition)
            if text is not None:
                edit = condition.source.replace(condition.node, text)
                yield self.fix(
                    f"project the shortcut if `{text}`",
                    (edit,),
                    Evidence.EVIDENT,
                    reason="the branch changes its channels",
                )
        if len(assigned) == 1 and is_identity(assigned[0].node):
            first = assigned[0]
            reason = "adds parameters to every shortcut of this block"
            yield self.fix(
                f"project the shortcut with `{layer.text}`",
                (first.source.replace(first.node, layer.text),),
                reason=reason,
            )

    def _added(self, value: Expression, layer: Projection) -> Fixes:
        """Yield the fix that gives a plain ``x`` a projection of its own."""
        class_ = value.source.class_of(value.node)
        init = (
            next((f for f in class_.body if isinstance(f, ast.FunctionDef) and f.name == "__init__"), None)
            if class_ is not None
            else None
        )
        if init is None or "self.shortcut" in value.source.text:
            return
        line = value.source.insert_after(init.body[-1], f"self.shortcut = {layer.optional}")
        call = value.source.replace(value.node, f"self.shortcut({value.text})")
        reason = "the widths could be meant to agree instead"
        yield self.fix(
            f"project the shortcut with `{layer.text}`",
            (line, call),
            Evidence.INSERTED,
            Evidence.RUNNER_UP,
            doubt=reason,
        )

    # -- widths ------------------------------------------------------------------------------------------------------

    def _has_sequences(self, project: Project, a: Tensor, b: Tensor) -> bool:
        operations = branch(project, a, b) + branch(project, b, a)
        return any(True for _ in layers_of(project, operations, ("Conv1d",)))

    def _widths(self, project: Project, a: Tensor, b: Tensor, dimension: int) -> Fixes:
        if a.shape[dimension] == b.shape[dimension]:
            return
        longest = 0 if len(branch(project, a, b)) >= len(branch(project, b, a)) else 1
        for i, (own, other) in enumerate(((a, b), (b, a))):
            for layer, site in producer_sites(project, own, other.shape[dimension]):
                if layer.setting(output_parameter(layer)) != own.shape[dimension]:
                    continue
                against = (
                    Evidence.OUTWARD if i == longest else Evidence.AGAINST,
                    Evidence.MORE_PLACES * (site.kind is not SiteKind.ARGUMENT),
                )
                reason = "the other branch could be meant to change"
                unsafe = i != longest or layer.kind != "Linear"
                yield self.fix(
                    set_output(layer, site.result), site.edits, *site.evidence, *against, reason=reason, unsafe=unsafe
                )


def _only_last(a: Tensor, b: Tensor) -> bool:
    """Return whether the last dimensions are all that keeps the two from being broadcast."""
    sizes = zip(a.shape[-2::-1], b.shape[-2::-1], strict=False)
    return a.shape[-1] != b.shape[-1] and all(size == other or 1 in (size, other) for size, other in sizes)
