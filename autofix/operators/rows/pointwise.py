"""Operators that work on one element at a time: arithmetic, comparisons, functions of a number, conversions.

Operands are broadcast. Source: the broadcasting semantics note of torch.
"""

from __future__ import annotations

from autofix.operators.families import Family
from autofix.operators.notation import shapes
from autofix.operators.operator import Contract, Operator

_SAME = shapes("input (*) -> (*)")
_BOTH = shapes("input (...), other (...) -> (...)")


def pointwise(parameters: str, *names: str, example: str, family: Family = Family.POINTWISE) -> tuple[Operator, ...]:
    """Return a row for each text of names; every tensor among the parameters is broadcast."""
    tensors = [
        parameter.rpartition(" ")[2].partition("=")[0]
        for parameter in parameters.split(", ")
        if parameter.startswith("Tensor")
    ]
    contract = shapes(f"{', '.join(f'{name} (...)' for name in tensors)} -> (...)")
    return _rows(parameters, names, example, family, contract)


def unary(parameters: str, *names: str, example: str = "", family: Family = Family.POINTWISE) -> tuple[Operator, ...]:
    """Return a row for each text of names; the result has the shape of the input."""
    return _rows(parameters, names, example or "{0}((2, 3))", family, _SAME)


def _rows(
    parameters: str, names: tuple[str, ...], example: str, family: Family, contract: Contract
) -> tuple[Operator, ...]:
    return tuple(
        Operator(family, contract, parameters, (example.format(text.split()[0]),), tuple(text.split()))
        for text in names
    )


_ARITHMETIC = (
    *pointwise(
        "Tensor input, Tensor other",
        "add radd iadd",
        "sub subtract rsub isub",
        "mul multiply rmul imul",
        "div divide true_divide truediv rdiv rtruediv itruediv",
        "floor_divide floordiv rfloordiv ifloordiv",
        "remainder mod rmod imod",
        "fmod",
        "maximum",
        "minimum",
        "fmax",
        "fmin",
        "atan2 arctan2",
        "hypot",
        "xlogy",
        "copysign",
        "logaddexp",
        "logaddexp2",
        "nextafter",
        example="{0}((2, 3), (2, 1))",
    ),
    *pointwise("Tensor input, Tensor exponent", "pow rpow ipow", example="{0}((4, 2, 3), (2, 1))"),
    *pointwise("Tensor input, Tensor exponent", "float_power", example="{0}((4, 2, 3), (2, 1))"),
    *pointwise("Tensor input, Tensor values", "heaviside", example="{0}((4, 3), (3,))"),
    *pointwise("Tensor input, Tensor end, Tensor weight", "lerp", example="{0}((4, 3), (4, 3), (4, 1))"),
    *pointwise(
        "Tensor input, Tensor tensor1, Tensor tensor2", "addcmul", "addcdiv", example="{0}((4, 3), (4, 1), (1, 3))"
    ),
    *pointwise("Tensor condition, Tensor input, Tensor other", "where", example="{0}(bool(4, 3), (4, 1), (5, 1, 3))"),
    *pointwise("Tensor input, Tensor mask, value", "masked_fill", example="{0}((5, 4, 3), bool(4, 3), 0.0)"),
    *pointwise("Tensor input, Tensor? min=None, Tensor? max=None", "clamp clip", example="{0}((4, 3), (3,), (4, 1))"),
    *pointwise("Tensor input, Tensor min", "clamp_min", example="{0}((4, 3), (3,))"),
    *pointwise("Tensor input, Tensor max", "clamp_max", example="{0}((4, 3), (3,))"),
)
_BITS = pointwise(
    "Tensor input, Tensor other",
    "bitwise_and and iand",
    "bitwise_or or ior",
    "bitwise_xor xor ixor",
    example="{0}(bool(4, 3), bool(4, 1))",
)
_COMPARISONS = (
    *pointwise(
        "Tensor input, Tensor other",
        "eq",
        "ne not_equal",
        "lt less",
        "le less_equal",
        "gt greater",
        "ge greater_equal",
        "logical_and",
        "logical_or",
        "logical_xor",
        example="{0}((2, 3), (2, 1))",
        family=Family.COMPARISON,
    ),
    *pointwise(
        "Tensor input, Tensor other, rtol=1e-05, atol=1e-08, equal_nan=False",
        "isclose",
        example="{0}((2, 3), (2, 1))",
        family=Family.COMPARISON,
    ),
)
_FUNCTIONS = (
    *unary(
        "Tensor input",
        *("abs absolute", "neg negative", "positive pos", "reciprocal", "sign", "sgn", "square"),
        *("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sqrt", "rsqrt"),
        *("sin", "cos", "tan", "asin arcsin", "acos arccos", "atan arctan"),
        *("sinh", "cosh", "asinh arcsinh", "acosh arccosh", "atanh arctanh", "sinc"),
        *("erf", "erfc", "erfinv", "lgamma", "digamma", "i0", "deg2rad", "rad2deg"),
        *("floor", "ceil", "trunc fix", "frac", "isnan", "isinf", "isfinite", "logical_not", "conj", "angle"),
    ),
    *unary("Tensor input", "bitwise_not invert", example="{0}(bool(2, 3))"),
    *unary("Tensor input, decimals=0", "round"),
    *unary("Tensor input, eps=None", "logit"),
    *unary("Tensor input, nan=None, posinf=None, neginf=None", "nan_to_num"),
)
_CONVERSIONS = (
    *unary(
        "Tensor input",
        *("float", "double", "half", "bfloat16", "long", "int", "short", "byte", "bool", "char"),
        *(
            "contiguous",
            "clone",
            "detach",
            "data",
            "cpu",
        ),
        family=Family.CONVERSION,
    ),
    *unary("Tensor input, requires_grad=True", "requires_grad_", family=Family.CONVERSION),
    *unary("Tensor input, dtype", "to type", example="{0}((2, 3), 'cpu')", family=Family.CONVERSION),
    *unary("Tensor input, Tensor other", "type_as", example="{0}((2, 3), (4,))", family=Family.CONVERSION),
)
ROWS = (*_ARITHMETIC, *_BITS, *_COMPARISONS, *_FUNCTIONS, *_CONVERSIONS)
