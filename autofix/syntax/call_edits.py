"""Edits of one call, made on its libcst tree so that its formatting and comments stay.

Text of an expression in, text out; where the expression stands is the caller's business.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import libcst as cst


class NotACall(ValueError):
    """The text is no call that these edits know."""


def prepare() -> None:
    """Load libcst, which takes 0.2 s; without this the first edit of a call does."""
    import libcst as cst

    _ = cst


def _call(text: str) -> cst.Call:
    import libcst as cst

    try:
        node = cst.parse_expression(text)
    except cst.ParserSyntaxError as error:
        raise NotACall(text) from error
    if not isinstance(node, cst.Call):
        raise NotACall(text)
    return node


def _code(node: cst.CSTNode) -> str:
    import libcst as cst

    return cst.Module([]).code_for_node(node)


def with_argument(text: str, name: str, value: str, position: int = -1) -> str:
    """Return the call with ``name`` set: its keyword or positional argument replaced, else a keyword added at the end.

    Raises NotACall for a text that is no call.
    """
    import libcst as cst

    call = _call(text)
    new = cst.parse_expression(value)
    arguments = list(call.args)
    index = next((i for i, a in enumerate(arguments) if a.keyword is not None and a.keyword.value == name), None)
    if (
        index is None
        and 0 <= position < len(arguments)
        and all(a.keyword is None and not a.star for a in arguments[: position + 1])
    ):
        index = position
    if index is not None:
        arguments[index] = arguments[index].with_changes(value=new)
        return _code(call.with_changes(args=arguments))
    return _code(call.with_changes(args=_appended(arguments, name, new)))


def _appended(arguments: list[cst.Arg], name: str, value: cst.BaseExpression) -> list[cst.Arg]:
    """Return the arguments with a keyword argument at the end, after a comma in the style of those before."""
    import libcst as cst

    added = cst.Arg(
        value=value,
        keyword=cst.Name(name),
        equal=cst.AssignEqual(whitespace_before=cst.SimpleWhitespace(""), whitespace_after=cst.SimpleWhitespace("")),
    )
    if not arguments:
        return [added]
    last = arguments[-1]
    if isinstance(last.comma, cst.Comma):  # A trailing comma stays one.
        earlier = next(
            (a.comma for a in arguments[:-1] if isinstance(a.comma, cst.Comma)),
            cst.Comma(whitespace_after=cst.SimpleWhitespace(" ")),
        )
        return [*arguments[:-1], last.with_changes(comma=earlier), added.with_changes(comma=last.comma)]
    separator = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    closing = last.whitespace_after_arg
    moved = last.with_changes(comma=separator, whitespace_after_arg=cst.SimpleWhitespace(""))
    return [*arguments[:-1], moved, added.with_changes(whitespace_after_arg=closing)]


def without_argument(text: str, name: str, position: int = -1) -> str:
    """Return the call without ``name``; the same text where it is not passed."""
    call = _call(text)
    arguments = list(call.args)
    index = next((i for i, a in enumerate(arguments) if a.keyword is not None and a.keyword.value == name), None)
    if index is None and 0 <= position < len(arguments) and all(a.keyword is None and not a.star for a in arguments):
        index = position
    if index is None:
        return text
    remaining = [*arguments[:index], *arguments[index + 1 :]]
    if remaining and index == len(arguments) - 1:
        remaining[-1] = remaining[-1].with_changes(
            comma=arguments[index].comma, whitespace_after_arg=arguments[index].whitespace_after_arg
        )
    return _code(call.with_changes(args=remaining))


def with_callee(text: str, name: str) -> str:
    """Return the call of another function: only the last part of the callee's name changes
    (``nn.Conv1d`` -> ``nn.Conv2d``).
    """
    import libcst as cst

    call = _call(text)
    if isinstance(call.func, cst.Attribute):
        return _code(call.with_changes(func=call.func.with_changes(attr=cst.Name(name))))
    if isinstance(call.func, cst.Name):
        return _code(call.with_changes(func=cst.Name(name)))
    raise NotACall(text)
