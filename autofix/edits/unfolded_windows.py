"""Windows that ``unfold`` cut out of a sequence: they stand last, behind the features that stood there before."""

from __future__ import annotations

from autofix.edits.layout import Layout, LayoutChange
from autofix.facts.call_sites import followed, written
from autofix.facts.contracts import bound
from autofix.facts.project_view import Project
from autofix.records.values import Tensor, is_integer


def features_last(project: Project, tensor: Tensor, features: int) -> Layout | None:
    """Return the windows with their features last again, as many as are asked for; None where others stood last."""
    for operation in project.ancestry(tensor):
        call, place, result = bound(project, operation), written(project, operation), operation.result
        if operation.layer_index is not None or call is None:
            return None
        if operation.operator != "unfold" or place is None or not isinstance(result, Tensor):
            continue
        rank, along = result.rank, call.call.get("dimension")
        if not is_integer(along) or along % (rank - 1) == rank - 2:
            return None  # What stood last was cut itself.
        after = (*result.shape[:-2], result.shape[-1], result.shape[-2])
        if after[-1] != features or after == result.shape:
            return None
        edit, words = followed(place, f".transpose({rank - 2}, {rank - 1})"), f"put the {features} features last again"
        return Layout(LayoutChange.INSERTED, edit, f"{words}, where `unfold` puts the windows", result.shape, after)
    return None
