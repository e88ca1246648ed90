"""What a backward pass starts with: ones of the shape of what is differentiated, where they have another one or are
left out, and one number with as many axes as what is differentiated.

``grad(u, t, grad_outputs=torch.ones_like(t))`` is right as long as ``u`` has the shape of ``t``. Only ones are written
anew: other weights have a meaning. One number keeps its value, and is made anew where it comes from.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator

from autofix.edits.code_change import CodeChange
from autofix.edits.gradient_origins import origins
from autofix.facts.project_view import Expression, Project
from autofix.records.costs import Evidence, Piece
from autofix.records.locations import Edit
from autofix.records.values import Sequence, Tensor, Value, tensors_of
from autofix.syntax.call_edits import NotACall, with_argument
from autofix.syntax.source import argument
from autofix.syntax.spelling import module_text, receiver

# The functions, and the names of what is differentiated and of what weighs it, with the position of the latter.
_SEEDED = {
    "torch.autograd.grad": ("outputs", "grad_outputs", 2),
    "torch.autograd.backward": ("tensors", "grad_tensors", 1),
    "torch.Tensor.backward": ("self", "gradient", 0),
}
_ONES = frozenset(("ones", "ones_like", "new_ones"))


def gradient_seeds(project: Project) -> Iterator[CodeChange]:
    """Yield the changes that start with what fits what is differentiated."""
    doubt = "what is differentiated, and not its weights, could have the wrong shape"
    for text, edit, evidence in _seeds(project):
        yield CodeChange(f"start with `{text}`", (edit,), evidence, doubt)


def _seeds(project: Project) -> Iterator[tuple[str, Edit, tuple[Piece, ...]]]:
    failure = project.trace.failure
    if failure is None:
        return
    operation = project.trace.failed_operation
    called, arguments = failure.callee, dict(failure.arguments)
    if operation is not None and operation.target == "Tensor.backward" and operation.arguments:
        called, arguments = "torch.Tensor.backward", {"self": operation.arguments[0]}
        arguments["gradient"] = operation.argument(1, "gradient")
    call = project.call(operation.frames if operation is not None else failure.frames)
    if called not in _SEEDED or call is None or not isinstance(call.node, ast.Call):
        return
    of, seeds, position = _SEEDED[called]
    outputs, weights = tensors_of((arguments.get(of),)), arguments.get(seeds)
    differentiated = call.node.func.value if isinstance(call.node.func, ast.Attribute) else None
    if of != "self":
        differentiated = argument(call.node, 0, of)
    written = argument(call.node, position, seeds)
    further: tuple[Piece, ...] = (Evidence.EXACT_FIT,)
    if written is not None and isinstance(weights, Tensor) and len(outputs) == 1 and _is_one(weights, outputs[0]):
        seed = Expression(call.source, written, failure.frames)
        for steps, text, edit in origins(project, seed, outputs[0].rank):
            yield text, edit, (Evidence.EXACT_FIT, Evidence.OUTWARD * min(steps, 1))
        further = (Evidence.RUNNER_UP,)
        if outputs[0].rank == 0:
            text = f"{receiver(call.source.text_of(written))}{'[0]' * weights.rank}"
            yield text, call.source.replace(written, text), (*further, Evidence.INSERTED)
    if differentiated is None or not outputs or not _is_to_be_ones(project, weights, outputs):
        return
    ones = f"{module_text(call.source, 'torch') or 'torch'}.ones_like"
    text = _ones_like(ones, call.source.text_of(differentiated), differentiated, len(outputs))
    if not text:
        return
    try:
        replaced = written or call.node
        new = text if written is not None else with_argument(call.text, seeds, text)
        yield text, call.source.replace(replaced, new), further
    except NotACall:
        return


def _is_one(weights: Tensor, output: Tensor) -> bool:
    """Return whether both are one number, with another number of axes."""
    return math.prod(weights.shape) == 1 == math.prod(output.shape) and weights.rank != output.rank


def _is_to_be_ones(project: Project, weights: Value, outputs: tuple[Tensor, ...]) -> bool:
    """Return whether weights are ones of another shape, or left out where one number alone needs none."""
    if weights is None:
        return any(output.shape for output in outputs)
    seeds = tensors_of((weights,))
    makers = [project.producer(seed) for seed in seeds]
    if not seeds or any(maker is None or maker.operator not in _ONES for maker in makers):
        return False
    return [seed.shape for seed in seeds] != [output.shape for output in outputs] or isinstance(weights, Sequence)


def _ones_like(ones: str, text: str, node: ast.expr, count: int) -> str:
    """Return ones for what is differentiated; empty where that would be worked out twice."""
    if isinstance(node, (ast.List, ast.Tuple)):
        parts = [_ones_like(ones, ast.unparse(part), part, 1) for part in node.elts]
        return f"[{', '.join(parts)}]" if all(parts) else ""
    if not isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)):
        return ""
    return f"{ones}({text})" if count == 1 else f"[{ones}(output) for output in {text}]"
