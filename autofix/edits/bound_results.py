"""What was laid out anew and then left alone, bound to the name that is read, or read in place of what was not."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.edits.code_change import CodeChange
from autofix.edits.insert_view_op import calls_given
from autofix.edits.misspelled import is_slip
from autofix.facts.contracts import Shape
from autofix.facts.project_view import Project
from autofix.facts.unread_results import unread_results
from autofix.records.costs import Evidence
from autofix.records.trace import Operation
from autofix.records.values import Tensor
from autofix.syntax.spelling import receiver

_DOUBT = "that this result is meant its name alone tells"


def bound_results(project: Project, operation: Operation, shape: Shape, method: str) -> Iterator[CodeChange]:
    """Yield edits after which a call reads the result that nothing reads, of ``shape``: made by ``method`` where what
    is written there gives another one. A name that is a slip for that of the tensor is bound rather than read.
    """
    for result in unread_results(project):
        laid_out, name = result.operation.result, result.name.id
        if not isinstance(result.base, ast.Name) or not isinstance(laid_out, Tensor):
            continue
        source, base = result.place.source, result.base.id
        if (result.read.producer, result.read.shape) != (operation.tensors[0].producer, operation.tensors[0].shape):
            continue
        text, is_misspelled = f"{receiver(base)}.{method}", is_slip(name, base)
        again = (source.replace(result.place.node, text),) if laid_out.shape != shape else ()
        words = f", as {text}" if again else ""
        title, bind = f"bind what `{name}` is to `{base}`{words}", (source.replace(result.name, base), *again)
        evidence = (Evidence.EXACT_FIT, Evidence.EVIDENT, Evidence.SAME_NAME * is_misspelled)
        yield CodeChange(title, bind, (*evidence, Evidence.RUNNER_UP * (not is_misspelled)), _DOUBT)
        for call, first in calls_given(project, operation):
            if call.source is source and isinstance(first, ast.Name) and first.id == base:
                title = f"read `{name}` for `{base}`, which nothing else reads{words}"
                edits = (source.replace(first, name), *again)
                yield CodeChange(title, edits, (*evidence[:2], Evidence.RUNNER_UP * is_misspelled), _DOUBT)
