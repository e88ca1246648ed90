"""Arguments that a caller left out, so that a default holds where the caller has a size of its own.

``Down(16, 32)`` beside ``time_dim`` where the class says ``emb_dim=256``: what is missing is the argument, in all
calls that leave it out.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator

from autofix.facts.call_sites import size_at_hand
from autofix.facts.project_view import Expression, Project
from autofix.provenance.bindings import bindings
from autofix.provenance.site import Site, SiteKind
from autofix.records.costs import Evidence, counted
from autofix.records.locations import Edit
from autofix.syntax.call_edits import NotACall, with_argument
from autofix.syntax.name_bindings import default_of, is_bound_call, parameters
from autofix.syntax.source import Function, Source, below, dotted

Spelled = Callable[[Expression, int], Iterable[str]]


def left_out_sites(
    project: Project, expression: Expression, target_size: int, depth: int, spelled: Spelled
) -> Iterator[Site]:
    """Yield places that pass a parameter a name of the caller's that has the size wanted, as ``spelled`` finds them, or
    the size of a tensor that the caller has.

    The parameter is ``expression``, which has its default since the caller passes nothing.
    """
    call = _call_without(project, expression)
    if call is None:
        return
    name = dotted(expression.node)
    read = size_at_hand(project, call, target_size)
    for text in (*(text for text in spelled(call, target_size) if text.isidentifier()), *([read] if read else [])):
        edits = tuple(_passing(project, call, name, text))
        if edits:
            # That a tensor has the size wanted may be chance.
            likeness = (Evidence.OTHER_MEANING,) if text == read else _likeness(name, text)
            # Several calls that leave it out alike were all written before the size had another name.
            alike = Evidence.AGREES * (len(edits) > 1)
            evidence = counted((Evidence.OUTWARD * (depth + 1), Evidence.INSERTED, alike, *likeness))
            words = f"{name}={text}"
            yield Site(edits, evidence, text, SiteKind.NAMED, call.source.location(call.node), name=f"`{words}` passed")


def _call_without(project: Project, expression: Expression) -> Expression | None:
    """Return the call of the function whose parameter ``expression`` is, where it leaves it to its default."""
    source, node, frames = expression.source, expression.node, expression.frames
    function = source.function_of(node)
    if not isinstance(node, ast.Name) or function is None or node.id not in parameters(function):
        return None
    if default_of(function, node.id) is None or any(binding.is_argument for binding in bindings(project, expression)):
        return None
    call = project.call(frames[1:]) if len(frames) > 1 else None
    return call if call is not None and isinstance(call.node, ast.Call) else None


def _passing(project: Project, call: Expression, name: str, text: str) -> Iterator[Edit]:
    """Yield the edits that pass ``text`` as ``name``, in the call and in others of the function that leave it out."""
    source = call.source
    function = source.function_of(call.node)
    for node in below(function) if function is not None else ():
        if node is not call.node and not (isinstance(node, ast.Call) and _leaves_out(project, node, name)):
            continue
        assert isinstance(node, ast.Call)
        try:
            yield source.replace(node, with_argument(source.text_of(node), name, text))
        except NotACall:
            return


def _leaves_out(project: Project, call: ast.Call, name: str) -> bool:
    """Return whether a call builds a class of the project that has the parameter, and does not pass it."""
    if any(keyword.arg in (None, name) for keyword in call.keywords) or not isinstance(call.func, ast.Name):
        return False
    for other in project.sources():
        class_ = other.classes.get(call.func.id)
        init = next((part for part in class_.body if _is_constructor(part)), None) if class_ is not None else None
        if isinstance(init, (ast.FunctionDef, ast.AsyncFunctionDef)) and default_of(init, name) is not None:
            return _index(other, init, call, name) >= len(call.args)
    return False


def _is_constructor(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name == "__init__"


def _index(source: Source, function: Function, call: ast.Call, name: str) -> int:
    names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
    return names.index(name) - is_bound_call(source, function, call) if name in names else len(names)


def _likeness(name: str, text: str) -> tuple[Evidence, ...]:
    """Return evidence of how alike the two names are: none that share a word, however common it is."""
    return () if set(name.split("_")) & set(text.split("_")) else (Evidence.OTHER_READING,)
