"""How the shortcut of a residual block is written, and the projection that would make it fit.

It reads the block's class; which repair is right is the rule's business.
"""

import ast
from dataclasses import dataclass

from autofix.facts.branches import branch, layers_of, ratio, spatial
from autofix.facts.project_view import Expression, Project
from autofix.provenance.bindings import bindings
from autofix.provenance.producers import argument_expression, output_parameter
from autofix.records.trace import Layer
from autofix.records.values import Tensor
from autofix.syntax.source import dotted

MAX_HOPS = 4


@dataclass(frozen=True, slots=True)
class Shortcut:
    """``value`` is what comes past the layers; ``assigned`` are the values of the attribute it passes through."""

    value: Expression
    assigned: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Projection:
    """A layer that makes the shortcut fit, in the words of the branch beside it."""

    text: str
    in_width: str
    out_width: str
    stride: str

    @property
    def changes(self) -> list[str]:
        """Conditions under which it is needed; a stride that is a number is always there."""
        strided = [f"{self.stride} != 1"] if self.stride and not self.stride.isdigit() else []
        return strided + ([f"{self.in_width} != {self.out_width}"] if self.in_width != self.out_width else [])

    @property
    def optional(self) -> str:
        """The projection only where it is needed, for a block that is built for several widths."""
        if self.in_width.isdigit() and self.out_width.isdigit():
            return self.text
        prefix = self.text.partition("(")[0].rpartition(".")[0]
        identity = f"{prefix}.Identity()" if prefix else "Identity()"
        return f"{self.text} if {' or '.join(self.changes)} else {identity}"

    def widened(self, condition: Expression) -> str | None:
        """Return the condition, also true where the widths differ; None where it says so already."""
        missing = f"{self.in_width} != {self.out_width}"
        is_there = missing in condition.text or f"{self.out_width} != {self.in_width}" in condition.text
        if self.in_width == self.out_width or is_there:
            return None
        return f"{condition.text} or {missing}"


def shortcut(project: Project, place: Expression, hops: int = 0) -> Shortcut | None:
    """Return what the operand is: a plain value, or one passed through an attribute of the block."""
    node = place.node
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and dotted(node.func.value) == "self":
        attribute = place.at(node.func)
        values = [binding.expression for binding in bindings(project, attribute)]
        assigned = tuple(value for value in values if isinstance(value.node, (ast.Call, ast.Constant, ast.IfExp)))
        return Shortcut(place, assigned) if assigned else None
    if isinstance(node, ast.Name) and hops < MAX_HOPS:
        for binding in bindings(project, place):
            inner = shortcut(project, binding.expression, hops + 1) if binding.inverse is None else None
            if inner is not None and inner.assigned:
                return inner
        return Shortcut(place, ())
    return None


def is_identity(node: ast.expr) -> bool:
    """Return whether a node is ``nn.Identity()``, an empty ``nn.Sequential()`` or None."""
    if isinstance(node, ast.Constant):
        return node.value is None
    name = dotted(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""
    return isinstance(node, ast.Call) and name in {"Identity", "Sequential"} and not node.args


def condition_of(expression: Expression) -> Expression | None:
    """Return the test of the ``if`` that the expression stands under."""
    child: ast.AST = expression.node
    for ancestor in expression.source.ancestors(expression.node):
        if isinstance(ancestor, ast.If) and child in ancestor.body:
            return expression.at(ancestor.test)
        if isinstance(ancestor, ast.IfExp) and child is ancestor.body:
            return expression.at(ancestor.test)
        if isinstance(ancestor, (ast.FunctionDef, ast.ClassDef)):
            return None
        child = ancestor
    return None


def projection(project: Project, own: Tensor, other: Tensor) -> Projection | None:
    """Return a 1x1 convolution or a Linear layer from ``own``, which passed no layers, to ``other``, which did."""
    layers = list(layers_of(project, branch(project, other, own), ("Conv", "Linear")))
    if not layers or any(True for _ in layers_of(project, branch(project, own, other), ("Conv", "Linear"))):
        return None
    last, first = layers[0][1], layers[-1][1]
    dimension = 1 if last.kind.startswith("Conv") else own.rank - 1
    if own.shape[dimension] == other.shape[dimension] and spatial(own.shape) == spatial(other.shape):
        return None
    call = project.construction_call(last)
    in_width, out_width = (
        argument_expression(project, layer, name)
        for layer, name in ((first, _input(first.kind)), (last, output_parameter(last)))
    )
    if call is None or not isinstance(call.node, ast.Call) or first.setting(_input(first.kind)) != own.shape[dimension]:
        return None
    a = in_width.text if in_width is not None and in_width.source is call.source else str(own.shape[dimension])
    b = out_width.text if out_width is not None else str(other.shape[dimension])
    callee = call.source.text_of(call.node.func)
    if not last.kind.startswith("Conv"):
        return Projection(f"{callee}({a}, {b})", a, b, "")
    factor = ratio(spatial(own.shape), spatial(other.shape))
    if factor is None and spatial(own.shape) != spatial(other.shape):
        return None
    stride = stride_text(project, [layer for _, layer in layers], factor)
    return Projection(f"{callee}({a}, {b}, 1{', ' + stride if stride else ''})", a, b, stride)


def _input(kind: str) -> str:
    return "in_channels" if kind.startswith("Conv") else "in_features"


def stride_text(project: Project, layers: list[Layer], factor: int | None) -> str:
    """Return the name the branch has for its stride, or the number; empty where the maps keep their
    size by a number.
    """
    for layer in layers:
        stride = argument_expression(project, layer, "stride")
        is_stride = stride is not None and project.integer(stride) == (factor or 1)
        if stride is not None and is_stride and (factor or not isinstance(stride.node, ast.Constant)):
            return stride.text
    return str(factor) if factor else ""
