"""Commands that answer a shell's questions quickly; which words there are is for ``arguments``.

Nothing is converted while a shell completes: it asks which words were given, not what they mean, and typer converts
with pydantic, which takes longer to load than the whole answer. The parser's own types are private to typer, hence
the ``Any``.
"""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand


class Command(TyperCommand):
    """A command whose words stay as they were given while a shell completes them."""

    def get_params(self, ctx: Any) -> list[Any]:
        return unread(super().get_params(ctx), ctx)


def unread(parameters: list[Any], context: Any) -> list[Any]:
    """The parameters of a command, told not to convert anything for a shell."""
    for parameter in parameters if context.resilient_parsing else ():
        parameter.process_value = _as_given
    return parameters


def _as_given(context: Any, value: Any) -> Any:
    del context
    return value
