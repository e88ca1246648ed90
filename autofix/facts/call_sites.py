"""Where an operation is written: its expression, its operands and arguments, with the values its frames had.

It finds and words places; what is wrong there is for the rules.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from autofix.facts.checked_shapes import is_check, subject
from autofix.facts.evaluate import UNKNOWN
from autofix.facts.project_view import Expression, Project
from autofix.records.locations import Edit, Range
from autofix.records.trace import Frame, Layer, Operation, OperationKind, Phase
from autofix.records.values import Sequence, Tensor, Value
from autofix.syntax import subscripts
from autofix.syntax.name_bindings import bound_above, reads_from, rebinds
from autofix.syntax.source import Source, argument, dotted
from autofix.syntax.spelling import receiver, size_text


def frames_of(project: Project, operation: Operation) -> tuple[Frame, ...]:
    """Return the operation's frames, with the values of names where a frame of the same activation was recorded."""
    return project.once(("frames", operation.index), lambda: _frames_of(project, operation))


def _frames_of(project: Project, operation: Operation) -> tuple[Frame, ...]:
    failure = project.trace.failure
    if failure is not None and failure.operation == operation.index:
        return failure.frames
    best = operation.frames
    known = _known(best)
    chains = [layer.construction for layer in project.trace.layers] if operation.phase is Phase.CONSTRUCT else []
    for chain in (failure.frames if failure is not None else (), *chains):
        merged = _merged(operation.frames, chain)
        if _known(merged) > known:
            best, known = merged, _known(merged)
    return best


def _known(frames: tuple[Frame, ...]) -> int:
    return sum(1 for frame in frames if frame.environment is not None)


def _merged(frames: tuple[Frame, ...], chain: tuple[Frame, ...]) -> tuple[Frame, ...]:
    """Return ``frames`` with the environments of ``chain`` as far as both are the same calls, outermost first."""
    merged = list(frames)
    for offset in range(1, min(len(frames), len(chain)) + 1):
        mine, other = frames[-offset], chain[-offset]
        if (mine.path, mine.function) != (other.path, other.function):
            break
        merged[-offset] = replace(mine, environment=other.environment)
        if mine.range != other.range:
            break
    return tuple(merged)


def written(project: Project, operation: Operation) -> Expression | None:
    """Return the expression the operation was recorded at."""
    expression = project.expression(operation)
    return None if expression is None else Expression(expression.source, expression.node, frames_of(project, operation))


def layer_called(project: Project, operation: Operation) -> Layer | None:
    """Return the layer that an operation is the call of; None for a function, inside of a layer too."""
    return project.layer_of(operation) if operation.kind is OperationKind.CALL_MODULE else None


def is_method(operation: Operation, call: ast.Call) -> bool:
    """Return whether the first tensor stands before the dot."""
    if not isinstance(call.func, ast.Attribute):
        return False
    return operation.kind is OperationKind.CALL_METHOD and not is_library(call.func.value)


def is_library(node: ast.expr) -> bool:
    """Return whether an expression names a module or class of torch, so that what is called on it is a function."""
    return dotted(node).rpartition(".")[2] in {"torch", "F", "functional", "Tensor"}


def argument_of(project: Project, operation: Operation, position: int, name: str) -> Expression | None:
    """Return the expression passed for a parameter, the first tensor counting as position 0."""
    place = written(project, operation)
    if place is None or not isinstance(place.node, ast.Call):
        return None
    if is_method(operation, place.node):
        assert isinstance(place.node.func, ast.Attribute)
        node = place.node.func.value if position == 0 else argument(place.node, position - 1, name)
    else:
        node = argument(place.node, position, name)
    return None if node is None else place.at(node)


