"""Conclusions about failures that no operation raised: constructors, unpacking, tuples used as tensors, missing names.

They are read from the frame the program stood in: the expression there and the values its names had.
"""

from __future__ import annotations

import ast
import re

from autofix.diagnosis import tuples
from autofix.diagnosis.cause import Cause, show
from autofix.facts.call_sites import is_library
from autofix.facts.evaluate import UNKNOWN, Names, evaluate, integer
from autofix.facts.project_view import Expression, Project
from autofix.facts.unpacked_values import Unpacked, unpacked
from autofix.operators import table
from autofix.records.finding import Mismatch
from autofix.records.trace import Failure
from autofix.records.values import Sequence, Tensor, is_integer, tensors_of
from autofix.syntax import older_python
from autofix.syntax.name_bindings import callee_name
from autofix.syntax.source import Source, argument, dotted
from autofix.syntax.spelling import IMPORTS

_DIVIDE = frozenset(("split", "chunk", "unbind", "tensor_split"))


def conclude(failure: Failure, project: Project) -> Cause | None:
    return (
        _missing_name(failure)
        or _constructor(failure)
        or _checked_heads(failure, project)
        or _at_expression(failure, project)
    )


def _missing_name(failure: Failure) -> Cause | None:
    """Return the cause of a name that was never imported, read from Python's own wording with the name in quotes."""
    match = (
        re.search(r"name '(\w+)' is not defined", failure.message)
        if failure.type in {"NameError", "UnboundLocalError"}
        else None
    )
    if match is not None and match[1] in older_python.NAMES:
        words = f"`{match[1]}` is a name of Python 2, today `{older_python.NAMES[match[1]]}`"
        return Cause(Mismatch.MISSING_NAME, words, expression=match[1])
    if match is None or match[1] not in IMPORTS:
        return None
    return Cause(Mismatch.MISSING_NAME, f"`{match[1]}` is used but never imported", expression=match[1])


def _constructor(failure: Failure) -> Cause | None:
    """Return the cause where a layer refused its own arguments."""
    arguments = {name: value for name, value in failure.arguments if is_integer(value)}
    if not failure.callee.endswith(".__init__"):
        return None
    kind = failure.callee.split(".")[-2]
    if kind == "GroupNorm" and _indivisible(arguments, "num_channels", "num_groups"):
        whole, part = arguments["num_channels"], arguments["num_groups"]
        message = f"GroupNorm splits {whole} channels into {part} groups, which do not divide them"
        return Cause(
            Mismatch.NORM_GROUPS, message, (arguments["num_groups"],), (arguments["num_channels"],), "num_groups"
        )
    for wide, narrow in (("embed_dim", "num_heads"), ("d_model", "nhead")):
        if _indivisible(arguments, wide, narrow):
            message = (
                f"{kind} splits the width {arguments[wide]} into {arguments[narrow]} heads, which do not divide it"
            )
            return Cause(Mismatch.ATTENTION_HEADS, message, (arguments[narrow],), (arguments[wide],), narrow)
    for channels in ("in_channels", "out_channels"):
        if _indivisible(arguments, channels, "groups"):
            whole, part = arguments[channels], arguments["groups"]
            message = f"{kind} splits {whole} {channels} into {part} groups, which do not divide them"
            return Cause(Mismatch.CONV_GROUPS, message, (part,), (whole,), channels)
    return None


def _indivisible(arguments: dict[str, int], whole: str, part: str) -> bool:
    return whole in arguments and part in arguments and arguments[part] > 0 and arguments[whole] % arguments[part] != 0


def _checked_heads(failure: Failure, project: Project) -> Cause | None:
    """Return the cause where the user's own ``assert width % heads == 0`` failed, or ``if width % heads
    != 0: raise``.
    """
    if not failure.frames or failure.type not in {"AssertionError", "ValueError"} or failure.callee:
        return None
    source = project.source(failure.frames[0].path)
    names = project.names(Expression(source, ast.Constant(None), failure.frames))
    statement = next((source.statement_of(node) for node in source.nodes_at(failure.frames[0].range)), None)
    parent = source.parents.get(statement) if statement is not None else None
    test = statement.test if isinstance(statement, ast.Assert) else parent.test if isinstance(parent, ast.If) else None
    for node in ast.walk(test) if test is not None else ():
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
            whole, part = integer(node.left, names), integer(node.right, names)
            if (
                whole is not None
                and part
                and part > 0
                and whole % part
                and "head" in source.text_of(node.right).lower()
            ):
                message = f"the width {whole} does not divide into {part} heads"
                return Cause(Mismatch.ATTENTION_HEADS, message, (part,), (whole,))
    return None


