"""Products that sum over a shared dimension: matrix products, ``einsum``, linear maps, distances.

Source: torch, sections Blas and Lapack Operations and Other Operations; torch.nn.Linear, torch.nn.Bilinear.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import mul

from autofix.operators.equations import Requirement, at_least, equal, equal_or_one
from autofix.operators.families import Family
from autofix.operators.notation import broadcast, shapes
from autofix.operators.operator import Contract, Operator
from autofix.operators.places import named, place
from autofix.operators.terms import Call, Dimensions, Number, Rank, Term, sizes


def _product(left: str, right: str) -> Contract:
    """State the contract: vectors count as rows on the left and as columns on the right, and lose that dimension again.

    Source: torch.matmul.
    """

    def requires(call: Call) -> Iterator[Requirement]:
        a, b = sizes(call, left), sizes(call, right)
        yield at_least(Rank(left), 1)
        yield at_least(Rank(right), 1)
        if a and b:
            yield equal(a[-1], b[-2] if len(b) > 1 else b[0])
            yield from broadcast(call, [a[:-2], b[:-2]])[0]

    def result(call: Call) -> Iterator[Dimensions]:
        a, b = sizes(call, left), sizes(call, right)
        batch = broadcast(call, [a[:-2], b[:-2]])[1]
        yield (*batch, *(a[-2:-1] if len(a) > 1 else ()), *(b[-1:] if len(b) > 1 else ()))

    return Contract(requires, result)


# -- einsum ------------------------------------------------------------------------------------------------------------


def _letters(call: Call) -> tuple[list[str], str] | None:
    """Return the letters of each operand and of the result; None where the equation is not text."""
    equation = call.get("equation")
    if not isinstance(equation, str):
        return None
    left, arrow, right = equation.replace(" ", "").partition("->")
    if not arrow:
        text = left.replace("...", "").replace(",", "")
        right = ("..." if "..." in left else "") + "".join(sorted(c for c in set(text) if text.count(c) == 1))
    return left.split(","), right


def _einsum_bound(call: Call) -> tuple[list[Requirement], dict[str, Term], Dimensions] | None:
    """Return what the equation needs, the size of each letter, and the dimensions that ``...`` stands for."""
    parsed = _letters(call)
    if parsed is None:
        return None
    requirements: list[Requirement] = []
    letters: dict[str, Term] = {}
    leading: list[Dimensions] = []
    for item, text in enumerate(parsed[0]):
        own, named_letters = sizes(call, "operands", item), text.replace("...", "")
        spare = len(own) - len(named_letters)
        if spare < 0 or (spare and "..." not in text):
            letter_count = Number(len(named_letters))
            rank = Rank("operands", item)
            requirements.append(at_least(rank, letter_count) if "..." in text else equal(rank, letter_count))
            continue
        front = text.find("...") if "..." in text else 0
        leading.append(own[front : front + spare])
        for letter, size in zip(named_letters, (*own[:front], *own[front + spare :]), strict=True):
            if letter in letters:
                requirements.append(equal_or_one(letters[letter], size))
            if letter not in letters or letters[letter].value_in(call) == 1:
                letters[letter] = size
    leading_requirements, dimensions = broadcast(call, leading)
    return [*requirements, *leading_requirements], letters, dimensions


def _einsum_requires(call: Call) -> list[Requirement]:
    bound = _einsum_bound(call)
    return [] if bound is None else bound[0]


def _einsum(call: Call) -> Iterator[Dimensions | None]:
    bound, parsed = _einsum_bound(call), _letters(call)
    if bound is None or parsed is None:
        yield None
        return
    _, letters, dimensions = bound
    front, dots, back = parsed[1].partition("...")
    terms = [letters.get(letter) for letter in (*front, *back)]
    known = tuple(term for term in terms if term is not None)
    yield (
        (*known[: len(front)], *(dimensions if dots else ()), *known[len(front) :])
        if len(known) == len(terms)
        else None
    )


# -- tensordot, cross products, distances ------------------------------------------------------------------------------


def _contracted(call: Call) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the dimensions of both operands over which ``tensordot`` sums."""
    count, pairs = call.integer("dims"), call.get("dims")
    left, right = len(sizes(call, "a")), len(sizes(call, "b"))
    if count is not None:
        return tuple(range(left - count, left)), tuple(range(count))
    first, second = pairs if isinstance(pairs, tuple) and len(pairs) == 2 else ((), ())
    return tuple(at + left * (at < 0) for at in first), tuple(at + right * (at < 0) for at in second)


