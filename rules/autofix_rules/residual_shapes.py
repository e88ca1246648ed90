"""AF302 residual-shapes: a shortcut and the layers beside it give out different shapes.

Why it fails
    ``x + self.body(x)`` needs equal shapes. The body changed the channels or the stride and the shortcut
    did not follow, or one layer gives out another width than the shortcut has.
What the fix does
    In order of evidence: widens the condition that makes a projection (``stride != 1 or in != out``), gives
    the projection the stride of the body, puts a 1x1 convolution or a Linear layer where an identity stood,
    corrects the width of the last layer, adds a projection.
Fix safety
    Safe where the block has a shortcut of its own to correct; a new projection or width is unsafe.
Source
    The broadcasting semantics note of torch; He et al., Deep Residual Learning, section 3.3.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.expressions import NotACall, with_argument
from autofix.records import Layer, Tensor
from autofix.rule import Applicability, Example, Expression, Finding, Fix, Mismatch, Project, Rule, model
from autofix.signatures import position
from autofix_rules._branches import branch, layers_of, ratio, spatial
from autofix_rules._places import operands
from autofix_rules._shortcuts import Projection, condition_of, is_identity, projection, shortcut
from autofix_rules._sizes import argument_expression, argument_sites, output_parameter, producer_sites

WIDENED = 9
STRIDE = 9
IDENTITY = 10
ADDED = 15
WIDTH_EXTRA = 1
OTHER_WIDTH_EXTRA = 9
SHARED_EXTRA = 5
BLOCK = "self.a = nn.Conv2d(4, 8, 3, padding=1)\nself.short = {}"


class ResidualShapes(Rule):
    code = "AF302"
    name = "residual-shapes"
    mismatches = (Mismatch.BROADCAST,)
    examples = (
        Example(
            name="an identity where the channels change",
            inputs=((2, 4, 6, 6),),
            before=model(BLOCK.format("nn.Identity()"), "self.a(x) + self.short(x)"),
            after=model(BLOCK.format("nn.Conv2d(4, 8, 1)"), "self.a(x) + self.short(x)"),
        ),
        Example(
            name="the width of the last layer",
            inputs=((2, 6),),
            before=model("self.fc = nn.Linear(6, 4)", "x + self.fc(x)"),
            after=model("self.fc = nn.Linear(6, 6)", "x + self.fc(x)"),
        ),
        Example(
            name="declines shapes that no layer set",
            inputs=((2, 6), (2, 5)),
            before=model("self.k = 1", "x + y").replace("(self, x)", "(self, x, y)"),
        ),
    )

    def propose(self, finding: Finding, project: Project) -> Iterator[Fix]:
        operation = project.operation(finding)
        if operation is None or len(operation.tensors) != 2:
            return
        a, b = operation.tensors
        if a.rank != b.rank or a.rank < 2 or a.shape[0] != b.shape[0]:
            return
        places = operands(project, operation)
        for i, (own, other) in enumerate(((a, b), (b, a))):
            if len(places) == 2:
                yield from self._projected(project, places[i], own, other)
            yield from self._stride(project, own, other)
        yield from self._widths(project, a, b)

    # -- the shortcut --------------------------------------------------------------------------------------------------

    def _projected(self, project: Project, place: Expression, own: Tensor, other: Tensor) -> Iterator[Fix]:
        """``own`` came past the layers: a projection is missing."""
        made = projection(project, own, other)
        if made is None:
            return
        found = shortcut(project, place)
        if found is not None and found.assigned:
            yield from self._assigned(project, found.assigned, made)
        elif found is not None and isinstance(found.value.node, ast.Name):
            yield from self._added(found.value, made)

    def _assigned(self, project: Project, assigned: tuple[Expression, ...], made: Projection) -> Iterator[Fix]:
        real = next((e for e in assigned if not is_identity(e.node)), None)
        condition = None if real is None else condition_of(real)
        if condition is not None:
            text = made.widened(condition)
            if text is not None:
                edit = condition.source.replace(condition.node, text)
                yield Fix(
                    self.code,
                    f"project the shortcut if `{text}`",
                    (edit,),
                    WIDENED,
                    self.applicability,
                    "the branch changes its channels",
                )
        if len(assigned) == 1 and is_identity(assigned[0].node):
            first = assigned[0]
            reason = "every shortcut of this block then has weights"
            yield Fix(
                self.code,
                f"project the shortcut with `{made.text}`",
                (first.source.replace(first.node, made.text),),
                IDENTITY,
                self.applicability,
                reason,
            )

    def _added(self, value: Expression, made: Projection) -> Iterator[Fix]:
        """A projection of its own for a plain ``x``."""
        class_ = value.source.class_of(value.node)
        init = (
            next((f for f in class_.body if isinstance(f, ast.FunctionDef) and f.name == "__init__"), None)
            if class_ is not None
            else None
        )
        if init is None or "self.shortcut" in value.source.text:
            return
        line = value.source.insert_after(init.body[-1], f"self.shortcut = {made.optional}")
        call = value.source.replace(value.node, f"self.shortcut({value.text})")
        reason = "the widths could be meant to agree instead"
        yield Fix(
            self.code, f"project the shortcut with `{made.text}`", (line, call), ADDED, Applicability.UNSAFE, reason
        )

    def _stride(self, project: Project, own: Tensor, other: Tensor) -> Iterator[Fix]:
        """The projection keeps the size that the branch divides."""
        if own.rank < 3 or own.shape[1] != other.shape[1]:
            return
        factor = ratio(spatial(own.shape), spatial(other.shape))
        mine, theirs = (
            list(layers_of(project, branch(project, t, o), ("Conv",))) for t, o in ((own, other), (other, own))
        )
        if factor is None or len(mine) != 1:
            return
        layer = mine[0][1]
        for site in argument_sites(project, layer, "stride", factor):
            yield self.fix(f"give `{layer.path}` the stride {site.text}", site, extra=-1)
        call, text = (
            project.construction_call(layer),
            _stride_text(project, [other_layer for _, other_layer in theirs], factor),
        )
        if call is not None and argument_expression(project, layer, "stride") is None:
            place = position(layer.kind, "stride")
            try:
                kernel = argument_expression(project, layer, "kernel_size")
                new = _after_kernel(call, kernel, text) or with_argument(call.text, "stride", text, place)
            except NotACall:
                return
            yield Fix(
                self.code,
                f"give `{layer.path}` the stride of the branch beside it",
                (call.source.replace(call.node, new),),
                STRIDE,
                self.applicability,
            )

    # -- widths ----------------------------------------------------------------------------------------------------------

    def _widths(self, project: Project, a: Tensor, b: Tensor) -> Iterator[Fix]:
        dimension = (
            1
            if a.rank >= 4
            or any(True for _ in layers_of(project, branch(project, a, b) + branch(project, b, a), ("Conv1d",)))
            else a.rank - 1
        )
        if a.shape[dimension] == b.shape[dimension] or (a.rank >= 4 and spatial(a.shape) != spatial(b.shape)):
            return
        longest = 0 if len(branch(project, a, b)) >= len(branch(project, b, a)) else 1
        for i, (own, other) in enumerate(((a, b), (b, a))):
            for layer, site in producer_sites(project, own, other.shape[dimension]):
                if layer.setting(output_parameter(layer)) != own.shape[dimension]:
                    continue
                extra = WIDTH_EXTRA if i == longest else OTHER_WIDTH_EXTRA
                extra += 0 if site.what == "argument" else SHARED_EXTRA
                reason = "the other branch could be meant to change"
                label = Applicability.SAFE if i == longest and layer.kind == "Linear" else Applicability.UNSAFE
                yield self.fix(
                    f"make `{layer.path}` give out {other.shape[dimension]} features",
                    site,
                    extra=extra,
                    reason=reason,
                    applicability=label,
                )


def _stride_text(project: Project, layers: list[Layer], factor: int) -> str:
    """The words in which the branch writes its stride."""
    for layer in layers:
        found = argument_expression(project, layer, "stride")
        if found is not None and project.integer(found) == factor:
            return found.text
    return str(factor)


def _after_kernel(call: Expression, kernel: Expression | None, text: str) -> str | None:
    """``stride=...`` right behind the kernel, where that is a keyword followed by others."""
    keywords = call.node.keywords if isinstance(call.node, ast.Call) else []
    if kernel is None or not any(k.value is kernel.node for k in keywords):
        return None
    whole, inner = call.source.range_of(call.node), call.source.range_of(kernel.node)
    head = call.source.segment(type(whole)(whole.start, inner.end))
    return f"{head}, stride={text}{call.source.segment(type(whole)(inner.end, whole.end))}"
