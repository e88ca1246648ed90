"""The model expression of a file: what the user named, or the one model that no other uses as a part.

It looks at trees; nothing is run.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator, Sequence

from autofix.records.errors import MissingInputError, UsageError
from autofix.syntax.source import Source, dotted

_BASES = frozenset(("Module", "Sequential", "ModuleList", "LightningModule", "PreTrainedModel"))


def expression(source: Source, model: str | None, elsewhere: Iterable[Source] = ()) -> str:
    """Return the expression that builds the model.

    ``elsewhere`` are files that may build it, read only if they are needed.
    """
    if model is not None:
        return _given(source, model.strip(), elsewhere)
    roots = list(_root_classes(source))
    if not roots:
        roots_or_variables = list(_model_variables(source))
        if len(roots_or_variables) == 1:
            return roots_or_variables[0]
        if not roots_or_variables:
            if source.path.suffix == ".ipynb":
                raise UsageError(f"{source.path.name} is a notebook; run `autofix batch {source.path.name}`")
            raise UsageError(f"no nn.Module found in {source.path.name}; name a model with --model EXPR")
        raise UsageError(_several(source, roots_or_variables))
    if len(roots) > 1:
        raise UsageError(_several(source, [class_.name for class_ in roots]))
    return _constructed(source, roots[0], elsewhere)


def names(source: Source) -> tuple[str, ...]:
    """Return every model of the file that no other uses as a part: its classes, else its variables that hold layers."""
    classes = tuple(class_.name for class_ in sorted(_root_classes(source), key=lambda class_: class_.lineno))
    return classes or tuple(dict.fromkeys(_model_variables(source)))


def several(source: Source) -> list[str]:
    """Return the classes that could be the model, else the variables; empty for a file without one."""
    return [class_.name for class_ in _root_classes(source)] or list(_model_variables(source))


def _several(source: Source, names: Sequence[str]) -> str:
    choices = ", ".join(f"--model {name}" for name in names)
    return f"{source.path.name} has {len(names)} models; choose one: {choices}"


def _given(source: Source, expression: str, elsewhere: Iterable[Source]) -> str:
    if not expression:
        raise UsageError("the model expression is empty; pass --model with a class, a variable or an expression")
    try:
        tree = ast.parse(expression, mode="eval").body
    except (SyntaxError, ValueError) as error:
        raise UsageError(f"cannot read the model expression {expression!r}: {error}") from error
    class_ = source.classes.get(expression) if isinstance(tree, ast.Name) else None
    return _constructed(source, class_, elsewhere) if class_ is not None else expression


def check_name(source: Source, expression: str) -> None:
    """Raise UsageError if the expression is a name that nothing in the file can have bound."""
    bound = {*_module_names(source), *source.classes}
    bound |= {node.id for node in source.nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    bound |= {node.name for node in source.nodes if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}
    for node in source.nodes:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            bound |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
    if not expression.isidentifier() or expression in bound or "*" in bound:
        return
    models = names(source)
    choices = f"; it has {', '.join(models)}" if models else ""
    raise UsageError(f"there is no `{expression}` in {source.path.name}{choices}")


def _root_classes(source: Source) -> Iterator[ast.ClassDef]:
    """Yield the model classes that no other uses as a part or a base."""
    models = {name: class_ for name, class_ in source.classes.items() if _is_model(source, class_, set())}
    for name, class_ in models.items():
        if isinstance(source.parents.get(class_), ast.Module) and not _is_part(source, name, class_):
            yield class_


def _is_model(source: Source, class_: ast.ClassDef, seen: set[str]) -> bool:
    if class_.name in seen:
        return False
    seen.add(class_.name)
    for base in class_.bases:
        name = dotted(base).rpartition(".")[2]
        if name in _BASES or (name in source.classes and _is_model(source, source.classes[name], seen)):
            return True
        if name not in source.classes and _has_forward(class_):
            return True
    return False


def is_part_elsewhere(name: str, elsewhere: Iterable[Source]) -> bool:
    """Return whether a model of another file has the class as a part, or has it as its base."""
    return any(_has_part(source, name) for source in elsewhere)


def _has_part(source: Source, name: str) -> bool:
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


def _has_forward(class_: ast.ClassDef) -> bool:
    return any(isinstance(node, ast.FunctionDef) and node.name == "forward" for node in class_.body)


def _is_part(source: Source, name: str, class_: ast.ClassDef) -> bool:
    for node in source.nodes:
        if not (isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)):
            continue
        owner = source.class_of(node)
        if owner is class_:
            continue
        if owner is not None or not _is_construction(source, node):
            return owner is not None or _is_stored(source, node)
        function = source.function_of(node)
        if function is not None and not _is_returned(source, node):
            return any(
                isinstance(a, ast.Call) and dotted(a.func).endswith(("Sequential", "ModuleList"))
                for a in source.ancestors(node)
            ) or _feeds_list(source, node)
    return False


def _is_construction(source: Source, node: ast.Name) -> bool:
    parent = source.parents.get(node)
    return isinstance(parent, ast.Call) and parent.func is node


def _is_stored(source: Source, node: ast.Name) -> bool:
    """Return whether the class itself, not an instance, is passed on, as a building block for other code."""
    return isinstance(source.parents.get(node), (ast.Call, ast.keyword, ast.Dict, ast.List, ast.Tuple, ast.ClassDef))


def _is_returned(source: Source, node: ast.AST) -> bool:
    statement = source.statement_of(node)
    return isinstance(statement, ast.Return) and isinstance(statement.value, ast.Call) and statement.value.func is node


def _feeds_list(source: Source, node: ast.AST) -> bool:
    statement = source.statement_of(node)
    return isinstance(statement, ast.AugAssign) or any(
        isinstance(a, ast.Call) and isinstance(a.func, ast.Attribute) and a.func.attr in {"append", "extend"}
        for a in source.ancestors(node)
    )


def _model_variables(source: Source) -> Iterator[str]:
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


def _constructed(source: Source, class_: ast.ClassDef, elsewhere: Iterable[Source]) -> str:
    """Return ``Net()``, or a call of the file, else of another, where the constructor needs arguments."""
    missing = _required(source, class_)
    if not missing:
        return f"{class_.name}()"
    module_names = _module_names(source)
    for node in source.nodes:
        if isinstance(node, ast.Call) and dotted(node.func) == class_.name and source.class_of(node) is not class_:
            used = {n.id for child in (*node.args, *node.keywords) for n in ast.walk(child) if isinstance(n, ast.Name)}
            if used <= module_names:
                return " ".join(source.text_of(node).split())
    other_call = next((call for other in elsewhere for call in calls_with_plain_values(other, class_.name)), None)
    if other_call is not None:
        return other_call
    call = f"{class_.name}({', '.join(f'{name}=...' for name in missing)})"
    raise MissingInputError(
        f"`{class_.name}` needs {_listed(missing)}",
        option=f'pass {"it" if len(missing) == 1 else "them"} with --model "{call}"',
        setting=f'model = "{call}"',
    )


def calls_with_plain_values(source: Source, name: str) -> Iterator[str]:
    """Yield the calls of a class in a file that imports it whose arguments mean the same in every file."""
    try:
        nodes = source.nodes
    except (SyntaxError, ValueError, RecursionError):
        return
    constants = _plain_constants(source)
    for node in nodes:
        if not isinstance(node, ast.Call) or dotted(node.func).rpartition(".")[2] != name:
            continue
        spelled = [_spelled(argument, constants) for argument in node.args]
        spelled += [_keyword(keyword, constants) for keyword in node.keywords]
        if None not in spelled:
            yield f"{name}({', '.join(filter(None, spelled))})"


def _plain_constants(source: Source) -> dict[str, str]:
    """Return what names of the module hold, where that is a plain value assigned once."""
    assigned: dict[str, list[ast.expr]] = {}
    for node in source.nodes:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            assigned.setdefault(node.targets[0].id, []).append(node.value)
    single = {name: _spelled(values[0], {}) for name, values in assigned.items() if len(values) == 1}
    return {name: text for name, text in single.items() if text is not None}


def _keyword(keyword: ast.keyword, constants: dict[str, str]) -> str | None:
    value = _spelled(keyword.value, constants)
    return None if value is None or keyword.arg is None else f"{keyword.arg}={value}"


def _spelled(node: ast.expr, constants: dict[str, str]) -> str | None:
    if isinstance(node, ast.Name):
        return constants.get(node.id)
    try:
        return repr(ast.literal_eval(node))
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None


def _listed(names: Sequence[str]) -> str:
    quoted = [f"`{name}`" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def _required(source: Source, class_: ast.ClassDef) -> list[str]:
    """Return the constructor parameters without defaults."""
    for name in _line(source, class_, set()):
        for node in source.classes[name].body:
            if isinstance(node, ast.FunctionDef) and node.name == "__init__":
                return _required_parameters(node)
    return []


def _line(source: Source, class_: ast.ClassDef, seen: set[str]) -> Iterator[str]:
    if class_.name in seen:
        return
    seen.add(class_.name)
    yield class_.name
    for base in class_.bases:
        name = dotted(base).rpartition(".")[2]
        if name in source.classes:
            yield from _line(source, source.classes[name], seen)


def _required_parameters(function: ast.FunctionDef) -> list[str]:
    arguments = function.args
    positional = [a.arg for a in (*arguments.posonlyargs, *arguments.args)][1:]
    required = positional[: max(0, len(positional) - len(arguments.defaults))]
    keyword_only = [
        a.arg for a, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if default is None
    ]
    return [*required, *keyword_only]


def _module_names(source: Source) -> set[str]:
    names = set(dir(builtins))
    for node in source.tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names.update((alias.asname or alias.name).partition(".")[0] for alias in node.names)
        else:
            names.update(n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))
    return names