def _dot_requires(call: Call) -> Iterator[Requirement]:
    a, b = sizes(call, "a"), sizes(call, "b")
    for i, j in zip(*_contracted(call), strict=False):
        if not (0 <= i < len(a) and 0 <= j < len(b)):
            name, own = ("b", b) if 0 <= i < len(a) else ("a", a)
            yield at_least(Rank(name), len(own) + 1)
        else:
            yield equal_or_one(a[i], b[j])


def _dot(call: Call) -> Iterator[Dimensions]:
    (gone_a, gone_b), a, b = _contracted(call), sizes(call, "a"), sizes(call, "b")
    yield (*(s for i, s in enumerate(a) if i not in gone_a), *(s for i, s in enumerate(b) if i not in gone_b))


def _cross_requires(call: Call) -> Iterator[Requirement]:
    own, other = sizes(call, "input"), sizes(call, "other")
    yield from broadcast(call, [own, other])[0]
    yield equal(Rank("input"), Rank("other"))
    yield from named(call, "dim")
    at = place(call, "dim", default=-1)
    if 0 <= at < min(len(own), len(other)):
        yield from (equal(own[at], 3), equal(other[at], 3))


def _kronecker(call: Call) -> Iterator[Dimensions]:
    own, other = sizes(call, "input"), sizes(call, "other")
    width, unit = max(len(own), len(other)), (Number(1),)
    yield tuple(map(mul, unit * (width - len(own)) + own, unit * (width - len(other)) + other))


_OUTER = shapes("input (n), vec2 (m) -> (n, m)")


def product(names: str, parameters: str, contract: str | Contract, example: str) -> Operator:
    """Return the row of a matrix product; a contract may be written in the notation of the documentation."""
    read = shapes(contract) if isinstance(contract, str) else contract
    return Operator(Family.MATRIX_PRODUCT, read, parameters, (example,), tuple(names.split()))


