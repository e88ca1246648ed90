"""What the classes of a file that are no models of their own are instead, with the reason in words.

It looks at one tree; what other files make of a class is for whoever knows them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Literal

from autofix.loading import model_classes, model_discovery
from autofix.syntax.source import Source, dotted

_LOSS_NAME = re.compile(r"loss(es)?\d*$|criterion$|^loss|Loss", re.IGNORECASE)
_LOSS_BASES = frozenset(("_Loss", "_WeightedLoss", "CrossEntropyLoss", "NLLLoss", "MSELoss", "BCEWithLogitsLoss"))
_TARGET_NAME = re.compile(r"target|label|^y$|^gt$|true|ground_truth", re.IGNORECASE)
_LOSS_CALL = re.compile(r"loss$|cross_entropy|^kl_div$|Loss$", re.IGNORECASE)
_WEIGHTED = frozenset(
    ("Linear", "Conv1d", "Conv2d", "Conv3d", "Embedding", "LSTM", "GRU", "Sequential", "ModuleList", "Module")
)
_STEPS = frozenset(("forward", "training_step", "__call__", "test_step", "predict_step"))


def is_loss(source: Source, name: str) -> bool:
    """Return whether a class is a loss by its name or its base: it takes what models give, and has no sample."""
    class_ = source.classes[name]
    is_named = bool(_LOSS_NAME.search(name)) or any(
        dotted(base).rpartition(".")[2] in _LOSS_BASES for base in class_.bases
    )
    return is_named or _compares(class_)


def _compares(class_: ast.ClassDef) -> bool:
    """Return whether a class without parameters of its own gives what a loss of torch makes of all that it takes."""
    forward = next((node for node in class_.body if isinstance(node, ast.FunctionDef) and node.name == "forward"), None)
    names = [] if forward is None else [argument.arg for argument in forward.args.args[1:]]
    nodes = list(ast.walk(class_))
    called = [dotted(node.func).rpartition(".")[2] for node in nodes if isinstance(node, ast.Call)]
    has_weights = any(name in _WEIGHTED or name == "Parameter" for name in called)
    parts = [node.func for node in nodes if isinstance(node, ast.Call) and dotted(node.func).startswith("self.")]
    if any(not _LOSS_CALL.search(dotted(part)) for part in parts):
        return False  # It runs a model that it is given.
    is_target = any(_TARGET_NAME.search(name) for name in names[1:])
    return is_target and not has_weights and any(_LOSS_CALL.search(name) for name in called)


def abstract(source: Source, name: str) -> str:
    """Return why a class cannot be run by itself; '' where it can."""
    bases = [base for class_name in model_classes.line_of(source, name) for base in source.classes[class_name].bases]
    methods = {
        node.name: node
        for class_name in reversed(list(model_classes.line_of(source, name)))
        for node in source.classes[class_name].body
        if isinstance(node, ast.FunctionDef)
    }
    own = {dotted(base).rpartition(".")[2] for base in bases} - source.classes.keys() - {"object", "ABC"}
    if own <= {"Module"} and not methods.keys() & _STEPS:
        return "it has no forward"
    forward = methods.get("forward")
    body = [] if forward is None else [node for node in forward.body if not _is_text(node)]
    if len(body) == 1 and (isinstance(body[0], ast.Raise) or _is_nothing(body[0])):
        return "its forward is left to its subclasses"
    if any("abstractmethod" in ast.unparse(mark) for node in methods.values() for mark in node.decorator_list):
        return "it has abstract methods"
    return ""


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_nothing(node: ast.stmt) -> bool:
    return isinstance(node, ast.Pass)


def parts(source: Source) -> Iterator[tuple[str, Literal["part", "abstract", "loss"], str]]:
    """Yield the model classes of the file that are none of its models, each with its kind and the reason."""
    roots = model_discovery.names(source)
    for name, class_ in source.classes.items():
        if name in roots or not model_classes.is_model(source, class_):
            continue
        if not model_classes.is_at_top(source, class_):
            yield name, "part", f"it is defined inside another definition, line {class_.lineno}"
            continue
        owners = dict.fromkeys(_owners(source, name, class_))
        bases = [other.name for other in source.classes.values() if name in map(dotted, other.bases)]
        if owners and is_loss(source, name):
            yield name, "loss", f"it is a loss, a part of {', '.join(f'`{owner}`' for owner in owners)}"
        elif owners or not bases:
            whole = ", ".join(f"`{owner}`" for owner in owners) or "another model"
            yield name, "part", f"it is a part of {whole} in the same file"
        else:
            yield name, "abstract", f"it is the base of {', '.join(f'`{base}`' for base in bases)}"


def _owners(source: Source, name: str, class_: ast.ClassDef) -> Iterator[str]:
    for node in source.nodes:
        if isinstance(node, ast.Name) and node.id == name:
            owner = source.class_of(node)
            if owner is not None and owner is not class_ and not isinstance(source.parents.get(node), ast.ClassDef):
                yield owner.name
