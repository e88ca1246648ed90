"""What a kernel displays: the explanation, and where HTML is shown the diff and a picture below it."""

from __future__ import annotations

import html

from autofix.frontends.ipython.cell_repairs import CellRepair

_COLOURS = {"+": "rgba(46, 160, 67, 0.2)", "-": "rgba(248, 81, 73, 0.2)", "@": "rgba(56, 139, 253, 0.2)"}
_FRAME = "margin: 0; padding: 0.4em 0.8em; border-left: 3px solid {}; overflow-x: auto"


def forms(repair: CellRepair) -> dict[str, str]:
    """Return the forms among which a front-end chooses, by their types."""
    return {"text/plain": repair.explanation, "text/html": _html(repair)}


def _html(repair: CellRepair) -> str:
    shown = f'<pre style="{_FRAME.format("#d1242f")}">{html.escape(repair.explanation)}</pre>'
    if repair.diff:
        lines = "".join(map(_line, repair.diff.split("\n")))
        shown += f'<pre style="{_FRAME.format("#2da44e")}">{lines}</pre>'
    if repair.picture:
        shown += f"<details><summary>the way to the fault as a picture</summary>{repair.picture}</details>"
    return shown


def _line(text: str) -> str:
    colour = "" if text.startswith(("+++", "---")) else _COLOURS.get(text[:1], "")
    style = f' style="background: {colour}"' if colour else ""
    return f"<span{style}>{html.escape(text)}</span>\n"
