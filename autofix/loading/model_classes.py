"""Which classes of a file are models, and which of them no other uses as a part.

It looks at trees; nothing is run.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from autofix.syntax.source import Source, dotted

_BASES = frozenset(("Module", "Sequential", "ModuleList", "LightningModule", "PreTrainedModel"))


def root_classes(source: Source) -> Iterator[ast.ClassDef]:
    """Yield the model classes that no other uses as a part or a base."""
    models = {name: class_ for name, class_ in source.classes.items() if _is_model(source, class_, set())}
    for name, class_ in models.items():
        if is_at_top(source, class_) and not _is_part(source, name, class_):
            yield class_


def is_at_top(source: Source, class_: ast.ClassDef) -> bool:
    """Return whether the module itself defines the class, be it in a condition or a ``try``."""
    return not any(
        isinstance(above, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) for above in source.ancestors(class_)
    )


def is_model(source: Source, class_: ast.ClassDef) -> bool:
    """Return whether a class is a model as far as its file tells."""
    return _is_model(source, class_, set())


def line_of(source: Source, name: str) -> Iterator[str]:
    """Yield the class and its bases in the same file, nearest first."""
    return _line(source, source.classes[name], set())


def _is_model(source: Source, class_: ast.ClassDef, seen: set[str]) -> bool:
    if class_.name in seen:
        return False
    seen.add(class_.name)
    for base in class_.bases:
        name = dotted(base).rpartition(".")[2]
        if name in _BASES or (name in source.classes and _is_model(source, source.classes[name], seen)):
            return True
        if name not in source.classes and has_forward(class_) and _may_be_of_torch(source, base):
            return True
    return False


def _may_be_of_torch(source: Source, base: ast.expr) -> bool:
    """Return whether an unknown base may be a module: not ``caffe.Layer`` in a file that has nothing of torch."""
    owner = dotted(base).partition(".")[0]
    imports = (alias for node in source.nodes if isinstance(node, ast.Import) for alias in node.names)
    is_of_package = any((alias.asname or alias.name) == owner != dotted(base) for alias in imports)
    return not is_of_package or "torch" in source.text


def is_part_elsewhere(name: str, elsewhere: Iterable[Source]) -> bool:
    """Return whether a model of another file has the class as a part, or has it as its base."""
    return any(_has_part(source, name) for source in elsewhere)


def _has_part(source: Source, name: str) -> bool:
    if name not in source.text:
        return False
    try:
        nodes = source.nodes
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    uses = [
        node
        for node in nodes
        if isinstance(node, (ast.Name, ast.Attribute)) and dotted(node).rpartition(".")[2] == name
    ]
    owners = (source.class_of(node) for node in uses)
    return any(owner is not None and _is_model(source, owner, set()) for owner in owners)


def has_forward(class_: ast.ClassDef) -> bool:
    """Return whether a class defines ``forward`` itself; the static one of an autograd function is no model's."""
    methods = (node for node in class_.body if isinstance(node, ast.FunctionDef) and node.name == "forward")
    return any("staticmethod" not in map(dotted, method.decorator_list) for method in methods)


def _is_part(source: Source, name: str, class_: ast.ClassDef) -> bool:
    """Return whether another model has the class as a part or a base.

    A class that is only handed on (in a registry, a list, to a function of any kind) is nobody's part.
    """
    uses = (node for node in source.nodes if isinstance(node, ast.Name) and node.id == name)
    return any(_makes_part(source, node, class_) for node in uses if isinstance(node.ctx, ast.Load))


