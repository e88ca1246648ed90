"""Look up the rows of ``rows/`` by the names of functions, methods and layers.

A name is found without its library (``cat``, ``Linear``), of another library than torch only with it. The files of
rows are read at the first question.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from importlib import import_module
from itertools import takewhile

from autofix.operators.equations import Requirement, equal
from autofix.operators.families import Family
from autofix.operators.operator import Contract, Operator
from autofix.operators.terms import Call, Rank, sizes

FILES = (
    *("pointwise", "activations", "reductions", "contractions", "distances", "convolutions", "spatial"),
    *("normalisation", "reshapes", "views", "joins", "subscripts", "indexing", "embeddings", "recurrent", "attention"),
    *("losses", "ranking_losses", "linear_algebra", "factories"),
    *("einops", "torchvision", "torch_geometric", "checks"),
)
_AUGMENTED = frozenset(
    ("iadd", "isub", "imul", "itruediv", "ifloordiv", "ipow", "imod", "iand", "ior", "ixor", "masked_fill_")
)


@cache
def rows() -> tuple[Operator, ...]:
    """Return the whole table."""
    return tuple(row for name in FILES for row in import_module(f"autofix.operators.rows.{name}").ROWS)


@cache
def _functions() -> dict[str, Operator]:
    row_of: dict[str, Operator] = {}
    for row in rows():
        own = row.library == "torch"
        for name in row.functions:
            row_of.setdefault(name if own else f"{row.library}.{name}", row)
    for row in rows():  # linalg.inv is also found as inv, where torch has no other function of that name.
        for name in row.functions if row.library == "torch" else ():
            row_of.setdefault(name.rpartition(".")[2], row)
    return row_of


@cache
def _layers() -> dict[str, Operator]:
    return {name: row for row in reversed(rows()) for name in row.layers}


@cache
def function(name: str) -> Operator | None:
    """Return the row of a function or method by its bare name, or that of a target such as ``Tensor.add_``."""
    short = ".".join(name.split(".")[-2:])
    bare = name.rpartition(".")[2]
    for candidate in (name, name.removeprefix("torch."), short, bare, bare.strip("_")):
        row = _functions().get(candidate) or _functions().get(candidate.removesuffix("_"))
        if row is not None:
            is_in_place = candidate not in row.functions or candidate in _AUGMENTED
            return _in_place(row) if (is_in_place and name.endswith("_")) or name in _AUGMENTED else row
    return None


@cache
def find(target: str) -> Operator | None:
    """Return the row of what an operation calls, a function or a layer."""
    return function(target) or layer(target.rpartition(".")[2])


def family(target: str) -> Family | None:
    """Return the family of what an operation calls; None for what is not known."""
    row = find(target)
    return None if row is None else row.family


@cache
def layer(kind: str) -> Operator | None:
    """Return the row of a layer by the bare name of its class."""
    return _layers().get(kind)


def _in_place(row: Operator) -> Operator:
    """Return the row of an operator that writes into its input, whose shape the result has to have."""
    if row.family not in (Family.POINTWISE, Family.COMPARISON):
        return row

    def requires(call: Call) -> Iterator[Requirement]:
        yield from row.contract.requires(call)
        own, result = sizes(call, "input"), next(iter(row.contract.result(call)))
        if result is not None:
            yield equal(Rank("input"), len(result))
            yield from map(equal, own, result) if len(own) == len(result) else ()

    return replace(row, contract=Contract(requires, row.contract.result))


@cache
def functions_of(*families: Family) -> frozenset[str]:
    """Return the bare names of torch's functions and methods in these families."""
    members = (row for row in rows() if row.family in families and row.library == "torch")
    return frozenset(name.rpartition(".")[2] for row in members for name in row.functions)


@cache
def layers_of(*families: Family) -> frozenset[str]:
    """Return the names of torch's layers in these families."""
    return frozenset(name for row in rows() if row.family in families and row.library == "torch" for name in row.layers)


@cache
def function_parameters(name: str) -> tuple[str, ...]:
    """Return the parameters of a function by its bare name, the input first; none for one that is not known.

    Sizes that may be passed as arguments of their own have no position, nor has what comes after them.
    """
    row = function(name)
    names = () if row is None else row.arguments
    return tuple(parameter.name for parameter in takewhile(lambda parameter: not parameter.is_variadic, names))


def layer_like(kind: str) -> Operator | None:
    """Return the row of a layer, or of the first of those that a base such as ``BatchNorm`` has."""
    return layer(kind) or layer(f"{kind}1d")


@cache
def layer_parameters(kind: str) -> tuple[str, ...]:
    """Return the parameters of a layer's constructor; none for one that is not torch's.

    A base of several layers takes what these take.
    """
    row = layer_like(kind)
    return () if row is None or row.library != "torch" else tuple(parameter.name for parameter in row.constructor)


def position(kind: str, parameter: str) -> int:
    """Return where the constructor of a layer takes ``parameter``, -1 if it does not."""
    names = layer_parameters(kind)
    return names.index(parameter) if parameter in names else -1
