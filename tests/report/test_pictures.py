"""Pictures of runs that were built by hand: what stands in them, that nothing lies over anything or gets out."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import replace
from itertools import combinations, pairwise
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import pytest

from autofix.records.finding import Finding, Mismatch
from autofix.records.locations import Location, Position, Range
from autofix.records.trace import Ending, Failure, Frame, Layer, Operation, OperationKind, Phase, Stage, Trace
from autofix.records.values import Tensor
from autofix.report import pictures
from autofix.report.pictures import flow_graph, layout, svg
from autofix.report.terminal_text import columns

ROOT = Path("/project")
NET = ROOT / "net.py"
PLACE = Location(NET, Range(Position(9, 8), Position(9, 20)))
HOSTILE = 'a"]<script>alert(1)</script>&#x41;`}'
WIDE = "層" * 40
LINE = re.compile(
    r"%% [^\n]*|flowchart TD"
    r'|\s+subgraph m\d+\["[^"\[\]<>&`]+"\]|\s+end'
    r'|\s+n\d+\["[^"\[\]&`<>]+(<br/>[^"\[\]&`<>]+)?"\]'
    r'|\s+(n\d+|o\d+\(\["[^"\[\]<>&`]+"\]\)) (-->|==>)\|"[^"\[\]|<>&`]+"\| n\d+'
    r"|\s+classDef fault [\w#:,]+|\s+class n\d+ fault"
)


class Step(NamedTuple):
    """One operation: the layer or function, its module, the steps that it reads, and the shape that comes out."""

    name: str
    scope: str
    reads: tuple[int, ...]
    shape: tuple[int, ...] | None


def trace(*steps: Step) -> Trace:
    """Return the run of these steps after an input of (2, 8); one without a shape raises."""
    shapes: list[tuple[int, ...]] = [(2, 8)]
    values = Tensor((2, 8), "float32")
    operations = [
        Operation(0, "x", OperationKind.PLACEHOLDER, "input", (), (), values, False, (), Phase.FORWARD),
    ]
    layers = [Layer(0, "", "net.Net", (), (), (), False)]
    for index, step in enumerate(steps, 1):
        is_layer = "." in step.name or step.name.islower()
        operations.append(
            Operation(
                index,
                f"step_{index}",
                OperationKind.CALL_MODULE if is_layer else OperationKind.CALL_FUNCTION,
                "torch.nn.Linear" if is_layer else f"torch.nn.functional.{step.name}",
                tuple(Tensor(shapes[source], "float32", producer=source) for source in step.reads),
                (),
                None if step.shape is None else Tensor(step.shape, "float32"),
                step.shape is None,
                (Frame(NET, "forward", PLACE.range),),
                Phase.FORWARD,
                step.name if is_layer else None,
                step.scope,
            )
        )
        shapes.append(step.shape or (0,))
        layers += [Layer(index, step.name, "torch.nn.Linear", (), (("weight", (8, 8)),), (), True)] if is_layer else []
        if step.scope and all(layer.path != step.scope for layer in layers):
            layers.append(Layer(-index, step.scope, "net.Block", (), (), (), False))
    if steps and steps[-1].shape is None:
        failure = Failure("RuntimeError", "no", Stage.FORWARD, len(steps), ())
        return Trace(Ending.RAISED, "", tuple(operations), tuple(layers), failure=failure)
    output = Tensor(shapes[-1], "float32", producer=len(steps))
    return Trace(Ending.PASSED, "", tuple(operations), tuple(layers), output=output)


def finding(run: Trace, message: str = "`head` takes 9 features but receives 8") -> Finding:
    return Finding(
        Mismatch.LINEAR_IN_FEATURES, message, PLACE, PLACE, "head", (9,), (8,), operation=len(run.operations) - 1
    )


SHORT = trace(Step("body", "", (0,), (2, 16)), Step("RELU", "", (1,), (2, 16)), Step("head", "", (2,), None))
RESIDUAL = trace(
    Step("stem", "", (0,), (2, 4)),
    Step("block.fc", "block", (1,), (2, 5)),
    Step("block.out", "block", (2,), (2, 4)),
    Step("ADD", "block", (3, 1), (2, 4)),
    Step("head", "", (4,), (2, 3)),
)
LONG = trace(
    *(
        step
        for number in range(30)
        for step in (
            Step(
                f"{'abcdefgh'[number % 8]}{number}.fc",
                f"{'abcdefgh'[number % 8]}{number}",
                (2 * number,),
                (2, number + 1),
            ),
            Step("ADD", f"{'abcdefgh'[number % 8]}{number}", (2 * number + 1, max(0, 2 * number - 9)), (2, number + 2)),
        )
    )
)
REPEATED = trace(*(Step(f"blocks.{number}.fc", f"blocks.{number}", (number,), (2, 8)) for number in range(12)))
MANY = trace(
    *(Step("RELU", "", (0,), (2, size)) for size in range(1, 21)), Step("CAT", "", tuple(range(1, 21)), (2, 210))
)
NAMES = trace(Step(f"{HOSTILE.lower()}.fc", HOSTILE, (0,), (2, 16)), Step(f"{WIDE}.fc", WIDE, (1,), None))
RUNS = {"short": SHORT, "residual": RESIDUAL, "long": LONG, "repeated": REPEATED, "many": MANY, "names": NAMES}
every_run = pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)


def graph(run: Trace, **options: int) -> flow_graph.FlowGraph:
    fault = finding(run, HOSTILE if run is NAMES else "`head` takes 9 features but receives 8")
    return flow_graph.graph(run, fault if run.failure else None, ROOT, **options)  # type: ignore[arg-type]


def elements(run: Trace) -> ElementTree.Element:
    return ElementTree.fromstring(svg.document(graph(run), "net.py"))


def named(root: ElementTree.Element, tag: str) -> list[ElementTree.Element]:
    return [element for element in root.iter() if element.tag.rpartition("}")[2] == tag]


@every_run
def test_a_picture_holds_every_operation_and_size_once_and_marks_the_fault(run: Trace) -> None:
    drawn, root = graph(run), elements(run)
    texts = ["".join(text.itertext()) for text in named(root, "text")]
    for number, box in enumerate(drawn.boxes):
        assert any(text.startswith(box.name[:12]) for text in texts), box
        for edge in drawn.into(number)[: layout.MOST_ENTRIES]:
            assert any(text.endswith(edge.shape) for text in texts), edge
    assert [title.text for title in named(root, "title")] == [box.words for box in drawn.boxes]
    faults = [group for group in named(root, "g") if group.get("class") == "fault" and named(group, "title")]
    assert len(faults) == (run.failure is not None)
    assert {element.tag.rpartition("}")[2] for element in root.iter()} <= {
        *("svg", "style", "g", "title", "rect", "path", "text", "tspan")
    }


@every_run
def test_no_text_lies_over_another_or_outside(run: Trace) -> None:
    places = layout.layout(graph(run))
    root = ElementTree.fromstring(svg.figure(graph(run)))
    spans: list[tuple[float, float, int]] = []
    for text in named(root, "text"):
        length = columns("".join(text.itertext())) * layout.COLUMN
        x = int(text.attrib["x"]) - (length if text.get("text-anchor") == "end" else 0)
        spans.append((x, x + length, int(text.attrib["y"])))
    assert all(start >= 0 and end <= places.width and 12 <= y <= places.height for start, end, y in spans)
    for (start, end, y), (other_start, other_end, other_y) in combinations(spans, 2):
        assert abs(y - other_y) >= 14 or end <= other_start or other_end <= start
    boxes = [(box.y, box.y + box.height) for box in places.boxes]
    assert all(end <= start for (_, end), (start, _) in pairwise(boxes))


def test_what_flows_past_others_has_a_lane_and_modules_a_frame() -> None:
    drawn = graph(RESIDUAL)
    assert [(edge.source, edge.target, edge.shape) for edge in drawn.edges if edge.target - (edge.source or 0) > 1] == [
        (1, 4, "(2, 4)")
    ]
    assert [(frame.name, frame.kind, frame.first, frame.last) for frame in drawn.frames] == [("block", "Block", 2, 4)]
    entries = [entry for box in layout.layout(drawn).boxes for entry in box.entries if entry.lane is not None]
    assert [entry.text for entry in entries] == ["(2, 4)"]


def test_an_input_without_a_name_is_called_one() -> None:
    unnamed = replace(SHORT, operations=(replace(SHORT.operations[0], name=""), *SHORT.operations[1:]))
    assert [(box.name, box.kind) for box in graph(unnamed).boxes[:2]] == [("input", ""), ("body", "Linear")]


def test_repeats_are_one() -> None:
    drawn = graph(REPEATED)
    assert [box.name for box in drawn.boxes] == ["x", "fc", "output"]
    assert [(frame.name, frame.kind) for frame in drawn.frames] == [("blocks.0-11", "Block x12")]
    assert [(edge.source, edge.target) for edge in drawn.edges] == [(0, 1), (1, 2)]
    assert len(graph(REPEATED, whole=1).boxes) == 14


def test_the_latest_rows_name_what_comes_from_those_left_out() -> None:
    drawn = graph(SHORT, latest=2)
    assert [box.name for box in drawn.boxes] == ["F.RELU", "head"]
    assert [(edge.source, edge.name) for edge in drawn.edges] == [(None, "body"), (0, "")]
    assert drawn.left_out == 2


@every_run
def test_mermaid_text_is_made_of_its_words_alone(run: Trace) -> None:
    text = document("mermaid", run)
    lines = text.splitlines()
    assert [line for line in lines if not LINE.fullmatch(line)] == []
    assert sum(" subgraph " in line for line in lines) == sum(line.strip() == "end" for line in lines)
    defined = set(re.findall(r"^ +(n\d+)\[", text, re.MULTILINE))
    assert set(re.findall(r"\bn\d+\b", "\n".join(line for line in lines if "|" in line))) <= defined
    assert len(defined) == len(graph(run).boxes)


@every_run
def test_a_page_holds_the_picture_and_the_same_as_a_table(run: Trace) -> None:
    text = document("html", run)
    assert "<script" not in text
    root = ElementTree.fromstring(text.removeprefix("<!doctype html>\n"))
    assert len(named(root, "svg")) == 1
    assert len(list(root.iter("tr"))) == len(graph(run).boxes) + 1
    assert len([row for row in root.iter("tr") if row.get("class") == "wrong"]) == (run.failure is not None)


def document(name: str, run: Trace) -> str:
    fault = finding(run, HOSTILE) if run.failure else None
    return pictures.document(name, HOSTILE, run, fault, ROOT)


def test_a_run_without_operations_says_why() -> None:
    empty = Trace(Ending.TIMED_OUT, "")
    for name in ("svg", "html", "mermaid"):
        assert ("timed out" in pictures.document(name, "net.py", empty, None, ROOT)) == (name != "mermaid")


@pytest.mark.parametrize("scheme, ground", [("light", "rgb(255, 255, 255)"), ("dark", "rgb(22, 24, 29)")])
def test_a_browser_draws_it(scheme: str, ground: str, chromium: str, tmp_path: Path) -> None:
    """Texts as the browser measures them lie apart and inside of the picture, which is taken as well."""
    asked = """<script>
    const rects = [...document.querySelectorAll("text")].map((text) => text.getBoundingClientRect());
    const all = document.querySelector("svg").getBoundingClientRect();
    const over = (a, b) => a.left < b.right && b.left < a.right && a.top + 1 < b.bottom - 1 && b.top + 1 < a.bottom - 1;
    const bad = rects.filter((one, i) => one.right > all.right || rects.some((two, j) => j > i && over(one, two)));
    document.title = [rects.length, bad.length, getComputedStyle(document.querySelector("svg")).backgroundColor];
    </script>"""
    page = tmp_path / "page.html"
    page.write_text(f"<!doctype html><meta charset='utf-8'>{svg.document(graph(LONG), 'net.py')}{asked}", "utf-8")
    setting = "--blink-settings=preferredColorScheme=" + {"dark": "0", "light": "1"}[scheme]
    words = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}", setting]
    picture = tmp_path / "picture.png"
    taken = [f"--screenshot={picture}"] if scheme == "light" else []
    for action in ("--dump-dom", *taken):
        done = subprocess.run(
            [chromium, *words, "--window-size=800,4000", action, page.as_uri()],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
            env={**os.environ, "HOME": str(tmp_path)},
        )
        measured = re.search(r"<title>(\d+),(\d+),(.*?)</title>", done.stdout)
        if action == "--dump-dom":
            assert measured is not None
            assert int(measured[1]) > 150
            assert measured.groups()[1:] == ("0", ground)
    assert picture.exists() == bool(taken)
