"""The extension of IPython: ``%load_ext autofix``.

A cell that fails over a shape ends with its explanation and a patched cell, and ``%autofix`` looks at live models.
What repairs is loaded when the first cell fails over a shape.
"""

from __future__ import annotations

import atexit
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autofix.frontends.ipython.cell_repairs import CellRepair
    from autofix.frontends.ipython.kernel_module import Kernel
    from autofix.session.session import Session

USAGE = "%autofix MODEL [-s SHAPE]... looks at a live model; %autofix --apply [--unsafe-fixes] takes the last repair"


def load_ipython_extension(shell: Any) -> None:
    """Register the extension with a kernel."""
    unload_ipython_extension(shell)
    extension = shell.autofix_extension = KernelExtension(shell)
    shell.events.register("post_run_cell", extension.after_cell)
    shell.register_magic_function(extension.magic, "line", "autofix")


def unload_ipython_extension(shell: Any) -> None:
    """Take the extension out of a kernel."""
    extension = getattr(shell, "autofix_extension", None)
    if extension is None:
        return
    shell.events.unregister("post_run_cell", extension.after_cell)
    shell.magics_manager.magics["line"].pop("autofix", None)
    extension.close()
    del shell.autofix_extension


class KernelExtension:
    """What one kernel has of us: its shell, a warm probe once it is needed, and the last repair."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._session: Session | None = None
        self._last: CellRepair | None = None
        self._ended: dict[int, int] = {}

    def after_cell(self, result: Any) -> None:
        """Explain the cell that has just failed, if that was over a shape."""
        error = result.error_in_exec
        if error is None:
            return
        if (line := _line_of(error, self._shell.user_ns)) is not None:
            self._ended[len(self._cells(result.info.raw_cell)) - 1] = line
        from autofix.frontends.crash import shape_errors

        if not shape_errors.traceback_of(error):
            return
        from autofix.frontends.ipython import cell_repairs
        from autofix.records.errors import AutofixError

        try:
            repair = cell_repairs.of_failure(self._kernel(result.info.raw_cell), error, self._warm())
        except AutofixError as problem:
            print(f"autofix: no explanation: {problem}")
            return
        if repair is not None:
            self._show(repair)

    def magic(self, line: str) -> None:
        """Look at a live model, or take the last repair: ``%autofix net -s 8,3,32,32``, ``%autofix --apply``."""
        from autofix.records.errors import AutofixError

        try:
            self._obey(shlex.split(line))
        except AutofixError as problem:
            print(f"autofix: {problem}")

    def close(self) -> None:
        if self._session is not None:
            atexit.unregister(self._session.close)
            self._session.close()

    def _obey(self, words: list[str]) -> None:
        from autofix.frontends.ipython import cell_repairs
        from autofix.loading import find_target
        from autofix.records.errors import UsageError

        flags = {"--apply", "--unsafe-fixes"} & {*words}
        rest = [word for word in words if word not in flags]
        if "--apply" in flags and not rest:
            self._apply(unsafe="--unsafe-fixes" in flags)
            return
        shapes = [rest[index + 1] for index, word in enumerate(rest[:-1]) if word == "-s"]
        others = [word for index, word in enumerate(rest) if word != "-s" and (not index or rest[index - 1] != "-s")]
        if len(others) != 1 or flags:
            raise UsageError(USAGE)
        samples = find_target.parse_sample(tuple(shapes)) if shapes else None
        self._show(cell_repairs.of_model(self._kernel(""), others[0], samples, self._warm()))

    def _apply(self, *, unsafe: bool) -> None:
        from autofix.records.errors import UsageError

        repair = self._last
        if repair is None or not repair.diff:
            raise UsageError("there is no patch; run a cell that fails over a shape first")
        if repair.changes:
            if not (repair.is_safe or unsafe):
                raise UsageError("the patch of the file is not safe; --unsafe-fixes writes it all the same")
            from autofix.frontends.cli import atomic_write

            atomic_write.write(repair.changes, repair.root)
            for change in repair.changes:
                print(f"wrote {change.path}")
        self._shell.set_next_input(repair.next_cell)

    def _show(self, repair: CellRepair) -> None:
        from autofix.frontends.ipython.rich_display import forms

        self._last = repair
        self._shell.display_pub.publish(forms(repair))

    def _kernel(self, last: str) -> Kernel:
        """Return the cells that ran and the namespace; ``last`` is the cell that is under way."""
        from autofix.frontends.ipython.kernel_module import Kernel

        hidden = self._shell.user_ns_hidden
        namespace = {name: value for name, value in self._shell.user_ns.items() if name not in hidden}
        return Kernel(self._cells(last), self._ended, namespace, Path.cwd())

    def _cells(self, last: str) -> list[str]:
        cells = ["", *self._shell.history_manager.input_hist_raw[1:]]
        return cells if cells[-1] == last.rstrip("\n") or not last else [*cells, last]

    def _warm(self) -> Session:
        if self._session is None:
            from autofix.session.session import Session

            self._session = Session(None)
            atexit.register(self._session.close)
        return self._session


def _line_of(error: BaseException, namespace: dict[str, Any]) -> int | None:
    """Return the line of the cell that an error came from."""
    traceback = error.__traceback__
    while traceback is not None:
        frame = traceback.tb_frame
        if frame.f_globals is namespace and frame.f_code.co_name == "<module>":
            return traceback.tb_lineno
        traceback = traceback.tb_next
    return None
