"""A graph as mermaid text, which many places draw where Markdown is shown."""

from __future__ import annotations

from collections.abc import Iterator

from autofix.report.pictures.flow_graph import Box, FlowGraph
from autofix.report.terminal_text import visible

# All that stands in a text as it is; mermaid reads other characters as marks of its own.
_PLAIN = frozenset(" .,:;()+-*/=_'")


def document(graph: FlowGraph, title: str) -> str:
    """Return the text, ended by LF."""
    lines = [f"%% {_text(title)}", "flowchart TD"]
    depth = 0
    for number, box in enumerate(graph.boxes):
        for index, frame in enumerate(graph.frames):
            if frame.first == number:
                depth += 1
                lines.append(f'{"  " * depth}subgraph m{index}["{_text(f"{frame.name} {frame.kind}".rstrip())}"]')
        lines.append(f'{"  " * (depth + 1)}n{number}["{_words(box, graph.fault)}"]')
        for frame in graph.frames:
            if frame.last == number:
                lines.append(f"{'  ' * depth}end")
                depth -= 1
    lines += _edges(graph)
    failing = [f"n{number}" for number, box in enumerate(graph.boxes) if box.failing]
    if failing:
        lines += ["  classDef fault fill:#b3261e,stroke:#b3261e,color:#ffffff", f"  class {','.join(failing)} fault"]
    return "\n".join(lines) + "\n"


def _edges(graph: FlowGraph) -> Iterator[str]:
    outside = 0
    for edge in graph.edges:
        source, arrow = f"n{edge.source}", "==>" if edge.failing else "-->"
        if edge.source is None:
            source = f'o{outside}(["{_text(edge.name) or "elsewhere"}"])'
            outside += 1
        yield f'  {source} {arrow}|"{_text(edge.shape)}"| n{edge.target}'


def _words(box: Box, fault: str) -> str:
    words = _text(f"{box.name} {box.kind}".rstrip())
    return f"{words}<br/>{_text(fault)}" if box.failing and fault else words


def _text(text: str) -> str:
    """Return a text with each character that mermaid or a browser may read otherwise as its number."""
    return "".join(c if c.isalnum() or c in _PLAIN else f"#{ord(c)};" for c in visible(text))
