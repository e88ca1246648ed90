"""What the call under the cursor does: shapes and dtypes, the layer's sizes and parameters, and a repair's proof.

It shows what a run recorded; a line that was touched since says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from lsprotocol import types

from autofix.frontends.lsp.capabilities import Client
from autofix.frontends.lsp.convert import Converter
from autofix.frontends.lsp.documents import Buffer
from autofix.frontends.lsp.results import Place, Result, locations, place_now
from autofix.records.locations import Location, Position
from autofix.records.plan import Plan
from autofix.records.report import Diagnostic
from autofix.records.trace import CheckOutcome, Layer, Operation, OperationKind
from autofix.records.values import Value
from autofix.report import phrases

Thing = TypeVar("Thing", Operation, Layer)
LISTED_RUNS = 6
LISTED_NOTES = 3
_SETTINGS = [
    "in_features",
    "out_features",
    "in_channels",
    "out_channels",
    "kernel_size",
    "stride",
    "padding",
    "dilation",
    "groups",
    "num_features",
    "normalized_shape",
    "num_groups",
    "num_channels",
    "num_embeddings",
    "embedding_dim",
    "input_size",
    "hidden_size",
    "num_layers",
    "bidirectional",
    "batch_first",
    "embed_dim",
    "num_heads",
    "output_size",
    "p",
]


def hover(
    buffer: Buffer, at: Position, results: list[Result], convert: Converter, client: Client
) -> types.Hover | None:
    """Return the hover of the first result that knows something of this place."""
    for result in results:
        content = _of_result(buffer, at, result, convert)
        if content is not None:
            place, blocks = content
            return types.Hover(_content(blocks, client), convert.range(place))
    return None


def _content(blocks: list[str], client: Client) -> types.MarkupContent:
    if client.markdown:
        return types.MarkupContent(types.MarkupKind.Markdown, "\n\n".join(blocks))
    plain = "\n".join(block.replace("**", "").replace("`", "") for block in blocks)
    return types.MarkupContent(types.MarkupKind.PlainText, plain)


def _of_result(buffer: Buffer, at: Position, result: Result, convert: Converter) -> tuple[Place, list[str]] | None:
    def here(location: Location) -> Place | None:
        place = place_now(result, location, convert.documents)
        inside = place is not None and place.buffer.uri == buffer.uri
        return place if inside and place is not None and place.range.start <= at <= place.range.end else None

    blocks: list[str] = []
    places: list[Place] = []
    for diagnostic in result.diagnostics:
        place = next(filter(None, map(here, locations(diagnostic))), None)
        if place is not None:
            places.append(place)
            blocks += _of_diagnostic(result, diagnostic)
    operations = _innermost([(place, o) for o in _operations(result) if (place := here(_location(o))) is not None])
    if operations:
        places.append(operations[0][0])
        blocks += _of_operations(result, [operation for _, operation in operations])
    elif built := [(place, layer) for layer in _built(result) if (place := here(_construction(layer))) is not None]:
        built = _innermost(built)
        places.append(built[0][0])
        blocks += _of_layers(result, [layer for _, layer in built])
    return (places[0], blocks) if blocks else None


def _innermost(placed: list[tuple[Place, Thing]]) -> list[tuple[Place, Thing]]:
    """Return the things whose range is the smallest."""
    if not placed:
        return []
    first = min(placed, key=lambda entry: (entry[0].range.end.line - entry[0].range.start.line, _width(entry[0])))[0]
    return [entry for entry in placed if entry[0].range == first.range]


def _width(place: Place) -> int:
    return place.range.end.column - place.range.start.column


def _operations(result: Result) -> Iterator[Operation]:
    return (operation for operations in result.operations.values() for operation in operations)


def _location(operation: Operation) -> Location:
    return operation.frames[0].place


def _built(result: Result) -> Iterator[Layer]:
    return (layer for layer in (result.trace.layers if result.trace is not None else ()) if layer.construction)


def _construction(layer: Layer) -> Location:
    return Location(layer.construction[0].path, layer.construction[0].range)


# -- operations and layers ---------------------------------------------------------------------------------------------


def _of_operations(result: Result, operations: list[Operation]) -> Iterator[str]:
    for operation in operations[:LISTED_RUNS]:
        head = f"**{_name(operation)}**"
        if operation.kind is OperationKind.PLACEHOLDER:
            yield f"{head} {_typed(operation.result)}"
            continue
        operands = ", ".join(map(_typed, operation.tensors)) or "nothing"
        yield f"{head} `{operands}` -> `{'fails' if operation.raised else _typed(operation.result)}`"
        layer = _layer(result, operation)
        if layer is not None:
            yield _sizes(layer)
    if len(operations) > LISTED_RUNS:
        yield f"and {len(operations) - LISTED_RUNS} times more"


def _layer(result: Result, operation: Operation) -> Layer | None:
    layers = result.trace.layers if result.trace is not None else ()
    index = operation.layer_index if operation.kind is OperationKind.CALL_MODULE else None
    return None if index is None or index >= len(layers) else layers[index]


def _of_layers(result: Result, layers: list[Layer]) -> Iterator[str]:
    """Yield what a construction made: its sizes, and what went through it."""
    assert result.trace is not None
    for layer in layers[:LISTED_RUNS]:
        yield f"**{layer.label}**"
        yield _sizes(layer)
        runs = [o for o in _operations(result) if _layer(result, o) is layer]
        yield from (text for text in _of_operations(result, runs[:1]) if "->" in text)
    if len(layers) > LISTED_RUNS:
        yield f"and {len(layers) - LISTED_RUNS} layers more"


def _sizes(layer: Layer) -> str:
    """Return the sizes of a layer: ``Linear(in_features=400, out_features=120)``, 48,120 parameters."""
    known = dict(layer.settings)
    sizes = ", ".join(f"{name}={phrases.value_text(known[name])}" for name in _SETTINGS if name in known)
    return f"`{layer.kind}({sizes})`, {phrases.counted(layer.parameter_count, 'parameter')}"


def _typed(value: Value) -> str:
    """Return a shape with its dtype, which a reader of a hover may want even where it is the usual one."""
    text = phrases.value_text(value)
    return text if not text.startswith("(") or text.startswith("((") else f"float32 {text}"


def _name(operation: Operation) -> str:
    if operation.kind is OperationKind.PLACEHOLDER:
        return operation.target
    return operation.layer or operation.target.removeprefix("torch.nn.functional.").removeprefix("Tensor.")


# -- diagnostics -------------------------------------------------------------------------------------------------------


def _of_diagnostic(result: Result, diagnostic: Diagnostic) -> Iterator[str]:
    yield f"**{diagnostic.code}** {diagnostic.finding.message}"
    if diagnostic.fixed_by is not None and result.plans:
        yield from _of_plan(result.plans[0])


def _of_plan(plan: Plan) -> Iterator[str]:
    """Yield the repair, and how it was proved."""
    yield f"{plan.title[:1].upper()}{plan.title[1:]} ({plan.applicability.value})"
    if plan.notes:
        yield f"Look at it: {'; '.join(plan.notes[:LISTED_NOTES])}"
    proof = plan.proof
    for label, outcome in (("Verified", CheckOutcome.PASSED), ("Failed", CheckOutcome.FAILED)):
        if checks := phrases.checks_with(proof.checks, outcome, proof.output):
            yield f"{label}: {checks}"
    if proof.chain_after:
        yield f"Then: {phrases.chain_text(proof.chain_after)}"
    if proof.parameters_before is not None and proof.parameters_before != proof.parameters_after:
        yield f"Parameters: {proof.parameters_before:,} -> {proof.parameters_after:,}"
