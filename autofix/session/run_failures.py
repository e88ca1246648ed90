"""Why a model could not be run, or not run whole, for people: what happened, where, what to do.

It is given how the run ended and judges nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from autofix.records.options import Mode
from autofix.records.report import Limits
from autofix.records.samples import Target
from autofix.records.trace import AbsentPackage, Ending, Trace
from autofix.session.session import interpreter_help

MAX_NAMED = 4


def why(target: Target, limits: Limits, original: Trace, python: Path | None = None) -> str:
    """Return what happened, where, and what to do, as one sentence for the user; ``python`` is what they chose."""
    name, message = target.path.name, original.message
    match original.ending:
        case Ending.IMPORT_FAILED:
            return f"cannot import {name}: {message}; {_how_to_import(target, original, python)}"
        case Ending.NO_MODEL:
            choices = f"; {name} has {', '.join(original.candidates)}" if original.candidates else ""
            return f"cannot build the model `{target.model}`: {message}{choices}; choose one with --model EXPR"
        case Ending.BAD_SAMPLE:
            return f"{message}; correct --sample-shape or --sample"
        case Ending.TIMED_OUT:
            help_ = "raise the limit with --time-limit or use a smaller sample"
            subject = "program" if target.script else "model"
            return f"{name}: the {subject} ran longer than {limits.run_seconds:g} s; {help_}"
        case Ending.OUT_OF_MEMORY:
            return (
                f"{name}: the model needs more memory than there is ({message}); "
                "use a smaller sample or raise --memory-limit"
            )
        case Ending.NEEDS_VALUES:
            takes = f"with storage it would take up to {original.need / 2**30:,.1f} GiB"
            return f"{name}: {message}, and {takes}; use a smaller sample or --mode real"
        case Ending.LIMIT_REACHED | Ending.REFUSED:
            return f"{name}: {message}"
        case Ending.EXITED:
            if target.script:
                return f"{name}: {message}"
            return f"{name}: {message}; a model file must not end the program when it is imported or run"
        case Ending.CRASHED:
            return f"{name}: the interpreter crashed while the model ran ({message}); run it alone to see why"
    return f"{name}: {original.ending.value}: {message}"


def _how_to_import(target: Target, original: Trace, python: Path | None) -> str:
    """Return every package that could not be imported, with the places that import it, and what to do."""
    packages = [package for package in original.absent if "." not in package.name]
    neighbours = [package for package in original.absent if package.name.startswith(".")]
    parts = [package for package in original.absent if "." in package.name[1:] and package not in neighbours]
    own = [package for package in parts if _is_of_project(target, package.name)]
    parts = [package for package in parts if package not in own]
    ways = []
    if neighbours:
        ways.append(
            f"files beside it are imported as Python 2 does; write them with a dot: {_listed(target, neighbours)}"
        )
    if own:
        ways.append(f"the project has no {_listed(target, own)}: build it or install it (pip install -e .)")
    if parts:
        ways.append(f"the installed version has no {_listed(target, parts)}: the code is for another")
    if packages or not ways:
        ways.append(_to_install(target, packages, python))
    return "; ".join(ways)


def _is_of_project(target: Target, name: str) -> bool:
    first = name.partition(".")[0]
    places = [folder / first for folder in (target.root, *target.search_paths)]
    return any(place.is_dir() or place.with_suffix(".py").is_file() for place in places)


def _to_install(target: Target, packages: Sequence[AbsentPackage], python: Path | None) -> str:
    if not packages:
        return interpreter_help(None if python is None else str(python))
    broken = [package for package in packages if package.is_broken]
    missing = [package for package in packages if package not in broken]
    ways = [f"install {_listed(target, missing)}"] if missing else []
    # As a rule it was built for another release of torch, of Python or of the system.
    ways += [f"install {_listed(target, broken)} anew, built for what is beside it"] if broken else []
    if python is None:
        return f"{'; '.join(ways)}, or {interpreter_help(None)}"
    return f"{'; '.join(ways)} into {python}, or choose another interpreter"


def _listed(target: Target, packages: Sequence[AbsentPackage]) -> str:
    """Return each absent package with the first place that imports it and how many more there are."""
    places: dict[str, list[str]] = {}
    for package in packages:
        inside = package.path.is_relative_to(target.root)
        path = package.path.relative_to(target.root) if inside else package.path.name
        place = f"{path}:{package.line}"
        if place not in places.setdefault(package.name, []):
            places[package.name].append(place)
    return ", ".join(
        f"{name} ({first}{f' and {len(others)} more' if others else ''})"
        for name, (first, *others) in sorted(places.items())
    )


def without_forward(target: Target) -> str:
    """Return why a run that ended well says nothing: no operation of torch ran in it."""
    if target.script:
        return f"{target.path.name}: the program ended without calling a model; name one with --model EXPR"
    return f"{target.path.name}: `{target.model}` did no operation on the sample {target.samples}; pass --sample-shape"


def notes(target: Target, original: Trace) -> tuple[str, ...]:
    """Return what the run had to do without: packages, and storage or why it was not made without."""
    absent = (
        (f"not installed, and not used in this run: {_listed(target, original.absent)}",) if original.absent else ()
    )
    return (*absent, *_of_storage(original))


def _of_storage(original: Trace) -> tuple[str, ...]:
    """Return what a run without storage could not know, or why it was not made."""
    needed = ", ".join(original.synthesized[:MAX_NAMED])
    if original.mode is Mode.REAL:
        return (f"run on real tensors, because values are needed: {needed}",) if needed else ()
    sentences = ["run on the meta device (shapes only): whether its samples influence each other is not known"]
    if needed:
        sentences.append(f"data-dependent values were replaced by synthetic ones: {needed}")
    return tuple(sentences)
