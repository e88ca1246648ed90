"""Further ways to break a model file by one edit: exchanged, neighbouring or missing arguments, names and letters."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import mutations

from autofix.patch.edits_to_text import apply_edits
from autofix.records.locations import Edit
from autofix.syntax.source import Source, dotted

Edits = Iterator[tuple[Edit, ...]]
_REDUCTIONS = frozenset(
    ("sum", "mean", "max", "min", "amax", "amin", "argmax", "prod", "norm", "std", "var", "any", "all", "cumsum")
) | frozenset(("softmax", "log_softmax", "logsumexp", "normalize"))
_TRANSPOSES = frozenset(["permute", "transpose", "swapaxes", "t", "movedim"])
_VIEWS = frozenset(
    ["view", "reshape", "flatten", "unsqueeze", "squeeze", "expand", "repeat", "contiguous", "unflatten"]
)
_PATTERN_CALLS = frozenset(["rearrange", "repeat", "reduce", "einsum", "Rearrange", "Reduce", "EinMix"])


def _calls(source: Source) -> Iterator[tuple[ast.Call, str]]:
    for node in source.nodes:
        if isinstance(node, ast.Call):
            yield node, dotted(node.func).rpartition(".")[2] or getattr(node.func, "attr", "")


def _without_keyword(source: Source, call: ast.Call, name: str) -> Edits:
    keywords = [k for k in call.keywords if k.arg != name]
    if len(keywords) < len(call.keywords):
        written = [source.text_of(argument) for argument in call.args]
        written += [f"{k.arg}={source.text_of(k.value)}" if k.arg else f"**{source.text_of(k.value)}" for k in keywords]
        yield (source.replace(call, f"{source.text_of(call.func)}({', '.join(written)})"),)


def _operand(source: Source, call: ast.Call) -> str | None:
    """The tensor that a view works on, written as a method or as a function of torch."""
    if not isinstance(call.func, ast.Attribute):
        return None
    if dotted(call.func.value) in {"torch", "F"}:
        return source.text_of(call.args[0]) if call.args else None
    return source.text_of(call.func.value)


def exchanged_arguments(source: Source) -> Edits:
    """Two neighbouring arguments of a call in the wrong order."""
    for call, name in _calls(source):
        if name == "super":
            continue
        for first, second in zip(call.args, call.args[1:], strict=False):
            texts = source.text_of(first), source.text_of(second)
            if texts[0] != texts[1] and not any(isinstance(argument, ast.Starred) for argument in (first, second)):
                yield (source.replace(first, texts[1]), source.replace(second, texts[0]))


def neighbouring_index(source: Source) -> Edits:
    """The size of the dimension beside: ``x.shape[1]`` for ``x.shape[0]``."""
    for node in source.nodes:
        place: ast.expr | None = None
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute) and node.value.attr == "shape":
            place = node.slice
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "size":
            place = node.args[0] if node.args else None
        if isinstance(place, ast.Constant | ast.UnaryOp):
            value = ast.literal_eval(place)
            if type(value) is int:
                for other in (value - 1, value + 1):
                    if (value < 0) == (other < 0):
                        yield (source.replace(place, str(other)),)


def missing_keepdim(source: Source) -> Edits:
    """A reduction without its ``keepdim``."""
    for call, _ in _calls(source):
        yield from _without_keyword(source, call, "keepdim")


def missing_dimension(source: Source) -> Edits:
    """A reduction over everything, or a softmax of no stated dimension."""
    for call, name in _calls(source):
        if name in _REDUCTIONS and not dotted(call.func).startswith("self."):
            yield from _without_keyword(source, call, "dim")
            is_method = isinstance(call.func, ast.Attribute) and dotted(call.func.value) not in {"torch", "F"}
            place = 0 if is_method else 1
            if len(call.args) == place + 1 and not call.keywords:
                arguments = ", ".join(source.text_of(argument) for argument in call.args[:place])
                yield (source.replace(call, f"{source.text_of(call.func)}({arguments})"),)


def missing_transpose(source: Source) -> Edits:
    """A transpose or permute left out."""
    for call, name in _calls(source):
        operand = _operand(source, call) if name in _TRANSPOSES else None
        if operand is not None:
            yield (source.replace(call, operand),)
    for node in source.nodes:
        if isinstance(node, ast.Attribute) and node.attr in {"T", "mT"} and not isinstance(node.ctx, ast.Store):
            yield (source.replace(node, source.text_of(node.value)),)


def missing_view(source: Source) -> Edits:
    """A flatten, view, squeeze, unsqueeze or expand left out."""
    for call, name in _calls(source):
        operand = _operand(source, call) if name in _VIEWS else None
        if operand is not None and operand != "einops":
            yield (source.replace(call, operand),)


def other_letter(source: Source) -> Edits:
    """A letter of an einops or einsum pattern for another of the same pattern."""
    for call, name in _calls(source):
        for node in call.args if name in _PATTERN_CALLS else ():
            if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
                continue
            words = r"[A-Za-z]" if name == "einsum" else r"[A-Za-z_]\w*"
            text = source.text_of(node)
            matches = [match for match in re.finditer(words, text) if match.group() not in {"r", "f"}]
            names = sorted({match.group() for match in matches})
            for match in matches:
                for other in names:
                    if other != match.group():
                        yield (source.replace(node, text[: match.start()] + other + text[match.end() :]),)


def neighbouring_name(source: Source) -> Edits:
    """A variable for another of the same function, or ``self.conv1`` for ``self.conv2``."""
    attributes = {n.attr for n in source.nodes if isinstance(n, ast.Attribute) and dotted(n.value) == "self"}
    for function in source.functions:
        arguments = [a.arg for a in function.args.args if a.arg != "self"]
        inside = [node for node in ast.walk(function) if isinstance(node, ast.Name | ast.Attribute)]
        stored = [(n.lineno, n.id) for n in inside if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
        known = [(0, name) for name in arguments] + stored
        local = {name for _, name in known}
        for node in inside:
            if isinstance(node.ctx, ast.Store):
                continue
            if isinstance(node, ast.Name) and node.id in local:
                for other in sorted({name for line, name in known if line < node.lineno} - {node.id}):
                    yield (source.replace(node, other),)
            elif isinstance(node, ast.Attribute) and dotted(node.value) == "self" and function.name != "__init__":
                stem = node.attr.rstrip("0123456789")
                for other in sorted(attributes - {node.attr}):
                    if stem and other.rstrip("0123456789") == stem:
                        yield (source.replace(node, f"self.{other}"),)


def missing_batch_first(source: Source) -> Edits:
    """A recurrent or attention layer without its ``batch_first``."""
    for call, _ in _calls(source):
        yield from _without_keyword(source, call, "batch_first")


def configuration(source: Source) -> Edits:
    """A number in a table, a dictionary or the fields of a class that says how a model is built."""
    for node in source.nodes:
        if not isinstance(node, ast.List | ast.Tuple | ast.Dict | ast.AnnAssign | ast.keyword):
            continue
        if isinstance(node, ast.keyword) and (source.function_of(node) or node.arg is None):
            continue
        if isinstance(node, ast.List | ast.Tuple | ast.Dict) and source.class_of(node):
            continue
        values: list[ast.expr | None]
        if isinstance(node, ast.Dict):
            values = list(node.values)
        elif isinstance(node, ast.List | ast.Tuple):
            values = list(node.elts)
        else:
            values = [node.value]
        for value in values:
            if isinstance(value, ast.Constant) and type(value.value) is int and value.value > 1:
                yield (source.replace(value, str(value.value * 2)),)
                yield (source.replace(value, str(value.value + 1)),)


def squeeze_everything(source: Source) -> Edits:
    """A squeeze that names no dimension."""
    for call, name in _calls(source):
        if name == "squeeze" and isinstance(call.func, ast.Attribute) and (call.args or call.keywords):
            if dotted(call.func.value) == "torch":
                yield (source.replace(call, f"torch.squeeze({source.text_of(call.args[0])})"),)
            else:
                yield (source.replace(call, f"{source.text_of(call.func.value)}.squeeze()"),)


MUTATIONS: dict[str, mutations.Mutation] = {
    **{name: mutation for name, mutation in mutations.MUTATIONS.items() if name != "dropped shape change"},
    "arguments exchanged": exchanged_arguments,
    "index beside": neighbouring_index,
    "keepdim left out": missing_keepdim,
    "dim left out": missing_dimension,
    "transpose left out": missing_transpose,
    "view left out": missing_view,
    "letter of a pattern": other_letter,
    "name beside": neighbouring_name,
    "batch_first left out": missing_batch_first,
    "configuration": configuration,
    "squeeze of everything": squeeze_everything,
}


def mutants(source: Source, name: str) -> list[str]:
    """Every text that the mutation makes of the file and that is still Python, in order, without duplicates."""
    texts = dict.fromkeys(apply_edits(source.text, edits) for edits in MUTATIONS[name](source))
    return [text for text in texts if text != source.text and _parses(text)]


def _parses(text: str) -> bool:
    try:
        compile(text, "model.py", "exec")
    except SyntaxError:
        return False
    return True
