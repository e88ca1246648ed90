"""AF505 input-resolution: the images are of another size than the head of the model was built for.

Why it fails. Flattened maps have ``C * H * W`` features, which follow the size of the image; a Linear layer behind
them was built for one size.
What the fix does. Offers, next to another width of the layer, to resize the images at the start of ``forward`` to
the size the model was built for: trained weights then stay as they are.
Fix safety. Unsafe: resizing or another head is the author's choice.
Source. torch.nn.functional.interpolate.
"""

import ast
import math
from collections.abc import Iterator

from autofix.provenance.producers import flattened_from
from autofix.rule import Applicability, Evidence, Finding, Fixes, Mismatch, OperationKind, Project, Rule, Tensor, shown
from autofix.syntax.source import Source
from autofix.syntax.spelling import module_text

Function = ast.FunctionDef | ast.AsyncFunctionDef
COMMON = (28, 32, 48, 64, 96, 112, 128, 160, 192, 224, 256, 299, 384, 512)


class InputResolution(Rule):
    mismatches = (Mismatch.LINEAR_IN_FEATURES,)
    applicability = Applicability.UNSAFE
    examples = shown("""
        a width that only running code knows leaves the resize: 2,3,64,64
            above: WIDTHS = [4 * 32 * 32]
            self.conv = nn.Conv2d(3, 4, 3, padding=1); self.fc = nn.Linear(WIDTHS.pop(), 2)
            x = < => F.interpolate(x, size=(32, 32)); x = >self.conv(x); self.fc(x.flatten(1))
        declines a width that no image size gives: 2,3,64,64
            above: WIDTHS = [13]
            self.conv = nn.Conv2d(3, 4, 3, padding=1); self.fc = nn.Linear(WIDTHS.pop(), 2)
            x = self.conv(x); self.fc(x.flatten(1))
    """)

    def propose(self, finding: Finding, project: Project) -> Fixes:
        operation = project.operation(finding)
        hints = flattened_from(project, operation.tensors[0]) if operation is not None and operation.tensors else ()
        images = [tensor for tensor in project.inputs() if tensor.rank == 4]
        start = _forward(project)
        if len(hints) != 3 or len(images) != 1 or start is None:
            return
        source, function = start
        module = module_text(source, "torch.nn.functional")
        for size in _sizes(finding.expected[0], hints, images[0]) if module else ():
            name = function.args.args[1].arg
            edit = source.insert_before(
                _first_statement(function), f"{name} = {module}.interpolate({name}, size=({size}, {size}))"
            )
            title = f"resize the images of {images[0].shape[2:]} to ({size}, {size}) at the start of forward"
            reason = "resizing keeps trained weights; a new head keeps resolution: choose"
            yield self.fix(title, (edit,), Evidence.INSERTED, Evidence.OTHER_MODEL, reason=reason)


def _sizes(expected: int, hints: tuple[int, ...], image: Tensor) -> Iterator[int]:
    """Yield usual image sizes whose maps would have about the side that the layer was built for."""
    side = math.isqrt(expected // hints[0]) if expected % hints[0] == 0 else 0
    if side == 0 or side * side * hints[0] != expected or hints[1] == 0:
        return
    ideal = image.shape[2] * side / hints[1]
    near = sorted(COMMON, key=lambda size: (abs(size - ideal), size))[:2]
    yield from (size for size in near if size != image.shape[2] and abs(size - ideal) <= 0.2 * ideal)


def _forward(project: Project) -> tuple[Source, Function] | None:
    """Return the ``forward`` of the model: the outermost frame of the first operation."""
    first = next(
        (o for o in project.forward_operations() if o.frames and o.kind is not OperationKind.PLACEHOLDER), None
    )
    if first is None:
        return None
    frame = first.frames[-1]
    source = project.source(frame.path)
    function = source.function_at(frame.range, frame.function)
    if function is None or function.name != "forward" or len(function.args.args) < 2:
        return None
    return source, function


def _first_statement(function: Function) -> ast.stmt:
    """Return the first statement below the docstring."""
    documented = isinstance(function.body[0], ast.Expr) and isinstance(function.body[0].value, ast.Constant)
    return function.body[1] if documented and len(function.body) > 1 else function.body[0]
