"""Recurrent layers and their cells.

Source: torch.nn.LSTM, torch.nn.GRU, torch.nn.RNN and their cells, sections Inputs and Outputs.
"""

from __future__ import annotations

from collections.abc import Iterator

from autofix.operators.equations import Requirement, at_least, equal, one_of
from autofix.operators.families import Family
from autofix.operators.operator import Contract, Operator
from autofix.operators.terms import Argument, Call, Dimensions, Rank, Term, sizes


def _directions(call: Call) -> int:
    return 2 if call.get("bidirectional") is True else 1


def _batch(call: Call) -> Dimensions:
    """Return the batch dimension of ``(L, N, H)``, of ``(N, L, H)`` with ``batch_first``; none without a batch."""
    own = sizes(call, "input")
    return () if len(own) != 3 else (own[0 if call.get("batch_first") is True else 1],)


def _state_shape(call: Call, width: Term) -> Dimensions:
    return (Argument("num_layers") * _directions(call), *_batch(call), width)


def _widths(call: Call) -> tuple[Term, Term]:
    """Return the width of the hidden state, which a projection changes, and that of the cell."""
    projected = (call.integer("proj_size") or 0) > 0
    return Argument("proj_size") if projected else Argument("hidden_size"), Argument("hidden_size")


def _states(call: Call) -> Iterator[tuple[str, int | None]]:
    """Yield the initial states that are passed: a tensor, or a pair of an LSTM."""
    if call.tensor("hx") is not None:
        yield "hx", None
    yield from (("hx", item) for item in range(len(call.tensors("hx"))))


def _requires(call: Call) -> Iterator[Requirement]:
    own = sizes(call, "input")
    yield one_of(Rank("input"), 3, 2)
    if len(own) not in (2, 3):
        return
    yield equal(own[-1], Argument("input_size"))
    yield at_least(Argument("hidden_size"), 1)
    for (name, item), width in zip(_states(call), _widths(call), strict=False):
        expected = _state_shape(call, width)
        yield equal(Rank(name, item), len(expected))
        state = sizes(call, name, item)
        yield from map(equal, state, expected) if len(state) == len(expected) else ()


def _outputs(call: Call) -> Iterator[Dimensions]:
    own, (hidden, cell) = sizes(call, "input"), _widths(call)
    yield (*own[:-1], hidden * _directions(call))
    yield _state_shape(call, hidden)
    if call.get("is_lstm"):
        yield _state_shape(call, cell)


def _cell_requires(call: Call) -> Iterator[Requirement]:
    own = sizes(call, "input")
    yield one_of(Rank("input"), 2, 1)
    if len(own) not in (1, 2):
        return
    yield equal(own[-1], Argument("input_size"))
    yield at_least(Argument("hidden_size"), 0)
    for name, item in _states(call):
        state = sizes(call, name, item)
        yield equal(Rank(name, item), Rank("input"))
        if len(state) == len(own):
            yield from map(equal, state, (*own[:-1], Argument("hidden_size")))


def _cell_states(count: int) -> Contract:
    return Contract(_cell_requires, lambda call: ((*sizes(call, "input")[:-1], Argument("hidden_size")),) * count)


def _with_cell(call: Call) -> Call:
    return Call({**call.values, "is_lstm": True})


_PLAIN = Contract(_requires, _outputs)
_LSTM = Contract(_requires, lambda call: _outputs(_with_cell(call)))
_REST = "num_layers=1, bias=True, batch_first=False, dropout=0.0, bidirectional=False"
_INPUTS = "Tensor input, Tensor? hx=None"


def _row(layer: str, contract: Contract, settings: str) -> Operator:
    pair = ", ((2, 3, 6), (2, 3, 6))" if layer == "LSTM" else ", (2, 3, 6)"
    examples = (
        f"{layer}(5, 6)((4, 3, 5))",
        f"{layer}(5, 6, batch_first=True, bidirectional=True)((3, 4, 5){pair})",
        f"{layer}(5, 6, 2)((4, 3, 5){pair})",
        f"{layer}(5, 6)((4, 5))",
    )
    return Operator(Family.RECURRENT, contract, _INPUTS, examples, (), (layer,), settings)


def _cell(layer: str, count: int, settings: str = "") -> Operator:
    state = "((3, 6), (3, 6))" if count == 2 else "(3, 6)"
    examples = (f"{layer}(5, 6)((3, 5))", f"{layer}(5, 6)((3, 5), {state})")
    own = f"input_size, hidden_size, bias=True{settings}"
    return Operator(Family.RECURRENT_CELL, _cell_states(count), _INPUTS, examples, (), (layer,), own)


ROWS = (
    _row("LSTM", _LSTM, f"input_size, hidden_size, {_REST}, proj_size=0"),
    _row("GRU", _PLAIN, f"input_size, hidden_size, {_REST}"),
    _row("RNN", _PLAIN, f"input_size, hidden_size, num_layers=1, nonlinearity='tanh', {_REST[14:]}"),
    _cell("LSTMCell", 2),
    _cell("GRUCell", 1),
    _cell("RNNCell", 1, ", nonlinearity='tanh'"),
)
