"""An argument that a call on the way to a fault lacks: other calls of the same function in the file have it, or a
name that is called like the parameter is at hand.

Who pads the words ``batch_first=True`` and the tags without it forgot it once, and so did who reads ``args.atoms`` for
one object and builds the other with the default. It proposes; whether one helps is for the run.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from autofix.edits.code_change import CodeChange
from autofix.edits.missing_arguments import missing_arguments
from autofix.edits.set_arguments import argument_set
from autofix.facts.fault_path import calls
from autofix.facts.passed_arguments import passed_calls
from autofix.facts.project_view import Expression, Project
from autofix.operators.table import find
from autofix.operators.table import layer as layer_row
from autofix.records.costs import Evidence
from autofix.records.locations import Edit
from autofix.records.trace import Operation
from autofix.records.values import Mapping, Value
from autofix.syntax.call_edits import with_argument
from autofix.syntax.evaluation import only_evaluates
from autofix.syntax.name_bindings import bound_above, callee_name, parameters
from autofix.syntax.source import Source, argument, dotted

MOST = 6
DOUBT = "that the two calls are meant alike is told by the run alone"
_OF_DEFAULTS = "that the default is not meant is told by the run and the name alone"
_MODULES = frozenset(("torch", "nn", "F", "functional"))
_ORDERS = frozenset(("batch_first", "dim"))
# What changes no shape of loaders and optimizers, and is not tried.
_NO_SHAPES = frozenset(
    (
        *("shuffle", "num_workers", "pin_memory", "persistent_workers", "generator", "worker_init_fn", "device"),
        *("lr", "weight_decay", "momentum", "betas", "eps", "gamma"),
    )
)


def arguments_of_others(project: Project, operation: Operation | None, layer: int | None) -> Iterator[CodeChange]:
    """Yield what calls on the way to the fault lack, the nearest first; then what they pass with another value."""
    yield from missing_arguments(project)
    on_the_way = list(calls(project, operation, layer))
    yield from islice(_at_hand(project, operation, layer), MOST)
    for replaces in (False, True):
        yield from islice(_of_calls(on_the_way, replaces), MOST)


def _argument(
    call: Expression, name: str, value: str, edit: Edit, *, replaces: bool = False, is_at_hand: bool = False
) -> CodeChange:
    """Return the change that passes ``name=value``, as another call of the same function is written, or at hand."""
    is_layer = isinstance(call.node, ast.Call) and layer_row(callee_name(call.node)) is not None
    # Beside the order in which it takes its dimensions, a layer is built in another way.
    against = Evidence.OTHER_MODEL * (is_layer and name not in _ORDERS)
    own = (Evidence.EVIDENT * (not replaces), Evidence.SAME_NAME * is_at_hand)
    why = "which is at hand" if is_at_hand else "as another call of the function is written"
    words, doubt = f"{'give' if replaces else 'add'} `{name}={value}`, {why}", _OF_DEFAULTS if is_at_hand else DOUBT
    return CodeChange(words, (edit,), (Evidence.AGREES, Evidence.INSERTED, *own, against), doubt)


def _of_calls(on_the_way: list[tuple[Expression, ast.Call]], replaces: bool) -> Iterator[CodeChange]:
    for call, node in on_the_way:
        for name, value in _of_others(call.source, node, replaces):
            if name in _NO_SHAPES or (name == "drop_last" and only_evaluates(call.source.function_of(node))):
                continue
            for edit in argument_set(call, name, value):
                if not _is_written(call.source, node, edit.text):
                    yield _argument(call, name, value, edit, replaces=replaces)


def _is_written(source: Source, call: ast.Call, text: str) -> bool:
    """Return whether a call whose result nobody takes stands there as it would be already; nobody writes it twice."""
    return isinstance(source.parents[call], ast.Expr) and any(
        isinstance(source.parents[other], ast.Expr) and source.text_of(other) == text
        for other in source.calls
        if other is not call
    )


def _at_hand(project: Project, operation: Operation | None, layer: int | None) -> Iterator[CodeChange]:
    """Yield the arguments with a default that a call leaves out although their names, or attributes of theirs, are at
    hand with another value: ``atoms=args.atoms``; for all calls of the scope that leave them out, then for this one.
    """
    for passed in passed_calls(project, operation, layer):
        call, node = passed.call, passed.call.node
        if not isinstance(node, ast.Call):
            continue
        for name, default in passed.omitted:
            if name in {keyword.arg for keyword in node.keywords}:
                continue
            for text in _texts_at_hand(project, call, name, default):
                edit = call.source.replace(node, with_argument(call.text, name, text))
                change = _argument(call, name, text, edit, is_at_hand=True)
                alike = [o for o in _lacking_too(call, node, passed.parameters, name) if o is not node]
                sources = (call.source.replace(o, with_argument(call.source.text_of(o), name, text)) for o in alike)
                if default is None and alike:
                    yield replace(change, title=f"{change.title}, in {len(alike) + 1} calls", edits=(edit, *sources))
                    change = replace(change, evidence=(*change.evidence, Evidence.RUNNER_UP))
                yield change


def _texts_at_hand(project: Project, call: Expression, name: str, default: Value) -> Iterator[str]:
    """Yield the name, and the attributes called so, that are at hand with another value than the default; a class or
    a function, whose value is not recorded, in place of None.
    """
    names, scope = project.names(call).local, call.source.function_of(call.node)
    is_known = names is not None and names.has(name)
    if names is not None and is_known:
        own = names.get(name) not in (None, default)
    else:
        own = default is None and scope is not None and name in parameters(scope)
    if own:
        yield name
    for owner, value in names.items if names is not None else ():
        if isinstance(value, Mapping) and value.get(name) not in (None, default):
            yield f"{owner}.{name}"


def _lacking_too(call: Expression, node: ast.Call, order: tuple[str, ...], name: str) -> Iterator[ast.Call]:
    """Yield the calls of the same function in the same scope that leave the argument out as well."""
    scope, callee = call.source.function_of(node), dotted(node.func)
    for other in call.source.calls:
        is_alike = bool(callee) and dotted(other.func) == callee and call.source.function_of(other) is scope
        is_plain = not any(isinstance(a, ast.Starred) for a in other.args) and None not in {
            k.arg for k in other.keywords
        }
        lacks = argument(other, order.index(name) if name in order else -1, name) is None
        if is_alike and is_plain and lacks:
            yield other


def _of_others(source: Source, call: ast.Call, replaces: bool) -> Iterator[tuple[str, str]]:
    """Yield the keyword arguments that other calls of the function have and this one lacks, or has with another
    value, each once.
    """
    keywords = {keyword.arg for keyword in call.keywords} | _passed_by_position(call)
    alike = [other for other in source.calls if other is not call and other.keywords and _is_alike(other, call)]
    scope = source.function_of(call) if alike else None
    known = bound_above(scope, call.lineno) if scope is not None else set()
    own = _repeatable(source, call, known) if alike else {}
    seen: set[tuple[str, str]] = set()
    for other in alike:
        if len(other.args) > len(call.args):
            continue
        for name, value in _repeatable(source, other, known if source.function_of(other) is scope else set()).items():
            differs = own.get(name) not in (None, value) if replaces else name not in keywords
            if differs and (name, value) not in seen:
                seen.add((name, value))
                yield name, value


def _passed_by_position(call: ast.Call) -> set[str]:
    """Return the parameters of a function or method of torch that are passed by position: ``dim`` of ``x.mean(1)``."""
    name, base = callee_name(call), dotted(call.func).partition(".")[0]
    is_method = isinstance(call.func, ast.Attribute) and base not in _MODULES
    row = find(f"torch.Tensor.{name}") if is_method else find(f"torch.{name}") or find(f"torch.nn.functional.{name}")
    names = [] if row is None or layer_row(name) is not None else [argument.name for argument in row.arguments]
    return set(names[: len(call.args) + is_method])


def _repeatable(source: Source, call: ast.Call, known: set[str]) -> dict[str, str]:
    """Return the keyword arguments of a call that say the same where another stands: constants, and the names that
    are ``known`` there.
    """
    return {
        keyword.arg: source.text_of(keyword.value)
        for keyword in call.keywords
        if keyword.arg is not None and (_is_constant(keyword.value) or dotted(keyword.value) in known)
    }


def _is_constant(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) or (isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Constant))


def _is_alike(first: ast.Call, second: ast.Call) -> bool:
    """Return whether two calls are of one function, or of two layers of one kind."""
    names = [callee_name(first), callee_name(second)]
    if names[0] == names[1]:
        return names[0] != ""
    rows = [layer_row(name) for name in names]
    return rows[0] is not None and rows[1] is not None and rows[0].family is rows[1].family
