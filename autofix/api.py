"""The Python API: one function, the same engine as every front-end.

It turns plain arguments into a request; it prints and writes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from autofix import engine
from autofix.loading import find_target
from autofix.loading.settings import Settings, overlaid
from autofix.records.locations import SourceText
from autofix.records.options import RunOptions
from autofix.records.report import Report
from autofix.records.samples import SampleInput, Samples
from autofix.session.session import Session

Shape = str | Sequence[int] | SampleInput


def repair(
    path_or_text: str | Path,
    samples: Sequence[Shape] | str | None = None,
    model: str | None = None,
    *,
    also: Sequence[str] = (),
    evaluation_mode: bool = False,
    settings: Settings | None = None,
    python: str | Path | None = None,
    allow_network: bool = False,
    temporary_directory: bool = False,
    filename: str | Path = "model.py",
    session: Session | None = None,
) -> Report:
    """Find and repair the shape faults of a model.

    ``path_or_text`` is a path, or source text (anything with a line break), which is then analysed as ``filename``.
    ``samples`` has one entry per positional input of ``forward``: ``(64, 3, 32, 32)`` or ``"int64:2,128@0..1000"``; a
    single string is an expression that the module evaluates to the inputs. ``model`` is a class, a variable or an
    expression. ``session`` reuses a warm probe. The code may connect to other machines with ``allow_network`` only,
    and with ``temporary_directory`` it runs in an empty folder instead of the file's. The report holds the plan with
    the text of each file after it; nothing is written.

    Raises UsageError for input that cannot be used and ProbeError for an interpreter without torch.
    """
    is_text = isinstance(path_or_text, str) and "\n" in path_or_text
    path = Path(filename if is_text else path_or_text).absolute()
    text = SourceText(path, str(path_or_text)) if is_text else None
    options = RunOptions(network=allow_network, temporary_directory=temporary_directory)
    chosen = overlaid(settings or Settings(), options)
    target = find_target.target(
        path,
        model=model,
        samples=_samples(samples),
        also=tuple(find_target.parse_also(example) for example in also),
        evaluation_mode=evaluation_mode,
        text=None if text is None else text.text,
        settled=find_target.configured(chosen.sample_shape),
    )
    request = engine.Request(
        target=target,
        texts=() if text is None else (text,),
        settings=chosen,
        python=None if python is None else Path(python),
    )
    return engine.repair(request, session)


def _samples(samples: Sequence[Shape] | str | None) -> Samples | None:
    if samples is None:
        return None
    if isinstance(samples, str):
        return Samples(expression=samples)
    inputs = (sample if isinstance(sample, SampleInput) else _input(sample) for sample in samples)
    return Samples(tuple(inputs))


def _input(shape: str | Sequence[int]) -> SampleInput:
    text = shape if isinstance(shape, str) else ",".join(map(str, shape))
    return find_target.parse_sample([text]).inputs[0]
