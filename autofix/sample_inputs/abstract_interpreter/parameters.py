"""The names of a function when it is entered: its parameters, bound to arguments and defaults."""

from __future__ import annotations

import ast
from typing import Any

from autofix.sample_inputs.abstract_interpreter.expressions import evaluate
from autofix.sample_inputs.abstract_interpreter.values import UNKNOWN, Scope


def bind_parameters(parameters: ast.arguments, positional: list[Any], keywords: dict[str, Any], scope: Scope) -> None:
    """Bind the parameters in ``scope``; what a call does not give and has no default is UNKNOWN."""
    names = [parameter.arg for parameter in (*parameters.posonlyargs, *parameters.args)]
    outer = scope.outer or scope
    for name, default in zip(reversed(names), reversed(parameters.defaults), strict=False):
        scope.names[name] = evaluate(default, outer)
    for parameter, keyword_default in zip(parameters.kwonlyargs, parameters.kw_defaults, strict=True):
        scope.names[parameter.arg] = evaluate(keyword_default, outer) if keyword_default is not None else UNKNOWN
    scope.names.update({name: UNKNOWN for name in names if name not in scope.names})
    scope.names.update(zip(names, positional, strict=False))
    own = {*names, *(parameter.arg for parameter in parameters.kwonlyargs)}
    scope.names.update({name: value for name, value in keywords.items() if name in own})
    if parameters.vararg is not None:
        scope.names[parameters.vararg.arg] = tuple(positional[len(names) :])
    if parameters.kwarg is not None:
        scope.names[parameters.kwarg.arg] = {name: value for name, value in keywords.items() if name not in own}
