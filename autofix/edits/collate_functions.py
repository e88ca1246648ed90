"""The functions of a project that put samples together, and the loaders that are passed none.

It reads the files alone. A function counts that is called after what it does, or that goes through its only argument,
and that nothing reads except other loaders; how a loader's file would call it is worked out from its imports.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from autofix.edits.set_arguments import argument_set
from autofix.facts.call_sites import put_behind
from autofix.facts.project_view import Expression, Project
from autofix.records.locations import Edit
from autofix.syntax.name_bindings import callee_name, constructor_of, imported_from, required_parameters
from autofix.syntax.source import Function, Source, argument, dotted

ARGUMENT = "collate_fn"
_LOADER, _POSITION = "DataLoader", 6
_NAMED = "collate"


@dataclass(frozen=True, slots=True)
class CollateFunction:
    """``text`` is how a loader's file calls it, once ``imports`` are made; ``is_named`` after what it does."""

    text: str
    is_named: bool
    imports: tuple[Edit, ...] = ()


def bare_loaders(project: Project) -> Iterator[tuple[Source, ast.Call]]:
    """Yield the calls that make a loader without a function for its samples."""
    return ((source, call) for source, call in loader_calls(project) if not _has_function(source, call))


def loader_calls(project: Project) -> Iterator[tuple[Source, ast.Call]]:
    """Yield the calls that make a loader: of torch's class, of one made of it, or of a function that hands its
    arguments on to one.
    """
    names = _loader_names(project)
    for source in project.sources():
        for call in source.calls:
            if _original(source, callee_name(call)) in names:
                yield source, call


def collate_functions(
    project: Project, source: Source, call: ast.Call, data_set: ast.ClassDef | None
) -> Iterator[CollateFunction]:
    """Yield what of the project puts samples together and could be passed to a loader, what is named so first."""
    functions = [
        CollateFunction(text, _NAMED in name.lower(), imports)
        for other in project.sources()
        for name, node, is_made in _candidates(other, data_set)
        if not _is_read(project, name, node)
        for text, imports in _reachable(source, other, call, name, node)
        for text in ((f"{text}()" if is_made else text),)
    ]
    seen: set[str] = set()
    for function in sorted(functions, key=lambda each: (not each.is_named, bool(each.imports), each.text[-1] == ")")):
        if function.text not in seen:
            seen.add(function.text)
            yield function


def passed(source: Source, call: ast.Call, text: str) -> tuple[Edit, ...]:
    """Return the edit that passes a function to a loader."""
    position = _POSITION if _original(source, callee_name(call)) == _LOADER else -1
    return argument_set(Expression(source, call), ARGUMENT, text, position)


def _loader_names(project: Project) -> set[str]:
    names = {_LOADER}
    for source in project.sources():
        for class_ in source.classes.values():
            bases = {_original(source, dotted(base).rpartition(".")[2]) for base in class_.bases}
            constructor = constructor_of(class_)
            if bases & names and (constructor is None or _hands_on(constructor)):
                names.add(class_.name)
        for function in source.functions:
            calls = [n for n in ast.walk(function) if isinstance(n, ast.Call)]
            loaders = [n for n in calls if _original(source, callee_name(n)) in names]
            if any(_passes_on(function, each) for each in loaders):
                names.add(function.name)
    return names


def _hands_on(function: Function) -> bool:
    """Return whether a constructor takes the function by name or hands on whatever it is passed."""
    parameters = {a.arg for a in (*function.args.args, *function.args.kwonlyargs)}
    return function.args.kwarg is not None or ARGUMENT in parameters


def _passes_on(function: Function, call: ast.Call) -> bool:
    every = function.args.kwarg.arg if function.args.kwarg is not None else ""
    parameters = {a.arg for a in (*function.args.args, *function.args.kwonlyargs)}
    texts = {(keyword.arg, dotted(keyword.value)) for keyword in call.keywords}
    return bool(every and (None, every) in texts) or (ARGUMENT in parameters and (ARGUMENT, ARGUMENT) in texts)


def _has_function(source: Source, call: ast.Call) -> bool:
    """Return whether a loader is passed a function, or may be by what its own function is called with."""
    value = argument(call, _POSITION, ARGUMENT)
    if value is not None:
        return not (isinstance(value, ast.Constant) and value.value is None)
    function = source.function_of(call)
    return function is not None and _passes_on(function, call)


