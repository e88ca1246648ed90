"""The model expression to a model: what it is evaluated in, and why there is none where it gives something else."""

from __future__ import annotations

import argparse
import builtins
from types import ModuleType

import torch

from ..main.wire import Ending, RunRequest
from . import messages

MODEL_EXPRESSION = "<model expression>"


class Ended(Exception):
    """Carries the ending of a run that stopped before the forward."""

    def __init__(self, ending: Ending, message: str, candidates: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.ending, self.message, self.candidates = ending, message, candidates


def construct(request: RunRequest, module: ModuleType) -> torch.nn.Module:
    """Evaluate the model expression in the module and return the model."""
    namespace = {"__builtins__": builtins, "argparse": argparse, "torch": torch, **module.__dict__}
    if not request.model:
        raise Ended(Ending.NO_MODEL, "", _model_names(module))
    code = compile(request.model, MODEL_EXPRESSION, "eval")
    try:
        value = eval(code, namespace)
    except NameError as error:
        if _raised_by_expression(error):
            raise Ended(Ending.NO_MODEL, f"`{error.name}` is not defined in the file", _model_names(module)) from error
        raise
    except AttributeError as error:
        if _raised_by_expression(error):
            raise Ended(Ending.NO_MODEL, messages.text(error), _model_names(module)) from error
        raise
    if not isinstance(value, torch.nn.Module) and callable(value):
        try:
            value = value()
        except TypeError as error:
            if error.__traceback__ is not None and error.__traceback__.tb_next is None:
                raise Ended(
                    Ending.NO_MODEL, f"`{request.model}` needs arguments: {messages.text(error)}", _model_names(module)
                ) from error
            raise
    if not isinstance(value, torch.nn.Module):
        raise Ended(
            Ending.NO_MODEL, f"`{request.model}` is a {type(value).__name__}, not an nn.Module", _model_names(module)
        )
    return value


def _raised_by_expression(error: BaseException) -> bool:
    """Return whether the model expression itself raised, not code that it called."""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    return traceback is not None and traceback.tb_frame.f_code.co_filename == MODEL_EXPRESSION


def _model_names(module: ModuleType) -> tuple[str, ...]:
    return tuple(
        name
        for name, value in module.__dict__.items()
        if (isinstance(value, type) and issubclass(value, torch.nn.Module) and value.__module__ == module.__name__)
        or isinstance(value, torch.nn.Module)
    )
