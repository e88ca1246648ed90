"""Whether an exception is no fault of the code under repair: what a library, a file or the machine refused.

A program may die of much that is no shape. Where the exception was raised outside of the project and outside of
torch's operators, or says that something is absent, nothing in the model is at fault, and the report says so.
"""

from __future__ import annotations

import ast
import re

from autofix.facts.project_view import Project
from autofix.facts.twin_models import twin_models
from autofix.records.finding import Finding, Mismatch
from autofix.records.trace import Failure
from autofix.syntax.name_bindings import imported_modules
from autofix.syntax.source import dotted

# Parts of torch that configure, load, distribute or optimise: they check no shape of a model.
_AROUND_OPERATORS = re.compile(
    r"torch\.(optim|cuda|backends|distributed|distributions|serialization|hub|utils|multiprocessing|jit|_dynamo"
    r"|_inductor|onnx|package|profiler|storage|_utils|_weights_only_unpickler)\b"
    r"|.*\.load_state_dict$"
)
_OPERATORS = re.compile(r"torch\b|einops\b")
# What is absent is named by its error; messages of libraries differ, their words hardly do.
_ABSENT_TYPES = re.compile(r"(NotInstalled|NotFound|Connection|Permission|Timeout|Import|Dependency)\w*$")
_ABSENT = re.compile(
    r"\b(not installed|(pip|conda|apt|brew) install|no such (file|device|environment)|file not found|could not be found"
    r"|cannot open shared object|environment variable|(requires|needs) (CUDA|a GPU)"
    r"|CUDA (is )?(not available|unavailable)|no CUDA|not compiled with CUDA|found no NVIDIA driver)\b",
    re.IGNORECASE,
)
# What refuses tensors for how they lie is no environment, whoever checks it.
_OF_TENSORS = re.compile(r"torch\.(distributions|utils\.data)\.")
_OF_SHAPES = re.compile(r"\b(sizes?|shapes?|dimensions?|dims?|broadcast\w*)\b", re.IGNORECASE)
_SIGNATURE = re.compile(r"\b(missing|unexpected|multiple values for|takes|takes no)\b.*\bargument")
_REFUSALS = frozenset(("ValueError", "AssertionError", "RuntimeError"))
MAX_MESSAGE = 400


_WHOLE_OBJECTS = (
    "code for torch before 2.6: the file holds whole objects, not weights alone, and `torch.load` reads such a file "
    "with `weights_only=False`; pass it where you trust the file"
)


def cause(project: Project, finding: Finding) -> str:
    """Return in words what was refused outside of the code; empty where the code may be at fault.

    Only a finding that no shape, dtype or name explains is asked about. An operation of torch that raised is the
    code's, whoever called it, unless its words say that something is absent.
    """
    failure = project.trace.failure
    if failure is None or finding.mismatch is not Mismatch.OTHER:
        return ""
    if twin_models(project) is not None:
        return ""  # The weights are those of a model that the code has built itself.
    if failure.type == "TypeError" and _SIGNATURE.search(failure.message):
        return ""  # How a function is called is the caller's business, whoever refuses it.
    absent = _ABSENT_TYPES.search(failure.type) or _ABSENT.search(failure.message)
    if not absent and (failure.operation is not None or not _is_outside(project, failure)):
        return ""
    words = " ".join(failure.message.split())
    shown = words if len(words) <= MAX_MESSAGE else f"{words[:MAX_MESSAGE]} ..."
    if failure.type == "UnpicklingError" and "weights_only" in words:
        shown = _WHOLE_OBJECTS
    line = finding.call.range.start.line
    return f"{finding.call.path.name}:{line}: {failure.type}: {shown}".rstrip(": .")


def _is_outside(project: Project, failure: Failure) -> bool:
    """Return whether a function of a library raised, other than an operator or a layer of torch."""
    is_of_shapes = failure.type in _REFUSALS and _OF_SHAPES.search(failure.message)
    if is_of_shapes and _OF_TENSORS.match(failure.callee):
        return False
    if failure.callee.startswith("torch.utils.data.") and failure.type == "RuntimeError":
        return False  # Samples that do not go together are the data set's, which the code writes.
    if failure.callee:
        return bool(_AROUND_OPERATORS.match(failure.callee) or not _OPERATORS.match(failure.callee))
    call = project.call(failure.frames)  # A function that is compiled has no frame: its name tells whose it is.
    if call is None or not isinstance(call.node, ast.Call):
        return False
    root = dotted(call.node.func).partition(".")[0]
    modules = [module for module, _ in imported_modules(call.source, root)] if root else []
    own = {path.stem for path in project.files} | {path.parent.name for path in project.files}
    return bool(modules) and not any(_OPERATORS.match(module) or module.partition(".")[0] in own for module in modules)
