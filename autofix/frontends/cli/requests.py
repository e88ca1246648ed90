"""From what the user said to a request for the engine: settings laid under options, the file, its model and samples.

It reads settings, the file and standard input; it runs nothing.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

from autofix import engine
from autofix.frontends.cli.options import RunChoice
from autofix.loading import find_target, patched_files, settings, text_files
from autofix.loading.patched_files import PatchedFiles
from autofix.loading.settings import Settings
from autofix.records.errors import UsageError
from autofix.records.locations import SourceText
from autofix.records.samples import Samples
from autofix.session.session import Session
from autofix.system import environments

_SUFFIXES = (".py:", ".pyw:")


def request(choice: RunChoice) -> engine.Request:
    """Return what the engine is asked to do; raise UsageError for a file, a model or a sample that cannot be used."""
    path, model = _file_and_model(choice)
    if choice.file == "-" and _is_folder(path):
        raise UsageError(f"--stdin-filename {path} is a folder; name the Python file that the text belongs to")
    unsaved = text_files.decode(path, sys.stdin.buffer.read()) if choice.file == "-" else _of_notebook(path)
    path = path if unsaved is None else unsaved.path
    source = unsaved or text_files.read(path)
    chosen = settings.read(find_target.project_root(path))
    chosen = settings.overlaid(replace(chosen, also=choice.also or chosen.also), choice.options)
    chosen = replace(chosen, limits=replace(chosen.limits, others=choice.others))
    target = find_target.target(
        path,
        model=model or chosen.model,
        samples=_samples(choice),
        settled=find_target.configured(chosen.sample_shape),
        also=tuple(find_target.parse_also(text) for text in chosen.also),
        evaluation_mode=chosen.eval,
        text=source.text,
        arguments=choice.arguments,
    )
    return engine.Request(
        target=target,
        texts=() if unsaved is None else (unsaved,),
        settings=chosen,
        python=interpreter(chosen, target.root),
    )


def request_for_patch(choice: RunChoice, patched: PatchedFiles) -> engine.Request:
    """Return what is run for a patch: the file that was named, else the first that it changes and that can be run."""
    if choice.file:
        return request(choice)
    first_error: UsageError | None = None
    for path in patched_files.likely_targets(patched):
        try:
            return request(replace(choice, file=str(path)))
        except UsageError as error:
            first_error = first_error or error
    if first_error is None:
        raise UsageError("no Python file here names what the patch changes; name the one to run: verify PATCH FILE")
    raise first_error


def interpreter(chosen: Settings, root: Path) -> Path | None:
    """Return the interpreter that is named, else that of the project's environment; None for our own."""
    if chosen.python is not None:
        return Path(chosen.python)
    environment = environments.project_environment((root,), os.environ.get("VIRTUAL_ENV"))
    return None if environment is None else environment.python


def path_of(choice: RunChoice) -> Path:
    """Return the file that is named; raise UsageError where that cannot be told."""
    return _file_and_model(choice)[0]


def usable(session: Session | None, asked: engine.Request) -> Session | None:
    """Return the probe that was started ahead, unless another interpreter is asked for."""
    return session if session is not None and str(asked.python or sys.executable) == session.python else None


def _file_and_model(choice: RunChoice) -> tuple[Path, str | None]:
    if choice.stdin_filename is not None:
        return _absolute(choice.stdin_filename), choice.model
    separator = next((suffix for suffix in _SUFFIXES if suffix in choice.file), None)
    if separator is None or Path(choice.file).exists():
        return _absolute(Path(choice.file)), choice.model
    name, _, model = choice.file.partition(separator)
    if choice.model is not None:
        raise UsageError(f"`{choice.file}` and --model both name a model; choose one")
    return _absolute(Path(name + separator.removesuffix(":"))), model or None


def _of_notebook(path: Path) -> SourceText | None:
    """Return the code cells of a notebook as one module; None for a Python file."""
    if path.suffix != ".ipynb":
        return None
    from autofix.batch import notebook_report, notebooks  # Which no Python file needs.

    return notebook_report.module_text(notebooks.read(path))


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError as error:  # A name that no system takes.
        raise UsageError(f"cannot use the name {path}: {error.strerror}; give the name of a file") from error


def _absolute(path: Path) -> Path:
    """Return the absolute path without following links, so that a file is known by the name the user gave it."""
    return Path(os.path.abspath(path))


def _samples(choice: RunChoice) -> Samples | None:
    """Return the sample that was given; None leaves it to the file and the settings."""
    if choice.sample is not None:
        return Samples(expression=choice.sample)
    return find_target.parse_sample(choice.sample_shape) if choice.sample_shape else None
