"""Linear algebra on matrices ``(*, m, n)``, diagonals, and Fourier transforms.

Source: torch.linalg; torch.fft; torch, section Other Operations.
"""

from __future__ import annotations

from collections.abc import Iterator

from autofix.operators.equations import DtypeIn, Requirement, at_least, different, equal, one_of
from autofix.operators.families import Family
from autofix.operators.notation import broadcast, shapes
from autofix.operators.operator import Contract, Operator
from autofix.operators.places import named, place
from autofix.operators.rows.reductions import FLOATS
from autofix.operators.terms import Argument, Call, Dimensions, Number, Rank, Term, sizes

_SQUARE = "input (*, n, n)"


def _floating(contract: Contract) -> Contract:
    def requires(call: Call) -> Iterator[Requirement]:
        yield DtypeIn("input", FLOATS)
        yield from contract.requires(call)

    return Contract(requires, contract.result)


def linalg(names: str, contract: str | Contract, *examples: str, parameters: str = "Tensor input") -> Operator:
    """Return the row of an operator on matrices; a contract may be written in the notation of the documentation."""
    read = shapes(contract) if isinstance(contract, str) else contract
    return Operator(Family.LINEAR_ALGEBRA, _floating(read), parameters, examples, tuple(names.split()))


def _factors(call: Call, *parts: str) -> Iterator[Dimensions]:
    """Yield the reduced or full factors of a matrix, ``U``, ``S``, ``V`` or ``Q``, ``R``."""
    own, is_full = sizes(call, "input"), call.get("full_matrices") is True or call.get("mode") == "complete"
    rows, columns = own[-2:]
    least = min((rows, columns), key=lambda term: term.value_in(call) or 0)
    shape = {
        "U": (rows, rows if is_full else least),
        "S": (least,),
        "Vh": (columns if is_full else least, columns),
        "R": (rows if is_full else least, columns),
    }
    yield from ((*own[:-2], *shape[part]) for part in parts)


def _covariance(call: Call) -> Iterator[Dimensions]:
    """Yield the covariance of variables in rows; that of a single one is a number."""
    rows = sizes(call, "input")[:-1]
    yield () if rows and rows[0].value_in(call) == 1 else rows * 2


_COVARIANCE = Contract(lambda _: (at_least(2, Rank("input")),), _covariance)


def _matrix(*parts: str) -> Contract:
    return Contract(lambda _: (at_least(Rank("input"), 2),), lambda call: _factors(call, *parts))


def _solve_requires(call: Call) -> Iterator[Requirement]:
    """State what is needed of ``A X = B`` with ``(*, n, n)`` and ``(*, n, k)``, or vectors ``(*, n)``."""
    own, other = sizes(call, "input"), sizes(call, "B")
    yield at_least(Rank("input"), 2)
    yield at_least(Rank("B"), 1)
    if len(own) < 2 or not other:
        return
    yield equal(own[-1], own[-2])
    if _is_vector(call):
        yield equal(other[-1], own[-1])
        yield from map(equal, other[:-1], own[:-2])
    else:
        yield at_least(Rank("B"), 2)
        if len(other) > 1:
            yield equal(other[-2], own[-1])
            yield from broadcast(call, [own[:-2], other[:-2]])[0]


def _is_vector(call: Call) -> bool:
    own, other = call.tensor("input"), call.tensor("B")
    if own is None or other is None:
        return False
    return other.rank == 1 or (own.rank - 1 == other.rank and other.shape == own.shape[:-1])


def _solve(call: Call) -> Iterator[Dimensions]:
    own, other = sizes(call, "input"), sizes(call, "B")
    yield (*own[:-2], own[-1]) if _is_vector(call) else (*broadcast(call, [own[:-2], other[:-2]])[1], *other[-2:])


def _diag(call: Call) -> Iterator[Dimensions]:
    """State the result: ``diag`` makes a matrix of a vector and takes the diagonal of a matrix."""
    own, shift = sizes(call, "input"), call.integer("diagonal") or 0
    if len(own) == 1:
        yield (own[0] + abs(shift),) * 2
    else:
        yield (_diagonal_length(call, own[0], own[1], shift),)


def _diagonal_length(call: Call, rows: Term, columns: Term, shift: int) -> Term:
    rows, columns = (rows, columns - shift) if shift >= 0 else (rows + shift, columns)
    shorter = min((rows, columns), key=lambda term: term.value_in(call) or 0)
    return shorter if (shorter.value_in(call) or 0) >= 0 else Number(0)


def _diagonal_requires(call: Call) -> Iterator[Requirement]:
    yield from named(call, "dim1")
    yield from named(call, "dim2")
    yield different(Number(place(call, "dim1")), Number(place(call, "dim2")))


def _diagonal(call: Call) -> Iterator[Dimensions]:
    own, a, b = sizes(call, "input"), place(call, "dim1"), place(call, "dim2")
    rest = tuple(size for at, size in enumerate(own) if at not in (a, b))
    yield (*rest, _diagonal_length(call, own[a], own[b], call.integer("offset") or 0))


