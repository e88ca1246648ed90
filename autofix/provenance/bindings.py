"""Where a name, an attribute or an entry got its value: the expressions that could have set it.

Purely static over the recorded frames: assignments, parameters and their callers, defaults, class attributes, loop
targets, imported constants, config entries by key. It proposes places; whether one is right is found by running.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from autofix.facts.evaluate import evaluate, names_of
from autofix.facts.project_view import Expression, Project
from autofix.provenance.config_entries import keyed_nodes
from autofix.provenance.imported_sources import module_source, returned_by
from autofix.provenance.instances import class_line, instances
from autofix.records.trace import Frame
from autofix.syntax.name_bindings import (
    assignments,
    default_of,
    imported_from,
    imported_modules,
    is_bound_call,
    parameters,
    targets,
)
from autofix.syntax.source import Function, Source, argument, dotted

Inverse = Callable[[int], int | None]


@dataclass(frozen=True, slots=True)
class Binding:
    """An expression that set a name. ``inverse`` turns the value wanted of the name into the one wanted of the
    expression. ``is_argument``: a caller passed it.
    """

    expression: Expression
    name: str
    distance: int = 1
    inverse: Inverse | None = None
    is_argument: bool = False


def bindings(project: Project, expression: Expression) -> Iterator[Binding]:
    """Yield the expressions that could have set the value of a name, attribute or subscript."""
    node = expression.node
    if isinstance(node, ast.Name):
        yield from _name(project, expression, node.id)
    elif isinstance(node, ast.Attribute):
        yield from _attribute(project, expression, node)
    elif isinstance(node, ast.Subscript):
        yield from _entry(project, expression, node)


# -- names -------------------------------------------------------------------------------------------------------------


def _name(project: Project, expression: Expression, name: str) -> Iterator[Binding]:
    source = expression.source
    frames = of_function(expression.frames)
    for comprehension in (a for a in source.ancestors(expression.node) if isinstance(a, _COMPREHENSIONS)):
        for generator in comprehension.generators:
            if name in targets(generator.target):
                yield from _iterated(project, Expression(source, generator.iter, frames), name)
                return
    function = source.function_of(expression.node)
    if function is not None and any(node is expression.node for node in ast.walk(function.args)):
        function = source.function_of(function)  # A default is evaluated where the function is defined.
    while function is not None:
        function_bindings = list(_function_scope(project, expression, function, name, frames))
        if function_bindings:
            yield from function_bindings
            return
        frames = _enclosing_frames(frames)
        function = source.function_of(function)
    yield from _module_scope(project, source, name)


_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


_COMPREHENSION_FRAMES = (".<listcomp>", ".<setcomp>", ".<dictcomp>", ".<genexpr>")


def of_function(frames: tuple[Frame, ...]) -> tuple[Frame, ...]:
    """Return the frames from that of the function on: a comprehension may have one of its own."""
    while frames and frames[0].function.endswith(_COMPREHENSION_FRAMES):
        frames = _enclosing_frames(frames)
    return frames


def _enclosing_frames(frames: tuple[Frame, ...]) -> tuple[Frame, ...]:
    if not frames or ".<locals>." not in frames[0].function:
        return ()
    parent = frames[0].function.rpartition(".<locals>.")[0]
    index = next((i for i, f in enumerate(frames) if i and f.function == parent and f.path == frames[0].path), None)
    return () if index is None else frames[index:]


def _function_scope(
    project: Project,
    expression: Expression,
    function: Function,
    name: str,
    frames: tuple[Frame, ...],
) -> Iterator[Binding]:
    source = expression.source
    assigned = list(assignments(source, function, name))
    before = [pair for pair in assigned if pair[0].lineno <= expression.node.lineno]
    for statement, value in sorted(before or assigned, key=lambda pair: -pair[0].lineno):
        yield from _assigned(project, Expression(source, value, frames), statement, name)
    if name in parameters(function):
        yield from _argument(project, source, function, name, frames)
        if unpacked_key(project, expression) == name:
            yield from keyed(project, name, project.integer(expression))


def _assigned(project: Project, value: Expression, statement: ast.stmt, name: str) -> Iterator[Binding]:
    if isinstance(statement, (ast.For, ast.AsyncFor)):
        yield from _iterated(project, value, name)
    elif isinstance(statement, ast.AugAssign):
        yield Binding(value, f"`{name}`", 1, _augmented(project, value, statement))
    else:
        yield Binding(value, f"`{name}`")


def _augmented(project: Project, value: Expression, statement: ast.AugAssign) -> Inverse:
    """Return the function that tells what ``e`` in ``x += e`` must be: the difference to what ``x`` is now."""
    added = project.integer(value)
    now = project.integer(value.at(_load(statement.target)))

    def inverse(target_size: int) -> int | None:
        if added is None or now is None or not isinstance(statement.op, (ast.Add, ast.Mult)):
            return None
        if isinstance(statement.op, ast.Add):
            return target_size - now + added
        return target_size * added // now if now and target_size * added % now == 0 else None

    return inverse


def _load(node: ast.expr) -> ast.expr:
    return ast.parse(dotted(node) or "None", mode="eval").body


# -- parameters --------------------------------------------------------------------------------------------------------


def _argument(
    project: Project,
    source: Source,
    function: Function,
    name: str,
    frames: tuple[Frame, ...],
) -> Iterator[Binding]:
    """Yield the caller's argument, else the default."""
    caller = project.call(frames[1:]) if len(frames) > 1 else None
    if caller is not None and isinstance(caller.node, ast.Call):
        passed = _passed(project, caller, caller.node, source, function, name)
        if passed is not None:
            yield Binding(passed, f"argument `{name}` of the caller", is_argument=True)
            return
    default = default_of(function, name)
    if default is not None:
        yield Binding(Expression(source, default), f"default of `{name}`")


