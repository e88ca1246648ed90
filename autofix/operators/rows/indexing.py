"""Operators that pick or write entries by their places, and embeddings.

Source: torch, section Indexing, Slicing, Joining, Mutating Ops; torch.nn, section Sparse Layers.
"""

from __future__ import annotations

from collections.abc import Iterator

from autofix.operators.equations import DtypeIn, Requirement, at_least, below, equal, within
from autofix.operators.families import Family
from autofix.operators.notation import broadcast, shapes
from autofix.operators.operator import Contract, Operator
from autofix.operators.places import named, place
from autofix.operators.terms import Argument, Call, Dimensions, Highest, Rank, Term, elements, sizes

INDICES = ("int64", "int32")
_INT64 = ("int64",)


# -- subscripts --------------------------------------------------------------------------------------------------------


# -- along one dimension -----------------------------------------------------------------------------------------------


def _index(call: Call) -> Iterator[Requirement]:
    """State what is needed: an index of one dimension, or a single number, along a dimension."""
    yield DtypeIn("index", INDICES)
    yield below(Rank("index"), 2)
    yield from named(call, "dim")
    at = place(call, "dim")
    if 0 <= at < len(sizes(call, "input")):
        yield below(Highest("index"), sizes(call, "input")[at])


def _with(own: Dimensions, at: int, size: Term) -> Dimensions:
    return (*own[:at], size, *own[at + 1 :])


def _index_select(call: Call) -> Iterator[Dimensions]:
    own, index = sizes(call, "input"), sizes(call, "index")
    yield _with(own, place(call, "dim"), elements(index)) if own else ()


def _index_add(call: Call) -> Iterator[Requirement]:
    yield from _index(call)
    own, source, at = sizes(call, "input"), sizes(call, "source"), place(call, "dim")
    yield equal(Rank("source"), Rank("input"))
    if len(own) == len(source) and 0 <= at < len(own):
        yield equal(source[at], elements(sizes(call, "index")))
        yield from (equal(b, a) for i, (a, b) in enumerate(zip(own, source, strict=True)) if i != at)


def _gather(other: str) -> Contract:
    """State the contract: the index has as many dimensions as the input and is nowhere larger, but along ``dim``.

    ``other`` is what is written, empty for a gather; the index is nowhere larger than that.
    """

    def requires(call: Call) -> Iterator[Requirement]:
        yield DtypeIn("index", _INT64)
        yield from named(call, "dim")
        yield equal(Rank("index"), Rank("input"))
        own, index, at = sizes(call, "input"), sizes(call, "index"), place(call, "dim")
        if len(own) != len(index):
            return
        yield from (at_least(a, b) for i, (a, b) in enumerate(zip(own, index, strict=True)) if i != at)
        if 0 <= at < len(own):
            yield below(Highest("index"), own[at])
        if other and call.tensor(other) is not None:
            yield equal(Rank(other), Rank("index"))
            yield from map(at_least, sizes(call, other), index)

    return Contract(requires, lambda call: (sizes(call, "input" if other else "index"),))


def _select_requires(call: Call) -> Iterator[Requirement]:
    yield from named(call, "dim")
    at = place(call, "dim")
    if 0 <= at < len(sizes(call, "input")):
        yield from within(Argument("index"), sizes(call, "input")[at])


def _select(call: Call) -> Iterator[Dimensions]:
    own, at = sizes(call, "input"), place(call, "dim")
    yield (*own[:at], *own[at + 1 :])


def _slide_requires(call: Call) -> Iterator[Requirement]:
    yield from named(call, "dimension")
    at = place(call, "dimension")
    if 0 <= at < len(sizes(call, "input")):
        yield at_least(sizes(call, "input")[at], Argument("size"))
    yield at_least(Argument("size"), 0)
    yield at_least(Argument("step"), 1)


