"""Message passing of torch_geometric: layers over nodes ``(V, F)`` and edges ``(2, E)``, and pooling of graphs.

Source: torch_geometric.nn, sections Convolutional Layers and Pooling Layers.
"""

from __future__ import annotations

from collections.abc import Iterator

from autofix.operators.equations import DtypeIn, Requirement, at_least, below, equal
from autofix.operators.families import Family
from autofix.operators.operator import Contract, Operator
from autofix.operators.terms import Argument, Call, Dimensions, Highest, Number, Rank, Size, Term, sizes

_INPUTS = "Tensor x, Tensor edge_index"


def _pairs_of_nodes(call: Call) -> Iterator[Requirement]:
    yield DtypeIn("edge_index", ("int64",))
    yield equal(Rank("edge_index"), 2)
    if len(sizes(call, "edge_index")) == 2:
        yield equal(Size("edge_index", 0), 2)


def _edges(call: Call) -> Iterator[Requirement]:
    yield from _pairs_of_nodes(call)
    nodes = sizes(call, "x")
    yield equal(Rank("x"), 2)
    if len(nodes) == 2:
        yield below(Highest("edge_index"), nodes[0])


def _layer_requires(call: Call) -> Iterator[Requirement]:
    yield from _edges(call)
    yield at_least(Argument("out_channels"), 1)
    nodes = sizes(call, "x")
    if len(nodes) == 2 and (call.integer("in_channels") or 0) > 0:
        yield equal(nodes[1], Argument("in_channels"))
    if call.tensor("edge_weight") is not None and len(sizes(call, "edge_index")) == 2:
        yield equal(Size("edge_weight", 0), Size("edge_index", 1))


def _width(call: Call) -> Term:
    """Return the channels of a result: those of all heads where they are joined."""
    is_joined = "heads" in call.values and call.get("concat") is not False
    return Argument("heads") * Argument("out_channels") if is_joined else Argument("out_channels")


def _pooled_requires(call: Call) -> Iterator[Requirement]:
    """State what is needed: rows ``(..., V, F)`` and the graph of each of the V nodes."""
    own = sizes(call, "x")
    if call.tensor("batch") is None:
        yield at_least(Rank("x"), 1)
        return
    yield DtypeIn("batch", ("int64",))
    yield equal(Rank("batch"), 1)
    yield equal(Size("batch", 0), own[-2] if len(own) > 1 else Size("x", 0))


def _pooled(call: Call) -> Iterator[Dimensions | None]:
    """State the result: a row for each graph, of which there are as many as ``batch`` says."""
    own = sizes(call, "x")
    if call.tensor("batch") is None:
        yield (*own[:-2], *((Number(1),) if len(own) < 3 else ()), *own[1:][-1:])
        return
    count = Highest("batch") + 1 if call.get("size") is None else Argument("size")
    yield (*own[:-2], count, own[-1]) if len(own) > 1 else (count,)


_LAYER = Contract(_layer_requires, lambda call: ((*sizes(call, "x")[:-1], _width(call)),))


def _convolution(name: str, settings: str, extra: str, example: str) -> Operator:
    return Operator(
        Family.MESSAGE_PASSING,
        _LAYER,
        f"{_INPUTS}{extra}",
        (example,),
        (),
        (name,),
        settings,
        library="torch_geometric.nn",
    )


def _pool(name: str) -> Operator:
    return Operator(
        Family.MESSAGE_PASSING,
        Contract(_pooled_requires, _pooled),
        "Tensor x, Tensor? batch, size=None",
        (f"{name}((5, 3), int64(5))", f"{name}((5, 3), None)"),
        (name,),
        library="torch_geometric.nn",
    )


ROWS = (
    _convolution(
        "GCNConv",
        "in_channels, out_channels, improved=False, cached=False",
        ", Tensor? edge_weight=None",
        "GCNConv(4, 6)((5, 4), int64(2, 7))",
    ),
    _convolution(
        "SAGEConv", "in_channels, out_channels, aggr='mean', normalize=False", "", "SAGEConv(4, 6)((5, 4), int64(2, 7))"
    ),
    _convolution(
        "GATConv", "in_channels, out_channels, heads=1, concat=True", "", "GATConv(4, 6, heads=2)((5, 4), int64(2, 7))"
    ),
    _convolution(
        "GraphConv",
        "in_channels, out_channels, aggr='add'",
        ", Tensor? edge_weight=None",
        "GraphConv(4, 6)((5, 4), int64(2, 7))",
    ),
    _convolution(
        "TransformerConv",
        "in_channels, out_channels, heads=1, concat=True",
        "",
        "TransformerConv(4, 6, heads=2)((5, 4), int64(2, 7))",
    ),
    Operator(
        Family.MESSAGE_PASSING,
        Contract(_edges, lambda _: (None,)),
        _INPUTS,
        ("GINConv(nn.Linear(4, 6))((5, 4), int64(2, 7))",),
        (),
        ("GINConv",),
        "nn, eps=0.0, train_eps=False",
        library="torch_geometric.nn",
    ),
    Operator(
        Family.MESSAGE_PASSING,
        Contract(_pairs_of_nodes, lambda _: (None,)),
        "Tensor edge_index, Tensor x, size=None",
        ("MessagePassing.propagate(int64(2, 7), x=(5, 4))",),
        ("MessagePassing.propagate",),
        library="torch_geometric.nn",
    ),
    *(_pool(f"global_{kind}_pool") for kind in ("mean", "add", "max")),
)