def operands(project: Project, operation: Operation) -> tuple[Expression, ...]:
    """Return the expressions of the operation's tensors in order; empty where they are not all written out."""
    place = written(project, operation)
    if place is None:
        return _augmented(project, operation)
    if operation.operator == "setitem":
        return _written_into(project, operation, place)
    nodes: list[ast.expr] = []
    node = place.node
    if isinstance(node, ast.BinOp):
        nodes = [node.left, node.right]
    elif isinstance(node, ast.Compare) and is_check(operation):
        subjects = [side for side in map(subject, (node.left, *node.comparators)) if side is not None]
        # Of several that are compared in a row it is about two.
        nodes = [side for side in subjects if len(subjects) < 3 or project.value(place.at(side)) in operation.tensors]
    elif isinstance(node, ast.Compare) and len(node.comparators) == 1:
        nodes = [node.left, *node.comparators]
    elif isinstance(node, ast.Subscript):
        keys = _keys(operation, node)
        nodes = [node.value, *keys] if keys else []
    elif isinstance(node, ast.Call):
        receiver = [node.func.value] if is_method(operation, node) and isinstance(node.func, ast.Attribute) else []
        arguments = [*receiver, *node.args]
        if (
            arguments
            and isinstance(arguments[0], (ast.List, ast.Tuple))
            and isinstance(operation.arguments[0], Sequence)
        ):
            nodes = list(arguments[0].elts)
        else:
            values = [*operation.arguments, *(v for _, v in operation.keywords)]
            nodes = [
                n
                for n, v in zip([*arguments, *(k.value for k in node.keywords)], values, strict=False)
                if isinstance(v, Tensor)
            ]
    if len(nodes) != len(operation.tensors) or any(isinstance(n, ast.Starred) for n in nodes):
        return ()
    return tuple(place.at(n) for n in nodes)


def read_by(project: Project, operation: Operation) -> tuple[Expression, ...]:
    """Return the expressions of the operands; of a subscript that of what it is of."""
    place = written(project, operation) if operation.operator == "getitem" else None
    if place is not None and isinstance(place.node, ast.Subscript):
        return (place.at(place.node.value),)
    return operands(project, operation)


def _written_into(project: Project, operation: Operation, place: Expression) -> tuple[Expression, ...]:
    """Return the target, the tensors of the key and the value of ``x[key] = value``."""
    source_and_statement = project.statement(operation)
    if source_and_statement is None or not isinstance(source_and_statement[1], ast.Assign):
        return ()
    target, value = source_and_statement[1].targets[0], source_and_statement[1].value
    keys = _keys(operation, target)
    if not isinstance(target, ast.Subscript) or keys is None:
        return ()
    nodes = [target.value, *keys, value][: len(operation.tensors) or 2]
    return tuple(place.at(node) for node in nodes)


def _keys(operation: Operation, node: ast.expr) -> list[ast.expr] | None:
    """Return the entries of a subscript that are tensors; None where they are not written one by one."""
    key = operation.arguments[1] if len(operation.arguments) > 1 else None
    values = key.items if isinstance(key, Sequence) else (key,)
    entries = subscripts.parts(node) if isinstance(node, ast.Subscript) else []
    if not any(isinstance(value, Tensor) for value in values):
        return []
    return (
        [e for e, v in zip(entries, values, strict=True) if isinstance(v, Tensor)]
        if len(entries) == len(values)
        else None
    )


def _augmented(project: Project, operation: Operation) -> tuple[Expression, ...]:
    """Return both sides of ``x += y``; empty for any other statement."""
    source_and_statement = project.statement(operation)
    if source_and_statement is None or not isinstance(source_and_statement[1], ast.AugAssign):
        return ()
    frames = frames_of(project, operation)
    return tuple(
        Expression(source_and_statement[0], node, frames)
        for node in (source_and_statement[1].target, source_and_statement[1].value)
    )


def value_there(project: Project, expression: Expression) -> Value:
    """Return the value that an expression had where it stands, also where its statement binds the name anew.

    ``x = pad(x, n - x.shape[0])`` reads the old ``x``; the frame of a later failure has the new one, and where nothing
    failed what the statement computed with it tells.
    """
    source, text = expression.source, expression.text
    statement = source.statement_of(expression.node)
    value = UNKNOWN if rebinds(statement, text) else project.value(expression)
    if value is not UNKNOWN:
        return value
    first, last = source.range_of(statement).start, source.range_of(statement).end
    for operation in reversed(project.trace.operations):
        frame = operation.frames[0] if operation.frames else None
        if frame is None or frame.path != source.path or not first <= frame.range.start <= frame.range.end <= last:
            continue
        for operand, tensor in zip(operands(project, operation), operation.tensors, strict=False):
            if operand.text == text:
                return tensor
    return project.value(expression)


