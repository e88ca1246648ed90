"""Every row of the table against the library, on generated shapes: what is accepted runs, what is refused raises.

Operators run on the meta device, and on real tensors where that refuses less or an answer depends on values.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import operator
import random
import re
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch

from autofix.operators.equations import DtypeIn
from autofix.operators.families import Family
from autofix.operators.operator import ALIASES, Operator, assigned
from autofix.operators.table import FILES, rows
from autofix.operators.terms import Call
from autofix.records.values import Tensor

pytestmark = pytest.mark.torch
VARIANTS = 12
_LARGEST = 64


@dataclass(frozen=True)
class Spec:
    """A tensor of an example: its shape, what its values are, and the value that whole numbers have."""

    shape: tuple[int, ...]
    kind: str = "float"
    value: int = 0

    @property
    def dtype(self) -> str:
        return {"int64": "int64", "int32": "int32", "bool": "bool"}.get(self.kind, "float32")

    def record(self) -> Tensor:
        return Tensor(self.shape, self.dtype, values=(self.value, self.value) if self.kind == "int64" else None)

    def build(self, device: str) -> torch.Tensor:
        if self.kind == "eye":
            square = self.shape[-1:] * 2
            return (
                torch.eye(square[0], device=device).expand(self.shape)
                if self.shape[-2:] == square
                else _floats(self.shape, device)
            )
        if self.kind == "boxes":
            return torch.arange(4.0, device=device).expand(self.shape)
        if self.dtype == "float32":
            return torch.zeros(self.shape, device=device) if self.kind == "zeros" else _floats(self.shape, device)
        return torch.full(self.shape, self.value, dtype=getattr(torch, self.dtype), device=device)


def _floats(shape: tuple[int, ...], device: str) -> torch.Tensor:
    return torch.rand(shape, device=device) * 0.8 + 0.1


_KINDS: dict[str, Callable[..., Spec]] = {
    "int64": lambda *shape: Spec(shape, "int64"),
    "bool": lambda *shape: Spec(shape, "bool"),
    "zeros": lambda *shape: Spec(shape, "int64"),
    "ones": lambda *shape: Spec(shape, "int64", 1),
    "full": lambda value, *shape: Spec(shape, "int64", value),
    "unit": lambda *shape: Spec(shape),
    "zeros_float": lambda *shape: Spec(shape, "zeros"),
    "boxes": lambda *shape: Spec(shape, "boxes"),
    "eye": lambda size: Spec((size, size), "eye"),
}


@dataclass(frozen=True)
class Example:
    """A call of an example: the name, the settings of a layer, and the arguments with specs for tensors."""

    name: str
    settings: tuple[tuple[Any, ...], dict[str, Any]] | None
    arguments: tuple[Any, ...]
    keywords: dict[str, Any]


def _parsed(row: Operator, text: str) -> Example:
    node = ast.parse(text, mode="eval").body
    assert isinstance(node, ast.Call)
    settings = None
    if isinstance(node.func, ast.Call):
        settings = (_values(node.func.args), {word.arg or "": _value(word.value) for word in node.func.keywords})
    name = ast.unparse(node.func.func if isinstance(node.func, ast.Call) else node.func)
    arguments = [_value(argument) for argument in node.args]
    for position, parameter in enumerate(row.arguments[: len(arguments)]):
        several = parameter.is_sequence and parameter.is_variadic
        places = range(position, len(arguments)) if several else (position,) if parameter.is_tensor else ()
        for place in places:
            arguments[place] = _specs(arguments[place])
    tensors = {parameter.name for parameter in row.arguments if parameter.is_tensor} | {"x"}
    keywords = {word.arg or "": _value(word.value) for word in node.keywords}
    return Example(
        name, settings, tuple(arguments), {key: _specs(v) if key in tensors else v for key, v in keywords.items()}
    )


def _value(node: ast.expr) -> Any:
    return eval(ast.unparse(node), {**_KINDS, "nn": torch.nn})


def _values(nodes: list[ast.expr]) -> tuple[Any, ...]:
    return tuple(map(_value, nodes))


def _specs(value: Any) -> Any:
    if isinstance(value, tuple) and all(isinstance(item, int) for item in value):
        return Spec(value)
    return type(value)(map(_specs, value)) if isinstance(value, (tuple, list)) else value


# -- variants ----------------------------------------------------------------------------------------------------------


def _mapped(value: Any, change: Callable[[Any], Any]) -> Any:
    """Return the value with each number and each spec in it changed, in order."""
    if isinstance(value, Spec) or (isinstance(value, int) and not isinstance(value, bool)):
        return change(value)
    if isinstance(value, (tuple, list)):
        return type(value)(_mapped(item, change) for item in value)
    return {key: _mapped(item, change) for key, item in value.items()} if isinstance(value, dict) else value


def _changed(example: Example, change: Callable[[Any], Any]) -> Example:
    settings = None if example.settings is None else _mapped(example.settings, change)
    return replace(
        example,
        settings=settings,
        arguments=_mapped(example.arguments, change),
        keywords=_mapped(example.keywords, change),
    )


def _leaves(example: Example) -> list[Any]:
    leaves: list[Any] = []

    def collect(leaf: Any) -> Any:
        leaves.append(leaf)
        return leaf

    _changed(example, collect)
    return leaves


def variants(example: Example, draw: random.Random) -> Iterator[Example]:
    """Yield the example and others near it: a size renamed everywhere, or one size, rank or number that is another."""
    yield example
    leaves = _leaves(example)
    all_sizes = sorted({n for leaf in leaves for n in (leaf.shape if isinstance(leaf, Spec) else (leaf,)) if n > 1})
    for count in range(VARIANTS):
        if count % 3 == 0 and all_sizes:
            yield _changed(example, partial(_renamed, draw.choice(all_sizes), draw.choice((2, 3, 5, 6, 12))))
        elif leaves:
            at = draw.randrange(len(leaves))
            yield _changed(example, partial(_exchanged, iter(range(len(leaves))), at, _near(leaves[at], draw)))


def _exchanged(places: Iterator[int], at: int, new: Any, leaf: Any) -> Any:
    return new if next(places) == at else leaf


def _of_other_dtypes(row: Operator, example: Example) -> Iterator[Example]:
    """Yield the example with whole numbers for others, or the other way round, where the dtype matters."""
    call = _call(row, example)
    for needed in row.requires(call):
        if isinstance(needed, DtypeIn):
            leaves, operand = _leaves(example), call.tensor(needed.operand, needed.item)
            at = next(i for i, leaf in enumerate(leaves) if isinstance(leaf, Spec) and leaf.record() == operand)
            new = replace(leaves[at], kind="float" if leaves[at].dtype == "int64" else "int64")
            yield _changed(example, partial(_exchanged, iter(range(len(leaves))), at, new))


def _renamed(old: int, new: int, leaf: Any) -> Any:
    if isinstance(leaf, Spec):
        return replace(leaf, shape=tuple(new if size == old else size for size in leaf.shape))
    return new if leaf == old else leaf


def _near(leaf: Any, draw: random.Random) -> Any:
    if not isinstance(leaf, Spec):
        return draw.choice((leaf + 1, leaf - 1, leaf * 2, -leaf, 0, 1, 7, -7))
    shape, at = leaf.shape, draw.randrange(max(1, len(leaf.shape)))
    choice = draw.randrange(8)
    if choice == 0 and shape:
        return replace(leaf, shape=shape[1:])
    if choice == 1 and len(shape) < 5:
        return replace(leaf, shape=(draw.choice((1, 2)), *shape))
    if choice == 2 and leaf.kind == "int64":
        return replace(leaf, value=draw.choice((0, 1, 3, 40)))
    if not shape:
        return replace(leaf, shape=(2,))
    return replace(leaf, shape=(*shape[:at], draw.choice((1, shape[at] + 1, shape[at] * 2)), *shape[at + 1 :]))


# -- the library and the table on one call -----------------------------------------------------------------------------


def _call(row: Operator, example: Example) -> Call:
    def plain(value: Any) -> Any:
        return _mapped(value, lambda leaf: leaf.record() if isinstance(leaf, Spec) else leaf)

    settings: dict[str, Any] = {}
    if example.settings is not None:
        names = [parameter.name for parameter in row.constructor]
        settings = {**dict(zip(names, example.settings[0], strict=False)), **example.settings[1]}
        inner = getattr(example.settings[0][0] if example.settings[0] else None, "self_attn", None)
        if inner is not None:  # A stack is made of a layer, which knows the width.
            settings.update(d_model=inner.embed_dim, batch_first=inner.batch_first)
    return row.bind(plain(example.arguments), plain(example.keywords), plain(settings))


def _callable(row: Operator, name: str) -> Any:
    """Return what the library calls by this name."""
    if row.library != "torch":
        library = pytest.importorskip(row.library)
        return library.GINConv(torch.nn.Identity()).propagate if "propagate" in name else getattr(library, name)
    if name == "NonDynamicallyQuantizableLinear":
        return torch.nn.modules.linear.NonDynamicallyQuantizableLinear
    if "." in name:
        return operator.attrgetter(name)(torch)
    if name in row.layers:
        return getattr(torch.nn, name)
    if isinstance(getattr(torch.Tensor, name, None), property) or name in ("T", "mT", "H", "mH", "data"):
        return operator.attrgetter(name)
    for home in (torch.nn.functional, torch, torch.Tensor, torch._C._nn):
        if callable(getattr(home, name, None)):
            return getattr(home, name)
    return getattr(torch.Tensor, f"__{name}__", None) or getattr(operator, name)


def _run(row: Operator, example: Example, device: str) -> tuple[tuple[int, ...], ...] | Exception:
    """Return the shapes that the library gives, or what it raises."""

    def real(value: Any) -> Any:
        return _mapped(value, lambda leaf: leaf.build(device) if isinstance(leaf, Spec) else leaf)

    with warnings.catch_warnings(), torch.device(device):
        warnings.simplefilter("ignore")
        try:
            called = _callable(row, example.name)
            if example.settings is not None:
                called = called(*real(example.settings[0]), **example.settings[1])
            return tuple(_shapes(called(*real(example.arguments), **real(example.keywords))))
        except Exception as error:
            return error


def _shapes(value: Any) -> Iterator[tuple[int, ...]]:
    if isinstance(value, torch.Tensor):
        yield tuple(value.shape)
    elif isinstance(value, (tuple, list)) and not isinstance(value, torch.Size):
        for item in value:
            yield from _shapes(item)


def _is_small(example: Example) -> bool:
    flat = [n for leaf in _leaves(example) for n in (leaf.shape if isinstance(leaf, Spec) else (leaf,))]
    return max(flat, default=0) <= _LARGEST


def _label(row: Operator) -> str:
    return (
        (*row.functions, *row.layers)[0]
        if row.library == "torch"
        else f"{row.library}.{(row.functions + row.layers)[0]}"
    )


EVERY_ROW = pytest.mark.parametrize("row", rows(), ids=_label)


@EVERY_ROW
def test_row_is_what_the_library_does(row: Operator) -> None:
    if row.library != "torch":
        pytest.importorskip(row.library)
    assert row.examples
    draw = random.Random(_label(row))
    ran = 0
    for text in row.examples:
        first = _parsed(row, text)
        assert row.refused(_call(row, first)) == (), text
        for example in (*variants(first, draw), *_of_other_dtypes(row, first)):
            if _is_small(example):
                ran += _compare(row, example)
    assert ran >= len(row.examples)


def _compare(row: Operator, example: Example) -> bool:
    """Hold one call of the table against the library; return whether it was accepted."""
    call = _call(row, example)
    if any(requirement.holds(call) is None for requirement in row.requires(call)):
        return False  # What decides is not known.
    expected = row.result(call)
    actual = _run(row, example, "meta")
    if isinstance(actual, NotImplementedError) or (isinstance(actual, Exception) == (expected is not None)):
        actual = _run(row, example, "cpu")
    if expected is None:
        assert isinstance(actual, Exception), (example, row.refused(call), actual)
        return False
    assert not isinstance(actual, Exception), (example, actual)
    if row.family is not Family.QUERY and None not in expected:
        assert actual == expected, example
    return True


@EVERY_ROW
def test_inverse_gives_the_size_that_is_wanted(row: Operator) -> None:
    for text in row.examples:
        call = _call(row, _parsed(row, text))
        for output, shape in enumerate(row.result(call) or ()):
            for dimension, size in enumerate(shape or ()):
                for target_size in (size + 1, size * 2):
                    for assignment in row.inverse(call, dimension, target_size, output):
                        shapes = row.result(assigned(call, assignment))
                        assert shapes is not None
                        assert (shapes[output] or ())[dimension] == target_size


@EVERY_ROW
def test_agreements_are_calls_that_are_accepted(row: Operator) -> None:
    draw = random.Random(_label(row))
    for text in row.examples:
        for example in variants(_parsed(row, text), draw):
            call = _call(row, example)
            if not any(requirement.holds(call) is None for requirement in row.requires(call)):
                assert all(row.result(agreed) is not None for agreed in row.agreements(call)), example


# -- names -------------------------------------------------------------------------------------------------------------


@EVERY_ROW
def test_names_are_the_library_s(row: Operator) -> None:
    assert row.functions or row.layers
    for name in (*row.functions, *row.layers):
        assert callable(_callable(row, name)) or name in ("T", "mT")


@EVERY_ROW
def test_arguments_are_those_of_the_signature(row: Operator) -> None:
    own = _aliased(parameter.name for parameter in row.arguments)
    for name in row.functions[:1]:
        signatures = [*_signatures(row, name)] if name not in ("rmatmul", "getitem", "setitem") else []
        assert not signatures or any(_in_order(own, names) for names in signatures), signatures
    for name in row.layers[:1]:
        called = _callable(row, name)
        settings = [parameter.name for parameter in row.constructor]
        taken = _named(called.__init__)
        assert taken is None or _in_order(settings, taken), taken
        inputs = _named(called.forward)
        inputs = None if inputs is None else _aliased(inputs)
        assert inputs is None or _in_order([name for name in own if name in inputs], inputs), inputs


def _in_order(names: list[str], taken: list[str]) -> bool:
    """Return whether the names are the first that are taken."""
    return taken[: len(names)] == names


def _named(called: Any) -> list[str] | None:
    """Return the names of the parameters in order; None where they are not told."""
    try:
        parameters = inspect.signature(called).parameters.values()
    except (TypeError, ValueError):
        return None
    if any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters):
        return None
    return [
        parameter.name
        for parameter in parameters
        if parameter.kind is not parameter.VAR_KEYWORD and parameter.name != "self"
    ]


def _aliased(names: Iterable[str]) -> list[str]:
    """Return the names as the table has them: the first operand has many."""
    parameters = [*names]
    parameters = parameters[1:] if parameters[:1] == ["self"] else parameters
    return [
        ALIASES.get(name, name) if name in ("A", "x") or not place else name for place, name in enumerate(parameters)
    ]


def _signatures(row: Operator, name: str) -> Iterator[list[str]]:
    """Yield the parameters that the function, its documentation and each overload in torch's schemas have."""
    called = _callable(row, name)
    with_indices = getattr(torch.nn.functional, f"{name}_with_indices", None)
    yield from (_aliased(named) for function in (called, with_indices) if (named := _named(function)) is not None)
    for line in (inspect.getdoc(called) or "").splitlines():
        match = re.match(r"(?:torch\.)?(?:\w+\.)?\w+\(([^()]*(?:\([^()]*\))?[^()]*)\) ->", line)
        if match is not None:
            documented = [word.strip().lstrip("*").partition("=")[0] for word in match[1].split(",")]
            yield [parameter for parameter in _aliased(documented) if parameter]
            yield ["input", *_aliased(documented)]
    bare = name.replace("linalg.", "linalg_").replace("fft.", "fft_").rpartition(".")[2]
    for schema in torch._C._jit_get_schemas_for_operator(f"aten::{bare}") if row.library == "torch" else ():
        yield ["input" if argument.name == "self" else _aliased([argument.name])[0] for argument in schema.arguments]


# -- questions ---------------------------------------------------------------------------------------------------------


def test_every_file_of_rows_is_in_the_table() -> None:
    package = importlib.import_module("autofix.operators.rows")
    files = {path.stem for path in Path(package.__path__[0]).glob("*.py")} - {"__init__"}
    assert files == set(FILES)


def test_no_name_stands_in_two_rows() -> None:
    names = [(row.library, name) for row in rows() for name in (*row.functions, *row.layers)]
    assert {name for name in names if names.count(name) > 1} == set()