def _candidates(source: Source, data_set: ast.ClassDef | None) -> Iterator[tuple[str, ast.AST, bool]]:
    """Yield the name and the node of what takes a list of samples, and whether it is a class to be called first."""
    for function in source.functions:
        owner = source.parents.get(function)
        is_method = isinstance(owner, ast.ClassDef) and not _is_static(function)
        is_own = isinstance(owner, ast.Module) or (owner is not None and owner is data_set)
        if is_own and not function.name.startswith("__") and _takes_samples(function, is_method):
            yield function.name, function, False
        elif isinstance(owner, ast.ClassDef) and function.name == "__call__" and _NAMED in owner.name.lower():
            constructor = constructor_of(owner)
            if constructor is None or not required_parameters(constructor):
                yield owner.name, owner, True


def _is_static(function: Function) -> bool:
    return "staticmethod" in {dotted(decorator) for decorator in getattr(function, "decorator_list", [])}


def _takes_samples(function: ast.FunctionDef | ast.AsyncFunctionDef, is_method: bool) -> bool:
    """Return whether a function takes one argument, and is named after putting samples together or goes through it."""
    arguments = function.args
    positional = [a.arg for a in (*arguments.posonlyargs, *arguments.args)][is_method:]
    required = positional[: max(0, len(positional) - len(arguments.defaults))]
    if len(required) != 1 or None in arguments.kw_defaults:
        return False
    loops = (n.iter for n in ast.walk(function) if isinstance(n, (ast.For, ast.comprehension)))
    unzipped = (
        part.value
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and dotted(node.func) == "zip"
        for part in node.args
        if isinstance(part, ast.Starred)
    )
    through = {dotted(node) for node in (*loops, *unzipped)}
    has_result = any(isinstance(n, ast.Return) and n.value is not None for n in ast.walk(function))
    return has_result and (_NAMED in function.name.lower() or required[0] in through)


def _is_read(project: Project, name: str, definition: ast.AST) -> bool:
    """Return whether anything but a loader reads what is called ``name`` somewhere, or as what a file imports it."""
    for source in project.sources():
        names = {name, *(alias for alias, original in _imported(source) if original == name)}
        for node in source.nodes:
            if isinstance(node, (ast.Name, ast.Attribute)) and dotted(node).rpartition(".")[2] in names:
                parent = source.parents.get(node)
                is_passed = isinstance(parent, ast.keyword) and parent.arg == ARGUMENT
                is_part = isinstance(parent, ast.Attribute)
                if not is_passed and not is_part and definition not in source.ancestors(node):
                    return True
    return False


def _imported(source: Source) -> Iterator[tuple[str, str]]:
    for node in source.nodes:
        if isinstance(node, ast.ImportFrom):
            yield from ((alias.asname or alias.name, alias.name) for alias in node.names)


def _reachable(
    source: Source, other: Source, call: ast.Call, name: str, node: ast.AST
) -> Iterator[tuple[str, tuple[Edit, ...]]]:
    """Yield how ``source`` can write what ``other`` defines as ``name``, with the edit of an import that it needs."""
    owner = other.parents.get(node)
    if isinstance(owner, ast.ClassDef):
        data = argument(call, 0, "dataset")
        if data is not None and dotted(data):
            yield f"{dotted(data)}.{name}", ()
        elif isinstance(data, ast.Call) and isinstance(node, ast.FunctionDef) and _is_static(node):
            yield f"{other.text_of(data.func) if other is source else source.text_of(data.func)}.{name}", ()
        return
    if other is source:
        yield name, ()
        return
    module = other.path.parent.name if other.path.stem == "__init__" else other.path.stem
    for statement in source.nodes:
        if isinstance(statement, ast.ImportFrom):
            is_of_file = (statement.module or "").rpartition(".")[2] == module
            for alias in statement.names:
                if alias.name == name and is_of_file:
                    yield alias.asname or alias.name, ()
                    return
                if alias.name == module:
                    yield f"{alias.asname or alias.name}.{name}", ()
                    return
        elif isinstance(statement, ast.Import):
            for alias in statement.names:
                if alias.name.rpartition(".")[2] == module:
                    yield f"{alias.asname or alias.name}.{name}", ()
                    return
    for statement in source.tree.body:
        if isinstance(statement, ast.ImportFrom) and (statement.module or "").rpartition(".")[2] == module:
            if statement.names[-1].name != "*":
                yield name, (put_behind(source, statement.names[-1], f", {name}"),)
            return


def _original(source: Source, name: str) -> str:
    """Return what an import calls by ``name``."""
    return next((original for _, original in imported_from(source, name)), name)
