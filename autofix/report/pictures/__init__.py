"""Pictures of the shapes of a run: one graph, drawn as SVG, as a page and as mermaid text."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from autofix.records.finding import Finding
from autofix.records.report import Report
from autofix.records.trace import Trace
from autofix.report.mismatch_ends import shown_operation
from autofix.report.pictures import flow_graph, svg

LATEST = 14  # Rows up to a fault that a report shows of it.


def document(
    name: str,
    title: str,
    trace: Trace,
    finding: Finding | None,
    root: Path,
    *,
    depth: int | None = None,
    whole: bool = False,
) -> str:
    """Return a picture as a document, ended by LF: that of the file of this folder with this name."""
    graph = flow_graph.graph(trace, finding, root, depth=depth, whole=whole)
    text: str = import_module(f"autofix.report.pictures.{name}").document(graph, title)
    return text


def of_fault(report: Report, *, places: bool = True) -> str:
    """Return the SVG element of the way to the first fault of a report, for a page that shows more than that; empty
    where nothing was computed before it, or another run showed it. Without ``places`` boxes have no line numbers.
    """
    diagnostic = next(iter(report.diagnostics), None)
    if diagnostic is None or (diagnostic.finding.silent and shown_operation(report, diagnostic) is None):
        return ""
    graph = flow_graph.graph(report.trace, diagnostic.finding, report.target.root, latest=LATEST, places=places)
    return svg.figure(graph) if len(graph.boxes) > 1 else ""
