"""An object that a method of a base class builds by what that class keeps, ``self.__class__(self.mean)``: where the
constructor of the class below takes something else, it runs into a fault that no line of it is the cause of.
"""

from __future__ import annotations

import ast
from itertools import pairwise

from autofix.facts.call_sites import frames_of
from autofix.facts.project_view import Project
from autofix.records.trace import Operation
from autofix.syntax.source import dotted

_OWN = frozenset(("self.__class__", "cls"))


def built_by_base(project: Project, operation: Operation) -> str:
    """Return why a repair in a constructor is doubtful; empty where its own class or anybody else called it."""
    frames = frames_of(project, operation)
    for inner, outer in pairwise(frames):
        call = project.source(outer.path).call_at(outer.range)
        if not inner.function.endswith(".__init__") or call is None:
            continue
        is_type = isinstance(call.func, ast.Call) and dotted(call.func.func) == "type"
        if (is_type or dotted(call.func) in _OWN) and inner.function.split(".")[0] != outer.function.split(".")[0]:
            return f"`{outer.function}` of a base class builds it by what that class keeps"
    return ""
