"""The model expression of a file: what the user named, or the one model that no other uses as a part.

It looks at trees; nothing is run.
"""

from __future__ import annotations

import ast
import builtins
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from autofix.loading import constructor_arguments, guessed_construction, model_classes
from autofix.loading.constructor_arguments import Built
from autofix.loading.module_files import ModuleFiles
from autofix.records.errors import MissingInputError, UsageError
from autofix.syntax.name_bindings import constructor_of, required_parameters
from autofix.syntax.source import Source, dotted


def built(source: Source, model: str | None, elsewhere: Iterable[Source], files: ModuleFiles) -> Built:
    """Return the expression that builds the model, and where it comes from.

    ``elsewhere`` are files that may build it, read only if they are needed; ``files`` are those of the project.
    """
    if model is not None:
        return _given(source, model.strip(), elsewhere, files)
    roots = list(model_classes.root_classes(source))
    if not roots:
        roots_or_variables = list(model_classes.model_variables(source))
        if len(roots_or_variables) == 1:
            return Built(roots_or_variables[0])
        used = None if roots_or_variables else constructor_arguments.used(source, files)
        if used is not None:
            return used
        if not roots_or_variables:
            if source.path.suffix == ".ipynb":
                raise UsageError(f"{source.path.name} is a notebook; run `autofix batch {source.path.name}`")
            raise UsageError(f"no nn.Module found in {source.path.name}; name a model with --model EXPR")
        raise UsageError(_several(source, roots_or_variables))
    if len(roots) > 1:
        raise UsageError(_several(source, [class_.name for class_ in roots]))
    return _constructed(source, roots[0], elsewhere, files)


def names(source: Source) -> tuple[str, ...]:
    """Return every model of the file that no other uses as a part: its classes, else its variables that hold layers."""
    roots = sorted(model_classes.root_classes(source), key=lambda class_: class_.lineno)
    classes = tuple(class_.name for class_ in roots)
    return classes or tuple(dict.fromkeys(model_classes.model_variables(source)))


def several(source: Source) -> list[str]:
    """Return the classes that could be the model, else the variables; empty for a file without one."""
    return [class_.name for class_ in model_classes.root_classes(source)] or list(model_classes.model_variables(source))


def _several(source: Source, names: Sequence[str]) -> str:
    choices = ", ".join(f"--model {name}" for name in names)
    return f"{source.path.name} has {len(names)} models; choose one: {choices}"


def _given(source: Source, expression: str, elsewhere: Iterable[Source], files: ModuleFiles) -> Built:
    if not expression:
        raise UsageError("the model expression is empty; pass --model with a class, a variable or an expression")
    try:
        tree = ast.parse(expression, mode="eval").body
    except (SyntaxError, ValueError) as error:
        raise UsageError(f"cannot read the model expression {expression!r}: {error}") from error
    class_ = source.classes.get(expression) if isinstance(tree, ast.Name) else None
    return _constructed(source, class_, elsewhere, files) if class_ is not None else Built(expression)


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


def _constructed(source: Source, class_: ast.ClassDef, elsewhere: Iterable[Source], files: ModuleFiles) -> Built:
    """Return how a model is built: ``Net()``, or as the file shows it, else another, where that needs arguments."""
    constructor = _constructor(source, class_)
    missing = [] if constructor is None else required_parameters(constructor)
    own = _own_calls(source, class_)
    if not missing and (not own or any(not call.args and not call.keywords for call in own)):
        return Built(f"{class_.name}()")
    module_names = _module_names(source)
    for node in own if missing else ():
        used = {n.id for child in (*node.args, *node.keywords) for n in ast.walk(child) if isinstance(n, ast.Name)}
        if used <= module_names:
            return Built(" ".join(source.text_of(node).split()))
    shown = constructor_arguments.shown(source, class_, elsewhere if missing else (), files)
    if shown is not None or not missing:
        return shown or Built(f"{class_.name}()")
    other_call = next((call for other in elsewhere for call in calls_with_plain_values(other, class_.name)), None)
    if other_call is not None:
        return Built(other_call)
    assert constructor is not None
    guessed = guessed_construction.guessed(source, class_, constructor, elsewhere, files)
    if guessed is not None:
        return guessed
    call = f"{class_.name}({', '.join(f'{name}=...' for name in missing)})"
    raise MissingInputError(
        f"`{class_.name}` needs {_listed(missing)}",
        option=f'pass {"it" if len(missing) == 1 else "them"} with --model "{call}"',
        setting=f'model = "{call}"',
    )


def _own_calls(source: Source, class_: ast.ClassDef) -> list[ast.Call]:
    """Return the constructions of a class in its own file, outside of it."""
    return [
        node
        for node in source.nodes
        if isinstance(node, ast.Call) and dotted(node.func) == class_.name and source.class_of(node) is not class_
    ]


def calls_with_plain_values(source: Source, name: str) -> Iterator[str]:
    """Yield the calls of a class in a file whose arguments mean the same in every file."""
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
    """Return what names of the module hold, where that is a plain value that nothing in the file changes: a list that
    is filled later, or a number that is counted up, is none.
    """
    bound = [node.id for node in source.nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    counts = Counter((*bound, *(node.arg for node in source.nodes if isinstance(node, ast.arg))))
    spelled = {
        statement.targets[0].id: _spelled(statement.value, {})
        for statement in source.tree.body
        if isinstance(statement, ast.Assign)
        and isinstance(statement.targets[0], ast.Name)
        and not isinstance(statement.value, (ast.List, ast.Dict, ast.Set))
    }
    return {name: text for name, text in spelled.items() if text is not None and counts[name] == 1}


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


def _constructor(source: Source, class_: ast.ClassDef) -> ast.FunctionDef | None:
    """Return the ``__init__`` of a class, or of a base in the file; None where there is none."""
    for name in model_classes.line_of(source, class_.name):
        own = constructor_of(source.classes[name])
        if own is not None:
            return own
    return None


def _module_names(source: Source) -> set[str]:
    """Return the names that the module has when it is imported; its main block has not run then."""
    names = set(dir(builtins))
    for node in source.tree.body:
        if isinstance(node, ast.If) and any(
            isinstance(n, ast.Name) and n.id == "__name__" for n in ast.walk(node.test)
        ):
            continue
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names.update((alias.asname or alias.name).partition(".")[0] for alias in node.names)
        else:
            names.update(n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))
    return names