ROWS = (
    product("matmul", "Tensor input, Tensor other", _product("input", "other"), "matmul((5, 2, 3), (3, 4))"),
    product("rmatmul", "Tensor input, Tensor other", _product("other", "input"), "rmatmul((3, 4), (5, 2, 3))"),
    product("mm spmm", "Tensor input, Tensor mat2", "input (n, m), mat2 (m, p) -> (n, p)", "mm((2, 3), (3, 4))"),
    product(
        "bmm", "Tensor input, Tensor mat2", "input (b, n, m), mat2 (b, m, p) -> (b, n, p)", "bmm((5, 2, 3), (5, 3, 4))"
    ),
    product("mv", "Tensor input, Tensor vec", "input (n, m), vec (m) -> (n)", "mv((2, 3), (3,))"),
    product("dot", "Tensor input, Tensor tensor", "input (n), tensor (n) -> ()", "dot((3,), (3,))"),
    product("vdot", "Tensor input, Tensor other", "input (n), other (n) -> ()", "vdot((3,), (3,))"),
    product(
        "addmm",
        "Tensor input, Tensor mat1, Tensor mat2",
        "input ~(n, p), mat1 (n, m), mat2 (m, p) -> (n, p)",
        "addmm((4,), (2, 3), (3, 4))",
    ),
    product(
        "addmv",
        "Tensor input, Tensor mat, Tensor vec",
        "input ~(n), mat (n, m), vec (m) -> (n)",
        "addmv((2,), (2, 3), (3,))",
    ),
    product(
        "addbmm",
        "Tensor input, Tensor batch1, Tensor batch2",
        "input ~(n, p), batch1 (b, n, m), batch2 (b, m, p) -> (n, p)",
        "addbmm((2, 4), (5, 2, 3), (5, 3, 4))",
    ),
    product(
        "baddbmm",
        "Tensor input, Tensor batch1, Tensor batch2",
        "input ~(b, n, p), batch1 (b, n, m), batch2 (b, m, p) -> (b, n, p)",
        "baddbmm((1, 4), (5, 2, 3), (5, 3, 4))",
    ),
    Operator(Family.CONTRACTION, _OUTER, "Tensor input, Tensor vec2", ("outer((2,), (3,))",), ("outer", "ger")),
    Operator(
        Family.CONTRACTION,
        shapes("input ~(n, m), vec1 (n), vec2 (m) -> (n, m)"),
        "Tensor input, Tensor vec1, Tensor vec2",
        ("addr((2, 3), (2,), (3,))",),
        ("addr",),
    ),
    Operator(
        Family.CONTRACTION,
        Contract(
            lambda call: (
                (equal(sizes(call, "input")[-1], sizes(call, "other")[-1]),)
                if sizes(call, "input") and sizes(call, "other")
                else ()
            ),
            lambda call: ((*sizes(call, "input")[:-1], *sizes(call, "other")[:-1]),),
        ),
        "Tensor input, Tensor other",
        ("inner((2, 3), (4, 3))",),
        ("inner",),
    ),
    Operator(
        Family.EINSUM,
        Contract(_einsum_requires, _einsum),
        "equation, Tensor[] *operands",
        (
            "einsum('bij,bjk->bik', (5, 2, 3), (5, 3, 4))",
            "einsum('...d,ed->...e', (5, 2, 3), (4, 3))",
            "einsum('bhqd, bhkd -> bhqk', (2, 3, 4, 5), (2, 3, 6, 5))",
        ),
        ("einsum",),
    ),
    Operator(
        Family.CONTRACTION,
        Contract(_dot_requires, _dot),
        "Tensor a, Tensor b, dims=2",
        ("tensordot((2, 3, 4), (3, 4, 5))", "tensordot((2, 3), (4, 3), dims=([1], [1]))"),
        ("tensordot",),
    ),
    Operator(
        Family.LINEAR,
        shapes("input (*, i), weight (o, i), bias ~(1, o) -> (*, o)"),
        "Tensor input, Tensor weight, Tensor? bias=None",
        ("linear((2, 5, 3), (4, 3), (4,))", "linear((2, 3), (4, 3))"),
        ("linear",),
    ),
    Operator(
        Family.LINEAR,
        shapes("input (*, in_features) -> (*, out_features)"),
        "Tensor input",
        ("Linear(3, 4)((2, 5, 3))",),
        (),
        ("Linear", "NonDynamicallyQuantizableLinear"),
        "in_features, out_features, bias=True",
    ),
    Operator(
        Family.CONTRACTION,
        shapes("input (*, i) -> (*, out_features)"),
        "Tensor input",
        ("LazyLinear(4)((2, 5, 3))",),
        (),
        ("LazyLinear",),
        "out_features, bias=True",
    ),
    Operator(
        Family.BILINEAR,
        shapes("input1 (*, i), input2 (*, j), weight (o, i, j), bias (o) -> (*, o)"),
        "Tensor input1, Tensor input2, Tensor weight, Tensor? bias=None",
        ("bilinear((2, 3), (2, 4), (5, 3, 4))",),
        ("bilinear",),
    ),
    Operator(
        Family.BILINEAR,
        shapes("input1 (*, in1_features), input2 (*, in2_features) -> (*, out_features)"),
        "Tensor input1, Tensor input2",
        ("Bilinear(3, 4, 5)((2, 3), (2, 4))",),
        (),
        ("Bilinear",),
        "in1_features, in2_features, out_features, bias=True",
    ),
    Operator(
        Family.CONTRACTION,
        Contract(_cross_requires, lambda call: broadcast(call, [sizes(call, "input"), sizes(call, "other")])[1:]),
        "Tensor input, Tensor other, dim=-1",
        ("linalg.cross((2, 3), (2, 3))",),
        ("linalg.cross",),
    ),
    Operator(
        Family.CONTRACTION,
        Contract(lambda _: (), _kronecker),
        "Tensor input, Tensor other",
        ("kron((2, 3), (4, 5))",),
        ("kron",),
    ),
)