def _slide(call: Call) -> Iterator[Dimensions]:
    own, at = sizes(call, "input"), place(call, "dimension")
    yield (*_with(own, at, (own[at] - Argument("size")) // Argument("step") + 1), Argument("size"))


# -- embeddings --------------------------------------------------------------------------------------------------------


_SELECT = Contract(_index, _index_select)
_UNKNOWN = Contract(lambda _: (), lambda _: (None,))
_SOURCE = "Tensor input, dim, Tensor index, "


def _writing(name: str, example: str) -> Operator:
    parameters = f"{_SOURCE}Tensor src" + (", reduce" if "reduce" in name else "")
    return Operator(Family.GATHERING, _gather("src"), parameters, (example,), (name,))


ROWS = (
    Operator(
        Family.SUBSCRIPT,
        Contract(_select_requires, _select),
        "Tensor input, dim, index",
        ("select((3, 4), 1, 2)",),
        ("select",),
    ),
    Operator(
        Family.SUBSCRIPT,
        _SELECT,
        "Tensor input, dim, Tensor index",
        ("index_select((3, 4), 1, int64(5))",),
        ("index_select",),
    ),
    Operator(
        Family.INDEXING,
        Contract(_slide_requires, _slide),
        "Tensor input, dimension, size, step",
        ("Tensor.unfold((2, 9), 1, 3, 2)",),
        ("Tensor.unfold",),
    ),
    Operator(Family.GATHERING, _gather(""), f"{_SOURCE[:-2]}", ("gather((3, 4), 1, int64(2, 6))",), ("gather",)),
    Operator(
        Family.INDEXING,
        shapes("input (*), index (...) -> (...)"),
        "Tensor input, Tensor index",
        ("take((3, 4), int64(2, 5))",),
        ("take",),
    ),
    Operator(
        Family.INDEXING,
        Contract(lambda call: broadcast(call, [sizes(call, "input"), sizes(call, "mask")])[0], lambda _: (None,)),
        "Tensor input, Tensor mask",
        ("masked_select((3, 4), bool(3, 4))",),
        ("masked_select",),
    ),
    Operator(Family.INDEXING, _UNKNOWN, "Tensor input", ("nonzero((3, 4))",), ("nonzero", "argwhere")),
    Operator(
        Family.INDEXING,
        _UNKNOWN,
        "Tensor input, sorted=True, return_inverse=False, return_counts=False, dim=None",
        ("unique((3, 4))",),
        ("unique",),
    ),
    Operator(
        Family.ORDERING,
        Contract(
            lambda call: (
                map(equal, sizes(call, "sorted_sequence")[:-1], sizes(call, "input")[:-1])
                if len(sizes(call, "sorted_sequence")) > 1
                else ()
            ),
            lambda call: (sizes(call, "input"),),
        ),
        "Tensor sorted_sequence, Tensor input",
        ("searchsorted((5,), (2, 3))",),
        ("searchsorted",),
    ),
    Operator(
        Family.ORDERING,
        shapes("input (*), boundaries (n) -> (*)"),
        "Tensor input, Tensor boundaries",
        ("bucketize((2, 3), (4,))",),
        ("bucketize",),
    ),
    _writing("scatter", "scatter((3, 4), 1, int64(2, 4), (3, 5))"),
    _writing("scatter_add", "scatter_add((3, 4), 1, int64(2, 4), (3, 5))"),
    _writing("scatter_reduce", "scatter_reduce((3, 4), 1, int64(2, 4), (3, 5), 'sum')"),
    Operator(
        Family.INDEXING,
        Contract(_index_add, lambda call: (sizes(call, "input"),)),
        f"{_SOURCE}Tensor source",
        ("index_add((5, 4), 0, int64(3), (3, 4))",),
        ("index_add",),
    ),
    Operator(
        Family.INDEXING,
        Contract(_index_add, lambda call: (sizes(call, "input"),)),
        f"{_SOURCE}Tensor source",
        ("index_copy((5, 4), 0, int64(3), (3, 4))",),
        ("index_copy",),
    ),
    Operator(
        Family.INDEXING,
        Contract(_index, lambda call: (sizes(call, "input"),)),
        f"{_SOURCE}value",
        ("index_fill((5, 4), 0, int64(3), 0.0)",),
        ("index_fill",),
    ),
)