def _makes_part(source: Source, node: ast.Name, class_: ast.ClassDef) -> bool:
    parent = source.parents.get(node)
    if isinstance(parent, ast.ClassDef):
        return parent is not class_ and node in parent.bases
    owner = source.class_of(node)
    if owner is class_ or _is_only_named(source, node):
        return False
    if owner is not None and _is_model(source, owner, set()):
        return True
    if not _is_construction(source, node):
        return _reaches_model(source, node, set())
    if source.function_of(node) is None or owner is not None or _is_returned(source, node):
        return False
    return _feeds_list(source, node) or any(
        isinstance(above, ast.Call) and dotted(above.func).endswith(("Sequential", "ModuleList"))
        for above in source.ancestors(node)
    )


def _is_only_named(source: Source, node: ast.AST) -> bool:
    """Return whether a class is named for its kind alone: in an annotation, ``isinstance`` or ``super``."""
    child: ast.AST = node
    for above in source.ancestors(node):
        if isinstance(above, (ast.arg, ast.AnnAssign)) and above.annotation is child:
            return True
        if isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return above.returns is child
        if isinstance(above, ast.Call) and dotted(above.func) in {"isinstance", "issubclass", "super"}:
            return True
        child = above
    return False


def _is_construction(source: Source, node: ast.AST) -> bool:
    parent = source.parents.get(node)
    return isinstance(parent, ast.Call) and parent.func is node


def _reaches_model(source: Source, node: ast.AST, seen: set[tuple[str, str]]) -> bool:
    """Return whether a class that is handed on, not an instance, becomes a building block of a model: it is an
    argument of a model's construction, or of a function of the file that hands it on to one.
    """
    parent = source.parents.get(node)
    keyword = parent.arg if isinstance(parent, ast.keyword) else None
    call = source.parents.get(parent) if isinstance(parent, ast.keyword) else parent
    if not isinstance(call, ast.Call) or call.func is node:
        return False
    callee = dotted(call.func)
    model = source.classes.get(callee)
    if model is not None:
        return _is_model(source, model, set())
    if callee.rpartition(".")[2] == "partial":
        return False
    for function in source.functions:
        if isinstance(function, ast.Lambda) or function.name != callee or source.class_of(function) is not None:
            continue
        names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
        position = call.args.index(node) if node in call.args else len(names)
        parameter = keyword or (names[position] if position < len(names) else "")
        if not parameter or (callee, parameter) in seen:
            continue
        seen.add((callee, parameter))
        reads = [n for n in ast.walk(function) if isinstance(n, ast.Name) and n.id == parameter]
        if any(_reaches_model(source, read, seen) for read in reads):
            return True
    return False


def _is_returned(source: Source, node: ast.AST) -> bool:
    statement = source.statement_of(node)
    return isinstance(statement, ast.Return) and isinstance(statement.value, ast.Call) and statement.value.func is node


def _feeds_list(source: Source, node: ast.AST) -> bool:
    statement = source.statement_of(node)
    return isinstance(statement, ast.AugAssign) or any(
        isinstance(a, ast.Call) and isinstance(a.func, ast.Attribute) and a.func.attr in {"append", "extend"}
        for a in source.ancestors(node)
    )


def model_variables(source: Source) -> Iterator[str]:
    """Yield the module-level variables that hold a container of layers and are no part of another."""
    names = [
        dotted(node.targets[0])
        for node in source.tree.body
        if isinstance(node, ast.Assign)
        and len(node.targets) == 1
        and isinstance(node.value, ast.Call)
        and dotted(node.value.func).rpartition(".")[2] in {"Sequential", "Transformer", "TransformerEncoder"}
    ]
    for name in names:
        uses = [n for n in source.nodes if isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Load)]
        if not any(
            dotted(a.func).endswith("Sequential")
            for use in uses
            for a in source.ancestors(use)
            if isinstance(a, ast.Call)
        ):
            yield name


def _line(source: Source, class_: ast.ClassDef, seen: set[str]) -> Iterator[str]:
    if class_.name in seen:
        return
    seen.add(class_.name)
    yield class_.name
    for base in class_.bases:
        name = dotted(base).rpartition(".")[2]
        if name in source.classes:
            yield from _line(source, source.classes[name], seen)
