"""Commands whose words are converted only where they have to be; which words there are is for ``parser``.

typer converts with pydantic, which takes longer to load than anything else of the front-end. Most words are texts and
stay what they are, most options are not given, and a shell that completes asks which words there are, not what they
mean. The parser's own types are private to typer, hence the ``Any``.
"""

from __future__ import annotations

from functools import partial
from typing import Any, get_args, get_origin

from typer.core import TyperCommand


class Command(TyperCommand):
    """A command that converts only the words that are not yet what its parameters ask for."""

    def get_params(self, ctx: Any) -> list[Any]:
        return sparing(super().get_params(ctx), ctx)


def sparing(parameters: list[Any], context: Any) -> list[Any]:
    """Return the parameters of a command, told to convert only what has to be converted."""
    for parameter in parameters:
        parameter.process_value = _as_given if context.resilient_parsing else partial(_converted, parameter)
        if parameter.param_type_name == "argument":
            parameter.display_type_rich = _no_type
            parameter.get_usage_pieces = partial(_usage_of, parameter)
    return parameters


def _no_type(**_: Any) -> str:
    """Return the type of an argument in help: nothing, since its name says what it is."""
    return ""


def _usage_of(parameter: Any, context: Any) -> list[str]:
    """Return an argument in the usage line as it is called in help."""
    del context
    return [parameter.metavar]


def _as_given(context: Any, value: Any) -> Any:
    del context
    return value


def _converted(parameter: Any, context: Any, value: Any) -> Any:
    """Return the value as typer makes it, without asking typer where that is plain."""
    if not _is_plain(parameter, value):
        return type(parameter).process_value(parameter, context, value)
    if value is None and (parameter.multiple or parameter.nargs == -1):
        value = ()
    return value if parameter.callback is None else parameter.callback(context, parameter, value)


def _is_plain(parameter: Any, value: Any) -> bool:
    """Return whether there is nothing to convert and nothing missing."""
    if value is None:
        return not parameter.required
    # A version of typer that keeps the type elsewhere converts everything, as it always did.
    annotation = getattr(getattr(parameter, "type_descriptor", None), "annotation", None)
    if get_origin(annotation) is list:
        return bool(value) and all(isinstance(item, get_args(annotation)) for item in value)
    return isinstance(annotation, type) and isinstance(value, annotation)
