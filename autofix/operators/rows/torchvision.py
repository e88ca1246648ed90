"""Functions of torchvision on boxes and images.

Source: torchvision, sections Operators and Transforming images.
"""

from __future__ import annotations

from collections.abc import Iterator

from autofix.operators.equations import Requirement, at_least, equal, one_of
from autofix.operators.families import Family
from autofix.operators.notation import broadcast, shapes
from autofix.operators.operator import Contract, Operator
from autofix.operators.terms import Argument, Call, Dimensions, Length, Number, Rank, Size, Term, sizes

_BOXES = "Tensor boxes"
_TWO = "Tensor boxes1, Tensor boxes2"


def _detection(name: str, contract: str | Contract, parameters: str, *examples: str) -> Operator:
    read = shapes(contract) if isinstance(contract, str) else contract
    return Operator(Family.DETECTION, read, parameters, examples, (name,), library="torchvision.ops")


def _image(
    name: str, contract: Contract, parameters: str, *examples: str, layer: str = "", settings: str = ""
) -> Operator:
    """Return the row of a transform of images ``(..., H, W)``."""
    return Operator(
        Family.RESAMPLING,
        contract,
        parameters,
        examples,
        (name,),
        (layer,) if layer else (),
        settings,
        library="torchvision.transforms.v2.functional",
    )


def _pooled_requires(call: Call) -> Iterator[Requirement]:
    """Feature maps ``(N, C, H, W)`` and boxes ``(K, 5)`` that start with the sample's index."""
    yield one_of(Rank("input"), 4)
    yield one_of(Rank("boxes"), 2)
    if len(sizes(call, "boxes")) == 2:
        yield one_of(Size("boxes", 1), 5)


def _two(call: Call, name: str) -> tuple[Term, Term]:
    """Return height and width from a number or a pair."""
    value = call.get(name)
    is_single = isinstance(value, tuple) and len(value) == 1
    return (
        (Argument(name, 0), Argument(name, 0 if is_single else 1))
        if isinstance(value, tuple)
        else (Argument(name),) * 2
    )


def _pooled(call: Call) -> Iterator[Dimensions]:
    yield (Size("boxes", 0), Size("input", 1), *_two(call, "output_size"))


def _resized_requires(call: Call) -> Iterator[Requirement]:
    yield at_least(Rank("inpt"), 3)
    yield from (at_least(size, 1) for size in _two(call, "size"))


def _resized(call: Call) -> Iterator[Dimensions | None]:
    """State the result: of one number it is the shorter side, and the other one follows."""
    is_pair = isinstance(call.get("size"), tuple) and len(call.get("size")) == 2
    yield (*sizes(call, "inpt")[:-2], *_two(call, "size")) if is_pair else None


def _normalised(call: Call) -> Iterator[Requirement]:
    yield at_least(Rank("inpt"), 3)
    own = sizes(call, "inpt")
    for name in ("mean", "std"):
        if len(own) > 2 and isinstance(call.get(name), tuple) and len(call.get(name)) > 1:
            yield equal(own[-3], Length(name))


def _pairs_requires(call: Call) -> Iterator[Requirement]:
    """State what is needed: boxes ``(..., N, 4)`` against boxes ``(..., M, 4)``; a single box counts as one row."""
    own, other = sizes(call, "boxes1"), sizes(call, "boxes2")
    yield at_least(Rank("boxes1"), 1)
    yield at_least(Rank("boxes2"), 2)
    yield from (equal(shape[-1], 4) for shape in (own, other) if shape)
    yield from broadcast(call, [own[:-2], other[:-2]])[0]


def _pairs(call: Call) -> Iterator[Dimensions]:
    own, other = sizes(call, "boxes1"), sizes(call, "boxes2")
    rows = own[-2] if len(own) > 1 else Number(1)
    yield (*broadcast(call, [own[:-2], other[:-2]])[1], rows, other[-2])


_PAIRS = Contract(_pairs_requires, _pairs)
_POOL = Contract(_pooled_requires, _pooled)
ROWS = (
    _detection(
        "nms", "boxes (N, 4), scores (N)", f"{_BOXES}, Tensor scores, iou_threshold", "nms(boxes(5, 4), (5,), 0.5)"
    ),
    _detection(
        "batched_nms",
        "boxes (N, 4), scores (N), idxs (N)",
        f"{_BOXES}, Tensor scores, Tensor idxs, iou_threshold",
        "batched_nms(boxes(5, 4), (5,), zeros(5), 0.5)",
    ),
    _detection("box_iou", _PAIRS, _TWO, "box_iou(boxes(5, 4), boxes(3, 4))"),
    _detection(
        "generalized_box_iou",
        _PAIRS,
        _TWO,
        "generalized_box_iou(boxes(5, 4), boxes(3, 4))",
    ),
    _detection("box_area", "boxes (*, 4) -> (*)", _BOXES, "box_area(boxes(5, 4))"),
    _detection(
        "box_convert",
        "boxes (*, 4) -> (*, 4)",
        f"{_BOXES}, in_fmt, out_fmt",
        "box_convert(boxes(5, 4), 'xyxy', 'cxcywh')",
    ),
    _detection(
        "roi_align",
        _POOL,
        "Tensor input, Tensor boxes, output_size, spatial_scale=1.0, sampling_ratio=-1",
        "roi_align((2, 3, 8, 8), zeros_float(4, 5), 7)",
        "roi_align((2, 3, 8, 8), zeros_float(4, 5), (3, 2))",
    ),
    _detection(
        "roi_pool",
        _POOL,
        "Tensor input, Tensor boxes, output_size, spatial_scale=1.0",
        "roi_pool((2, 3, 8, 8), zeros_float(4, 5), (3, 2))",
    ),
    _detection(
        "sigmoid_focal_loss",
        "inputs (*), targets (*) -> (*)",
        "Tensor inputs, Tensor targets, alpha=0.25, gamma=2, reduction='none'",
        "sigmoid_focal_loss((4, 3), (4, 3))",
    ),
    _image(
        "normalize",
        Contract(_normalised, lambda call: (sizes(call, "inpt"),)),
        "Tensor inpt, mean, std, inplace=False",
        "normalize((2, 3, 4, 5), [0.5, 0.5, 0.5], [0.5, 0.5, 0.5])",
    ),
    _image("resize", Contract(_resized_requires, _resized), "Tensor inpt, size", "resize((3, 8, 9), [4, 5])"),
)