def _transformed(is_halved: bool, is_doubled: bool = False) -> Contract:
    """Return the contract of a Fourier transform along one dimension, which is cut or padded to ``n``."""

    def requires(call: Call) -> Iterator[Requirement]:
        yield from named(call, "dim")
        if call.integer("n") is not None:
            yield at_least(Argument("n"), 1)
        elif is_doubled and 0 <= place(call, "dim", default=-1) < len(sizes(call, "input")):
            yield at_least(sizes(call, "input")[place(call, "dim", default=-1)], 2)

    def result(call: Call) -> Iterator[Dimensions]:
        own, at = sizes(call, "input"), place(call, "dim", default=-1)
        whole: Term = (own[at] - 1) * 2 if is_doubled else own[at]
        whole = whole if call.integer("n") is None else Argument("n")
        yield (*own[:at], whole // 2 + 1 if is_halved else whole, *own[at + 1 :])

    return Contract(requires, result)


def _spectral(name: str, contract: Contract) -> Operator:
    examples = (f"fft.{name}((2, 8))", f"fft.{name}((8, 3), dim=0)", f"fft.{name}((2, 8), 5)")
    return Operator(Family.SPECTRAL, contract, "Tensor input, n=None, dim=-1, norm=None", examples, (f"fft.{name}",))


def _plane_requires(_: Call) -> Iterator[Requirement]:
    yield at_least(Rank("input"), 2)


_PLANE = Contract(_plane_requires, lambda call: (sizes(call, "input"),))
ROWS = (
    linalg("linalg.inv inverse", f"{_SQUARE} -> (*, n, n)", "linalg.inv((2, 3, 3))"),
    linalg("linalg.det det", f"{_SQUARE} -> (*)", "linalg.det((2, 3, 3))"),
    linalg("linalg.slogdet slogdet logdet", f"{_SQUARE} -> (*), (*)", "linalg.slogdet((2, 3, 3))"),
    linalg("linalg.cholesky cholesky", f"{_SQUARE} -> (*, n, n)", "linalg.cholesky(eye(3))"),
    linalg("linalg.eigvalsh", f"{_SQUARE} -> (*, n)", "linalg.eigvalsh((2, 3, 3))"),
    linalg("linalg.eigh", f"{_SQUARE} -> (*, n), (*, n, n)", "linalg.eigh((2, 3, 3))"),
    linalg("linalg.eig", f"{_SQUARE} -> (*, n), (*, n, n)", "linalg.eig((2, 3, 3))"),
    linalg("linalg.matrix_exp matrix_exp", f"{_SQUARE} -> (*, n, n)", "linalg.matrix_exp((2, 3, 3))"),
    Operator(
        Family.LINEAR_ALGEBRA,
        shapes("input (*, m, m) -> (*, m, m)"),
        "Tensor input, n",
        ("linalg.matrix_power((2, 3, 3), 2)",),
        ("linalg.matrix_power", "matrix_power"),
    ),
    Operator(
        Family.LINEAR_ALGEBRA,
        _COVARIANCE,
        "Tensor input, correction=1, fweights=None, aweights=None",
        ("cov((3, 5))", "cov((5,))"),
        ("cov",),
    ),
    Operator(Family.LINEAR_ALGEBRA, _COVARIANCE, "Tensor input", ("corrcoef((3, 5))",), ("corrcoef",)),
    linalg("linalg.pinv pinverse", "input (*, m, n) -> (*, n, m)", "linalg.pinv((2, 3, 4))"),
    linalg("linalg.svdvals", _matrix("S"), "linalg.svdvals((2, 3, 4))"),
    linalg(
        "linalg.svd",
        _matrix("U", "S", "Vh"),
        "linalg.svd((2, 3, 4))",
        "linalg.svd((3, 4), full_matrices=False)",
        parameters="Tensor input, full_matrices=True",
    ),
    linalg(
        "linalg.qr",
        _matrix("U", "R"),
        "linalg.qr((2, 3, 4))",
        "linalg.qr((5, 4), 'complete')",
        parameters="Tensor input, mode='reduced'",
    ),
    linalg("linalg.matrix_rank", "input (*, m, n) -> (*)", "linalg.matrix_rank((2, 3, 4))"),
    linalg(
        "linalg.solve",
        Contract(_solve_requires, _solve),
        "linalg.solve((2, 3, 3), (2, 3, 4))",
        "linalg.solve((2, 3, 3), (2, 3))",
        parameters="Tensor input, Tensor B",
    ),
    Operator(Family.LINEAR_ALGEBRA, shapes("input (m, n) -> ()"), "Tensor input", ("trace((3, 4))",), ("trace",)),
    Operator(
        Family.LINEAR_ALGEBRA,
        Contract(lambda _: (one_of(Rank("input"), 2, 1),), _diag),
        "Tensor input, diagonal=0",
        ("diag((3, 4))", "diag((3,), 1)"),
        ("diag",),
    ),
    Operator(
        Family.LINEAR_ALGEBRA,
        Contract(_diagonal_requires, _diagonal),
        "Tensor input, offset=0, dim1=0, dim2=1",
        ("diagonal((2, 3, 4), dim1=-2, dim2=-1)",),
        ("diagonal",),
    ),
    Operator(
        Family.LINEAR_ALGEBRA,
        shapes("input (*, n) -> (*, n, n)"),
        "Tensor input",
        ("diag_embed((2, 3))",),
        ("diag_embed",),
    ),
    _spectral("fft", _transformed(False)),
    _spectral("ifft", _transformed(False)),
    _spectral("rfft", _transformed(True)),
    _spectral("irfft", _transformed(False, True)),
    Operator(Family.SPECTRAL, _PLANE, "Tensor input", ("fft.fft2((2, 4, 5))",), ("fft.fft2",)),
    Operator(Family.SPECTRAL, _PLANE, "Tensor input", ("fft.ifft2((2, 4, 5))",), ("fft.ifft2",)),
)