def _at_expression(failure: Failure, project: Project) -> Cause | None:
    if not failure.frames:
        return None
    frame = failure.frames[0]
    source = project.source(frame.path)
    names = project.names(Expression(source, ast.Constant(None), failure.frames))
    for node in source.nodes_at(frame.range):
        if isinstance(node, ast.Tuple) and failure.type in {"ValueError", "TypeError"}:
            parent = source.parents.get(node)
            return _unpacking(parent, node, names) or _parts(
                source, node, unpacked(project, source, node, failure.frames)
            )
        if failure.type in {"TypeError", "AttributeError", "RuntimeError"}:
            cause = tuples.at(project, source, node, names, failure.message)
            if cause is not None:
                return cause
        if failure.type == "TypeError" and isinstance(node, ast.Call):
            return _missing_dim(project, failure, source, node)
        if isinstance(node, ast.Subscript) and failure.type == "IndexError":
            return _subscript(node, names)
    return None


def _missing_dim(project: Project, failure: Failure, source: Source, node: ast.Call) -> Cause | None:
    """Return the cause where an operator that works along a dimension was not told which."""
    name = callee_name(node)
    row = table.function(name)
    parameters = (
        {} if row is None else {parameter.name: (index, parameter) for index, parameter in enumerate(row.arguments)}
    )
    if "dim" not in parameters:
        return None
    position, parameter = parameters["dim"]
    base = node.func.value if isinstance(node.func, ast.Attribute) else None
    is_method = base is not None and not is_library(base)
    taken = base if is_method else next(iter(node.args), None)
    value = UNKNOWN if taken is None else evaluate(taken, project.names(Expression(source, node, failure.frames)))
    last = next(reversed(project.trace.operations), None)
    if not isinstance(value, Tensor) and not isinstance(taken, (ast.Name, ast.Constant)) and last is not None:
        value = last.result  # What was computed in the same line, just before.
    is_passed = argument(node, position - is_method, "dim") is not None
    if parameter.default is not None or is_passed or not isinstance(value, Tensor):
        return None
    message = f"`{name}` of {show(value.shape)} is not told along which dimension"
    return Cause(Mismatch.MISSING_DIM, message, (), value.shape, expression=name)


def _unpacking(parent: ast.AST | None, node: ast.Tuple, names: Names) -> Cause | None:
    if not isinstance(parent, ast.Assign):
        return None
    value = evaluate(parent.value, names)
    if (
        not isinstance(value, Sequence)
        or tensors_of((value,))
        or any(isinstance(e, ast.Starred) for e in node.elts)
        or len(value.items) == len(node.elts)
    ):
        return None
    shape = tuple(item for item in value.items if isinstance(item, int))
    words = show(shape) if len(shape) == len(value.items) else f"{len(value.items)} values"
    message = f"{len(node.elts)} names are unpacked from {words}"
    return Cause(
        Mismatch.UNPACK, message, (len(node.elts),), shape or (len(value.items),), expression=dotted(node.elts[0])
    )


def _parts(source: Source, node: ast.Tuple, parts: Unpacked | None) -> Cause | None:
    """Return the cause where a result has another number of parts than there are names for them."""
    value, count = parts.value if parts is not None else UNKNOWN, len(node.elts)
    if any(isinstance(element, ast.Starred) for element in node.elts):
        return None
    if isinstance(value, Tensor):
        message = f"a tensor of shape {show(value.shape)} is unpacked into {count} names"
        return Cause(Mismatch.PARTS, message, (count,), (1,), expression=dotted(node.elts[0]))
    if not isinstance(value, Sequence) or len(value.items) == count:
        return None
    shape = next((show(part.shape) for part in value.items if isinstance(part, Tensor)), "")
    if value.type == "PackedSequence":
        message = f"a packed sequence has {len(value.items)} parts and is unpacked into {count} names"
    elif shape and _is_division(source.parents.get(node)):
        message = f"a tensor is split into {len(value.items)} for {count} names; the first part is {shape}"
    else:
        message = f"{count} names are unpacked from {len(value.items)} results"
    return Cause(Mismatch.PARTS, message, (count,), (len(value.items),), expression=dotted(node.elts[0]))


def _is_division(statement: ast.AST | None) -> bool:
    """Return whether an assignment binds the parts of one tensor."""
    call = statement.value if isinstance(statement, ast.Assign) else None
    return isinstance(call, ast.Call) and getattr(call.func, "attr", "") in _DIVIDE


def _subscript(node: ast.Subscript, names: Names) -> Cause | None:
    base, index = evaluate(node.value, names), evaluate(node.slice, names)
    if not isinstance(base, Sequence) or not isinstance(index, int) or base.type != "Size":
        return None
    shape = tuple(item for item in base.items if isinstance(item, int))
    return Cause(Mismatch.RANK, f"dimension {index} of {show(shape)} is read", (index + 1,), shape)
