"""Samples that a file shows by using its model: calls with made-up tensors, summaries, exports, traces, docstrings.

It reads the text alone; a use whose sizes are not all told is passed over.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from autofix.records.samples import SampleInput, SampleOrigin, Samples
from autofix.sample_inputs.abstract_inputs import sample_input
from autofix.sample_inputs.abstract_interpreter import execution
from autofix.sample_inputs.abstract_interpreter.values import (
    UNREADABLE,
    AbstractLayer,
    AbstractTensor,
    Instance,
    Interpretation,
)
from autofix.syntax.name_bindings import callee_name, class_name
from autofix.syntax.source import Function, Source, dotted

STEPS = 200_000
_BATCH = 2
_TAKES_INPUTS = frozenset(("export", "trace", "profile", "FlopCountAnalysis", "add_graph"))
_TAKES_SIZES = frozenset(("summary", "get_model_complexity_info"))
_DESCRIBED = re.compile(
    r"\binputs?\b[^()\n]{0,24}\(\s*(?P<batch>N|B|batch(?:_size)?|\d{1,12})\s*,"
    r"\s*(?P<rest>\d{1,12}(?:\s*,\s*\d{1,12})*)\s*\)",
    re.I,
)
_Names = dict[str, Any]


def find(source: Source, expression: str) -> Samples | None:
    """Return the first use of the model in its own file: code, then ``example_input_array``, then docstrings."""
    run = execution.start(source, STEPS)
    model = execution.value(ast.parse(expression, mode="eval").body, run)
    name = model.class_.name if isinstance(model, Instance) else class_name(expression)
    if isinstance(model, Instance):
        run = _with_stub(source, name)
        model = execution.value(ast.parse(expression, mode="eval").body, run)
    samples = _in_code(run, model, name)
    class_ = source.classes.get(name)
    return samples or (None if class_ is None else _in_class(source, class_) or _in_docstrings(source, class_))


def find_elsewhere(source: Source, expression: str) -> Samples | None:
    """Return the first use of the model that ``expression`` builds in a file that imports its class."""
    name = class_name(expression)
    if name in source.classes:
        return None  # Another class of that name.
    run = _with_stub(source, name)
    return _in_code(run, execution.value(ast.parse(expression, mode="eval").body, run), name)


def _with_stub(source: Source, name: str) -> Interpretation:
    """Start an interpretation in which the model's class is an empty one: its uses matter here, not what it does."""
    run = execution.start(source, STEPS)
    stub = ast.parse(f"class {name}: pass").body[0]
    own = source.classes.get(name)
    if own is not None and isinstance(stub, ast.ClassDef):  # What it says of itself, as ``input_size = (3, 48, 48)``.
        stub.body += [node for node in own.body if isinstance(node, (ast.Assign, ast.AnnAssign))]
    run.module[name] = stub
    return run


def _in_code(run: Interpretation, model: Any, name: str) -> Samples | None:
    source = run.source
    for statements in _bodies(source, name):
        names: _Names = {}
        for node in _in_order(statements):
            if isinstance(node, ast.Call):
                inputs = _told_by(node, run, names, model, name)
                if inputs:
                    return Samples(inputs, None, SampleOrigin.USE, f"{source.path.name}:{node.lineno}")
            elif isinstance(node, ast.Assign):
                result = execution.value(node.value, run, names)
                for target in node.targets:
                    execution.bind(target, result, run, names)
    return None


def _bodies(source: Source, name: str) -> Iterator[list[ast.stmt]]:
    """Yield the statements of the module, then those of each function outside the model's own class."""
    yield [node for node in source.tree.body if not isinstance(node, (ast.ClassDef, ast.FunctionDef))]
    for function in sorted(source.functions, key=lambda function: function.lineno):
        owner = source.class_of(function)
        if owner is None or owner.name != name or _is_self_test(function, name):
            yield function.body


def _is_self_test(function: Function, name: str) -> bool:
    """Return whether a function of a class builds the class."""
    return any(isinstance(node, ast.Call) and dotted(node.func) == name for node in ast.walk(function))


def _in_order(statements: list[ast.stmt]) -> list[ast.Call | ast.Assign]:
    """Return calls and assignments as they run: what is assigned after the calls of its value."""
    nodes = [n for statement in statements for n in ast.walk(statement) if isinstance(n, (ast.Call, ast.Assign))]
    return sorted(nodes, key=lambda n: (n.end_lineno or 0, n.end_col_offset or 0, isinstance(n, ast.Assign)))


def _told_by(node: ast.Call, run: Interpretation, names: _Names, model: Any, name: str) -> tuple[SampleInput, ...]:
    """Return the inputs of a call; none where it cannot be interpreted, which says nothing of the calls after it."""
    try:
        return _used(node, run, names, model, name)
    except UNREADABLE:
        return ()


def _used(node: ast.Call, run: Interpretation, names: _Names, model: Any, name: str) -> tuple[SampleInput, ...]:
    """Return the inputs of a call if it uses the model; none where one is not known."""
    bare = callee_name(node)
    if bare in _TAKES_INPUTS | _TAKES_SIZES:
        if not (node.args and _is_model(execution.value(node.args[0], run, names), model, name)):
            return ()
        return _summarised(node, run, names) if bare in _TAKES_SIZES else _passed(node, run, names)
    if isinstance(node.func, ast.Attribute) and node.func.attr != "forward":
        return ()
    callee = node.func.value if isinstance(node.func, ast.Attribute) else node.func
    value = execution.value(callee, run, names)
    is_variable = isinstance(callee, ast.Name) and callee.id == name and isinstance(value, AbstractLayer)
    if not is_variable and not _is_model(value, model, name):
        return ()
    inputs = [sample_input(execution.value(argument, run, names)) for argument in node.args]
    inputs += [_named(keyword, run, names) for keyword in node.keywords]
    return _complete(inputs)


