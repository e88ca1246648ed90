"""Why a model could not be run, for people: what happened, where, what to do.

It is given how the run ended and judges nothing.
"""

from __future__ import annotations

from autofix.records import Ending, Limits, Target, Trace


def why(target: Target, limits: Limits, original: Trace) -> str:
    """What happened, where, what to do."""
    name, message = target.path.name, original.message
    match original.ending:
        case Ending.IMPORT_FAILED:
            return f"cannot import {name}: {message}; pass --python with the interpreter you train with"
        case Ending.NO_MODEL:
            choices = f"; {name} has {', '.join(original.candidates)}" if original.candidates else ""
            return f"cannot build the model `{target.model}`: {message}{choices}; choose one with --model EXPR"
        case Ending.BAD_SAMPLE:
            return f"{message}; correct --sample-shape or --sample"
        case Ending.TIMED_OUT:
            help_ = "raise the limit with --time-limit or use a smaller sample"
            what = "program" if target.script else "model"
            return f"{name}: the {what} ran longer than {limits.run_seconds:g} s; {help_}"
        case Ending.OUT_OF_MEMORY:
            return (
                f"{name}: the model needs more memory than there is ({message}); "
                "use a smaller sample or raise --memory-limit"
            )
        case Ending.LIMIT_REACHED | Ending.REFUSED:
            return f"{name}: {message}"
        case Ending.EXITED:
            if target.script:
                return f"{name}: {message}"
            return f"{name}: {message}; a model file must not end the program when it is imported or run"
        case Ending.CRASHED:
            return f"{name}: the interpreter crashed while the model ran ({message}); run it alone to see why"
    return f"{name}: {original.ending.value}: {message}"
