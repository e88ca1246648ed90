"""AF403 missing-dimension: the batch is missing, or the last dimension of single features.

Why it fails. Convolutions take one image without a batch, so the first layer runs; what follows counts on a batch:
a norm layer, ``flatten(1)``, four names unpacked from a shape. A Linear layer of one feature takes scalars, which
need a dimension of their own.
What the fix does. Adds ``x = x.unsqueeze(0)`` where the model first uses its input (in a program, where the model
is called), twice for a gray image that lacks its channel too, or ``x.unsqueeze(-1)`` before the Linear layer.
Fix safety. The batch in a model file: unsafe, since callers could be meant to pass it. In a program, and for
scalars: safe.
Source. torch.unsqueeze and torch.nn.Conv2d, section Shape.
"""

import ast
import math

from autofix.edits.caller_edits import batch_of_one, in_program, is_plane, lacks_batch
from autofix.edits.insert_view_op import insertions
from autofix.provenance.producers import producing_layer
from autofix.records.finding import Finding
from autofix.records.trace import OperationKind
from autofix.rule import Edit, Evidence, Example, Fixes, Mismatch, Operation, Project, Rule, Tensor, model, shown

CERTAIN = (Evidence.EXACT_FIT,)
WEAKER = (Evidence.OTHER_READING,)
_RANKED = frozenset(
    (
        "linear-in-features",
        "norm-features",
        "dimension-range",
        "index-range",
        "unpack",
        "rank",
        "view-size",
        "conv-rank",
    )
)
_ROWS = model("self.conv = nn.Conv2d(3, 4, 3)\nself.fc = nn.Linear(144, 2)", "self.fc(self.conv(x).flatten(1))")
_SHOWN = "\n\nimage = torch.rand(3, 8, 8)\nprint(Net()({}))\n"


class MissingDimension(Rule):
    mismatches = tuple(m for m in Mismatch if m.value in _RANKED)
    examples = (
        *shown("""
        one image without a batch: 3,8,8
            self.conv = nn.Conv2d(3, 4, 3); self.fc = nn.Linear(144, 5)
            x = < => x.unsqueeze(0); x = >self.conv(x); self.fc(x.flatten(1))
        a token for every scalar: 4,6
            self.embed = nn.Linear(1, 8)
            < => x = x.unsqueeze(-1); >self.embed(x)
        declines where the input has its batch: 2,3,8,8
            self.conv = nn.Conv2d(3, 4, 3); self.norm = nn.BatchNorm3d(4)
            self.norm(self.conv(x)).view(1, 2, 3)[:, 0, 0, 0]
            by AF104 AF202 AF420
            # Wrong: three sizes and a reshape are changed until they agree, which nothing speaks for.
    """),
        Example(
            "one image shown to the model by a program",
            (),
            _ROWS + _SHOWN.format("image"),
            {"image)": "image.unsqueeze(0))"},
        ),
    )

    def propose(self, finding: Finding, project: Project) -> Fixes:
        yield from self._scalars(finding, project)
        if in_program(project):
            yield from self._where_called(finding, project)
            return
        failed = project.operation(finding)
        plane = failed is not None and bool(failed.tensors) and is_plane(project, failed)
        method = "unsqueeze(0).unsqueeze(0)" if plane else "unsqueeze(0)"
        for placeholder in project.trace.operations:
            tensor = placeholder.result
            if placeholder.kind is OperationKind.PLACEHOLDER and isinstance(tensor, Tensor):
                of_plane = WEAKER if plane and _are_rows(tensor) else CERTAIN
                evidence = of_plane if plane else _lacks_batch(project, finding, placeholder, tensor)
                edit = _at_first_use(project, placeholder, method) if evidence is not None else None
                if evidence is not None and edit is not None:
                    reason = "callers could be meant to pass a batch"
                    yield self.fix(f"add the batch dimension to {tensor.shape}", (edit,), *evidence, doubt=reason)

    def _where_called(self, finding: Finding, project: Project) -> Fixes:
        """Yield the fix that adds the batch where a program calls its model with one sample."""
        failed = project.operation(finding)
        if failed is None or not failed.tensors:
            return
        first = failed if is_plane(project, failed) else lacks_batch(project, failed.tensors[0])
        addition = None if first is None else batch_of_one(project, first)
        if first is not None and addition is not None:
            reason = f"a convolution takes {first.tensors[0].shape} for one sample without a batch"
            evidence = WEAKER if first is failed and _are_rows(failed.tensors[0]) else CERTAIN
            yield self.fix(addition[0], (addition[1],), *evidence, reason=reason)

    def _scalars(self, finding: Finding, project: Project) -> Fixes:
        layer, operation = project.layer(finding.layer), project.operation(finding)
        is_one = finding.mismatch is Mismatch.LINEAR_IN_FEATURES and finding.expected == (1,)
        if not is_one or layer is None or operation is None:
            return
        if operation.tensors[0].rank > 3 or producing_layer(project, operation.tensors[0]) is not None:
            return
        for edits, words in insertions(project, operation, layer, "unsqueeze(-1)", "", ""):
            title = f"add a trailing feature dimension to {operation.tensors[0].shape} {words}"
            yield self.fix(title, edits, Evidence.EVIDENT, reason=f"`{layer.path}` takes one feature")


def _are_rows(tensor: Tensor) -> bool:
    """Return whether ``(64, 784)`` is more likely flattened square images than one image of these sizes."""
    height, width = tensor.shape[:2]
    return height != width and math.isqrt(width) ** 2 == width


def _lacks_batch(
    project: Project, finding: Finding, placeholder: Operation, tensor: Tensor
) -> tuple[Evidence, ...] | None:
    """Return the evidence for adding a batch to this input; None where nothing speaks for it."""
    for operation in project.forward_operations():
        layer = project.layer_of(operation)
        first = operation.tensors[0] if operation.tensors else None
        is_first = first is not None and first.producer == placeholder.index
        if layer is None or not is_first or operation.index == finding.operation:
            continue
        if layer.kind.startswith(("Conv1d", "Conv2d", "Conv3d")) and tensor.rank == int(layer.kind[4]) + 1:
            failed = project.operation(finding)
            whole = math.prod(failed.tensors[0].shape) if failed is not None and failed.tensors else 0
            return CERTAIN if finding.expected == (whole,) else ()
    unpacked = finding.expected == (tensor.rank + 1,) and finding.actual == tensor.shape
    return WEAKER if finding.mismatch is Mismatch.UNPACK and unpacked else None


def _at_first_use(project: Project, placeholder: Operation, method: str) -> Edit | None:
    """Return an edit that adds a line before the statement of the model's own forward that first reads the input."""
    failure = project.trace.failure
    frames = next((o.frames for o in project.forward_operations() if o.frames), None) or getattr(failure, "frames", ())
    if not frames:
        return None
    source = project.source(frames[-1].path)
    function = source.function_at(frames[-1].range, frames[-1].function)
    name = _parameter(project, function, placeholder) if function is not None else ""
    for statement in function.body if function is not None and name else ():
        if any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(statement)):
            return source.insert_before(statement, f"{name} = {name}.{method}")
    return None


def _parameter(project: Project, function: ast.FunctionDef | ast.AsyncFunctionDef, placeholder: Operation) -> str:
    """Return the parameter of the model's forward that an input was passed for."""
    names = [a.arg for a in function.args.args][1:]
    inputs = [o.index for o in project.trace.operations if o.kind is OperationKind.PLACEHOLDER]
    if placeholder.target in names:
        return placeholder.target
    position = inputs.index(placeholder.index)
    return names[position] if position < len(names) else ""
