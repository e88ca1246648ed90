"""The arguments with which the model was built whose weights are loaded, for the one that loads them.

It writes them where the two constructions part. Names that the other place alone has are followed to what they stand
for; what stands for nothing that can be written here is written as the value that it had.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator

from autofix.edits.code_change import CodeChange
from autofix.facts.project_view import Expression, Project
from autofix.facts.twin_models import twin_models
from autofix.records.costs import Evidence
from autofix.records.trace import Frame
from autofix.syntax.call_edits import NotACall, with_argument
from autofix.syntax.name_bindings import (
    assignments,
    bound_above,
    callee_name,
    default_of,
    function_called,
    parameters,
    stores,
)
from autofix.syntax.source import Function, Source, argument, dotted
from autofix.syntax.spelling import receiver

_STEPS = 3
_LOADS = "load_state_dict"
_OTHER_SIZE = re.compile(r"size mismatch for ([\w.]+\.\w+):")
_DOUBT = "the model that was saved could be the one that was built otherwise than it was meant"


def built_as_saved(project: Project) -> Iterator[CodeChange]:
    """Yield the call that builds the model like the one that was saved."""
    twins = twin_models(project)
    if twins is None:
        return
    for depth, (own, other) in enumerate(zip(twins.loading, twins.saved, strict=False)):
        if own.place == other.place:
            continue
        call, saved = project.call(twins.loading[depth:]), project.call(twins.saved[depth:])
        if call is None or saved is None or not isinstance(call.node, ast.Call) or not isinstance(saved.node, ast.Call):
            return
        functions = (function_called(source, callee_name(call.node)) for source in project.sources())
        function = next((function for function in functions if function is not None), None)
        if function is None or callee_name(saved.node) != callee_name(call.node):
            return
        text = _rewritten(project, call, saved, function)
        if text and text != call.text:
            words, edit = f"build `{text}`, whose weights are loaded", call.source.replace(call.node, text)
            yield CodeChange(words, (edit,), (Evidence.AGREES,), _DOUBT)
        return


def settings_as_saved(project: Project) -> Iterator[CodeChange]:
    """Yield each setting of the class that the model was built from with the value that it has in the class of the one
    that was saved.
    """
    twins = twin_models(project)
    chains = (
        () if twins is None else zip(_callers(project, twins.loading), _callers(project, twins.saved), strict=False)
    )
    for own, saved in chains:
        for name, other in zip(own, saved, strict=False):
            if name == other:
                continue
            fields = _fields(project, other)
            for field, expression in _fields(project, name).items():
                twin = fields.get(field)
                if twin is not None and twin.text != expression.text and _is_plain(twin.node):
                    edit, words = (
                        expression.source.replace(expression.node, twin.text),
                        f"set `{name}.{field}` as in `{other}`",
                    )
                    yield CodeChange(words, (edit,), (Evidence.BY_RUN,), _DOUBT)


def without_other_sizes(project: Project) -> Iterator[CodeChange]:
    """Yield the weights without those of parts that have other sizes here, where not all has to be there: an option
    that lets names differ lets no sizes differ.
    """
    failure = project.trace.failure
    call = None if failure is None else project.call(failure.frames)
    if failure is None or call is None or not isinstance(call.node, ast.Call) or not call.node.args:
        return
    strict = argument(call.node, 1, "strict")
    parts = dict.fromkeys(f"{name.rpartition('.')[0]}." for name in _OTHER_SIZE.findall(failure.message))
    if callee_name(call.node) != _LOADS or strict is None or project.value(call.at(strict)) is not False or not parts:
        return
    state = call.at(call.node.args[0])
    names = repr(tuple(parts)) if len(parts) > 1 else repr(next(iter(parts)))
    names = names.replace("'", '"')
    kept = f"{{k: v for k, v in {receiver(state.text)}.items() if not k.startswith({names})}}"
    title = f"leave out the weights of {' and '.join(f'`{part[:-1]}`' for part in parts)}, which have other sizes"
    yield CodeChange(title, (state.source.replace(state.node, kept),), (Evidence.AGREES, Evidence.EVIDENT))


def _callers(project: Project, frames: tuple[Frame, ...]) -> Iterator[list[str]]:
    """Yield the names that each call on the way to a construction was passed, innermost first."""
    for depth in range(len(frames)):
        call = project.call(frames[depth:])
        if call is not None and isinstance(call.node, ast.Call):
            yield [dotted(node) for node in (*call.node.args, *(keyword.value for keyword in call.node.keywords))]


def _fields(project: Project, name: str) -> dict[str, Expression]:
    """Return what the body of a class of the project binds."""
    source = next((source for source in project.sources() if name in source.classes), None)
    body = () if source is None else source.classes[name].body
    values = [(line.targets[0], line.value) for line in body if isinstance(line, ast.Assign)]
    values += [(line.target, line.value) for line in body if isinstance(line, ast.AnnAssign) and line.value is not None]
    return {dotted(target): Expression(source, value) for target, value in values if source is not None}


def _is_plain(node: ast.expr) -> bool:
    return not any(isinstance(part, (ast.Name, ast.Call)) for part in ast.walk(node))


def _rewritten(project: Project, call: Expression, saved: Expression, function: Function) -> str:
    """Return the call with the arguments of the other; empty where one of them cannot be written."""
    names = [name for name in parameters(function) if name != "self"]
    own, other = _passed(call, names), _passed(saved, names)
    text = call.text
    for position, name in enumerate(names):
        node = other.get(name)
        if node is not None:
            value = _text_here(project, call, saved.at(node), _STEPS)
        elif name in own and (default := default_of(function, name)) is not None:
            value = ast.unparse(default) if isinstance(default, ast.Constant) else ""
        else:
            continue
        if not value:
            return ""
        if name not in own or call.source.text_of(own[name]) != value:
            try:
                text = with_argument(text, name, value, position if name in own else -1)
            except NotACall:
                return ""
    return text


def _passed(call: Expression, names: list[str]) -> dict[str, ast.expr]:
    """Return what a call passes, by parameter."""
    assert isinstance(call.node, ast.Call)
    by_place = dict(zip(names, call.node.args, strict=False))
    return by_place | {keyword.arg: keyword.value for keyword in call.node.keywords if keyword.arg}


def _text_here(project: Project, call: Expression, value: Expression, steps: int) -> str:
    """Return how the place of ``call`` can write a value of another place; empty where it cannot."""
    names = [node for node in ast.walk(value.node) if isinstance(node, ast.Name)]
    if all(_means_the_same(call, value.source, name.id) for name in names):
        return value.text
    scope = value.source.function_of(value.node)
    if isinstance(value.node, ast.Name) and scope is not None and steps:
        bound = [node for _, node in assignments(value.source, scope, value.node.id)]
        if len(bound) == 1:
            return _text_here(project, call, value.at(bound[0]), steps - 1)
        outer = project.call(value.frames[1:])
        if value.node.id in parameters(scope) and outer is not None and isinstance(outer.node, ast.Call):
            own = [name for name in parameters(scope) if name != "self"]
            passed = _passed(outer, own).get(value.node.id) or default_of(scope, value.node.id)
            if passed is not None:
                source = outer.source if passed in _passed(outer, own).values() else value.source
                return _text_here(project, call, Expression(source, passed, outer.frames), steps - 1)
    plain = project.value(value)
    return repr(plain) if isinstance(plain, (bool, int, float, str)) else ""


def _means_the_same(call: Expression, other: Source, name: str) -> bool:
    """Return whether a name of another place is the same thing here: of the same file's top, or imported by both."""
    if hasattr(builtins, name):
        return True
    here = call.source.function_of(call.node)
    if here is not None and name in bound_above(here, call.node.lineno):
        return False
    if call.source.path == other.path:
        return name in _imports(other) | _of_the_top(other)
    return name in _imports(call.source) and name in _imports(other) | _of_the_top(other)


def _of_the_top(source: Source) -> set[str]:
    """Return the names that the top of a file binds."""
    return {node.id for node in stores(source.tree) if source.function_of(node) is None}


def _imports(source: Source) -> set[str]:
    imports = (node for node in source.nodes if isinstance(node, (ast.Import, ast.ImportFrom)))
    return {alias.asname or alias.name.partition(".")[0] for node in imports for alias in node.names}
