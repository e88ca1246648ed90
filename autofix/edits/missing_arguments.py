"""Arguments without which a function of the project cannot be called: passed from the names that are at hand.

``super().__init__()`` where the parent needs ``inplanes, planes`` that the child takes itself. What has the parameter's
name is passed on; a parameter for which there is no such name leaves the call as it is.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from autofix.edits.code_change import CodeChange
from autofix.facts.project_view import Expression, Project
from autofix.records.costs import Evidence
from autofix.syntax.name_bindings import bound_above, default_of, is_bound_call, parameters, reads
from autofix.syntax.source import Function, Source

_MISSING = re.compile(r"([\w.<>]+)\(\) missing \d+ required (?:positional|keyword-only) arguments?: (.+)")
_OF_NAME = "that the argument is what has the name of the parameter is told by the name alone"
_OF_OPTION = "that the parent is meant to get `{}` as well, which has a default there, is told by the names alone"


def missing_arguments(project: Project) -> Iterator[CodeChange]:
    """Yield the call that failed with what it lacks; a parent's constructor also gets what it may be passed."""
    failure = project.trace.failure
    call = project.call(failure.frames) if failure is not None else None
    match = _MISSING.search(failure.message) if failure is not None and failure.type == "TypeError" else None
    if call is None or match is None or not isinstance(call.node, ast.Call):
        return
    required = re.findall(r"'(\w+)'", match[2])
    function = _function(project, match[1], required)
    scope = call.source.function_of(call.node)
    if function is None or not isinstance(scope, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return
    owner, callee = function
    own = set(parameters(scope)[1:] if call.source.class_of(scope) else parameters(scope))
    known = (bound_above(scope, call.node.lineno) | own) - {"self"}
    if not set(required) <= known:
        return
    order = parameters(callee)[1 if is_bound_call(owner, callee, call.node) else 0 :]
    optional = [n for n in order if n in own and default_of(callee, n) is not None] if _is_of_parent(call) else []
    edit, added = _with(call, order, {*required, *optional})
    if edit is None:
        return
    names = " and ".join(f"`{name}`" for name in added)
    shared = [name for name in optional if name in added and reads(scope, name)]
    doubt = _OF_OPTION.format(shared[0]) if shared else "" if _is_of_parent(call) and set(required) <= own else _OF_NAME
    evidence = (Evidence.AGREES, Evidence.EVIDENT)
    yield CodeChange(f"pass {names} on, which the call lacks", (call.source.replace(call.node, edit),), evidence, doubt)


def _function(project: Project, name: str, required: list[str]) -> tuple[Source, Function] | None:
    """Return the function that refused its arguments, by its qualified name; None where several have it."""
    *_, class_, own = ["", *name.split(".")]
    functions = [
        (source, node)
        for source in project.sources()
        for node in source.functions
        if node.name == own and set(required) <= set(parameters(node))
        if not class_ or class_ == "<locals>" or getattr(source.class_of(node), "name", "") == class_
    ]
    return functions[0] if len(functions) == 1 else None


def _is_of_parent(call: Expression) -> bool:
    """Return whether the constructor of a parent is called: ``super().__init__()``."""
    match call.node:
        case ast.Call(func=ast.Attribute(attr="__init__", value=ast.Call(func=ast.Name(id="super")))):
            return True
    return False


def _with(call: Expression, order: list[str], names: set[str]) -> tuple[str | None, list[str]]:
    """Return the call with the arguments of those names that it lacks, by place as long as there is no gap; and which
    those are.
    """
    node = call.node
    assert isinstance(node, ast.Call)
    passed = {keyword.arg for keyword in node.keywords}
    if None in passed or any(isinstance(argument, ast.Starred) for argument in node.args):
        return None, []
    missing = [name for name in order[len(node.args) :] if name in names - passed]
    positional = [call.source.text_of(argument) for argument in node.args]
    rest = list(missing)
    while rest and len(positional) < len(order) and order[len(positional)] == rest[0]:
        positional.append(rest.pop(0))
    keywords = [call.source.text_of(keyword) for keyword in node.keywords]
    text = ", ".join((*positional, *keywords, *(f"{name}={name}" for name in rest)))
    return f"{call.source.text_of(node.func)}({text})", missing
