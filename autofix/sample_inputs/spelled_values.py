"""Values that a walk found, written as expressions that mean the same in the module of a model.

What cannot be written there is None: half an argument would be a guess.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Iterable, Iterator
from typing import Any

from autofix.sample_inputs.abstract_interpreter.values import (
    NAMESPACE,
    AbstractLayer,
    AbstractTensor,
    Foreign,
    Function,
    Instance,
    Interpretation,
    Scope,
)
from autofix.sample_inputs.program_settings import Written
from autofix.syntax.source import Source

MAX_LENGTH = 6000
MAX_DEPTH = 6
MAX_FILES = 40
_TYPES = frozenset(("int", "float", "str", "bool", "None"))


def call(name: str, positional: Iterable[Any], keywords: dict[str, Any], run: Interpretation) -> str | None:
    """Return ``Net(3, width=4)``; None where an argument cannot be written. ``run`` is the walk of the module."""
    parts = [spelled(value, run) for value in positional]
    parts += [_keyword(key, value, run) for key, value in keywords.items()]
    if any(part is None for part in parts):
        return None
    text = f"{name}({', '.join(filter(None, parts))})"
    return text if len(text) <= MAX_LENGTH else None


def _keyword(name: str, value: Any, run: Interpretation, depth: int = 0) -> str | None:
    text = spelled(value, run, depth)
    return None if text is None else f"{name}={text}"


def spelled(value: Any, run: Interpretation, depth: int = 0) -> str | None:
    """Return an expression for a value; None where there is none."""
    if depth > MAX_DEPTH:
        return None
    match value:
        case None | bool() | int() | str():
            return repr(value)
        case float():
            return repr(value) if math.isfinite(value) else f"float('{value}')"
        case range():
            return repr(value)
        case Written():
            return value.text
        case list() | tuple() | dict():
            return _container(value, run, depth)
        case ast.ClassDef(name=name):
            return name if _means(name, value, run) else None
        case Function(node=ast.FunctionDef(name=name)):
            known = run.evaluate(ast.Name(name, ast.Load()), Scope(run))
            return name if isinstance(known, Function) and known.node is value.node and value.instance is None else None
        case Foreign():
            return value.name if value.name.startswith("torch.") or value.name in _TYPES else None
        case AbstractTensor(shape=tuple() as shape, dtype="float32"):
            return f"torch.rand({', '.join(map(str, shape))})"
        case AbstractLayer() if value.kind not in {"Sequential", "Backbone"}:
            return call(f"torch.nn.{value.kind}", (), value.settings, run)
        case AbstractLayer(kind="Sequential"):
            return call("torch.nn.Sequential", value.parts, {}, run)
        case Instance():
            return _instance(value, run, depth)
    return None


def _container(value: Any, run: Interpretation, depth: int) -> str | None:
    if isinstance(value, dict):
        pairs = [(spelled(key, run, depth + 1), spelled(item, run, depth + 1)) for key, item in value.items()]
        if any(key is None or item is None for key, item in pairs):
            return None
        return f"{{{', '.join(f'{key}: {item}' for key, item in pairs)}}}"
    items = [spelled(item, run, depth + 1) for item in value]
    if any(item is None for item in items):
        return None
    inner = ", ".join(filter(None, items))
    return f"[{inner}]" if isinstance(value, list) else f"({inner},)" if len(items) == 1 else f"({inner})"


def _instance(value: Instance, run: Interpretation, depth: int) -> str | None:
    if value.class_ is not NAMESPACE and _means(value.class_.name, value.class_, run):
        positional = [item for key, item in value.arguments.items() if isinstance(key, int)]
        keywords = {key: item for key, item in value.arguments.items() if isinstance(key, str)}
        return call(value.class_.name, positional, keywords, run)
    is_layer = any(isinstance(node, ast.FunctionDef) and node.name == "forward" for node in value.class_.body)
    attributes = value.attributes
    if is_layer or not attributes:
        return None
    # What no text of the module reads may be anything: an option for the data set, a folder, a device.
    read = _attributes_read(run)
    parts = [_keyword(key, item, run, depth + 1) for key, item in attributes.items() if key in read]
    return None if None in parts else f"argparse.Namespace({', '.join(filter(None, parts))})"


def _attributes_read(run: Interpretation) -> frozenset[str]:
    """Return the attributes that the module, and what it imports of the project, read anywhere."""
    nodes = [node for source in _reached(run) for node in source.nodes]
    named = (
        node.args[1].value
        for node in nodes
        if isinstance(node, ast.Call) and len(node.args) > 1 and isinstance(node.args[1], ast.Constant)
    )
    return frozenset((*(node.attr for node in nodes if isinstance(node, ast.Attribute)), *map(str, named)))


def _reached(run: Interpretation) -> list[Source]:
    """Return the file of a walk and those of the project that it imports, and they import."""
    sources = {run.source.path: run.source}
    waiting = [run.source] if run.modules is not None else []
    while waiting and run.modules is not None and len(sources) < MAX_FILES:
        source = waiting.pop()
        for level, name in _imports(source):
            other = run.modules.find(source.path, level, name)
            if other is not None and other.path not in sources:
                sources[other.path] = other
                waiting.append(other)
    return list(sources.values())


def _imports(source: Source) -> Iterator[tuple[int, str]]:
    for node in source.nodes:
        if isinstance(node, ast.Import):
            yield from ((0, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            yield node.level, module
            yield from ((node.level, f"{module}.{alias.name}".strip(".")) for alias in node.names if alias.name != "*")


def _means(name: str, class_: ast.ClassDef, run: Interpretation) -> bool:
    return run.evaluate(ast.Name(name, ast.Load()), Scope(run)) is class_