def _is_model(value: Any, model: Any, name: str) -> bool:
    if isinstance(value, Instance):
        return value.class_.name == name and not _is_built_otherwise(value, model)
    return isinstance(value, AbstractLayer) and value is model


def _is_built_otherwise(instance: Instance, model: Any) -> bool:
    """Return whether a number or text that both constructions name has another value: another model,
    with other inputs.
    """
    arguments = model.arguments if isinstance(model, Instance) else {}
    return any(
        isinstance(value, (int, str)) and isinstance(other, (int, str)) and value != other
        for key, value in arguments.items()
        for other in [instance.arguments.get(key)]
    )


def _complete(inputs: list[SampleInput | None]) -> tuple[SampleInput, ...]:
    known = tuple(sample for sample in inputs if sample is not None)
    return known if len(known) == len(inputs) else ()


def _named(keyword: ast.keyword, run: Interpretation, names: _Names) -> SampleInput | None:
    sample = sample_input(execution.value(keyword.value, run, names))
    return None if sample is None or keyword.arg is None else replace(sample, name=keyword.arg)


def _passed(node: ast.Call, run: Interpretation, names: _Names) -> tuple[SampleInput, ...]:
    """Return the inputs of ``export(model, x)``, ``trace(model, (x, y))`` or ``profile(model, inputs=(x,))``."""
    keywords = {keyword.arg: keyword.value for keyword in node.keywords}
    chosen = [keywords[name] for name in ("args", "example_inputs", "inputs", "input_to_model") if name in keywords]
    nodes = [*node.args[1:2], *chosen]
    value = execution.value(nodes[0], run, names) if nodes else ()
    return _complete([sample_input(item) for item in (value if isinstance(value, (tuple, list)) else [value])])


def _summarised(node: ast.Call, run: Interpretation, names: _Names) -> tuple[SampleInput, ...]:
    """Return the inputs of ``summary(model, (3, 32, 32))``: torchinfo wants the batch among the sizes,
    the others leave it out.
    """
    keywords = {keyword.arg: keyword.value for keyword in node.keywords}
    if "input_data" in keywords:
        return _complete([sample_input(execution.value(keywords["input_data"], run, names))])
    sizes = [*([keywords["input_size"]] if "input_size" in keywords else []), *node.args[1:2]]
    value = execution.value(sizes[0], run, names) if sizes else ()
    several = isinstance(value, (tuple, list)) and all(isinstance(item, (tuple, list)) for item in value)
    library = run.source.text.find("torchinfo") >= 0
    inputs: list[SampleInput | None] = []
    for item in value if several else [value]:
        whole = isinstance(item, (tuple, list)) and bool(item) and all(isinstance(size, int) for size in item)
        shape = tuple(item) if whole else ()
        inputs.append(
            sample_input(AbstractTensor(shape if library or len(shape) > 3 or not shape else (_BATCH, *shape)))
        )
    return _complete(inputs)


# -- what a class says of itself ---------------------------------------------------------------------------------------


def _in_class(source: Source, class_: ast.ClassDef) -> Samples | None:
    """Return the ``example_input_array`` of a LightningModule, in the class or set by a method."""
    for node in ast.walk(class_):
        if not isinstance(node, ast.Assign):
            continue
        if any(dotted(target).rpartition(".")[2] == "example_input_array" for target in node.targets):
            value = execution.value(node.value, execution.start(source, STEPS))
            inputs = _complete(
                [sample_input(item) for item in (value if isinstance(value, (tuple, list)) else [value])]
            )
            if inputs:
                return Samples(inputs, None, SampleOrigin.USE, f"{source.path.name}:{node.lineno}")
    return None


def _in_docstrings(source: Source, class_: ast.ClassDef) -> Samples | None:
    forward = [node for node in class_.body if isinstance(node, ast.FunctionDef) and node.name == "forward"]
    owners: tuple[ast.ClassDef | ast.FunctionDef | ast.Module, ...] = (class_, *forward, source.tree)
    for owner in owners:
        first = owner.body[0] if owner.body else None
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
            samples = _in_docstring(source, first, class_.name)
            single = bool(forward) and len(forward[0].args.args) == 2
            samples = samples or (_described(source, first.lineno, first.value.value) if single else None)
            if samples is not None:
                return samples
    return None


def _in_docstring(source: Source, statement: ast.stmt, name: str) -> Samples | None:
    """Read the ``>>>`` lines of a docstring, as code at the lines where they stand."""
    lines = [""] * (statement.lineno - 1)
    for number in range(statement.lineno, (statement.end_lineno or statement.lineno) + 1):
        text = source.line(number).strip().removeprefix('"""').removeprefix("'''").strip()
        lines.append(text[4:] if text.startswith((">>> ", "... ")) else "")
    if not any(lines):
        return None
    example = Source(source.path, "\n".join(lines))
    try:
        _ = example.tree
    except SyntaxError:
        return None
    return find_elsewhere(example, name)


def _described(source: Source, line: int, text: str) -> Samples | None:
    """Read ``input: (N, 3, 32, 32)``, where every size but the batch is a number."""
    for offset, words in enumerate(text.splitlines()):
        match = _DESCRIBED.search(words)
        if match is not None:
            batch = int(match["batch"]) if match["batch"].isdigit() else _BATCH
            sample = sample_input(AbstractTensor((batch, *map(int, match["rest"].split(",")))))
            if sample is not None:
                return Samples((sample,), None, SampleOrigin.USE, f"{source.path.name}:{line + offset}")
    return None