def unpacked_key(project: Project, expression: Expression) -> str:
    """Return the name of a parameter that the caller fills from ``**config``, or a library from a config that the
    caller hands it, as hydra's ``instantiate(config)`` does, or that a model run alone is built with as a config says;
    empty for any other expression.
    """
    if project.is_configured and len(expression.frames) == 1 and isinstance(expression.node, ast.Name):
        return expression.node.id
    caller = project.call(expression.frames[1:]) if len(expression.frames) > 1 else None
    if not isinstance(expression.node, ast.Name) or caller is None or not isinstance(caller.node, ast.Call):
        return ""
    names = [keyword.arg for keyword in caller.node.keywords]
    is_filled = None in names or _is_of_library(project, caller.source, caller.node)
    return expression.node.id if is_filled and expression.node.id not in names else ""


def _is_of_library(project: Project, source: Source, call: ast.Call) -> bool:
    """Return whether a call goes to what a file imports from outside of the project."""
    first = dotted(call.func).partition(".")[0]
    modules = [module for module, _ in (*imported_from(source, first), *imported_modules(source, first))]
    return bool(modules) and all(module_source(project, source, module) is None for module in modules)


def _passed(
    project: Project,
    caller: Expression,
    call: ast.Call,
    source: Source,
    function: Function,
    name: str,
) -> Expression | None:
    for keyword in call.keywords:
        if keyword.arg == name:
            return caller.at(keyword.value)
        if keyword.arg is None:
            entry = next(iter(_entries(project, caller.at(keyword.value), name)), None)
            if entry is not None:
                return entry
    positional = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
    if name not in positional:
        return None
    node = argument(call, positional.index(name) - is_bound_call(source, function, call), name)
    return None if node is None else caller.at(node)


# -- modules and classes -----------------------------------------------------------------------------------------------


def _module_scope(project: Project, source: Source, name: str) -> Iterator[Binding]:
    assigned = sorted(assignments(source, source.tree, name), key=lambda pair: -pair[0].lineno)
    for statement, value in assigned:
        for binding in _assigned(project, Expression(source, value), statement, name):
            yield Binding(binding.expression, f"constant `{name}`", binding.distance, binding.inverse)
    if assigned:
        return
    for module, original in imported_from(source, name):
        other = module_source(project, source, module)
        if other is not None:
            yield from _module_scope(project, other, original)


def _attribute(project: Project, expression: Expression, node: ast.Attribute) -> Iterator[Binding]:
    source = expression.source
    if isinstance(node.value, ast.Name):
        owner = source.class_of(node)
        function = source.function_of(node)
        if owner is not None and function is not None and parameters(function)[:1] == [node.value.id]:
            yield from _self_attribute(project, expression, owner, node)
            return
        if node.value.id in source.classes:
            yield from _class_attribute(source, source.classes[node.value.id], node.attr)
            return
        module = next((m for m, original in imported_modules(source, node.value.id) if original), None)
        other = module_source(project, source, module) if module else None
        if other is not None:
            yield from _module_scope(project, other, node.attr)
            return
    for entry in _entries(project, Expression(source, node.value, expression.frames), node.attr):
        yield Binding(entry, f"`{node.attr}`")
    yield from keyed(project, node.attr, project.integer(expression))


def _self_attribute(
    project: Project, expression: Expression, owner: ast.ClassDef, node: ast.Attribute
) -> Iterator[Binding]:
    target = f"{dotted(node.value)}.{node.attr}"
    for source, class_ in class_line(project, expression.source, owner):
        for method in (m for m in class_.body if isinstance(m, (ast.FunctionDef, ast.AsyncFunctionDef))):
            own = f"{parameters(method)[0]}.{node.attr}" if parameters(method) else target
            frames = _method_frames(project, expression, class_, method)
            for statement, bound in sorted(assignments(source, method, own), key=lambda pair: -pair[0].lineno):
                if bound is node or (statement.lineno >= node.lineno and method is expression.source.function_of(node)):
                    continue
                yield from _assigned(project, Expression(source, bound, frames), statement, f"self.{node.attr}")
        yield from _class_attribute(source, class_, node.attr)


