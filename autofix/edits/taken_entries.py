"""Which entry of a tuple is meant where the whole of it stands for one tensor.

Other calls of the same function tell it best: what they take of its result. Then the names that the function returns
and the name that the result is given here, and that just one entry is a tensor. It judges entries and writes edits;
whether a run is content with one is for the search.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.edits.code_change import CodeChange
from autofix.facts.call_sites import followed, put_behind
from autofix.facts.project_view import Expression, Project
from autofix.facts.returned_values import returned
from autofix.provenance.bindings import bindings
from autofix.records.costs import Evidence, Piece
from autofix.records.locations import Edit
from autofix.records.values import Sequence, Tensor
from autofix.syntax.name_bindings import callee_name
from autofix.syntax.source import Source, below, dotted

_GUESS = "that the {} of the results is the tensor meant is a guess"
_ORDINALS = ("first", "second", "third", "fourth", "fifth")
# Words of names for the second result of ``max``, ``sort`` and ``topk``: places, not values.
_PLACES = ("idx", "ind", "pred", "order", "perm", "arg", "rank", "best", "label", "class")


def taken_entries(project: Project, used: Expression, value: Sequence, certain: bool) -> Iterator[CodeChange]:
    """Yield the edits that take one entry, the likeliest first. ``certain``: the first is known to be the tensor."""
    binding = _assignment(used)
    call = binding[0].value if binding is not None else used.node
    siblings = list(_siblings(project, call, len(value.items))) if isinstance(call, ast.Call) else []
    entries = [i for i, item in enumerate(value.items) if isinstance(item, (Tensor, Sequence))]
    judged = [(i, _evidence(project, used, call, value, i, siblings)) for i in entries]
    for rank, (index, evidence) in enumerate(sorted(judged, key=lambda pair: -len(pair[1]))):
        others = {i for taken in siblings for i in taken}
        # What else they take is no tensor.
        is_told = bool(others) and all(index in taken for taken in siblings) and not others & set(entries) - {index}
        is_told = is_told and isinstance(call, ast.Call) and _is_of_project(call)
        sure = (certain and index == 0 and not (others and 0 not in others)) or is_told
        doubt = "" if sure else _GUESS.format(_ordinal(index))
        title = f"unpack: use the {_ordinal(index)} of the {len(value.items)} outputs of `{used.text}`"
        prior = (*evidence, Evidence.OTHER_READING * rank)
        for edits, own in _written(used, binding, index, len(value.items)):
            yield CodeChange(title, edits, (*prior, own), doubt)


def _ordinal(index: int) -> str:
    return _ORDINALS[index] if index < len(_ORDINALS) else f"{index + 1}th"


def _written(
    used: Expression, binding: tuple[ast.Assign, ast.expr] | None, index: int, count: int
) -> Iterator[tuple[tuple[Edit, ...], Piece]]:
    """Yield the ways to take an entry: names on the left, a subscript behind the call, one at the use."""
    suffix, text = f"[{index}]", used.source.text
    prefers_index = text.count(f"){suffix}") > text.count(", _ =") + text.count(" _, ")
    if binding is not None and isinstance(binding[0].value, ast.Call):
        statement, target = binding
        if count <= 3 or index == 0:
            yield (_unpacked(used, statement, target, index, count),), Evidence.EVIDENT
        if target is statement.targets[0]:
            yield (
                (put_behind(used.source, statement.value, suffix),),
                Evidence.EXACT_FIT if prefers_index else Evidence.INSERTED,
            )
    yield (followed(used, suffix),), Evidence.RUNNER_UP * (binding is not None)


def _unpacked(used: Expression, statement: ast.Assign, target: ast.expr, index: int, count: int) -> Edit:
    """Return the edit that makes ``out`` on the left ``out, _`` or ``_, out``, in parentheses inside a tuple."""
    names = ["_"] * count if count <= 3 else [used.text, "*_"]
    names[index] = used.text
    text = ", ".join(names)
    return Edit(
        used.source.path,
        used.source.range_of(target),
        text if target is statement.targets[0] else f"({text})",
    )


def _assignment(used: Expression) -> tuple[ast.Assign, ast.expr] | None:
    """Return the last statement before the use that binds the name, and the target that is the name. In a loop what
    binds it there comes before the next round.
    """
    function = used.source.function_of(used.node)
    if function is None or not isinstance(used.node, (ast.Name, ast.Attribute)):
        return None
    loop = next((node for node in used.source.ancestors(used.node) if isinstance(node, (ast.For, ast.While))), None)
    assignments: list[tuple[bool, int, ast.Assign, ast.expr]] = []
    for node in ast.walk(function):
        is_round = loop is not None and isinstance(node, ast.Assign) and node in below(loop)
        if isinstance(node, ast.Assign) and (node.lineno < used.node.lineno or is_round) and len(node.targets) == 1:
            elements = node.targets[0].elts if isinstance(node.targets[0], ast.Tuple) else [node.targets[0]]
            calls = isinstance(node.value, ast.Call)
            own = (element for element in elements if dotted(element) == used.text)
            assignments += [(is_round and calls, node.lineno, node, element) for element in own]
    last = max(assignments, key=lambda each: each[:2], default=None)
    return None if last is None else last[2:]


def as_passed(project: Project, used: Expression) -> Iterator[Expression]:
    """Yield what callers passed for the parameter that an expression is, the nearest first."""
    while isinstance(used.node, ast.Name) and _assignment(used) is None:
        passed = next((each.expression for each in bindings(project, used) if each.is_argument), None)
        if passed is None or passed.frames == used.frames:
            return
        used = passed
        yield used


# -- what speaks for an entry ------------------------------------------------------------------------------------------


def _evidence(
    project: Project, used: Expression, call: ast.expr, value: Sequence, index: int, siblings: list[set[int]]
) -> tuple[Piece, ...]:
    """Return what speaks for an entry."""
    pieces: list[Piece] = [Evidence.AGREES] if any(taken == {index} for taken in siblings) else []
    own = used.text.rpartition(".")[2] if isinstance(used.node, (ast.Name, ast.Attribute)) else ""
    node = returned(project, used.source, call).node
    names = [dotted(element).rpartition(".")[2] for element in node.elts] if isinstance(node, ast.Tuple) else []
    is_named = own != "" and len(names) == len(value.items) and names[index] == own
    dtypes = [item.dtype for item in value.items if isinstance(item, Tensor)]
    is_place = value.type not in {"tuple", "list"} and dtypes[index:] == ["int64"] and index == 1
    if is_named or (is_place and any(word in own.lower() for word in _PLACES)):
        pieces.append(Evidence.SAME_NAME)
    if len(dtypes) == 1 and isinstance(value.items[index], Tensor) and len(value.items) > 1:
        pieces.append(Evidence.EXACT_FIT)
    return tuple(pieces)


def _siblings(project: Project, call: ast.Call, count: int) -> Iterator[set[int]]:
    """Yield which entries other calls of the function take; of what an object has, those in the same class."""
    name = dotted(call.func) or callee_name(call)
    for source in project.sources() if name else ():
        for other in source.calls:
            if other is not call and (dotted(other.func) or callee_name(other)) == name:
                is_near = not name.startswith("self.") or _class_of(project, call) is source.class_of(other)
                yield from (taken for taken in _taken(source, other, count) if taken and is_near)


def _class_of(project: Project, call: ast.Call) -> ast.ClassDef | None:
    source = next((source for source in project.sources() if call in source.parents), None)
    return None if source is None else source.class_of(call)


def _is_of_project(call: ast.Call) -> bool:
    """Return whether a function or layer of the project is called, not a method that any object may have."""
    return isinstance(call.func, ast.Name) or dotted(call.func).startswith("self.")


def _taken(source: Source, call: ast.Call, count: int) -> Iterator[set[int]]:
    """Yield the entries that are taken of what a call gives, for each time that its result is unpacked."""
    node: ast.AST = call
    parent = source.parents.get(node)
    if isinstance(parent, ast.Subscript) and parent.value is call:
        match parent.slice:
            case ast.Constant(value=int(index)):
                yield {index}
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(index))):
                yield {count - index}
        return
    targets: list[ast.expr] = []
    if isinstance(parent, ast.Assign) and len(parent.targets) == 1:
        targets = [parent.targets[0]]
    elif isinstance(parent, (ast.Lambda, ast.ListComp, ast.GeneratorExp)):
        # ``(_, k), (_, v) = map(lambda t: pad(t), (k, v))`` unpacks each of them.
        statement = source.statement_of(parent)
        whole = statement.targets[0] if isinstance(statement, ast.Assign) else None
        targets = whole.elts if isinstance(whole, ast.Tuple) else []
    for target in targets:
        if isinstance(target, ast.Tuple) and len(target.elts) == count:
            yield {i for i, e in enumerate(target.elts) if not source.text_of(e).startswith(("_", "*"))}
