"""AF302 residual-shapes: a shortcut and the layers beside it give out different shapes.

Why it fails. ``x + self.body(x)`` needs equal shapes. The body changed the channels or the stride and the shortcut
did not follow, or one layer gives out another width than the shortcut has.
What the fix does. In order of evidence: widens the condition that makes a projection (``stride != 1 or in != out``),
gives a projection the stride of the branch in the branch's own words, puts a 1x1 convolution or a Linear layer where
an identity stood, corrects the width of the last layer, adds a projection.
Fix safety. Safe where the block has a shortcut of its own to correct; a new projection or width is unsafe.
Source. The broadcasting semantics note of torch; He et al., Deep Residual Learning, section 3.3.
"""

import ast

from autofix.edits.set_arguments import layer_argument_set
from autofix.facts.branches import branch, layers_of, ratio, spatial
from autofix.facts.call_sites import operands, put_behind
from autofix.facts.project_view import Project
from autofix.provenance.producers import (
    argument_expression,
    argument_sites,
    output_parameter,
    producer_sites,
    set_output,
)
from autofix.records.finding import Mismatch
from autofix.rule import MEETING, Edit, Evidence, Expression, Finding, Fixes, Operation, Rule, SiteKind, Tensor, shown
from autofix_rules.joining._shared import Projection, condition_of, is_identity, projection, shortcut, stride_text


class ResidualShapes(Rule):
    mismatches = MEETING
    examples = shown("""
        an identity where the channels change: 2,4,6,6
            self.a = nn.Conv2d(4, 8, 3, padding=1); self.short = nn.<Identity( => Conv2d(4, 8, 1>)
            self.a(x) + self.short(x)
        the width of the last layer: 2,6
            self.fc = nn.Linear(6, <4 => 6>)
            x + self.fc(x)
        a stride by number: 1,2,8,8
            self.conv = nn.Conv2d(2, 4, 3, 2, 1); self.short = nn.Conv2d(2, 4, 1< => , stride=2>)
            self.conv(x) + self.short(x)
        declines shapes that no layer set: 2,6 2,5
            self.k = 1
            x + y
    """)

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        if len(operation.tensors) != 2:
            return
        a, b = operation.tensors
        for own, other in ((a, b), (b, a)) if a.rank == b.rank > 2 else ():
            yield from self._stride(project, own, other)
        if finding.mismatch is not Mismatch.BROADCAST:
            return
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
                title, reason = f"project the shortcut if `{text}`", "the branch changes its channels"
                yield self.fix(title, (edit,), Evidence.EVIDENT, reason=reason)
        if len(assigned) == 1 and is_identity(assigned[0].node):
            edit = assigned[0].source.replace(assigned[0].node, layer.text)
            reason = "adds parameters to every shortcut of this block"
            yield self.fix(f"project the shortcut with `{layer.text}`", (edit,), reason=reason)

    def _added(self, value: Expression, layer: Projection) -> Fixes:
        """Yield the fix that gives a plain ``x`` a projection of its own."""
        class_ = value.source.class_of(value.node)
        functions = [f for f in (class_.body if class_ is not None else []) if isinstance(f, ast.FunctionDef)]
        init = next((f for f in functions if f.name == "__init__"), None)
        if init is None or "self.shortcut" in value.source.text:
            return
        line = value.source.insert_after(init.body[-1], f"self.shortcut = {layer.optional}")
        call = value.source.replace(value.node, f"self.shortcut({value.text})")
        title, doubt = f"project the shortcut with `{layer.text}`", "the widths could be meant to agree instead"
        yield self.fix(title, (line, call), Evidence.INSERTED, Evidence.RUNNER_UP, doubt=doubt)

    def _stride(self, project: Project, own: Tensor, other: Tensor) -> Fixes:
        """Yield fixes that give a projection which keeps the size the stride of the branch."""
        factor = ratio(spatial(own.shape), spatial(other.shape)) if own.shape[1] == other.shape[1] else None
        mine = list(layers_of(project, branch(project, own, other), ("Conv",)))
        if factor is None or len(mine) != 1:
            return
        layer = mine[0][1]
        for site in argument_sites(project, layer, "stride", factor):
            yield self.fix(f"give `{layer.path}` the stride {site.text}", site.edits, *site.evidence, Evidence.EVIDENT)
        beside = [layer for _, layer in layers_of(project, branch(project, other, own), ("Conv",))]
        if beside and argument_expression(project, layer, "stride") is None:
            text, kernel = stride_text(project, beside, factor), argument_expression(project, layer, "kernel_size")
            edits = _behind(kernel, f"stride={text}") or layer_argument_set(project, layer, "stride", text)
            yield self.fix(f"give `{layer.path}` the stride of the branch beside it", edits, Evidence.EVIDENT)

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
                title = set_output(layer, site.result)
                yield self.fix(title, site.edits, *site.evidence, *against, reason=reason, unsafe=unsafe)


def _behind(argument: Expression | None, text: str) -> tuple[Edit, ...]:
    """Return the edit that passes a further argument right behind one that is passed by its name."""
    if argument is None or not isinstance(argument.source.parents.get(argument.node), ast.keyword):
        return ()
    return (put_behind(argument.source, argument.node, f", {text}"),)


def _only_last(a: Tensor, b: Tensor) -> bool:
    """Return whether the last dimensions are all that keeps the two from being broadcast."""
    sizes = zip(a.shape[-2::-1], b.shape[-2::-1], strict=False)
    return a.shape[-1] != b.shape[-1] and all(size == other or 1 in (size, other) for size, other in sizes)