def size_at_hand(project: Project, place: Expression, size: int, dimension: int | None = None) -> str:
    """Return how a function reads a size from a tensor that it has, ``x.size(2)``; empty where it has none."""
    for name, value in tensors_at_hand(project, place):
        if size not in value.shape:
            continue
        at = value.shape.index(size) if dimension is None else dimension
        if value.shape[at : at + 1] == (size,):
            return size_text(place.source, name, at)
    return ""


def tensors_at_hand(project: Project, place: Expression) -> Iterator[tuple[str, Tensor]]:
    """Yield the names of a function that hold tensors: as its frame was recorded, or as its operations were given
    them before.
    """
    names = project.names(place)
    items = [pair for scope in (names.local, names.module) if scope is not None for pair in scope.items]
    function = place.source.function_of(place.node)
    # A tensor at the top of a program is not what a function is given, though it sees it.
    own = None if function is None else bound_above(function, place.node.lineno)
    known = [(name, value) for name, value in items if isinstance(value, Tensor) and name.isidentifier()]
    known = [pair for pair in known if own is None or pair[0] in own]
    yield from known
    for operation in project.trace.operations if not known else ():
        if operation.frames and is_one_call(operation.frames, place.frames):
            parts = operands(project, operation)
            pairs = zip(parts, operation.tensors, strict=False)
            yield from ((p.text, t) for p, t in pairs if isinstance(p.node, ast.Name))
        if operation.frames[:1] == place.frames[:1]:
            return


def is_one_call(first: tuple[Frame, ...], second: tuple[Frame, ...]) -> bool:
    """Return whether two stacks stand in one call of a function."""
    if not first or not second or (first[0].path, first[0].function) != (second[0].path, second[0].function):
        return False
    return [f.place for f in first[1:]] == [f.place for f in second[1:]]


def followed(expression: Expression, suffix: str) -> Edit:
    """Return an edit that puts a method call or subscript after the expression."""
    return expression.source.replace(expression.node, f"{receiver(expression.text)}{suffix}")


def put_behind(source: Source, node: ast.AST, text: str) -> Edit:
    """Return an edit that writes text right behind a node, whatever it is: a further entry, a subscript."""
    end = source.range_of(node).end
    return Edit(source.path, Range(end, end), text)


def argument_followed(project: Project, operation: Operation, position: int, name: str, suffix: str) -> Edit | None:
    """Return an edit that puts a method call or subscript after an argument of the operation's call."""
    expression = argument_of(project, operation, position, name)
    return None if expression is None else followed(expression, suffix)


def prepared(expression: Expression, template: str) -> Edit:
    """Return the edit that writes ``x = template(x)`` on a line before, where ``x`` is a name not read
    again; else one that writes the template in its place.
    """
    source, node = expression.source, expression.node
    statement = source.statement_of(node)
    if isinstance(node, ast.Name) and source.stands_alone(statement) and dies(source, statement, node.id):
        return source.insert_before(statement, f"{node.id} = {template.format(node.id)}")
    return source.replace(node, template.format(expression.text))


def dies(source: Source, statement: ast.stmt, name: str) -> bool:
    """Return whether the statement is the last to read the present value of ``name``, and reads it once."""
    if isinstance(statement, (ast.If, ast.For, ast.While)):
        return False
    if not isinstance(statement, ast.Return) and not rebinds(statement, name):
        in_loop = any(isinstance(a, (ast.For, ast.While)) for a in source.ancestors(statement))
        if in_loop or source.function_of(statement) is None:
            return False
    return len(reads_from(source, statement, name)) == 1


# -- what stands around ---------------------------------------------------------------------------------------------


def lineage(project: Project, tensor: Tensor, limit: int = 12) -> Iterator[Operation]:
    """Yield the nearest operations that ``tensor`` came from through its first operands."""
    for count, operation in enumerate(project.ancestry(tensor)):
        if count >= limit or operation.kind is OperationKind.PLACEHOLDER:
            return
        yield operation


def is_stored(project: Project, tensor: Tensor) -> bool:
    """Return whether a tensor is a parameter or buffer of the model, or a part of one."""
    last = next(reversed(tuple(project.ancestry(tensor))), None)
    return last is not None and (last.kind is OperationKind.GET_ATTR or last.phase is Phase.CONSTRUCT)
