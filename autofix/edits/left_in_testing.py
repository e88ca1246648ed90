"""A model that a look at other data in between left in evaluation, where the loop goes on to train it.

``evaluate(model, loader)`` calls ``model.eval()``, and only before the loop did ``model.train()`` run. What ran there
to set the model up for training runs again behind the look: ``model.train()`` and what was said of it since.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.edits.code_change import CodeChange
from autofix.facts.fault_path import functions_called
from autofix.facts.project_view import Project
from autofix.facts.recurrences import ran_before
from autofix.records.costs import Evidence
from autofix.records.trace import Operation
from autofix.syntax.source import Source, below, dotted

_LOOPS = (ast.For, ast.While)


def left_in_testing(project: Project, operation: Operation | None) -> Iterator[CodeChange]:
    """Yield the lines that put a model back into training behind a look at other data."""
    if operation is None or not ran_before(project, operation):
        return
    for frame in operation.frames:
        if frame.path not in project.files:
            continue
        source = project.source(frame.path)
        node = source.node_at(frame.range, ast.expr)
        for loop in source.ancestors(node) if node is not None else ():
            if isinstance(loop, _LOOPS):
                yield from _behind_looks(project, source, loop)


def _behind_looks(project: Project, source: Source, loop: ast.For | ast.While) -> Iterator[CodeChange]:
    calls = [node for node in below(loop) if isinstance(node, ast.Call)]
    for call in calls:
        for model in (dotted(part) for part in call.args):
            statement = source.statement_of(call)
            if not model or not _evaluates(project, call, model) or not source.stands_alone(statement):
                continue
            if any(dotted(other.func) == f"{model}.train" for other in calls):
                continue
            lines = _set_up(source, loop, model) or [f"{model}.train()"]  # It is in training when it is built.
            indent = source.newline + source.indent_of(statement.lineno)
            words, edit = "; ".join(lines), source.insert_after(statement, indent.join(lines))
            yield CodeChange(f"put the model back into training: `{words}`", (edit,), (Evidence.AGREES,))


def _evaluates(project: Project, call: ast.Call, model: str) -> bool:
    """Return whether a function of the project that is called puts the model into evaluation, and not back."""
    position = [dotted(part) for part in call.args].index(model)
    for source in project.sources():
        for function in functions_called(source, dotted(call.func)):
            names = [argument.arg for argument in function.args.args]
            own = names[position] if position < len(names) else ""
            methods = {dotted(node.func) for node in below(function) if isinstance(node, ast.Call)}
            if own and f"{own}.eval" in methods and f"{own}.train" not in methods:
                return True
    return False


def _set_up(source: Source, loop: ast.stmt, model: str) -> list[str]:
    """Return the calls above a loop that set a model up: ``model.train()`` and those on the model right behind it."""
    lines: list[str] = []
    beside = getattr(source.parents[loop], "body", [])
    for statement in beside[: beside.index(loop)] if loop in beside else []:
        call = statement.value if isinstance(statement, ast.Expr) else None
        method = dotted(call.func) if isinstance(call, ast.Call) else ""
        if method == f"{model}.train":
            lines = [source.text_of(statement)]
        elif lines and method.startswith(f"{model}."):
            lines.append(source.text_of(statement))
    return lines
