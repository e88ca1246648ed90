"""Data sets that programs name, as what one sample of them is.

Known sets with their transforms, tensors, classes of the project that can be built without files.

Nothing is read or downloaded. Shapes, dtypes and the bounds of integers; a set that is not known is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from autofix.records.values import is_integer
from autofix.sample_inputs.abstract_interpreter.attributes import inherited
from autofix.sample_inputs.abstract_interpreter.values import (
    UNKNOWN,
    AbstractTensor,
    Data,
    Foreign,
    Function,
    Instance,
    Interpretation,
    words,
)

NO_DATA: Final = object()
_LIBRARIES = ("torchvision.", "datasets.", "dsets.", "vdatasets.")
_Image = tuple[int, int | None, int | None]
# The channels, height and width of one image, and how many classes there are; a size that differs is None.
_IMAGES: dict[str, tuple[_Image, int | None]] = {
    **dict.fromkeys(("MNIST", "FashionMNIST", "KMNIST", "QMNIST"), ((1, 28, 28), 10)),
    "EMNIST": ((1, 28, 28), None),
    "USPS": ((1, 16, 16), 10),
    **dict.fromkeys(("CIFAR10", "SVHN"), ((3, 32, 32), 10)),
    "CIFAR100": ((3, 32, 32), 100),
    "STL10": ((3, 96, 96), 10),
    "Omniglot": ((1, 105, 105), 964),
    "CelebA": ((3, 218, 178), None),
    "ImageNet": ((3, None, None), 1000),
    **dict.fromkeys(
        words(
            """
            ImageFolder DatasetFolder Flowers102 Food101 Caltech101 Caltech256 StanfordCars OxfordIIITPet DTD Places365
            """
        ),
        ((3, None, None), None),
    ),
}
_CROPS = words("CenterCrop RandomCrop RandomResizedCrop RandomSizedCrop")
_SIZED = _CROPS | words("Resize Scale")
_KEEPING = words(
    """
    ToTensor PILToTensor ToPILImage ToImage ToDtype ConvertImageDtype Normalize ColorJitter RandomHorizontalFlip
    RandomVerticalFlip RandomRotation RandomAffine RandomErasing RandomGrayscale RandomPerspective RandomInvert
    RandomPosterize RandomSolarize RandomAdjustSharpness RandomAutocontrast RandomEqualize GaussianBlur AutoAugment
    RandAugment TrivialAugmentWide AugMix
    """
)
_WITHOUT_EFFECT = words("tqdm trange track progress_bar prefetch cycle iter list")
_PLACES = {"STL10": 3, "CelebA": 3, "ImageFolder": 1, "DatasetFolder": 3}  # Of the transform; 2 elsewhere.
BATCH = 2


@dataclass(frozen=True, slots=True)
class Transform:
    """One step of what a data set makes of an image."""

    kind: str
    positional: list[Any]
    keywords: dict[str, Any]


def of_call(function: Foreign, positional: list[Any], keywords: dict[str, Any], run: Interpretation) -> Any:
    """Return the data that a call gives; NO_DATA for any other call."""
    name, first = function.bare, positional[0] if positional else UNKNOWN
    if name in _IMAGES and f"{function.name}.".startswith(_LIBRARIES):
        place = _PLACES.get(name, 2)
        transforms = [keywords["transform"]] if "transform" in keywords else positional[place : place + 1]
        return Data(_image(name, transforms[0] if transforms else None))
    if name == "Compose" and isinstance(first, list):
        return first
    if "transforms." in function.name and name[:1].isupper():
        return Transform(name, list(positional), dict(keywords))
    if name == "TensorDataset":
        return Data(tuple(_row(tensor) for tensor in positional))
    if name == "DataLoader":
        return _loader(positional, keywords, run)
    data = _data(first, run)
    if data is None:
        return NO_DATA
    if name in {"random_split", "split"}:
        count = len(positional[1]) if len(positional) > 1 and isinstance(positional[1], (list, tuple)) else 2
        return [data] * count
    if name == "next":
        return data.sample
    return data if name == "Subset" or name in _WITHOUT_EFFECT else NO_DATA


def _data(value: Any, run: Interpretation) -> Data | None:
    """Return a data set, or one of a class of the project by its ``__getitem__``; None for anything else."""
    if isinstance(value, Data):
        return value
    if not isinstance(value, Instance):
        return None
    get = inherited(value, value.class_, "__getitem__", run)
    return Data(run.call(get, [0], {}, run)) if isinstance(get, Function) else None


def _loader(positional: list[Any], keywords: dict[str, Any], run: Interpretation) -> Any:
    data = _data(positional[0] if positional else keywords.get("dataset", UNKNOWN), run)
    if data is None or keywords.get("collate_fn") is not None or "batch_sampler" in keywords:
        return UNKNOWN
    size = keywords.get("batch_size", positional[1] if len(positional) > 1 else 1)
    return Data(_batched(data.sample, size if is_integer(size) and size > 0 else BATCH))


def _batched(value: Any, size: int) -> Any:
    """Return what the usual collation makes of so many samples."""
    match value:
        case AbstractTensor(shape=tuple() as shape):
            return AbstractTensor((size, *shape), value.dtype, None, value.low, value.high)
        case bool() | int():
            return AbstractTensor((size,), "int64", low=0, high=value + 1)
        case float():
            return AbstractTensor((size,), "float64")
        case tuple() | list():
            return [_batched(item, size) for item in value]
        case dict():
            return {key: _batched(item, size) for key, item in value.items()}
    return UNKNOWN


def _row(tensor: Any) -> Any:
    if not isinstance(tensor, AbstractTensor) or not tensor.shape:
        return UNKNOWN
    return AbstractTensor(tensor.shape[1:], tensor.dtype, None, tensor.low, tensor.high)


def _image(name: str, transform: Any) -> Any:
    """Return an image of a known set after the transform that it is given, and its class."""
    (channels, height, width), classes = _IMAGES[name]
    steps = transform if isinstance(transform, list) else [] if transform is None else [transform]
    for step in steps:
        channels, height, width = _transformed(step, (channels, height, width))
    label = AbstractTensor((), "int64", low=0, high=classes or 2)
    return (UNKNOWN if height is None or width is None else AbstractTensor((channels, height, width)), label)


def _transformed(step: Any, image: _Image) -> _Image:
    channels, height, width = image
    if not isinstance(step, Transform):
        return channels, None, None  # It may make anything of an image.
    first = step.positional[0] if step.positional else None
    if step.kind in _SIZED:
        size = step.keywords.get("size", first)
        if isinstance(size, (list, tuple)) and len(size) == 2 and all(map(is_integer, size)):
            return channels, size[0], size[1]
        if not is_integer(size):
            return channels, None, None
        if step.kind in _CROPS or (height is not None and height == width):
            return channels, size, size
        return channels, None, None  # The shorter side alone is told.
    if step.kind == "Grayscale":
        count = step.keywords.get("num_output_channels", first if first is not None else 1)
        return (count if is_integer(count) else channels), height, width
    if step.kind == "Pad" and is_integer(first) and height is not None and width is not None:
        return channels, height + 2 * first, width + 2 * first
    mean = step.keywords.get("mean", first) if step.kind == "Normalize" else None
    if isinstance(mean, (list, tuple)) and len(mean) == 3:
        return len(mean), height, width
    return image if step.kind in _KEEPING else (channels, None, None)
