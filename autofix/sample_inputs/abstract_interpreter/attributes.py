"""What ``owner.name`` means to the interpreter: an attribute, a method, a class attribute, a part of a tensor.

Expressions go to the run's ``evaluate``.
"""

from __future__ import annotations

import ast
from typing import Any

from autofix.sample_inputs.abstract_interpreter import other_files, view_shapes
from autofix.sample_inputs.abstract_interpreter.values import (
    UNKNOWN,
    AbstractLayer,
    AbstractTensor,
    Data,
    Foreign,
    Function,
    ImportedModule,
    Instance,
    Interpretation,
    Method,
    Parent,
    Partial,
    Scope,
    words,
)

_VERSION = "2.6.0"  # The oldest that programs are run with.
_MODULE_METHODS = words(
    """
    to cuda cpu eval train float double half apply requires_grad_ add_module register_module register_buffer
    register_parameter parameters modules children named_parameters named_modules buffers
    named_buffers zero_grad forward state_dict
    """
)


def attribute(owner: Any, name: str, run: Interpretation) -> Any:
    match owner:
        case ImportedModule():
            return other_files.member(owner.run, name)
        case Data():
            return UNKNOWN
        case Foreign(name="torch") if name == "__version__":
            return _VERSION
        case Foreign():
            return Foreign(f"{owner.name}.{name}")
        case Instance():
            return owner.attributes[name] if name in owner.attributes else inherited(owner, owner.class_, name, run)
        case Parent():
            return Method(owner, name)
        case Partial() if name in {"func", "args", "keywords"}:
            return {"func": owner.function, "args": owner.positional, "keywords": owner.keywords}[name]
        case ast.ClassDef():
            return inherited(None, owner, name, run)
        case AbstractTensor() if name == "shape":
            return UNKNOWN if owner.shape is None else list(owner.shape)
        case AbstractTensor() if name == "ndim":
            return UNKNOWN if owner.shape is None else len(owner.shape)
        case AbstractTensor() if name in {"T", "mT"} and owner.shape is not None:
            return AbstractTensor(
                view_shapes.transpose(owner.shape, 0, 1) if name == "T" else view_shapes.transpose(owner.shape, -1, -2)
            )
        case AbstractLayer() if name in owner.settings:
            return owner.settings[name]
        case AbstractLayer() if name in {"weight", "bias", "device", "dtype"}:
            return AbstractTensor(None)
        case AbstractTensor() if name in {"data", "real"}:
            return owner
        case AbstractTensor() if name in {"device", "dtype", "is_cuda"}:
            return UNKNOWN
    return UNKNOWN if owner is UNKNOWN else Method(owner, name)


def inherited(instance: Instance | None, class_: ast.ClassDef, name: str, run: Interpretation, depth: int = 0) -> Any:
    """Return a method or a class attribute, of the class or of a base in the same file."""
    home = run.home_of(class_)
    for statement in reversed(class_.body):
        match statement:
            case ast.FunctionDef(name=own, decorator_list=decorators) if own == name:
                bound = (
                    None
                    if any(getattr(decorator, "id", "") == "staticmethod" for decorator in decorators)
                    else instance
                )
                function = Function(statement, Scope(home, class_=class_), bound)
                is_property = any(getattr(decorator, "id", "") == "property" for decorator in decorators)
                return run.call(function, [], {}, run) if is_property and bound else function
            case ast.Assign(targets=[ast.Name(id=own)], value=value) if own == name:
                return run.evaluate(value, Scope(home))
            case ast.AnnAssign(target=ast.Name(id=own), value=ast.expr() as value) if own == name:
                return run.evaluate(value, Scope(home))
    for base in class_.bases if depth < 20 else ():
        known = run.evaluate(base, Scope(home))
        member = inherited(instance, known, name, run, depth + 1) if isinstance(known, ast.ClassDef) else UNKNOWN
        if member is not UNKNOWN:
            return member
    return UNKNOWN if instance is None else Method(instance, name) if name in _MODULE_METHODS else UNKNOWN
