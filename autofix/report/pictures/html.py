"""A graph as a page that needs nothing else: what is wrong, the picture, and below it the same as a table.

It holds no script, and a content policy refuses whatever the page does not bring itself.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from html import escape

from autofix.report.pictures import svg
from autofix.report.pictures.flow_graph import FlowGraph
from autofix.report.terminal_text import visible

STYLE = """
:root { color-scheme: light dark; --bad: light-dark(#a61b1b, #ff9a94); --edge: light-dark(#d5d8de, #3a3f4a); }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem 1rem 4rem; font: 1rem/1.5 system-ui, sans-serif;
  background: light-dark(#ffffff, #16181d); color: light-dark(#1c1e22, #e4e6eb); }
h1 { font-size: 1.25rem; overflow-wrap: anywhere; }
.wrong { color: var(--bad); font-weight: 600; }
.picture { overflow-x: auto; }
table { border-collapse: collapse; font: .875rem/1.5 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
th, td { border-bottom: 1px solid var(--edge); padding: .15rem .8rem .15rem 0; text-align: left; vertical-align: top; }
"""


def document(graph: FlowGraph, title: str) -> str:
    """Return the page, ended by LF; equal input gives equal bytes."""
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'"
    lines = [
        "<!doctype html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8"/>',
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}"/>',
        '<meta name="viewport" content="width=device-width, initial-scale=1"/>',
        f"<title>{_text(title)}</title>",
        f"<style>{STYLE}</style>",
        "</head>",
        "<body>",
        f"<h1>{_text(title)}</h1>",
        *([f'<p class="wrong">{_text(graph.fault)}</p>'] if graph.fault else []),
        f"<p>{_text(graph.total)}</p>",
        f'<div class="picture">{svg.figure(graph)}</div>',
        *_table(graph),
        "</body>",
        "</html>",
    ]
    return "\n".join(lines) + "\n"


def _table(graph: FlowGraph) -> Iterator[str]:
    yield "<details><summary>The same as a table</summary>"
    yield "<table><thead><tr><th>line</th><th>name</th><th>kind</th><th>from</th></tr></thead><tbody>"
    for number, box in enumerate(graph.boxes):
        sources = "; ".join(
            f"{edge.shape} of {graph.boxes[edge.source].name if edge.source is not None else edge.name or 'elsewhere'}"
            for edge in graph.into(number)
        )
        row = "".join(f"<td>{_text(cell)}</td>" for cell in (box.place, box.name, box.kind, sources))
        yield f'<tr class="wrong">{row}</tr>' if box.failing else f"<tr>{row}</tr>"
    yield "</tbody></table></details>"


def _text(text: str) -> str:
    return escape(visible(text))
