"""A failure in the kernel to an explanation and patched cells: what is needed of the cells runs in the probe.

The objects of the kernel are looked at, for their shapes; nothing is executed in it.
"""

from __future__ import annotations

import difflib
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autofix import engine
from autofix.frontends.crash import live_call, shape_errors
from autofix.frontends.ipython import cell_slice, kernel_module
from autofix.frontends.ipython.kernel_module import Kernel, KernelModule
from autofix.loading import find_target, settings
from autofix.patch import unified_diff
from autofix.patch.unified_diff import FileChange
from autofix.records.errors import UsageError
from autofix.records.locations import SourceText
from autofix.records.plan import Applicability
from autofix.records.report import RepairEnding, Report
from autofix.records.samples import Samples, Target
from autofix.report import pictures, text
from autofix.report.phrases import Writing
from autofix.session.session import Session

WIDTH = 80
_APPLY = "`%autofix --apply` puts the patched cell into the next one"
_WRITING = Writing(_APPLY, f"a choice to look at: {_APPLY}", "", is_command=False)
_FILES = Writing(
    "`%autofix --apply` writes the file", "`%autofix --apply --unsafe-fixes` writes the file", "", is_command=False
)


@dataclass(frozen=True, slots=True)
class CellRepair:
    """What a kernel shows of one failure: the explanation, the diff, and what the next cell would be.

    ``changes`` are the files on disk that the patch changes, below ``root``. ``picture`` is the way to the fault as an
    SVG element.
    """

    explanation: str
    diff: str = ""
    next_cell: str = ""
    changes: tuple[FileChange, ...] = ()
    root: Path = Path()
    is_safe: bool = False
    picture: str = ""


def of_failure(kernel: Kernel, error: BaseException, session: Session) -> CellRepair | None:
    """Return what repairs the cell that failed last, or why it cannot be told; None for what is no fault of shapes.

    The call of a model that is in the namespace is run alone, with inputs of the shapes that it had; else the cell is.
    """
    last = len(kernel.cells) - 1
    call = live_call.outermost(error)
    names = [] if call is None else kernel.names_of(call.model)
    if call is not None and names and not _is_of_torch(call.model) and (samples := call.samples) is not None:
        report, module = _of_model(kernel, names[0], samples, session)
        if shape_errors.shows_one(report):
            return _repair(kernel, report, module, last)
    report, module = _of_cell(kernel, last, session)
    if report.diagnostics:
        return _repair(kernel, report, module, last) if shape_errors.shows_one(report) else None
    why = report.message if report.ending is RepairEnding.NOT_RUN else "these cells run without the error elsewhere"
    return CellRepair(f"autofix: no explanation: {module.in_cells(why)}")


def _is_of_torch(model: object) -> bool:
    """Return whether a layer is one of torch's that holds no others: what it is called with is the cell's business."""
    return type(model).__module__.startswith("torch.") and not [*model.children()]  # type: ignore[attr-defined]


def of_model(kernel: Kernel, expression: str, samples: Samples | None, session: Session) -> CellRepair:
    """Return what is wrong with a live model on a sample, or that nothing is.

    Raises UsageError for an expression that names no model, or where a sample is missing.
    """
    model = kernel.namespace.get(expression)
    if not live_call.is_model(model):
        raise UsageError(f"`{expression}` is no model of this kernel; name a variable that holds one")
    report, module = _of_model(kernel, expression, samples, session)
    return _repair(kernel, report, module, len(kernel.cells) - 1, repeats=False)


def _of_model(kernel: Kernel, name: str, samples: Samples | None, session: Session) -> tuple[Report, KernelModule]:
    module = kernel_module.of(kernel, frozenset((name,)))
    target = find_target.target(module.path, model=name, samples=samples, text=module.text)
    return engine.repair(_request(target, module), session), module


def _of_cell(kernel: Kernel, cell: int, session: Session) -> tuple[Report, KernelModule]:
    """Return the report of a cell that is run after what it needs; live values stand for what made them."""
    source = kernel_module.plain_cells(kernel)[cell]
    read = cell_slice.names_read(source)
    fixed = frozenset(
        name
        for name in read - cell_slice.bound_names(source)
        if name in kernel.namespace and live_call.spelled(kernel.namespace[name]).startswith("torch.")
    )
    module = kernel_module.of(kernel, read, fixed=fixed, whole=cell)
    target = find_target.target(module.path, text=module.text, arguments=("",))
    return engine.repair(_request(replace(target, arguments=()), module), session), module