def _method_frames(
    project: Project, expression: Expression, class_: ast.ClassDef, method: ast.AST
) -> tuple[Frame, ...]:
    """Return the frames in which ``method`` ran: the expression's own, else those in which its instance was built."""
    name = getattr(method, "name", "")
    qualified_name = f"{class_.name}.{name}"
    for index, frame in enumerate(expression.frames):
        if frame.function.endswith(qualified_name):
            return expression.frames[index:]
    for layer in instances(project, expression, class_):
        for index, frame in enumerate(layer.construction):
            if frame.function.endswith(qualified_name):
                return layer.construction[index:]
    return ()


def _class_attribute(source: Source, class_: ast.ClassDef, name: str) -> Iterator[Binding]:
    for _, value in assignments(source, class_, name):
        yield Binding(Expression(source, value), f"class attribute `{name}`")


# -- entries -----------------------------------------------------------------------------------------------------------


def _entry(project: Project, expression: Expression, node: ast.Subscript) -> Iterator[Binding]:
    base = expression.at(node.value)
    key = evaluate(node.slice, project.names(expression))
    if isinstance(key, str):
        has_entries = False
        for entry in _entries(project, base, key):
            has_entries = True
            yield Binding(entry, f"entry {key!r}")
        if not has_entries:
            yield from keyed(project, key, project.integer(expression))
    elif isinstance(key, int):
        for literal in literals(project, base):
            if isinstance(literal.node, (ast.List, ast.Tuple)) and -len(literal.node.elts) <= key < len(
                literal.node.elts
            ):
                yield Binding(literal.at(literal.node.elts[key]), f"entry {key}")


def _entries(project: Project, base: Expression, key: str) -> Iterator[Expression]:
    """Yield what a mapping or object literal that ``base`` comes from holds under ``key``."""
    for literal in literals(project, base):
        node = literal.node
        if isinstance(node, ast.Dict):
            for name, value in zip(node.keys, node.values, strict=True):
                if isinstance(name, ast.Constant) and name.value == key:
                    yield literal.at(value)
        elif isinstance(node, ast.Call):
            passed = [k.value for k in node.keywords if k.arg == key]
            yield from (literal.at(value) for value in passed)
            class_ = literal.source.classes.get(dotted(node.func))
            if class_ is not None and not passed:
                yield from (b.expression for b in _class_attribute(literal.source, class_, key))


def literals(project: Project, expression: Expression, depth: int = 0) -> Iterator[Expression]:
    """Yield the list, tuple, dict or call displays that an expression's value was written as."""
    node = expression.node
    if depth > 8:
        return
    if isinstance(node, (ast.List, ast.Tuple, ast.Dict)):
        yield expression
    elif isinstance(node, ast.Call):
        inner = dotted(node.func)
        if inner in {"list", "tuple", "reversed", "enumerate", "iter", "sorted"} and node.args:
            yield from literals(project, expression.at(node.args[0]), depth + 1)
        elif inner in {"zip", "pairwise", "itertools.pairwise"}:
            for part in node.args:
                yield from literals(project, expression.at(part), depth + 1)
        elif isinstance(node.func, ast.Attribute) and node.func.attr in {"items", "values", "keys", "copy"}:
            yield from literals(project, expression.at(node.func.value), depth + 1)
        else:
            returned = list(returned_by(project, expression.source, inner))
            for value in returned:
                yield from literals(project, value, depth + 1)
            yield from () if returned else (expression,)
    elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
        yield from literals(project, expression.at(node.value), depth + 1)
    elif isinstance(node, ast.BinOp):
        for side in (node.left, node.right):
            yield from literals(project, expression.at(side), depth + 1)
    elif isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)):
        for binding in bindings(project, expression):
            yield from literals(project, binding.expression, depth + 1)


def _iterated(project: Project, iterable: Expression, name: str) -> Iterator[Binding]:
    """Yield the entries of the sequence that a loop runs over; the caller picks those with the value at hand."""
    for literal in literals(project, iterable):
        node = literal.node
        values = (
            node.values if isinstance(node, ast.Dict) else node.elts if isinstance(node, (ast.List, ast.Tuple)) else []
        )
        for value in _flat(values):
            yield Binding(literal.at(value), f"entry of the sequence that `{name}` runs over", 2)


def _flat(values: list[ast.expr]) -> Iterator[ast.expr]:
    for value in values:
        if isinstance(value, (ast.List, ast.Tuple)):
            yield from _flat(value.elts)
        else:
            yield value


# -- config entries by key ---------------------------------------------------------------------------------------------


def keyed(project: Project, key: str, value: int | None) -> Iterator[Binding]:
    """Yield the expressions anywhere in the project that are written under ``key`` and have ``value``:
    config entries and defaults.
    """
    if value is None:
        return
    for source in project.sources():
        for description, node in keyed_nodes(source, key):
            if evaluate(node, names_of(project.trace, None, source.path)) == value:
                yield Binding(Expression(source, node), description)