def _request(target: Target, module: KernelModule) -> engine.Request:
    chosen = settings.read(target.root)
    python = None if chosen.python is None else Path(chosen.python)
    return engine.Request(target, (SourceText(module.path, module.text),), chosen, python)


def _repair(kernel: Kernel, report: Report, module: KernelModule, last: int, *, repeats: bool = True) -> CellRepair:
    report = _without_live_values(report, module)
    plan = report.plan
    texts = {} if plan is None else dict(plan.texts)
    after = module.cells_after(texts[module.path]) if module.path in texts else module.cells
    changed = [index for index, (old, new) in enumerate(zip(module.cells, after, strict=True)) if old != new]
    files = () if plan is None else _file_changes(report, module)
    picture = pictures.of_fault(report, places=False)
    if plan is None:
        return CellRepair(_explanation(report, module, _WRITING), picture=picture)
    failed = last if repeats and last not in changed else 0
    return CellRepair(
        _explanation(report, module, _FILES if files else _WRITING),
        _diff(module.cells, after, changed) + _diff_of_files(files),
        _next_cell(kernel, module, after, changed, [*texts], failed),
        files,
        report.target.root,
        plan.applicability is Applicability.SAFE,
        picture,
    )


def _without_live_values(report: Report, module: KernelModule) -> Report:
    """Return the report without plans that change what stands for live objects, which is in no cell."""
    if report.plan is None:
        return report
    plans = [
        plan
        for plan in (report.plan, *report.alternatives)
        if module.cells_after(dict(plan.texts).get(module.path, module.text))[0] == module.cells[0]
    ]
    if plans and plans[0] is report.plan:
        return replace(report, alternatives=tuple(plans[1:]))
    return replace(report, plan=None, alternatives=(), ending=RepairEnding.NO_FIX)


def _explanation(report: Report, module: KernelModule, writing: Writing) -> str:
    return module.in_cells(text.render(report, folder=module.path.parent, width=WIDTH, writing=writing)).rstrip("\n")


def _file_changes(report: Report, module: KernelModule) -> tuple[FileChange, ...]:
    assert report.plan is not None
    texts = tuple((path, changed) for path, changed in report.plan.texts if path != module.path)
    return unified_diff.changes(replace(report.plan, texts=texts), report.texts, report.target.root)


def _diff(before: Sequence[str], after: Sequence[str], changed: Sequence[int]) -> str:
    lines: list[str] = []
    for index in changed:
        old, new = before[index].split("\n"), after[index].split("\n")
        lines += difflib.unified_diff(old, new, f"In[{index}]", f"In[{index}] patched", n=2, lineterm="")
    return "\n".join(lines)


def _diff_of_files(changes: Sequence[FileChange]) -> str:
    return unified_diff.unified(changes).decode("utf-8", "replace").rstrip("\n")


def _next_cell(
    kernel: Kernel,
    module: KernelModule,
    after: Sequence[str],
    changed: Sequence[int],
    files: Sequence[Path],
    failed: int,
) -> str:
    """Return the cells that change, what has to be done again after them, and the cell that failed."""
    reloaded = frozenset(
        name for name, known in [*sys.modules.items()] if getattr(known, "__file__", None) in {*map(str, files)}
    )
    parts = [f"import importlib\nimport sys\n\nimportlib.reload(sys.modules[{name!r}])" for name in sorted(reloaded)]
    parts += [after[index].strip("\n") for index in changed]
    plain = kernel_module.plain_cells(kernel)
    rebound = frozenset(name for index in changed for name in cell_slice.bound_names(plain[index]))
    later = [
        statement
        for statement in cell_slice.needed(module.ran, cell_slice.names_read(plain[failed]) | module.names).statements
        if (reloaded or statement.cell > min(changed, default=0)) and statement.cell not in (*changed, failed)
    ]
    again = cell_slice.depending(later, rebound, reloaded)
    repeated = "\n".join(_lines(kernel.cells[statement.cell], statement.first, statement.last) for statement in again)
    return "\n\n".join(filter(None, (*parts, repeated, kernel.cells[failed].strip("\n"))))


def _lines(text: str, first: int, last: int) -> str:
    return "\n".join(text.split("\n")[first - 1 : last])
